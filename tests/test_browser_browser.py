"""The browser as a whole, in front of a small real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from labapp.errors import LabError
from tests.browser_site import Site, form, link, page, picture, setting, to, visiting

HOME = "http://site.test/"
SECURE = "https://site.test/"


class Clock:
    """Seconds that pass when told to."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


# Navigation -------------------------------------------------------------------


def test_a_visitor_opens_follows_and_reloads() -> None:
    """A typed address has no Referer, a link has; a reload repeats the link's request."""
    with visiting({"site.test/": page(link("b?x"))}) as visitor:
        visitor.walk(("open", HOME + "a/"), ("follow", "b?x"), ("reload",))
        assert [(one.url, one.referer) for one in visitor.asked] == [
            (HOME + "a/", ""),
            (HOME + "a/b?x", HOME + "a/"),
            (HOME + "a/b?x", HOME + "a/"),
        ]
        assert visitor.history == [HOME + "a/", HOME + "a/b?x"]
        assert len(visitor.browser.history) == 2


def test_without_a_page_there_is_nothing_to_follow_submit_or_reload() -> None:
    """The message says what to do first."""
    with visiting({}) as visitor:
        for step in (("follow", "/x"), ("submit", "x"), ("reload",)):
            with pytest.raises(LabError, match="open one first"):
                visitor.walk(step)
        assert visitor.asked == []


def test_a_link_within_the_page_asks_nobody() -> None:
    """It stands in the history all the same; a link to another page does ask."""
    with visiting({}) as visitor:
        visitor.walk(("open", HOME), ("follow", "#part"))
        assert len(visitor.asked) == 1
        assert visitor.history == [HOME, HOME + "#part"]
        visitor.walk(("follow", "/x#part"))
        assert visitor.last.url == HOME + "x"


@pytest.mark.parametrize(
    "href", ["javascript:go()", "data:text/html,x", "mailto:a@b", "http://", "http://["]
)
def test_a_link_to_no_page_changes_nothing_but_leaves_a_reason(href: str) -> None:
    """Status 0, no request, and the visitor stays where they are."""
    with visiting({}) as visitor:
        visitor.walk(("open", HOME))
        before = visitor.browser.current
        assert visitor.browser.follow(href).status == 0
        assert visitor.browser.current is before
        assert len(visitor.asked) == 1
        assert [answer.status for answer in visitor.browser.take_answers()] == [200, 0]


def test_an_unreachable_host_shows_an_error_page_that_stands_nowhere() -> None:
    """Neither in history nor in the cache; a reachable one stands in both."""
    with visiting({}) as visitor:
        visitor.walk(("open", "http://example.com/?secret"))
        assert visitor.browser.memory().history == ()
        assert visitor.browser.memory().cache == ()
        current = visitor.browser.current
        assert current is not None
        assert current.status == 0
        visitor.walk(("open", HOME))
        assert len(visitor.browser.memory().history) == 1
        assert len(visitor.browser.memory().cache) == 1


def test_a_204_leaves_the_page_as_it_is() -> None:
    """No page came, so the form is still there to be sent."""
    site: Site = {"site.test/": page(form("/none")), "site.test/none": page(status="204 -")}
    with visiting(site) as visitor:
        visitor.walk(("open", HOME), ("submit", "1"), ("submit", "2"))
        assert [one.url for one in visitor.asked] == [
            HOME,
            HOME + "none?q=1",
            HOME + "none?q=2",
        ]
        assert visitor.history == [HOME]


# Redirects --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", HOME + "b"),
        ("b", HOME + "a/b"),
        ("?b", HOME + "a/x?b"),
        ("//other.test/b", "http://other.test/b"),
        ("https://site.test/b", SECURE + "b"),
    ],
)
def test_a_location_may_be_relative(location: str, url: str) -> None:
    """RFC 9110, 10.2.2: it is read against the address that was asked."""
    with visiting({"site.test/a/x": to(location)}) as visitor:
        visitor.walk(("open", HOME + "a/x"))
        assert visitor.last.url == url


