"""One request on its way, as the Fetch Standard describes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import urlsplit

from labapp.browser.origin import origin_of, same_site
from labapp.browser.referrer import DEFAULT_POLICY, hides_origin, referer

FORM = "application/x-www-form-urlencoded"
NO_PAGE = frozenset((204, 205))  # answers after which a browser stays where it is


class Context(Enum):
    """From where a request comes, as SameSite asks (RFC 6265bis, 5.2 and 5.6.7)."""

    SAME_SITE = "the visitor, or a page of the same site"
    LINK = "a page of another site: a navigation by GET"
    FORM = "a page of another site: a navigation by POST"
    PICTURE = "a page of another site: a part of that page"


@dataclass(frozen=True)
class Request:
    """What the browser asks for, and who made it ask.

    *url* may have a fragment, which is never sent. *initiator* is the address of
    the page that caused the request, ``""`` if the visitor typed it; *referrer*
    is what is still told of that address. *sending* is the number of the form that
    was sent, 0 for none. *tainted*: a redirect crossed origins.
    """

    url: str
    method: str = "GET"
    body: bytes = b""
    initiator: str = ""
    referrer: str = ""
    policy: str = DEFAULT_POLICY
    navigation: bool = True
    sending: int = 0
    tainted: bool = False

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that page and policy decide; cookies are the jar's matter."""
        headers = [
            ("Accept", "text/html,*/*;q=0.8" if self.navigation else "image/*,*/*;q=0.8")
        ]
        if self.method == "POST":
            headers += [("Content-Type", FORM), ("Origin", self._origin)]
        if told := referer(self.policy, self.referrer, self.url):
            headers.append(("Referer", told))
        return headers

    @property
    def context(self) -> Context:
        """What SameSite has to know; only the first cause counts, not the redirects."""
        if not self.initiator or same_site(self.initiator, self.url):
            return Context.SAME_SITE
        if not self.navigation:
            return Context.PICTURE
        return Context.LINK if self.method == "GET" else Context.FORM

    def redirected(self, url: str, status: int, policy: str = "") -> Request:
        """Return the request that follows a redirect to *url* (RFC 9110, 15.4).

        *policy* is the redirect's own Referrer-Policy. What one hop took from the
        referrer stays away: the next one starts from what was told.
        """
        # 303 says so; for 301 and 302 it is old custom, which the RFC allows.
        becomes_get = self.method == "POST" and status in (301, 302, 303)
        # The next page can read the fragment (Fetch, "HTTP-redirect fetch").
        fragment = urlsplit(self.url).fragment
        if fragment and not urlsplit(url).fragment:
            url = f"{url.partition('#')[0]}#{fragment}"
        return replace(
            self,
            url=url,
            method="GET" if becomes_get else self.method,
            body=b"" if becomes_get else self.body,
            referrer=referer(self.policy, self.referrer, self.url),
            policy=policy or self.policy,
            # Else a stranger could send a POST back to where it came from, and it
            # would look like the site's own.
            tainted=self.tainted or origin_of(url) != origin_of(self.url),
        )

    @property
    def _origin(self) -> str:
        if self.tainted or not self.initiator:
            return "null"
        if hides_origin(self.policy, self.initiator, self.url):
            return "null"
        return origin_of(self.initiator)
