"""How much of a page's address the next server is told."""

from __future__ import annotations

import pytest

from labapp.browser.referrer import (
    DEFAULT_POLICY,
    LONGEST,
    POLICIES,
    hides_origin,
    policy_of,
    referer,
)

WHOLE, ORIGIN, NOTHING = "whole", "origin", ""

# The table of W3C Referrer Policy, section 3: same origin, cross origin, downgrade.
TABLE = {
    "no-referrer": (NOTHING, NOTHING, NOTHING),
    "no-referrer-when-downgrade": (WHOLE, WHOLE, NOTHING),
    "origin": (ORIGIN, ORIGIN, ORIGIN),
    "origin-when-cross-origin": (WHOLE, ORIGIN, ORIGIN),
    "same-origin": (WHOLE, NOTHING, NOTHING),
    "strict-origin": (ORIGIN, ORIGIN, NOTHING),
    "strict-origin-when-cross-origin": (WHOLE, ORIGIN, NOTHING),
    "unsafe-url": (WHOLE, WHOLE, WHOLE),
}
# Fetch, "append a request Origin header": is it null? In the same three cases.
HIDDEN = {
    "no-referrer": (True, True, True),
    "no-referrer-when-downgrade": (False, False, True),
    "origin": (False, False, False),
    "origin-when-cross-origin": (False, False, False),
    "same-origin": (False, True, True),
    "strict-origin": (False, False, True),
    "strict-origin-when-cross-origin": (False, False, True),
    "unsafe-url": (False, False, False),
}
PAGE = "https://site.test:8000/a?secret=1"
TARGETS = (
    "https://site.test:8000/b",
    "https://site.test:8001/b",  # another port is another origin
    "http://site.test:8000/b",
)


def told(policy: str, target: str) -> str:
    """Name what *target* is told about PAGE."""
    return {PAGE: WHOLE, "https://site.test:8000/": ORIGIN, "": NOTHING}[
        referer(policy, PAGE, target)
    ]


def test_the_tables_have_every_policy() -> None:
    """The two tables of this module leave no policy out."""
    assert set(TABLE) == set(HIDDEN) == POLICIES


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_each_policy_tells_what_the_specification_says(policy: str) -> None:
    """Eight policies, each towards the same origin, another one and a downgrade."""
    assert tuple(told(policy, target) for target in TARGETS) == TABLE[policy]


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_each_policy_hides_the_origin_where_fetch_says(policy: str) -> None:
    """A POST's Origin header is null in the cases of the Fetch Standard."""
    hidden = tuple(hides_origin(policy, PAGE, target) for target in TARGETS)
    assert hidden == HIDDEN[policy]


def test_from_http_to_https_is_no_downgrade() -> None:
    """The way up tells as much as the way between two plain origins."""
    page = "http://site.test/a?secret=1"
    assert referer("no-referrer-when-downgrade", page, "https://other.test/") == page
    assert referer("strict-origin", page, "https://other.test/") == "http://site.test/"


@pytest.mark.parametrize("policy", ["", "unknown", DEFAULT_POLICY])
def test_an_unknown_policy_is_the_default(policy: str) -> None:
    """What is unknown counts as strict-origin-when-cross-origin, the browsers' default."""
    assert tuple(told(policy, target) for target in TARGETS) == TABLE[DEFAULT_POLICY]


def test_fragment_name_and_password_are_never_told() -> None:
    """Even unsafe-url leaves these three away."""
    page = "http://user:word@site.test/a?b#secret"
    assert referer("unsafe-url", page, "http://other.test/") == "http://site.test/a?b"


@pytest.mark.parametrize("page", ["", "data:text/html,x", "file:///x", "about:blank"])
def test_what_is_no_page_of_the_web_is_not_told(page: str) -> None:
    """A typed address has no page behind it, and local pages are nobody's matter."""
    assert referer("unsafe-url", page, "http://other.test/") == ""


def test_a_very_long_address_is_cut_to_its_origin() -> None:
    """Above 4096 characters only the origin is told; at 4096 the whole address."""
    start = "http://site.test/?"
    longest = start + "a" * (LONGEST - len(start))
    assert referer("unsafe-url", longest, "http://other.test/") == longest
    assert referer("unsafe-url", longest + "a", "http://other.test/") == "http://site.test/"


@pytest.mark.parametrize(
    ("headers", "policy"),
    [
        ([], ""),
        (["origin"], "origin"),
        ([" ORIGIN "], "origin"),
        (["no-referrer, origin"], "origin"),
        (["origin, from-the-future"], "origin"),
        (["origin", "from-the-future"], "origin"),
        (["origin", "unsafe-url"], "unsafe-url"),
        (["from-the-future"], ""),
    ],
)
def test_the_last_known_token_counts(headers: list[str], policy: str) -> None:
    """A page may write a fallback first; unknown tokens are passed over."""
    assert policy_of(headers) == policy
