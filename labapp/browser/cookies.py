"""Cookies as a browser keeps and sends them (RFC 6265 and its revision)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from labapp.browser.origin import host_of
from labapp.evidence import Cookie


class CookieJar:
    """Keeps the cookies of every host; a port separates nothing (RFC 6265, 8.5)."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Cookie] = {}

    @property
    def all(self) -> tuple[Cookie, ...]:
        """Every cookie kept, in the order in which it was first set."""
        return tuple(self._kept.values())

    def store(self, url: str, header: str) -> None:
        """Take in one Set-Cookie *header* that came with the answer from *url*.

        Not kept are a Secure cookie from ``http://``, and one that would replace
        a Secure cookie from there (RFC 6265bis, 5.7).
        """
        pair, *written = header.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            return
        attributes = {
            key.strip().lower(): text.strip()
            for key, _, text in (part.partition("=") for part in written)
        }
        host, secure_channel = host_of(url), urlsplit(url).scheme == "https"
        secure = "secure" in attributes
        same_site = attributes.get("samesite", "").capitalize() or "Lax"
        old = self._kept.get((host, name))
        if not secure_channel and (secure or (old is not None and old.secure)):
            return
        if same_site == "None" and not secure:
            return
        if _expired(attributes):
            self._kept.pop((host, name), None)
            return
        self._kept[host, name] = Cookie(
            host=host,
            name=name,
            value=value,
            secure=secure,
            http_only="httponly" in attributes,
            same_site=same_site,
        )

    def header(self, url: str, *, cross_site: bool, top_level_get: bool) -> str:
        """Return the Cookie header for a request to *url*, or ``""``.

        *cross_site*: another site made the browser send it. *top_level_get*: it
        is a navigation by GET, for which ``SameSite=Lax`` lets cookies along.
        """
        host, secure_channel = host_of(url), urlsplit(url).scheme == "https"
        return "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self._kept.values()
            if cookie.host == host
            and (secure_channel or not cookie.secure)
            and (
                not cross_site
                or cookie.same_site == "None"
                or (cookie.same_site == "Lax" and top_level_get)
            )
        )


def _expired(attributes: dict[str, str]) -> bool:
    # Only "gone at once" matters to a visit of milliseconds (logout, deletion).
    if "max-age" in attributes:
        try:
            return int(attributes["max-age"]) <= 0
        except ValueError:
            return False
    try:
        return parsedate_to_datetime(attributes["expires"]).year <= 1970
    except (KeyError, ValueError):
        return False