@pytest.mark.parametrize(
    ("status", "location", "followed"),
    [
        ("301 -", "/b", True),
        ("308 -", "/b", True),
        ("300 -", "/b", False),
        ("304 -", "/b", False),
        ("200 OK", "/b", False),
        ("302 -", "", False),
    ],
)
def test_only_a_redirect_with_a_location_is_followed(
    status: str, location: str, followed: bool
) -> None:
    """Any other answer is shown as it is."""
    with visiting({"site.test/": to(location, status)}) as visitor:
        visitor.walk(("open", HOME))
        assert (len(visitor.asked) == 2) is followed


def test_redirects_without_end_are_given_up() -> None:
    """After 20 requests, as in Chromium, with a reason and nothing in the history."""
    with visiting({"site.test/": to("/")}) as visitor:
        visitor.walk(("open", HOME))
        assert len(visitor.asked) == 20
        current = visitor.browser.current
        assert current is not None
        assert current.body == b"OSError: 20 requests led to no page"
        assert visitor.history == []


def test_a_chain_of_19_redirects_is_followed() -> None:
    """The control of the test before: the twentieth request may bring the page."""
    with visiting({"site.test/": [*[to("/")] * 19, page("here")]}) as visitor:
        visitor.walk(("open", HOME))
        current = visitor.browser.current
        assert current is not None
        assert current.status == 200


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "javascript:go()", "http://[", "ftp://x/"]
)
def test_a_redirect_out_of_the_web_is_refused(location: str) -> None:
    """Status 0 instead of the redirect; nothing is asked."""
    with visiting({"site.test/": to(location)}) as visitor:
        visitor.walk(("open", HOME))
        current = visitor.browser.current
        assert current is not None
        assert current.status == 0
        assert len(visitor.asked) == 1


def test_bytes_in_a_location_are_kept_as_they_came() -> None:
    """What is not ASCII is percent-encoded byte by byte, as Chromium does."""
    with visiting({"site.test/": to("/caf\u00c3\u00a9")}) as visitor:
        visitor.walk(("open", HOME))
        assert visitor.history[-1] == HOME + "caf%C3%A9"


# History ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "step", "history"),
    [
        (page(form("/a")), ("submit", "secret"), [HOME, HOME + "b"]),
        (page(form("/a", "post")), ("submit", "secret"), [HOME, HOME + "b"]),
        (page(), ("follow", "/a?q=secret"), [HOME, HOME + "a?q=secret", HOME + "b"]),
        (page(), ("open", HOME + "a?q=secret"), [HOME, HOME + "a?q=secret", HOME + "b"]),
    ],
)
def test_a_form_that_is_redirected_leaves_its_own_address_out(
    start: tuple[str, list[tuple[str, str]], str], step: tuple[str, ...], history: list[str]
) -> None:
    """A link that is redirected leaves both addresses in the history (seen in Chromium)."""
    with visiting({"site.test/": start, "site.test/a": to("/b")}) as visitor:
        visitor.walk(("open", HOME), step)
        assert visitor.history == history


def test_a_form_that_is_not_redirected_is_in_the_history() -> None:
    """With its query if it is sent by GET: the control of the test before."""
    with visiting({"site.test/": page(form("/a"))}) as visitor:
        visitor.walk(("open", HOME), ("submit", "secret"))
        assert visitor.history == [HOME, HOME + "a?q=secret"]


# Forms --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "url"),
    [
        ("", HOME + "dir/page?q=x"),
        ("a", HOME + "dir/a?q=x"),
        ("/a?old=1", HOME + "a?q=x"),
        ("/a?old=1#end", HOME + "a?q=x"),
        ("?old=1", HOME + "dir/page?q=x"),
        ("http://other.test/a", "http://other.test/a?q=x"),
    ],
)
def test_a_form_by_get_replaces_the_query(action: str, url: str) -> None:
    """Whatever the action's own query says; an empty action is the page itself."""
    with visiting({"site.test/dir/page": page(form(action))}) as visitor:
        visitor.walk(("open", HOME + "dir/page?now"), ("submit", "x"))
        assert visitor.last.url == url
        assert visitor.last.body == ""


