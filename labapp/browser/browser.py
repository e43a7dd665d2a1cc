"""The visitor's browser: navigates, submits, follows, remembers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from labapp.browser.cache import Cache
from labapp.browser.cookies import CookieJar
from labapp.browser.hsts import HstsStore
from labapp.browser.origin import host_of, is_address, resolve
from labapp.browser.page import Page
from labapp.browser.referrer import DEFAULT_POLICY, policy_of
from labapp.browser.request import Request
from labapp.browser.transport import Network, Transport, failed
from labapp.errors import LabError
from labapp.evidence import Answer, Memory

MOST_REQUESTS = 20  # to reach one page; the next redirect is refused, as in Chromium
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NO_PAGE = frozenset((204, 205))  # the browser stays where it is


class Browser:
    """One visitor's browser, as far as it decides who can see a secret.

    It keeps cookies (a third party's too), HSTS, history and a cache, follows
    redirects and loads pictures; it runs no script. *user_agent* is sent with every request; *clock*
    (seconds) is what cookies and HSTS age by. Every answer is kept until
    `take_answers()`. What cannot be reached gives an answer of status 0.
    """

    def __init__(
        self,
        network: Network,
        user_agent: str = "LabBrowser/1.0",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.cookies = CookieJar(clock)
        self.hsts = HstsStore(clock)
        self.cache = Cache()
        self.history: list[str] = []
        self.current: Answer | None = None
        self._page = Page("")
        self._policy = DEFAULT_POLICY
        self._arrival = Request("")  # what led to the current page
        self._user_agent = user_agent
        self._transport = Transport(network)
        self._answers: list[Answer] = []

    # What a visitor does ----------------------------------------------------------

    def open(self, url: str) -> Answer:
        """Go to an address the visitor typed."""
        return self._navigate(url)

    def follow(self, href: str) -> Answer:
        """Click a link of the current page; one within the page fetches nothing."""
        here = self._here()
        target, fragment = urldefrag(urljoin(here.url, href))
        if fragment and target == here.url:
            self.history.append(f"{target}#{fragment}")
            return here
        return self._navigate(href, here.url)

    def submit(self, values: Mapping[str, str]) -> Answer:
        """Fill *values* into the current page's first form and send it.

        Raises `LabError` if the page has no form, or no field for a value.
        """
        here = self._here()
        form = self._page.form
        if form is None:
            raise LabError("This page has no form to submit: open the form page first.")
        data = _encoded(form.entries(values))
        action = form.action or here.url
        if form.method == "post":
            return self._navigate(
                action, here.url, method="POST", body=data.encode(), form=True
            )
        bare, mark, fragment = action.partition("#")
        action = f"{bare.partition('?')[0]}?{data}{mark}{fragment}"
        return self._navigate(action, here.url, form=True)

    def reload(self) -> Answer:
        """Press F5 and confirm that the form is sent again, if it is asked."""
        self._here()
        return self._load(replace(self._arrival, tainted=False), again=True)

    def take_answers(self) -> tuple[Answer, ...]:
        """Return every answer since the last call, redirects and pictures too."""
        answers = tuple(self._answers)
        self._answers.clear()
        return answers

    def memory(self) -> Memory:
        """Return what stands on this browser's disk now."""
        return Memory(
            history=tuple(self.history),
            cache=self.cache.entries,
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
        self,
        reference: str,
        source: str = "",
        *,
        method: str = "GET",
        body: bytes = b"",
        form: bool = False,
    ) -> Answer:
        try:
            url = resolve(reference, source)
        except ValueError as error:
            return self._refused(method, reference, error)
        request = Request(url, method, body, source, source, self._policy)
        return self._load(request, form=form)

    def _load(self, request: Request, *, form: bool = False, again: bool = False) -> Answer:
        chain, answer = self._fetch(request)
        if answer.status in _NO_PAGE:
            return answer
        if answer.status:
            visited = [one.url for one in chain]
            # Chromium keeps each address of a chain of redirects, but not the one a
            # form was sent to; a reload adds nothing but where it is led to.
            without_first = again or (form and len(visited) > 1)
            self.history += visited[1:] if without_first else visited
        self.current, self._arrival = answer, chain[-1]
        self._page = Page(_text(answer))
        asked = self._page.policy or policy_of(_values(answer, "Referrer-Policy"))
        self._policy = asked or DEFAULT_POLICY
        self._load_images(answer.url)
        return answer

    def _load_images(self, here: str) -> None:
        wanted: dict[str, None] = {}  # a picture shown twice is loaded once
        for src in self._page.images:
            with suppress(ValueError):  # data: and the like ask nobody
                wanted[_upgraded(urldefrag(resolve(src, here)).url, here)] = None
        for url in wanted:
            self._fetch(Request(url, "GET", b"", here, here, self._policy, navigation=False))

    def _fetch(self, request: Request) -> tuple[list[Request], Answer]:
        """Return every request up to the end of all redirects, and the last answer."""
        chain = [request]
        for _ in range(MOST_REQUESTS):
            upgraded = self.hsts.upgrade(chain[-1].url)
            if upgraded != chain[-1].url:
                # To the browser this is a redirect too (Chromium's internal 307).
                chain.append(chain[-1].redirected(upgraded, 307))
            request = chain[-1]
            answer = self._send(request)
            location = next((value for value in _values(answer, "Location") if value), "")
            if answer.status not in _REDIRECTS or not location:
                return chain, answer
            # Chromium keeps bytes that are not ASCII as they came.
            location = "".join(c if c.isascii() else f"%{ord(c):02X}" for c in location)
            policy = policy_of(_values(answer, "Referrer-Policy"))
            try:
                target = resolve(location, request.url)
            except ValueError as error:
                return chain, self._refused(request.method, location, error)
            chain.append(request.redirected(target, answer.status, policy))
        endless = OSError(f"{MOST_REQUESTS} requests led to no page")
        return chain, self._refused(chain[-1].method, chain[-1].url, endless)

    def _send(self, request: Request) -> Answer:
        url = urldefrag(request.url).url
        headers = [("User-Agent", self._user_agent), *request.headers]
        if cookies := self.cookies.header(url, request.context):
            headers.append(("Cookie", cookies))
        answer = self._transport.request(request.method, url, headers, request.body)
        self._answers.append(answer)
        for value in _values(answer, "Set-Cookie"):
            self.cookies.store(url, value, request.context)
        # Of several such headers only the first counts (RFC 6797, 8.1).
        for value in _values(answer, "Strict-Transport-Security")[:1]:
            self.hsts.note(url, value)
        self.cache.note(answer)
        return answer

    def _refused(self, method: str, url: str, error: Exception) -> Answer:
        answer = failed(method, url, error)
        self._answers.append(answer)
        return answer


def _values(answer: Answer, name: str) -> list[str]:
    return [value for key, value in answer.headers if key.lower() == name.lower()]


def _text(answer: Answer) -> str:
    """Return the HTML of *answer*, ``""`` if it is none."""
    kind = next(iter(_values(answer, "Content-Type")), "").partition(";")[0].strip().lower()
    return answer.body.decode("utf-8", "replace") if kind == "text/html" else ""


def _upgraded(url: str, page: str) -> str:
    """Return a picture's *url* as a secure *page* asks for it (W3C Mixed Content, 4.1)."""
    if page.startswith("https:") and not is_address(host_of(url)):
        return urlsplit(url)._replace(scheme="https").geturl()
    return url


def _encoded(pairs: list[tuple[str, str]]) -> str:
    # Unlike RFC 3986, forms leave "*" and encode "~" (URL Standard, 5.2).
    return urlencode(pairs, safe="*", errors="replace").replace("~", "%7E")
