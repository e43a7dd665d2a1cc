"""Origins, sites and referrers: who a browser takes for whom."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
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


def host_of(url: str) -> str:
    """Return the host name of *url* in lower case, without the port."""
    return (urlsplit(url).hostname or "").lower()


def port_of(url: str) -> int:
    """Return the port of *url*, the scheme's own if none is written."""
    parts = urlsplit(url)
    return parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def origin_of(url: str) -> str:
    """Return scheme, host and port of *url* (RFC 6454), as in an Origin header."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def same_site(one: str, other: str) -> bool:
    """Return whether two URLs are of one site: scheme and last two labels.

    Ports do not count (HTML Standard, "schemelessly same site"; browsers have
    asked for the same scheme as well since 2021).
    """

    def site(url: str) -> tuple[str, str]:
        return urlsplit(url).scheme, ".".join(host_of(url).split(".")[-2:])

    return site(one) == site(other)


def referer(policy: str, source: str, target: str) -> str:
    """Return the Referer header for a request from page *source*, or ``""``.

    *policy* is a token of the Referrer Policy specification (W3C); an unknown
    one counts as the browsers' default.
    """
    if not source or policy == "no-referrer":
        return ""
    parts = urlsplit(source)
    whole = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
    origin = origin_of(source) + "/"
    same = origin_of(source) == origin_of(target)
    downgrade = parts.scheme == "https" and urlsplit(target).scheme == "http"
    match policy if policy in POLICIES else DEFAULT_POLICY:
        case "unsafe-url":
            return whole
        case "origin":
            return origin
        case "same-origin":
            return whole if same else ""
        case "origin-when-cross-origin":
            return whole if same else origin
        case "strict-origin":
            return "" if downgrade else origin
        case "no-referrer-when-downgrade":
            return "" if downgrade else whole
        case _:
            return whole if same else "" if downgrade else origin
