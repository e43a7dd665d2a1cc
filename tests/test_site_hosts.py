"""Four hosts on one port, each with its own addresses."""

from __future__ import annotations

from html import unescape
from urllib.parse import urlencode

import pytest

from labapp import remedy
from labapp.remedy import SIX, Remediation
from labapp.site import settings
from tests.asking import SECRET, form_attribute, names, visitor

pytestmark = pytest.mark.usefixtures("database")


def test_the_picture_has_the_visitors_port_and_the_scheme_of_the_page() -> None:
    """Answers that may hold the value carry it; the form, and pages for a reader's own
    browser at 127.0.0.1, do not.
    """
    browser = visitor()
    for page in ("/sensitive?sensitive_info=x", "/secure_page"):
        assert 'src="//images.test:8123/picture.svg"' in browser.ask(page).text
        assert 'src="//images.test/picture.svg"' in browser.ask(page, host="site.test").text
        for host in ("127.0.0.1:8123", "localhost:8123"):
            assert "picture.svg" not in browser.ask(page, host=host).text
    assert "picture.svg" not in browser.ask("/").text
    picture = browser.ask("/picture.svg", host="images.test:8123")
    assert picture.header("Content-Type") == "image/svg+xml"


def test_each_host_has_its_own_addresses() -> None:
    """A page of one host is 404 at the others; 127.0.0.1 and localhost are the site."""
    browser = visitor()
    found = {
        (host, page)
        for host in settings.ALLOWED_HOSTS
        for page in ("/secure_page", "/attack", "/picture.svg", "/control")
        if browser.ask(page, host=f"{host}:8123").status == 200
    }
    assert found == {
        ("site.test", "/secure_page"),
        ("site.test.other.test", "/attack"),
        ("not-site.test", "/attack"),
        ("127.0.0.1", "/secure_page"),
        ("localhost", "/secure_page"),
        ("other.test", "/attack"),
        ("images.test", "/picture.svg"),
        ("control.test", "/control"),
    }


@pytest.mark.parametrize(
    ("host", "page"),
    [("site.test", "/"), ("other.test", "/"), ("control.test", "/control?control=word")],
)
def test_every_page_has_its_style_sheet(host: str, page: str) -> None:
    """It stands beside the page, on the same host, and not in it."""
    browser = visitor()
    assert '<link rel="stylesheet" href="/style.css">' in browser.ask(page, host=host).text
    assert "<style>" not in browser.ask(page, host=host).text
    sheet = browser.ask("/style.css", host=host)
    assert (sheet.status, sheet.header("Content-Type")) == (200, "text/css")


@pytest.mark.parametrize("debug", [False, True])
def test_an_unknown_host_is_refused(debug: bool) -> None:
    """Django answers 400 to a Host that is not in ALLOWED_HOSTS."""
    browser = visitor(debug=debug)
    assert browser.ask("/", host="example.com").status == 400
    assert browser.ask("/", host="site.test.example.com").status == 400
    assert browser.ask("/", host="SITE.TEST").status == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_strangers_form_is_what_its_address_asks_for(method: str, scheme: str) -> None:
    """Method, scheme and forged value come from the query, the port from the visitor."""
    query = urlencode({"method": method, "scheme": scheme, "sensitive_info": SECRET})
    page = visitor().ask(f"/attack?{query}", host="other.test:8123").text
    assert form_attribute(page, "method") == method
    assert form_attribute(page, "action") == f"{scheme}://site.test:8123/sensitive"
    assert f'name="sensitive_info" value="{SECRET}"' in unescape(page)


def test_the_strangers_form_sends_to_no_other_scheme() -> None:
    """Whatever the query says, the form goes by http or https."""
    page = visitor().ask("/attack?scheme=javascript&method=x", host="other.test").text
    assert form_attribute(page, "action") == "http://site.test/sensitive"
    assert form_attribute(page, "method") == "get"


def test_the_strangers_old_link_says_http() -> None:
    """Over HTTPS too, other.test links to the secure page by http."""
    page = visitor(remedy.https).ask("/", host="other.test:8123").text
    assert 'href="http://site.test:8123/secure_page"' in page


@pytest.mark.parametrize("chosen", [(), (remedy.csrf,), SIX], ids=names)
def test_the_control_is_repeated_by_get_and_by_post(chosen: tuple[Remediation, ...]) -> None:
    """The control page is another server: no remediation of the site reaches it."""
    browser = visitor(*chosen)
    query = urlencode({"control": "harmless words"})
    for answer in (
        browser.ask(f"/control?{query}", host="control.test"),
        browser.ask("/control", data={"control": "harmless words"}, host="control.test"),
    ):
        assert answer.status == 200
        assert "harmless words" in answer.text
    assert "sessionid" not in browser.cookies  # the site's own session is left alone
