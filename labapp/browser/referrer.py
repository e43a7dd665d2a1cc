"""Referrer Policy: how much of a page's address the next server is told (W3C)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from labapp.browser.origin import DEFAULT_PORTS, origin_of

DEFAULT_POLICY = "strict-origin-when-cross-origin"  # of every browser since 2020
POLICIES = frozenset(
    (
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    )
)
LONGEST = 4096  # characters; of a longer address only the origin is told (8.4)


def policy_of(headers: Iterable[str]) -> str:
    """Return the policy that *headers* ask for, or ``""``: the last known token (8.1)."""
    tokens = [token.strip().lower() for header in headers for token in header.split(",")]
    return next((token for token in reversed(tokens) if token in POLICIES), "")


def referer(policy: str, source: str, target: str) -> str:
    """Return the Referer header for a request from page *source*, or ``""``.

    *policy* is one of `POLICIES`; an unknown one counts as the browsers' default.
    """
    parts = urlsplit(source)
    if parts.scheme not in DEFAULT_PORTS:  # nothing typed, no page of file: or data:
        return ""
    origin = origin_of(source) + "/"
    bare = urlsplit(origin)
    whole = urlunsplit((bare.scheme, bare.netloc, parts.path or "/", parts.query, ""))
    if len(whole) > LONGEST:
        whole = origin
    same = origin_of(source) == origin_of(target)
    downgrade = _downgrade(source, target)
    match policy if policy in POLICIES else DEFAULT_POLICY:
        case "no-referrer":
            told = ""
        case "unsafe-url":
            told = whole
        case "origin":
            told = origin
        case "same-origin":
            told = whole if same else ""
        case "origin-when-cross-origin":
            told = whole if same else origin
        case "strict-origin":
            told = "" if downgrade else origin
        case "no-referrer-when-downgrade":
            told = "" if downgrade else whole
        case _:
            told = whole if same else "" if downgrade else origin
    return told


def hides_origin(policy: str, source: str, target: str) -> bool:
    """Return whether *policy* turns a POST's Origin header into ``null``.

    The Fetch Standard's "append a request Origin header", for requests without CORS.
    """
    match policy if policy in POLICIES else DEFAULT_POLICY:
        case "no-referrer":
            return True
        case "same-origin":
            return origin_of(source) != origin_of(target)
        case "origin" | "origin-when-cross-origin" | "unsafe-url":
            return False
        case _:
            return _downgrade(source, target)


def _downgrade(source: str, target: str) -> bool:
    return urlsplit(source).scheme == "https" and urlsplit(target).scheme != "https"
