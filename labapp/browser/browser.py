"""The visitor's browser: navigates, submits, follows, remembers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from labapp.browser.cookies import CookieJar
from labapp.browser.hsts import HstsStore
from labapp.browser.origin import DEFAULT_POLICY, POLICIES, origin_of, referer, same_site
from labapp.browser.page import Page
from labapp.browser.transport import Network, Transport
from labapp.errors import LabError
from labapp.evidence import Answer, Memory

MOST_REDIRECTS = 20  # as in Chromium
FORM = "application/x-www-form-urlencoded"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


def header(answer: Answer, name: str) -> str:
    """Return the last header *name* of *answer*, or ``""``."""
    found = [value for key, value in answer.headers if key.lower() == name.lower()]
    return found[-1] if found else ""


class Browser:
    """One visitor's browser, as far as it decides who can see a secret.

    It keeps cookies, HSTS, history and a cache, follows redirects and loads
    pictures. *user_agent* is sent with every request; *clock* (seconds) is what
    HSTS ages by. Every answer is kept until `take_answers()`.
    """

    def __init__(
        self,
        network: Network,
        user_agent: str = "LabBrowser/1.0",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.cookies = CookieJar()
        self.hsts = HstsStore(clock)
        self.history: list[str] = []
        self.cache: dict[tuple[str, str, bytes], bytes] = {}
        self.current: Answer | None = None
        self._user_agent = user_agent
        self._transport = Transport(network)
        self._answers: list[Answer] = []

    # What a visitor does ----------------------------------------------------------

    def open(self, url: str) -> Answer:
        """Go to an address the visitor typed."""
        return self._navigate("GET", url, source="")

    def follow(self, href: str) -> Answer:
        """Click a link of the current page."""
        here = self._here().url
        return self._navigate("GET", urljoin(here, href), source=here)

    def submit(self, values: Mapping[str, str]) -> Answer:
        """Fill *values* into the current page's form and send it (HTML, 4.10.22)."""
        here = self._here()
        form = Page(here.body.decode("utf-8", "replace")).form
        if form is None:
            raise LabError("This page has no form to submit: open the form page first.")
        data = urlencode({**form.fields, **values})
        action = urljoin(here.url, form.action or here.url)
        if form.method == "post":
            return self._navigate("POST", action, source=here.url, body=data.encode())
        bare = urlsplit(action)._replace(query=data, fragment="").geturl()
        return self._navigate("GET", bare, source=here.url)

    def reload(self) -> Answer:
        """Press F5 and confirm that the form is sent again, if it is asked."""
        here = self._here()
        return self._navigate(here.method, here.url, source="", body=here.sent, remember=False)

    def take_answers(self) -> tuple[Answer, ...]:
        """Return every answer since the last call, redirects and pictures too."""
        answers = tuple(self._answers)
        self._answers.clear()
        return answers

    def memory(self) -> Memory:
        """Return what stands on this browser's disk now."""
        return Memory(
            history=tuple(self.history),
            cache=tuple((url, body) for (_, url, _), body in self.cache.items()),
            cookies=self.cookies.all,
        )

    def close_connections(self) -> None:
        """Close what is kept alive."""
        self._transport.close()

    # How a browser does it ----------------------------------------------------------

    def _here(self) -> Answer:
        if self.current is None:
            raise LabError("This browser shows no page yet: open one first.")
        return self.current

    def _navigate(
        self, method: str, url: str, *, source: str, body: bytes = b"", remember: bool = True
    ) -> Answer:
        policy = self._policy(self.current) if self.current else DEFAULT_POLICY
        for _ in range(MOST_REDIRECTS + 1):
            url = self.hsts.upgrade(urldefrag(url).url)
            answer = self._fetch(method, url, source, policy, body, navigation=True)
            location = header(answer, "Location")
            if answer.status not in _REDIRECTS or not location:
                break
            policy = self._policy(answer, policy)
            url = urljoin(url, location)
            # 303 always, 301 and 302 by old custom, turn POST into GET (RFC 9110, 15.4).
            if answer.status not in (307, 308) and method != "HEAD":
                method, body = "GET", b""
        if answer.status and remember:
            # Chromium keeps where a redirect led, not where it began.
            self.history.append(answer.url)
        self.current = answer
        self._load_images(answer)
        return answer

    def _load_images(self, page: Answer) -> None:
        if not header(page, "Content-Type").startswith("text/html"):
            return
        for src in Page(page.body.decode("utf-8", "replace")).images:
            url = self.hsts.upgrade(urljoin(page.url, src))
            if urlsplit(url).scheme in ("http", "https"):
                self._fetch("GET", url, page.url, self._policy(page), b"", navigation=False)

    def _fetch(
        self, method: str, url: str, source: str, policy: str, body: bytes, *, navigation: bool
    ) -> Answer:
        headers = [("User-Agent", self._user_agent), ("Accept", "text/html, image/*")]
        if method == "POST":
            headers.append(("Content-Type", FORM))
            headers.append(("Origin", origin_of(source) if source else origin_of(url)))
        if sent_from := referer(policy, source, url):
            headers.append(("Referer", sent_from))
        cross_site = bool(source) and not same_site(source, url)
        if cookies := self.cookies.header(
            url, cross_site=cross_site, top_level_get=navigation and method == "GET"
        ):
            headers.append(("Cookie", cookies))
        answer = self._transport.request(method, url, headers, body)
        self._answers.append(answer)
        for name, value in answer.headers:
            if name.lower() == "set-cookie" and (navigation or not cross_site):
                self.cookies.store(url, value)
        self.hsts.note(url, header(answer, "Strict-Transport-Security"))
        # Chromium writes answers to POST to its cache as well.
        if answer.status and "no-store" not in header(answer, "Cache-Control").lower():
            self.cache[method, url, body] = answer.body
        return answer

    @staticmethod
    def _policy(answer: Answer, default: str = DEFAULT_POLICY) -> str:
        tokens = [token.strip() for token in header(answer, "Referrer-Policy").split(",")]
        known = [token for token in tokens if token in POLICIES]
        return known[-1] if known else default
