"""HTTP Strict Transport Security as a browser keeps it (RFC 6797)."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from labapp.browser.origin import host_of


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

        Ignored over ``http://`` (8.1) and from an IP address (8.1.1).
        """
        host = host_of(url)
        age = re.search(r'max-age\s*=\s*"?(\d+)', header, re.IGNORECASE)
        if urlsplit(url).scheme != "https" or _is_address(host) or age is None:
            return
        seconds = int(age[1])
        self._subdomains.discard(host)
        if seconds == 0:
            self._until.pop(host, None)
            return
        self._until[host] = self._clock() + seconds
        if "includesubdomains" in header.lower():
            self._subdomains.add(host)

    def upgrade(self, url: str) -> str:
        """Return *url* with ``https://`` if its host asked for that.

        An explicit port is kept, save 80, which becomes 443 (8.3).
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not self._knows(host_of(url)):
            return url
        netloc = parts.netloc.removesuffix(":80")
        return parts._replace(scheme="https", netloc=netloc).geturl()

    def _knows(self, host: str) -> bool:
        labels = host.split(".")
        for start in range(len(labels)):
            name = ".".join(labels[start:])
            if self._until.get(name, 0) > self._clock():
                if start == 0 or name in self._subdomains:
                    return True
        return False


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