def test_a_form_by_post_sends_a_body_and_keeps_the_query() -> None:
    """With hidden fields, in the order of the page, in the form's own encoding."""
    token = '<input type="hidden" name="token" value="t~*">'
    with visiting({"site.test/": page(form("/a?b=c", "post", token))}) as visitor:
        visitor.walk(("open", HOME), ("submit", "café & tea+1"))
        assert visitor.last.method == "POST"
        assert visitor.last.url == HOME + "a?b=c"
        assert visitor.last.kind == "application/x-www-form-urlencoded"
        assert visitor.last.body == "token=t%7E*&q=caf%C3%A9+%26+tea%2B1"
        assert visitor.last.origin == "http://site.test"


def test_a_form_to_a_place_in_its_own_page_is_sent() -> None:
    """Unlike a link to that place, which asks nobody."""
    with visiting({"site.test/": page(form("#done", "post"))}) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"))
        assert (visitor.last.method, visitor.last.body) == ("POST", "q=x")
        assert visitor.history == [HOME, HOME + "#done"]


def test_a_page_without_a_form_says_so() -> None:
    """Nor has a form that is text or an error page of the browser's own."""
    text = ("200 OK", [("Content-Type", "text/plain")], "<form><input name=q></form>")
    with visiting({"site.test/text": text, "site.test/form": page(form())}) as visitor:
        for url in (HOME, HOME + "text", "http://example.com/"):
            visitor.walk(("open", url))
            with pytest.raises(LabError, match="no form to submit"):
                visitor.walk(("submit", "x"))
        visitor.walk(("open", HOME + "form"), ("submit", "x"))
        assert visitor.last.url == HOME + "form?q=x"


def test_a_reload_sends_the_form_again() -> None:
    """Method, body, Referer and Origin are those of the first time."""
    with visiting({"site.test/": page(form("/a", "post"))}) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"), ("reload",))
        first, again = visitor.asked[1:]
        assert (again.method, again.body) == ("POST", "q=x")
        assert again == first


