"""Cookies as a browser keeps and sends them (RFC 6265 and its revision, 6265bis)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from labapp.browser import set_cookie
from labapp.browser.origin import host_of
from labapp.browser.request import Context
from labapp.browser.set_cookie import SetCookie
from labapp.evidence import Cookie

YOUNG = 120  # seconds (5.6.7.2, "Lax-Allowing-Unsafe")


class CookieJar:
    """Keeps the cookies of every host; a port separates nothing (RFC 6265, 8.5).

    *clock* (seconds) is what cookies age by. The exceptions that browsers make for
    the names of the loopback interface are not known here.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._jar: dict[tuple[str, str, bool, str], SetCookie] = {}

    @property
    def all(self) -> tuple[Cookie, ...]:
        """Every cookie that has not expired, oldest value first."""
        return tuple(
            Cookie(
                host=kept.domain,
                name=kept.name,
                value=kept.value,
                secure=kept.secure,
                http_only=kept.http_only,
                same_site=kept.same_site or "Lax",
            )
            for kept in sorted(self._fresh(), key=lambda kept: kept.created)
        )

    def store(self, url: str, header: str, context: Context = Context.SAME_SITE) -> None:
        """Take in one Set-Cookie *header* that came with the answer from *url* (5.7).

        Not kept are a Secure cookie from ``http://`` and one that would hide a
        Secure cookie from there, one for another domain, ``SameSite=None`` without
        Secure, and what breaks the promise of a ``__Host-`` or ``__Secure-`` name.
        A picture on a page of another site may only set ``SameSite=None``.
        """
        kept = self._fresh()
        new = set_cookie.read(url, header, self._clock())
        if new is None or (context is Context.PICTURE and new.same_site != "None"):
            return
        if urlsplit(url).scheme != "https":
            if new.secure or any(old.secure and new.hides(old) for old in kept):
                return
        old = self._jar.pop(new.key, None)
        if old is not None and old.value == new.value:
            # The RFC keeps the age of every cookie that is set again, Chromium only
            # that of the same value; the age decides the order, and see `YOUNG`.
            new = replace(new, created=old.created)
        self._jar[new.key] = new

    def plant(self, url: str, name: str, value: str) -> None:
        """Put a cookie in by hand, as one does in the developer tools: no rule is asked."""
        cookie = SetCookie(name, value, host_of(url), host_only=True, created=self._clock())
        self._jar[cookie.key] = cookie

    def header(self, url: str, context: Context = Context.SAME_SITE) -> str:
        """Return the Cookie header for a request to *url*, or ``""`` (5.8.3)."""
        sent = [
            kept
            for kept in self._fresh()
            if kept.belongs_to(url) and self._allowed(kept, context)
        ]
        sent.sort(key=lambda kept: (-len(kept.path), kept.created))
        return "; ".join(kept.pair for kept in sent)

    def _allowed(self, kept: SetCookie, context: Context) -> bool:
        match context:
            case Context.SAME_SITE:
                return True
            case Context.LINK:
                return kept.same_site != "Strict"
            case Context.FORM:
                # Lax by default is laxer than Lax by name: sign-in pages of another
                # site post back at once, so Chromium lets a young cookie pass.
                young = self._clock() - kept.created <= YOUNG
                return kept.same_site == "None" or (kept.same_site == "" and young)
            case Context.PICTURE:
                return kept.same_site == "None"

    def _fresh(self) -> tuple[SetCookie, ...]:
        now = self._clock()
        for key in [key for key, kept in self._jar.items() if kept.expires <= now]:
            del self._jar[key]
        return tuple(self._jar.values())
