"""HSTS: who may ask for it, for how long, and what it does to an address."""

from __future__ import annotations

import pytest

from labapp.browser.hsts import LONGEST, HstsStore

SECURE, PLAIN = "https://site.test:8443/x", "http://site.test:8443/x"


class Clock:
    """Seconds that pass when told to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def upgrades(header: str, source: str = SECURE, target: str = PLAIN) -> bool:
    """Return whether *header* from *source* makes *target* secure."""
    store = HstsStore(Clock())
    store.note(source, header)
    return store.upgrade(target).startswith("https:")


@pytest.mark.parametrize(
    ("header", "heard"),
    [
        ("max-age=10", True),
        ("MAX-AGE = 10 ; preload", True),
        ('max-age="10"', True),
        ("includeSubDomains; max-age=10;", True),
        ("max-age=10; unknown=max-age=0", True),
        ("max-age=" + "9" * 5000, True),
        ("", False),
        ("max-age", False),
        ("max-age=", False),
        ("max-age=-1", False),
        ("max-age=ten", False),
        ("max-age=10x", False),
        ("x-max-age=10", False),
        ("includeSubDomains", False),
        ("max-age=10; max-age=10", False),
        ("max-age=0", False),
        ("max-age=" + "0" * 5000, False),
    ],
)
def test_a_header_is_heard_if_it_follows_the_grammar(header: str, heard: bool) -> None:
    """RFC 6797, 6.1: max-age once and in digits; what is unknown is passed over."""
    assert upgrades(header) is heard


@pytest.mark.parametrize("source", ["http://site.test:8443/", "https://127.0.0.1/"])
def test_only_a_name_over_https_may_ask(source: str) -> None:
    """Ignored over http (8.1) and from an IP address (8.1.1); heard from a name over https."""
    target = source.replace("https:", "http:")
    assert not upgrades("max-age=10", source, target)
    assert upgrades("max-age=10", SECURE, PLAIN)


@pytest.mark.parametrize(
    ("target", "becomes"),
    [
        ("http://site.test:8443/x?y#z", "https://site.test:8443/x?y#z"),
        ("http://site.test/x", "https://site.test/x"),
        ("http://site.test:80/x", "https://site.test/x"),
        ("http://SITE.test/x", "https://SITE.test/x"),
        ("https://site.test/x", "https://site.test/x"),
        ("http://other.test/x", "http://other.test/x"),
        ("http://www.site.test/x", "http://www.site.test/x"),
        ("http://mysite.test/x", "http://mysite.test/x"),
    ],
)
def test_an_address_of_the_host_becomes_secure(target: str, becomes: str) -> None:
    """The scheme changes, an explicit port stays, port 80 becomes 443 (8.3)."""
    store = HstsStore(Clock())
    store.note(SECURE, "max-age=10")
    assert store.upgrade(target) == becomes


def test_subdomains_follow_only_if_asked() -> None:
    """The directive includeSubDomains reaches every level below, never the level above."""
    asked = "max-age=10; includeSubDomains"
    assert not upgrades("max-age=10", SECURE, "http://a.b.site.test/")
    assert upgrades(asked, SECURE, "http://a.b.site.test/")
    assert not upgrades(asked, "https://www.site.test/", "http://site.test/")
    assert upgrades(asked, "https://www.site.test/", "http://www.site.test/")


def test_a_promise_ends_with_the_clock() -> None:
    """One second before its end a promise holds; at its end it does not."""
    clock = Clock()
    store = HstsStore(clock)
    store.note(SECURE, "max-age=10")
    clock.now += 9
    assert store.upgrade(PLAIN) == SECURE
    clock.now += 1
    assert store.upgrade(PLAIN) == PLAIN


def test_a_later_header_replaces_the_promise() -> None:
    """A new max-age counts from its own time, max-age=0 takes the promise back."""
    clock = Clock()
    store = HstsStore(clock)
    store.note(SECURE, "max-age=10; includeSubDomains")
    clock.now += 9
    store.note(SECURE, "max-age=10")
    clock.now += 9
    assert store.upgrade(PLAIN) == SECURE
    assert store.upgrade("http://www.site.test/") == "http://www.site.test/"
    store.note(SECURE, "max-age=0")
    assert store.upgrade(PLAIN) == PLAIN


def test_a_host_cannot_leave_its_parents_promise() -> None:
    """max-age=0 of a subdomain does not undo the domain's includeSubDomains."""
    store = HstsStore(Clock())
    store.note(SECURE, "max-age=10; includeSubDomains")
    store.note("https://www.site.test/", "max-age=0")
    assert store.upgrade("http://www.site.test/") == "https://www.site.test/"


def test_no_promise_lasts_longer_than_a_year() -> None:
    """Chromium cuts max-age to one year."""
    clock = Clock()
    store = HstsStore(clock)
    store.note(SECURE, f"max-age={10 * LONGEST}")
    clock.now += LONGEST - 1
    assert store.upgrade(PLAIN) == SECURE
    clock.now += 1
    assert store.upgrade(PLAIN) == PLAIN
