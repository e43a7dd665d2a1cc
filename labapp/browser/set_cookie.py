"""One Set-Cookie header, read as browsers read it (RFC 6265bis, 5.6 and 5.7)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import urlsplit

from labapp.browser.origin import host_of, is_address, registrable

LONGEST_LIFE = 400 * 24 * 3600  # seconds, whatever the server asks for (5.5)
LARGEST = 4096  # bytes of name and value together (5.7)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True)
class SetCookie:
    """A cookie with all that decides where it goes.

    *created* and *expires* are seconds of the browser's clock; *same_site* is
    ``""`` if the server did not say.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str = "/"
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    created: float = 0
    expires: float = math.inf

    @property
    def key(self) -> tuple[str, str, bool, str]:
        """What a later cookie must share to replace this one."""
        return self.name, self.domain, self.host_only, self.path

    @property
    def pair(self) -> str:
        """What stands in a Cookie header."""
        return f"{self.name}={self.value}" if self.name else self.value

    def belongs_to(self, url: str) -> bool:
        """Return whether domain, path and Secure let it go to *url*."""
        host, parts = host_of(url), urlsplit(url)
        return (
            (host == self.domain or (not self.host_only and _inside(host, self.domain)))
            and _under(parts.path or "/", self.path)
            and (parts.scheme == "https" or not self.secure)
        )

    def hides(self, old: SetCookie) -> bool:
        """Return whether this one would be sent in place of *old*, or beside it."""
        one, other = self.domain, old.domain
        related = one == other or _inside(one, other) or _inside(other, one)
        return self.name == old.name and related and _under(self.path, old.path)


def read(url: str, header: str, now: float) -> SetCookie | None:
    """Return the cookie that *header*, come from *url*, asks for; None if in vain."""
    if _CONTROLS.search(header):
        return None
    pair, *written = header.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals:
        name, value = "", name
    if "\t" in name + value:  # as Chromium; the draft would let it pass
        return None
    attributes = {
        key.strip().lower(): text.strip()
        for key, _, text in (part.partition("=") for part in written)
    }
    host, path = host_of(url), attributes.get("path", "")
    domain = attributes.get("domain", "").removeprefix(".").lower()
    same_site = attributes.get("samesite", "").capitalize()
    cookie = SetCookie(
        name=name,
        value=value,
        domain=domain or host,
        host_only=not domain,
        path=path if path.startswith("/") else _default_path(url),
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=same_site if same_site in ("Lax", "Strict", "None") else "",
        created=now,
        expires=_expiry(attributes, now),
    )
    if not 0 < len((name + value).encode("utf-8", "replace")) <= LARGEST:
        return None
    if domain and not _may_set(host, domain):
        return None
    if cookie.same_site == "None" and not cookie.secure:
        return None
    return cookie if _keeps_promise(cookie, path) else None


def _may_set(host: str, domain: str) -> bool:
    # What is above the registrable part belongs to everybody (a public suffix).
    return host == domain or (_inside(host, domain) and not _inside(registrable(host), domain))


def _keeps_promise(cookie: SetCookie, path: str) -> bool:
    promise = (cookie.name or cookie.value).lower()
    if not promise.startswith(("__secure-", "__host-")):
        return True
    if not cookie.name or not cookie.secure:
        return False
    return promise.startswith("__secure-") or (cookie.host_only and path == "/")


def _inside(host: str, domain: str) -> bool:
    return host.endswith("." + domain) and not is_address(host)


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")


def _default_path(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _expiry(attributes: dict[str, str], now: float) -> float:
    """Return when a cookie ends; Max-Age counts before Expires (5.6.2)."""
    if re.fullmatch(r"-?[0-9]+", age := attributes.get("max-age", "")):
        return min(now + float(age), now + LONGEST_LIFE)
    date = parsedate_tz(attributes.get("expires", ""))
    try:
        return min(mktime_tz(date), now + LONGEST_LIFE) if date else math.inf
    except (ValueError, OverflowError):  # a date no calendar has
        return math.inf
