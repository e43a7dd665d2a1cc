"""HTTP Strict Transport Security as a browser keeps it (RFC 6797)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from labapp.browser.origin import host_of, is_address

LONGEST = 365 * 24 * 3600  # seconds; Chromium believes no longer promise


class HstsStore:
    """Remembers which hosts asked for HTTPS only, and until when.

    *clock* returns seconds; it can be set, so that a year passes in a test.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._subdomains: set[str] = set()

    def note(self, url: str, header: str) -> None:
        """Take in a Strict-Transport-Security *header* that came from *url*.

        Ignored over ``http://`` (8.1), from an IP address (8.1.1) and if it does
        not follow the grammar (6.1).
        """
        host, directives = host_of(url), _directives(header)
        age = directives.get("max-age", "")
        if urlsplit(url).scheme != "https" or is_address(host):
            return
        if not (age.isascii() and age.isdigit()):
            return
        self._until.pop(host, None)
        self._subdomains.discard(host)
        seconds = min(float(age), LONGEST)  # int() refuses thousands of digits
        if seconds == 0:
            return
        self._until[host] = self._clock() + seconds
        if "includesubdomains" in directives:
            self._subdomains.add(host)

    def upgrade(self, url: str) -> str:
        """Return *url* with ``https://`` if its host asked for that.

        An explicit port is kept, save 80, which becomes 443 (8.3).
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not self._knows(host_of(url)):
            return url
        return parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")).geturl()

    def _knows(self, host: str) -> bool:
        labels = host.split(".")
        for start in range(len(labels)):
            name = ".".join(labels[start:])
            if self._until.get(name, 0) > self._clock():
                if start == 0 or name in self._subdomains:
                    return True
        return False


def _directives(header: str) -> dict[str, str]:
    """Return the directives of *header*, none at all if one stands twice (6.1)."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name.lower() in found:
            return {}
        if name:
            found[name.lower()] = value[1:-1] if value[:1] == value[-1:] == '"' else value
    return found
