"""The model against a real Chromium: the same walk, requests, history and cache."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import chromium_disk
from tests.browser_site import (
    Asked,
    Recorder,
    Site,
    form,
    link,
    page,
    picture,
    serving,
    setting,
    to,
    visiting,
)
from tests.chromium import fingerprint, launch

if TYPE_CHECKING:
    from playwright.sync_api import Page

Walk = list[tuple[str, ...]]  # see `Visitor.walk`

WALKS: dict[str, tuple[Site, Walk]] = {
    "history of errors": (
        {
            "site.test/": page(link("/lost") + link("/broken")),
            "site.test/lost": page(link("/broken"), status="404 Not Found"),
            "site.test/broken": page(link("/none") + link("/reset"), status="500 Server Error"),
            "site.test/none": page(status="204 No Content"),
            "site.test/reset": page(status="205 Reset Content"),
        },
        [
            ("open", "http://site.test/"),
            ("follow", "/lost"),
            ("follow", "/broken"),
            ("follow", "/none"),
            ("follow", "/reset"),
            ("reload",),
        ],
    ),
    "fragments": (
        {
            "site.test/": page(link("/go#mine")),
            "site.test/go": to("/there"),
            "site.test/there": page(link("#within")),
        },
        [("open", "http://site.test/"), ("follow", "/go#mine"), ("follow", "#within")],
    ),
    "form by GET": (
        {
            "site.test/": page(
                form("/a?old=1", "get", '<input type=hidden name="h" value="~*-._ é">')
            )
        },
        [("open", "http://site.test/"), ("submit", "a b+c&d~*é'\"<"), ("reload",)],
    ),
    "form by GET, redirected": (
        {
            "site.test/": page(form("/a")),
            "site.test/a": to("/b"),
            "site.test/b": to("/c", "301 Moved Permanently"),
            "site.test/c": page(),
        },
        [("open", "http://site.test/"), ("submit", "x y"), ("reload",)],
    ),
    "link, redirected": (
        {
            "site.test/": page(link("/a")),
            "site.test/a": to("/b", "303 See Other"),
            "site.test/b": to("/c", "308 Permanent Redirect"),
            "site.test/c": page(),
        },
        [("open", "http://site.test/"), ("follow", "/a"), ("reload",)],
    ),
    "form by POST, redirected": (
        {
            "site.test/": page(form("/a", "post")),
            "site.test/a": to("/b"),
            "site.test/b": page(),
        },
        [("open", "http://site.test/"), ("submit", "x y"), ("reload",)],
    ),
    "form by POST, reloaded": (
        {"site.test/": page(form("/a", "post")), "site.test/a": page()},
        [("open", "http://site.test/?secret=1"), ("submit", "x y"), ("reload",)],
    ),
    "307 to another site": (
        {
            "site.test/": page(form("/a", "post")),
            "site.test/a": to("http://other.test/b", "307 Temporary Redirect"),
            "other.test/b": page(),
        },
        [("open", "http://site.test/?secret=1"), ("submit", "x y"), ("reload",)],
    ),
    "there and back again": (
        {
            "site.test/": page(link("http://other.test/a")),
            "other.test/a": to(
                "http://site.test/b", "302 Found", ("Referrer-Policy", "unsafe-url")
            ),
            "site.test/b": page(),
        },
        [
            ("open", "http://site.test/?secret=1"),
            ("follow", "http://other.test/a"),
            ("reload",),
        ],
    ),
    "redirect with a policy": (
        {
            "site.test/": page(link("/a")),
            "site.test/a": to(
                "http://other.test/b", "302 Found", ("Referrer-Policy", "unsafe-url, what")
            ),
            "other.test/b": page(),
        },
        [("open", "http://site.test/?secret=1"), ("follow", "/a")],
    ),
    "policy same-origin and a POST": (
        {
            "site.test/": page(
                form("http://other.test/a", "post"), ("Referrer-Policy", "same-origin")
            ),
            "other.test/a": page(),
        },
        [("open", "http://site.test/?secret=1"), ("submit", "x")],
    ),
    "SameSite, by link and by form": (
        {
            "site.test/set": page(
                "",
                *setting(
                    "unsaid=1",
                    "lax=1; SameSite=Lax",
                    "strict=1; SameSite=Strict",
                    "none=1; SameSite=None",
                    "odd=1; SameSite=Odd",
                    "gone=1; Max-Age=0",
                    "deep=1; Path=/deep",
                    "wide=1; Domain=site.test",
                    "all=1; Domain=test",
                    "__Host-a=1; Path=/",
                    "only-value",
                    "=empty name",
                    "empty=",
                    'quoted="a, b"; HttpOnly',
                    "twice=1; Path=/deep; Path=/",
                    "sooner=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                    "odd-date=1; Expires=never",
                    "tab=a\tb",
                ),
            ),
            "site.test/deep/er": page(),
            "www.site.test/": page(),
            "site.test/a": page(status="200 OK"),
            "other.test/": page(
                link("http://site.test/a") + form("http://site.test/a", "post")
            ),
        },
        [
            ("open", "http://site.test/set"),
            ("open", "http://site.test/deep/er"),
            ("open", "http://www.site.test/"),
            ("open", "http://other.test/"),
            ("follow", "http://site.test/a"),
            ("reload",),
            ("open", "http://other.test/"),
            ("submit", "x"),
            ("reload",),
        ],
    ),
    "Secure, SameSite=None and pictures": (
        {
            "site.test/": page(
                "",
                *setting(
                    "plain=1",
                    "secure=1; Secure",
                    "none=1; SameSite=None; Secure",
                    "__Host-b=1; Secure; Path=/",
                    "__Host-c=1; Secure; Path=/; Domain=site.test",
                    "__Secure-d=1; Secure",
                    "plain-none=1; SameSite=None",
                ),
            ),
            "site.test/over": page("", *setting("secure=2", "plain=2")),
            "site.test/p.svg": picture(*setting("pixel=1", "third=1; SameSite=None; Secure")),
            "other.test/": page(
                '<img src="https://site.test/p.svg"><img src="https://site.test/p.svg">'
            ),
            "other.test/mixed": page('<img src="http://site.test/p.svg">'),
        },
        [
            ("open", "https://site.test/"),
            ("open", "http://site.test/over"),
            ("open", "https://site.test/over"),
            ("open", "https://other.test/?secret=1"),
            ("open", "https://other.test/mixed?secret=1"),
            ("open", "https://site.test/over"),
        ],
    ),
    "HSTS": (
        {
            "site.test/": page(
                link("http://site.test/a") + link("http://www.site.test/"),
                ("Strict-Transport-Security", "max-age=1000; includeSubDomains"),
                ("Strict-Transport-Security", "max-age=0"),
            ),
            "site.test/a": page(),
            "www.site.test/": page(),
            "other.test/": page(
                link("http://site.test/a?b=1") + form("http://site.test/a", "post")
            ),
        },
        [
            ("open", "https://site.test/"),
            ("open", "http://site.test/a"),
            ("open", "https://site.test/?secret=1"),
            ("follow", "http://site.test/a"),
            ("open", "https://site.test/?secret=1"),
            ("follow", "http://www.site.test/"),
            ("open", "http://other.test/?secret=1"),
            ("follow", "http://site.test/a?b=1"),
            ("open", "http://other.test/?secret=1"),
            ("submit", "x"),
        ],
    ),
    "from https to http": (
        {
            "site.test/": page(link("http://other.test/")),
            "other.test/": page(),
        },
        [
            ("open", "https://site.test/?secret=1"),
            ("follow", "http://other.test/"),
        ],
    ),
    "redirects without end": (
        {"site.test/": page(link("/loop")), "site.test/loop": to("/loop")},
        [("open", "http://site.test/"), ("follow", "/loop")],
    ),
    "a redirect to no page": (
        {"site.test/": page(link("/bad")), "site.test/bad": to("data:text/html,hello")},
        [("open", "http://site.test/"), ("follow", "/bad")],
    ),
    "a redirect with odd signs": (
        {
            "site.test/": page(link("/odd")),
            "site.test/odd": to("\\\\other.test\\caf\u00c3\u00a9 x?\u00c3\u00a9'|"),
        },
        [("open", "http://site.test/"), ("follow", "/odd")],
    ),
    "a reload that leads elsewhere": (
        {"site.test/": page(form("/a", "post")), "site.test/a": [page(), to("/b")]},
        [("open", "http://site.test/"), ("submit", "x"), ("reload",)],
    ),
    "a policy in the page": (
        {
            "site.test/": page(
                '<meta name="referrer" content="unsafe-url">'
                '<img src="http://images.test/p.svg">' + link("http://other.test/"),
                ("Referrer-Policy", "no-referrer"),
            ),
            "images.test/p.svg": to("/q.svg", "302 Found", ("Referrer-Policy", "origin")),
            "images.test/q.svg": picture(),
        },
        [("open", "http://site.test/?secret=1"), ("follow", "http://other.test/")],
    ),
    "what the cache keeps": (
        {
            "site.test/": page(form("/a", "post") + link("/private") + link("/gone")),
            "site.test/a": [page("one"), page("two", ("Cache-Control", "private, no-store"))],
            "site.test/private": page(
                link("/kept"), ("Cache-Control", "max-age=0, no-cache, private")
            ),
            "site.test/kept": page(link("/a"), ("Vary", "*"), ("Set-Cookie", "a=1")),
            "site.test/gone": to("/kept", "302 Found", ("Cache-Control", "no-store")),
        },
        [
            ("open", "http://site.test/"),
            ("follow", "/private"),
            ("open", "http://site.test/"),
            ("follow", "/gone"),
            ("open", "http://site.test/a"),
            ("open", "http://site.test/"),
            ("submit", "x"),
            ("open", "http://site.test/?again"),
            ("submit", "y"),
        ],
    ),
    "what was got before a form was sent": (
        {
            "site.test/": page(form("/a", "post")),
            "site.test/a": [page("old"), page("new"), page("lost", status="500 Oh")],
        },
        [
            ("open", "http://site.test/a"),
            ("open", "http://site.test/"),
            ("submit", "x"),
            ("open", "http://site.test/a"),
            ("open", "http://site.test/"),
            ("submit", "x"),
            ("open", "http://site.test/"),
            ("submit", "y"),
        ],
    ),
    "a form with many fields": (
        {
            "site.test/": page(
                form(
                    "?new#end",
                    "POST",
                    '<input type="checkbox" name="no"><input type="checkbox" name="yes" checked>'
                    '<input type="radio" name="r" value="1"><input type="submit" name="s" '
                    'value="go"><textarea name="t">\na\nb &amp; <b>c</b></textarea>'
                    '<input type="button" name="b" value="1"><input disabled name="d" value="1">'
                    '<select name="l"><option disabled>x<option> y  z <option value="1">w</select>'
                    '<select name="m"><option disabled selected>x<option>y</select>'
                    '<select name="n" multiple><option selected>x<option>y<option selected>z'
                    '</select><select name="o" size="2"><option>x<option>y</select>'
                    '<select name="u"><option selected>x<option selected>y<option>z</select>'
                    '<input name="q" value="second"><input type="hidden" value="nameless">',
                )
                + '<form action="/b"><input name="other"></form>',
            )
        },
        [("open", "http://site.test/?old"), ("submit", "x"), ("reload",)],
    ),
}


@dataclass(frozen=True)
class Walked:
    """What a walk left: requests in order, history, the cache in any order."""

    asked: list[Asked]
    history: list[str]
    cache: list[tuple[str, bytes]]


def by_model(site: Site, walk: Walk) -> Walked:
    """Walk with the model."""
    with visiting(site) as visitor:
        visitor.walk(*walk)
        return walked(visitor.recorder, visitor.browser.history, visitor.browser.cache.entries)


def by_chromium(site: Site, walk: Walk) -> Walked:
    """Walk with Chromium."""
    from playwright.sync_api import sync_playwright

    with (
        serving(site) as (recorder, _),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
    ):
        profile = Path(folder)
        chromium = launch(playwright, profile, fingerprint(recorder.port))
        tab = chromium.pages[0]
        for name, *given in walk:
            step(tab, name, [recorder.with_port(text) for text in given])
            tab.wait_for_load_state("networkidle")
        chromium.close()
        return walked(recorder, chromium_disk.history(profile), chromium_disk.cache(profile))


def walked(
    recorder: Recorder, history: Iterable[str], cache: Iterable[tuple[str, bytes]]
) -> Walked:
    """Return what is to be compared, without the port."""
    addresses = dict.fromkeys(map(recorder.without_port, history))
    port = f":{recorder.port}".encode()
    kept = {(recorder.without_port(url), body.replace(port, b"")) for url, body in cache}
    icons = {entry for entry in kept if entry[0].endswith("/favicon.ico")}
    return Walked(recorder.asked, list(addresses), sorted(kept - icons))


def step(tab: Page, name: str, given: list[str]) -> None:
    """Make one step in Chromium; it may end on an error page."""
    from playwright.sync_api import Error

    try:
        match name:
            case "open":
                tab.goto(given[0])
            case "reload":
                tab.reload()
            case "follow":
                tab.click(f'a[href="{given[0]}"]')
            case "submit":
                tab.fill('input[name="q"]', given[0])
                tab.press('input[name="q"]', "Enter")
    except Error as error:
        if "net::ERR" not in str(error):
            raise


@pytest.mark.chromium
@pytest.mark.parametrize("name", WALKS)
def test_the_model_asks_what_chromium_asks(name: str) -> None:
    """On the same walk the model sends the requests and keeps the history and cache of Chromium."""
    site, walk = WALKS[name]
    assert by_chromium(site, walk) == by_model(site, walk)
