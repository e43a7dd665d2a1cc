"""The jar: which cookies are kept, and which go along with a request."""

from __future__ import annotations

import pytest

from labapp.browser.cookies import YOUNG, CookieJar
from labapp.browser.request import Context

SECURE, PLAIN = "https://site.test/", "http://site.test/"


class Clock:
    """Seconds that pass when told to."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def jar(*headers: str, url: str = SECURE) -> CookieJar:
    """Return a jar that has taken in *headers* from *url*."""
    made = CookieJar(Clock())
    for header in headers:
        made.store(url, header)
    return made


def test_a_secure_cookie_goes_over_https_only() -> None:
    """Over http it stays at home; a cookie without Secure goes both ways."""
    kept = jar("s=1; Secure", "p=1")
    assert kept.header(PLAIN) == "p=1"
    assert kept.header(SECURE) == "s=1; p=1"


def test_a_secure_cookie_from_http_is_not_kept() -> None:
    """Over http nobody may set Secure; over https the same header is kept."""
    assert jar("s=1; Secure", url=PLAIN).all == ()
    assert len(jar("s=1; Secure", url=SECURE).all) == 1


@pytest.mark.parametrize(
    ("attack", "from_url"),
    [
        ("s=2", PLAIN),
        ("s=2; Path=/deep", PLAIN),
        ("s=2; Domain=site.test", PLAIN),
        ("s=2; Domain=site.test", "http://www.site.test/"),
        ("s=; Max-Age=0", PLAIN),
    ],
)
def test_http_cannot_replace_hide_or_delete_a_secure_cookie(attack: str, from_url: str) -> None:
    """RFC 6265bis, 5.7: leave Secure cookies alone. Without Secure there is no such care."""
    kept = jar("s=1; Secure")
    kept.store(from_url, attack)
    assert kept.header("https://site.test/deep/") == "s=1"
    unprotected = jar("s=1")
    unprotected.store(from_url, attack)
    assert unprotected.header("https://site.test/deep/") != "s=1"


def test_https_may_replace_a_secure_cookie() -> None:
    """The rule is about http only."""
    assert jar("s=1; Secure", "s=2; Secure").header(SECURE) == "s=2"


@pytest.mark.parametrize(
    ("attribute", "sent_in"),
    [
        ("; SameSite=Strict", {Context.SAME_SITE}),
        ("; SameSite=Lax", {Context.SAME_SITE, Context.LINK}),
        ("; SameSite=None; Secure", set(Context)),
        ("", {Context.SAME_SITE, Context.LINK, Context.FORM}),
    ],
)
def test_samesite_decides_which_requests_of_others_carry_a_cookie(
    attribute: str, sent_in: set[Context]
) -> None:
    """Strict: none. Lax: links. None: all. Unsaid and fresh: links and forms."""
    kept = jar("k=v" + attribute)
    assert {context for context in Context if kept.header(SECURE, context)} == sent_in


def test_an_unsaid_samesite_becomes_lax_after_two_minutes() -> None:
    """Chromium's exception for forms of other sites ends; links go on."""
    clock = Clock()
    kept = CookieJar(clock)
    kept.store(SECURE, "k=v")
    clock.now += YOUNG
    assert kept.header(SECURE, Context.FORM) == "k=v"
    clock.now += 1
    assert kept.header(SECURE, Context.FORM) == ""
    assert kept.header(SECURE, Context.LINK) == "k=v"
    kept.store(SECURE, "k=v")  # the same value does not make it young again
    assert kept.header(SECURE, Context.FORM) == ""
    kept.store(SECURE, "k=w")
    assert kept.header(SECURE, Context.FORM) == "k=w"


@pytest.mark.parametrize(
    ("context", "kept"),
    [
        (Context.SAME_SITE, {"strict", "lax", "unsaid", "none"}),
        (Context.LINK, {"strict", "lax", "unsaid", "none"}),
        (Context.FORM, {"strict", "lax", "unsaid", "none"}),
        (Context.PICTURE, {"none"}),
    ],
)
def test_every_navigation_may_set_cookies_but_not_another_sites_picture(
    context: Context, kept: set[str]
) -> None:
    """So a forged POST, sent without a session, still leaves a new one behind."""
    made = CookieJar(Clock())
    for name in ("Strict", "Lax", "None"):
        made.store(SECURE, f"{name.lower()}=1; SameSite={name}; Secure", context)
    made.store(SECURE, "unsaid=1", context)
    assert {cookie.name for cookie in made.all} == kept


def test_a_port_separates_nothing() -> None:
    """RFC 6265, 8.5: a cookie of one port goes to every other."""
    assert jar("k=v", url="http://site.test:8000/").header("http://site.test:9000/") == "k=v"


def test_the_longest_path_comes_first_then_the_oldest() -> None:
    """RFC 6265bis, 5.8.3; servers take the first of two with one name."""
    clock = Clock()
    kept = CookieJar(clock)
    for header in ("a=1; Path=/", "b=1; Path=/", "a=2; Path=/deep"):
        kept.store(SECURE, header)
        clock.now += 1
    assert kept.header("https://site.test/deep/") == "a=2; a=1; b=1"
    kept.store(SECURE, "a=3; Path=/")
    assert kept.header(SECURE) == "b=1; a=3"


def test_one_name_may_stand_for_several_cookies() -> None:
    """Domain, host and path keep them apart; deleting needs the same three."""
    kept = jar("k=1", "k=2; Domain=site.test", "k=3; Path=/deep")
    assert len(kept.all) == 3
    kept.store(SECURE, "k=; Max-Age=0; Domain=site.test")
    assert [cookie.value for cookie in kept.all] == ["1", "3"]


def test_a_cookie_expires_with_the_clock() -> None:
    """One second before its end it is sent; at its end it is gone."""
    clock = Clock()
    kept = CookieJar(clock)
    kept.store(SECURE, "k=v; Max-Age=60")
    kept.store(SECURE, "session=v")
    clock.now += 59
    assert kept.header(SECURE) == "k=v; session=v"
    clock.now += 1
    assert kept.header(SECURE) == "session=v"
    assert [cookie.name for cookie in kept.all] == ["session"]


@pytest.mark.parametrize(
    "deletion", ["Max-Age=0", "Max-Age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_an_expired_header_deletes(deletion: str) -> None:
    """This is how Django deletes a cookie at logout."""
    assert jar("k=v").header(SECURE) == "k=v"
    assert jar("k=v", f'k=""; {deletion}').all == ()


def test_what_is_kept_is_shown_as_evidence() -> None:
    """Every attribute an observer may ask for; an unsaid SameSite is Lax."""
    (cookie,) = jar("k=v; HttpOnly; Secure; Domain=site.test").all
    assert (cookie.host, cookie.name, cookie.value) == ("site.test", "k", "v")
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Lax")


def test_a_cookie_put_in_by_hand_obeys_no_rule() -> None:
    """A listener who replays __Host-session over http needs no Set-Cookie header."""
    kept = CookieJar(Clock())
    kept.store(PLAIN, "__Host-session=stolen")
    assert kept.header(PLAIN + "page") == ""
    kept.plant(PLAIN, "__Host-session", "stolen")
    assert kept.header(PLAIN + "page") == "__Host-session=stolen"
    assert kept.header("http://other.test/") == ""
