"""What the pages say, and that they are escaped."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from labapp import remedy
from labapp.remedy import SIX, Remediation
from labapp.site.application import (
    take_reports,
)
from tests.asking import SECRET, Visitor, names, visitor

pytestmark = pytest.mark.usefixtures("database")


def test_a_redirect_without_a_session_carries_the_value_in_its_address() -> None:
    """Location holds the value, and with a session it does not."""
    query = urlencode({"sensitive_info": SECRET})
    plain = visitor(remedy.redirect).ask(f"/sensitive?{query}").header("Location")
    assert plain is not None
    assert parse_qs(urlsplit(plain).query) == {"sensitive_info": [SECRET]}
    kept = visitor(remedy.redirect, remedy.session).ask(f"/sensitive?{query}")
    assert kept.header("Location") == "/secure_page"


def test_the_secure_page_has_nothing_to_show_a_second_visitor() -> None:
    """What one visitor's session holds is shown to that visitor alone."""
    first = visitor(remedy.session)
    first.submit(SECRET)
    second = Visitor(first.app)
    page = second.ask("/secure_page")
    assert (page.status, SECRET in unescape(page.text)) == (200, False)
    assert "nothing here yet" in page.text
    assert SECRET in unescape(first.ask("/secure_page").text)


@pytest.mark.parametrize("chosen", [(), (remedy.session,)], ids=names)
def test_the_secure_page_without_a_value_is_a_page(chosen: tuple[Remediation, ...]) -> None:
    """Nobody submitted anything: 200, and no value."""
    page = visitor(*chosen).ask("/secure_page")
    assert page.status == 200
    assert "nothing here yet" in page.text


def test_a_missing_field_is_djangos_500_without_a_word_about_why() -> None:
    """The view reads the field as Django's tutorial does: the visitor gets the bare
    page, the admins the report.
    """
    answer = visitor().ask("/sensitive")
    assert answer.status == 500
    assert "MultiValueDictKeyError" not in answer.text
    [report] = take_reports()
    assert "MultiValueDictKeyError" in report.text


def test_an_empty_value_is_echoed_not_mistaken_for_a_kept_one() -> None:
    """An empty field was sent all the same: no session, so no word of one."""
    answer = visitor().ask("/sensitive?sensitive_info=")
    assert "You told us" in answer.text
    assert "We keep it" not in answer.text
    assert "We keep it" in visitor(remedy.session).ask("/sensitive?sensitive_info=").text


@pytest.mark.parametrize("page", ["sensitive", "secure_page"])
def test_markup_in_the_value_is_shown_as_text(page: str) -> None:
    """The weak site leaks; it does not run what it is told."""
    markup = "<script>alert('fake')</script>"
    answer = visitor().ask(f"/{page}?{urlencode({'sensitive_info': markup})}")
    assert markup not in answer.text
    assert markup in unescape(answer.text)


def test_markup_on_the_other_hosts_is_shown_as_text_too() -> None:
    """Neither the forged value nor the control can leave its place in the page."""
    markup = "\"><script>alert('fake')</script>"
    browser = visitor()
    attack = browser.ask(f"/attack?{urlencode({'sensitive_info': markup})}", host="other.test")
    control = browser.ask(f"/control?{urlencode({'control': markup})}", host="control.test")
    for answer in (attack, control):
        assert markup not in answer.text
        assert markup in unescape(answer.text)


def test_pages_are_small_enough_to_be_read_as_packets() -> None:
    """No page of the site is over 2 KB."""
    browser = visitor(*SIX)
    pages = {
        "/": "site.test",
        "/secure_page": "site.test",
        "/attack": "other.test",
        "/control": "control.test",
        "/picture.svg": "images.test",
    }
    for page, host in pages.items():
        answer = browser.ask(page, host=host)
        assert answer.status == 200
        assert 100 < len(answer.text.encode()) < 2048, page
