"""What becomes of a request on its way through redirects."""

from __future__ import annotations

import pytest

from labapp.browser.request import Context, Request

PAGE = "https://site.test/form?secret=1"
POST = Request("https://site.test/a", "POST", b"q=x", PAGE, PAGE)


def header(request: Request, name: str) -> str:
    """Return one header of *request*, or ``""``."""
    return dict(request.headers).get(name, "")


@pytest.mark.parametrize(
    ("status", "method"),
    [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")],
)
def test_a_redirected_post_keeps_or_loses_method_and_body_together(
    status: int, method: str
) -> None:
    """301, 302 and 303 turn POST into GET without a body; 307 and 308 repeat it."""
    after = POST.redirected("https://site.test/b", status)
    assert (after.method, after.body) == (method, b"q=x" if method == "POST" else b"")
    assert bool(header(after, "Content-Type")) == (method == "POST")
    assert bool(header(after, "Origin")) == (method == "POST")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirected_get_stays_a_get(status: int) -> None:
    """No redirect makes a POST of a GET."""
    assert Request("http://site.test/").redirected("http://site.test/b", status).method == "GET"


def test_origin_is_null_once_a_redirect_has_crossed_origins() -> None:
    """A POST sent on to another origin and back does not look like the site's own."""
    within = POST.redirected("https://site.test/b", 307)
    across = within.redirected("https://other.test/c", 307)
    back = across.redirected("https://site.test/d", 307)
    on = back.redirected("https://site.test/e", 307)
    assert [header(one, "Origin") for one in (POST, within, across, back, on)] == [
        "https://site.test",
        "https://site.test",
        "null",
        "null",
        "null",
    ]


def test_origin_is_null_where_the_policy_hides_it_or_nobody_asked() -> None:
    """no-referrer hides the origin as well; a request without a page has none."""
    hidden = Request("https://site.test/a", "POST", b"", PAGE, PAGE, "no-referrer")
    assert header(hidden, "Origin") == "null"
    assert header(Request("https://site.test/a", "POST"), "Origin") == "null"
    assert header(Request("https://site.test/a", "POST", b"", PAGE, PAGE), "Origin")


def test_a_get_has_no_origin_header() -> None:
    """Only requests that may change something say where they come from."""
    assert header(Request("https://site.test/a", "GET", b"", PAGE, PAGE), "Origin") == ""


def test_what_one_hop_took_from_the_referrer_stays_away() -> None:
    """After another origin was told the origin only, not even the first gets more."""
    there = Request("https://other.test/a", "GET", b"", PAGE, PAGE)
    back = there.redirected("https://site.test/b", 302, "unsafe-url")
    assert header(there, "Referer") == "https://site.test/"
    assert header(back, "Referer") == "https://site.test/"
    direct = Request("https://site.test/b", "GET", b"", PAGE, PAGE, "unsafe-url")
    assert header(direct, "Referer") == PAGE  # the control


def test_a_redirects_own_policy_counts_from_there_on() -> None:
    """unsafe-url in a redirect of the same origin tells the next one the whole address."""
    first = Request("https://site.test/a", "GET", b"", PAGE, PAGE)
    loose = first.redirected("https://other.test/b", 302, "unsafe-url")
    plain = first.redirected("https://other.test/b", 302)
    assert header(loose, "Referer") == PAGE
    assert header(plain, "Referer") == "https://site.test/"


@pytest.mark.parametrize(
    ("location", "url"),
    [("/b", "/b#mine"), ("/b#own", "/b#own")],
)
def test_a_fragment_survives_a_redirect_that_has_none(location: str, url: str) -> None:
    """The next page can read the fragment unless the redirect gives it another one."""
    first = Request("http://site.test/a#mine")
    after = first.redirected("http://site.test" + location, 302)
    assert after.url == "http://site.test" + url


@pytest.mark.parametrize(
    ("request_", "context"),
    [
        (Request("http://site.test/"), Context.SAME_SITE),
        (Request("http://site.test/", "POST"), Context.SAME_SITE),
        (Request("http://site.test/", initiator="http://www.site.test/"), Context.SAME_SITE),
        (Request("http://site.test/", initiator="http://other.test/"), Context.LINK),
        (Request("https://site.test/", initiator="http://site.test/"), Context.LINK),
        (Request("http://site.test/", "POST", initiator="http://other.test/"), Context.FORM),
        (
            Request("http://site.test/", initiator="http://other.test/", navigation=False),
            Context.PICTURE,
        ),
        (
            Request("http://site.test/", initiator="http://site.test/", navigation=False),
            Context.SAME_SITE,
        ),
    ],
)
def test_samesite_asks_who_caused_the_request(request_: Request, context: Context) -> None:
    """The first cause decides: the visitor, a page of the site, or another site's page."""
    assert request_.context is context


def test_redirects_change_the_target_but_not_the_cause() -> None:
    """A link of the same site that is redirected abroad and back is still the site's own."""
    link = Request("http://site.test/a", initiator="http://site.test/")
    abroad = link.redirected("http://other.test/", 302)
    assert abroad.context is Context.LINK
    assert abroad.redirected("http://site.test/b", 302).context is Context.SAME_SITE


def test_a_picture_asks_for_pictures() -> None:
    """Accept says what is wanted: a page, or a picture."""
    assert "text/html" in header(Request("http://site.test/"), "Accept")
    assert "text/html" not in header(Request("http://site.test/", navigation=False), "Accept")