def test_a_reload_names_its_origin_again() -> None:
    """Redirected abroad a POST hides where it came from; reloaded there it does not (Chromium)."""
    site: Site = {
        "site.test/": page(form("/a", "post")),
        "site.test/a": to("http://other.test/b", "307 -"),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"))
        assert visitor.last.origin == "null"
        visitor.walk(("reload",))
        assert (visitor.last.url, visitor.last.origin) == ("http://other.test/b", HOME[:-1])


def test_after_a_redirect_a_reload_sends_no_form() -> None:
    """It asks for the page the redirect led to."""
    with visiting({"site.test/": page(form("/a", "post")), "site.test/a": to("/b")}) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"), ("reload",))
        assert (visitor.last.method, visitor.last.url) == ("GET", HOME + "b")


# Pictures -----------------------------------------------------------------------


def test_pictures_are_loaded_once_each_with_the_policy_of_their_page() -> None:
    """The default tells a third party the origin only; unsafe-url tells it all."""
    image = '<img src="http://images.test/p.svg">' * 2 + '<img src="data:image/png;base64,">'
    site: Site = {
        "site.test/": page(image),
        "site.test/loose": page(image, ("Referrer-Policy", "unsafe-url")),
        "images.test/p.svg": picture(),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", HOME + "?secret"), ("open", HOME + "loose?secret"))
        assert [(one.url, one.referer) for one in visitor.asked] == [
            (HOME + "?secret", ""),
            ("http://images.test/p.svg", HOME),
            (HOME + "loose?secret", ""),
            ("http://images.test/p.svg", HOME + "loose?secret"),
        ]
        assert visitor.history == [HOME + "?secret", HOME + "loose?secret"]


def test_a_secure_page_asks_for_its_pictures_over_tls() -> None:
    """Browsers upgrade them instead of showing mixed content; a plain page does not."""
    image = page('<img src="http://images.test/p.svg">')
    with visiting({"site.test/": image}) as visitor:
        visitor.walk(("open", SECURE))
        assert visitor.last.url == "https://images.test/p.svg"
        visitor.walk(("open", HOME))
        assert visitor.last.url == "http://images.test/p.svg"


def test_text_that_looks_like_a_picture_is_none() -> None:
    """Only HTML is searched for pictures."""
    text = ("200 OK", [("Content-Type", "text/plain")], '<img src="/p.svg">')
    with visiting({"site.test/": text}) as visitor:
        visitor.walk(("open", HOME))
        assert len(visitor.asked) == 1


# Cookies, HSTS, cache -----------------------------------------------------------


def test_a_forged_post_carries_no_lax_cookie_but_leaves_its_own_behind() -> None:
    """So the visitor goes on in a session the stranger has filled."""
    site: Site = {
        "other.test/": page(form("http://site.test/a", "post")),
        "site.test/": page("", *setting("session=mine; SameSite=Lax")),
        "site.test/a": page("", *setting("session=forged; SameSite=Lax")),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", HOME), ("open", HOME + "x"))
        assert visitor.last.cookie == "session=mine"
        visitor.walk(("open", "http://other.test/"), ("submit", "x"))
        assert (visitor.last.cookie, visitor.last.origin) == ("", "http://other.test")
        visitor.walk(("open", HOME + "x"))
        assert visitor.last.cookie == "session=forged"


def test_a_link_from_elsewhere_carries_lax_but_not_strict() -> None:
    """Typed, the same address gets both; reloaded, it is still the stranger's link."""
    site: Site = {
        "other.test/": page(link("http://site.test/a")),
        "site.test/": page("", *setting("l=1; SameSite=Lax", "s=1; SameSite=Strict")),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", HOME), ("open", HOME + "a"))
        assert visitor.last.cookie == "l=1; s=1"
        visitor.walk(("open", "http://other.test/"), ("follow", "http://site.test/a"))
        assert visitor.last.cookie == "l=1"
        visitor.walk(("reload",))
        assert visitor.last.cookie == "l=1"


def test_a_picture_on_another_site_carries_and_leaves_only_samesite_none() -> None:
    """On a page of its own site the same picture carries all."""
    cookies = setting("l=1; SameSite=Lax; Secure", "n=1; SameSite=None; Secure")
    image = page('<img src="https://site.test/p.svg">')
    site: Site = {
        "site.test/": page("", *cookies),
        "site.test/p.svg": picture(*setting("late=1; SameSite=Lax")),
        "other.test/": image,
        "site.test/own": image,
    }
    with visiting(site) as visitor:
        visitor.walk(("open", SECURE), ("open", "https://other.test/"))
        assert (visitor.last.url, visitor.last.cookie) == (SECURE + "p.svg", "n=1")
        visitor.walk(("open", SECURE + "own"))
        assert (visitor.last.url, visitor.last.cookie) == (SECURE + "p.svg", "l=1; n=1")
        visitor.walk(("open", SECURE))
        assert visitor.last.cookie == "l=1; n=1; late=1"


def test_a_form_to_a_host_with_hsts_stays_a_post() -> None:
    """The way to https counts as a redirect across origins: the Origin is null (Chromium)."""
    site: Site = {
        "site.test/": page("", ("Strict-Transport-Security", "max-age=60")),
        "other.test/": page(form("http://site.test/a", "post")),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", SECURE), ("open", "http://other.test/"), ("submit", "x"))
        assert (visitor.last.method, visitor.last.url) == ("POST", SECURE + "a")
        assert (visitor.last.body, visitor.last.origin) == ("q=x", "null")


def test_cookies_of_redirects_and_of_every_header_are_kept() -> None:
    """A redirect may set cookies for the page it leads to."""
    with visiting({"site.test/": to("/b", "302 -", *setting("a=1", "b=2"))}) as visitor:
        visitor.walk(("open", HOME))
        assert visitor.last.cookie == "a=1; b=2"


def test_hsts_makes_the_next_http_link_secure_until_the_clock_runs_out() -> None:
    """Of two headers the first counts; over http the header says nothing."""
    promise = ("Strict-Transport-Security", "max-age=60")
    take_back = ("Strict-Transport-Security", "max-age=0")
    clock = Clock()
    with visiting({"site.test/": page("", promise, take_back)}, clock) as visitor:
        visitor.walk(("open", HOME), ("open", HOME + "a"))
        assert visitor.last.url == HOME + "a"
        visitor.walk(("open", SECURE), ("open", HOME + "a"))
        assert visitor.last.url == SECURE + "a"
        clock.now += 60
        visitor.walk(("open", HOME + "a"))
        assert visitor.last.url == HOME + "a"


def test_cookies_age_by_the_same_clock() -> None:
    """One clock for all that a browser keeps."""
    clock = Clock()
    with visiting({"site.test/": page("", *setting("a=1; Max-Age=60"))}, clock) as visitor:
        visitor.walk(("open", HOME), ("open", HOME + "a"))
        assert visitor.last.cookie == "a=1"
        clock.now += 60
        visitor.walk(("open", HOME + "a"))
        assert visitor.last.cookie == ""


def test_the_memory_is_what_stands_on_the_disk() -> None:
    """History, cache (answers to POST too) and cookies, frozen at the time of asking."""
    site: Site = {
        "site.test/": page(form("/a", "post"), ("Cache-Control", "no-store")),
        "site.test/a": page("secret", *setting("a=1")),
    }
    with visiting(site) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"))
        memory = visitor.browser.memory()
        assert [b"secret" in body for _, body in memory.cache] == [True]
        assert [cookie.name for cookie in memory.cookies] == ["a"]
        assert len(memory.history) == 2
        visitor.walk(("open", HOME + "later"))
        assert len(memory.history) == 2


def test_the_same_words_sent_twice_leave_two_answers() -> None:
    """A reload takes the place of the answer it asks for again, another sending does not."""
    site: Site = {
        "site.test/": page(form("/a", "post")),
        "site.test/a": [page("one"), page("again"), page("two")],
    }
    with visiting(site) as visitor:
        start = ("open", "http://site.test/")
        visitor.walk(start, ("submit", "x"), ("reload",), start, ("submit", "x"))
        kept = [body for url, body in visitor.browser.memory().cache if url.endswith("/a")]
    assert [body.rpartition(b">")[2] for body in kept] == [b"again", b"two"]


def test_answers_are_taken_once_and_in_order() -> None:
    """Redirects, pages and pictures, each as it came."""
    site: Site = {"site.test/": to("/b"), "site.test/b": page('<img src="/p">')}
    with visiting(site) as visitor:
        visitor.walk(("open", HOME))
        answers = visitor.browser.take_answers()
        assert [answer.status for answer in answers] == [302, 200, 200]
        assert [one.url for one in visitor.asked] == [HOME, HOME + "b", HOME + "p"]
        assert visitor.browser.take_answers() == ()


# Nothing is left behind -----------------------------------------------------------


def test_a_walk_leaves_nothing_behind(no_leaks: None, tmp_path: Path) -> None:
    """No socket and no thread, also after a page that could not be had."""
    with visiting({"site.test/": page(form("/a", "post"))}) as visitor:
        visitor.walk(("open", HOME), ("submit", "x"), ("open", SECURE))
        visitor.walk(("open", "http://example.com/"))
