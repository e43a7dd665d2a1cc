"""The visitor's browser: navigates, submits, follows, remembers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urldefrag, urlencode, urlsplit

from labapp.browser.loader import Loader, header_values
from labapp.browser.origin import host_of, is_address, resolve
from labapp.browser.page import Page
from labapp.browser.referrer import DEFAULT_POLICY, policy_of
from labapp.browser.request import NO_PAGE, Request
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import Answer, Memory

_ACTS_AT_ONCE = re.compile(r"<img|<meta[^<]*referrer", re.IGNORECASE)


class Browser:
    """One visitor's browser, as far as it decides who can see a secret.

    It keeps cookies (a third party's too), HSTS, history and a cache, follows
    redirects and loads pictures; it runs no script. *user_agent* is sent with
    every request; *clock* (seconds) is what cookies and HSTS age by. Every answer
    is kept until `take_answers()`. What cannot be reached gives one of status 0.
    """

    def __init__(
        self,
        network: Network,
        user_agent: str = "LabBrowser/1.0",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._loader = Loader(network, user_agent, clock)
        self.cookies = self._loader.cookies
        self.hsts = self._loader.hsts
        self.cache = self._loader.cache
        self.history: list[str] = []
        self.current: Answer | None = None
        self._html = ""
        self._read: Page | None = None
        self._policy = DEFAULT_POLICY
        self._arrival = Request("")  # what led to the current page
        self._sendings = 0  # forms sent

    # What a visitor does ----------------------------------------------------------

    def open(self, url: str) -> Answer:
        """Go to an address the visitor typed."""
        return self._navigate(url)

    def follow(self, href: str) -> Answer:
        """Click a link of the current page; one within the page fetches nothing."""
        return self._navigate(href, self._here().url)

    def submit(self, values: Mapping[str, str]) -> Answer:
        """Fill *values* into the current page's first form and send it.

        Raises `LabError` if the page has no form, or no field for a value.
        """
        here = self._here()
        form = self.page.form
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

    @property
    def page(self) -> Page:
        """The form, links and pictures of the current page; none if it is no HTML."""
        if self._read is None:
            self._read = Page(self._html)
        return self._read

    def take_answers(self) -> tuple[Answer, ...]:
        """Return every answer since the last call, redirects and pictures too."""
        answers = tuple(self._loader.answers)
        self._loader.answers.clear()
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
        self._loader.close()

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
            return self._loader.refuse(method, reference, error)
        if self.current and not form and url.startswith(source + "#"):
            self.history.append(url)
            return self.current
        request = Request(url, method, body, source, source, self._policy)
        if form:
            self._sendings += 1
            request = replace(request, sending=self._sendings)
        return self._load(request, form=form)

    def _load(self, request: Request, *, form: bool = False, again: bool = False) -> Answer:
        chain, answer = self._loader.fetch(request)
        if answer.status in NO_PAGE:
            return answer
        if answer.status:
            visited = [one.url for one in chain]
            # Chromium keeps each address of a chain of redirects, but not the one a
            # form was sent to; a reload adds nothing but where it is led to.
            without_first = again or (form and len(visited) > 1)
            self.history += visited[1:] if without_first else visited
        self.current, self._arrival = answer, chain[-1]
        self._html, self._read = _text(answer), None
        policy = policy_of(header_values(answer, "Referrer-Policy"))
        self._policy = policy or DEFAULT_POLICY
        # Reading a debug page of Django's would take as long as making it.
        if _ACTS_AT_ONCE.search(self._html):
            self._policy = self.page.policy or self._policy
            self._load_images(answer.url)
        return answer

    def _load_images(self, here: str) -> None:
        wanted: dict[str, None] = {}  # a picture shown twice is loaded once
        for src in self.page.images:
            with suppress(ValueError):  # data: and the like ask nobody
                wanted[_upgraded(urldefrag(resolve(src, here)).url, here)] = None
        for url in wanted:
            self._loader.fetch(
                Request(url, "GET", b"", here, here, self._policy, navigation=False)
            )


def _text(answer: Answer) -> str:
    """Return the HTML of *answer*, ``""`` if it is none."""
    kind = (
        next(iter(header_values(answer, "Content-Type")), "").partition(";")[0].strip().lower()
    )
    return answer.body.decode("utf-8", "replace") if kind == "text/html" else ""


def _upgraded(url: str, page: str) -> str:
    """Return a picture's *url* as a secure *page* asks for it (W3C Mixed Content, 4.1)."""
    if page.startswith("https:") and not is_address(host_of(url)):
        return urlsplit(url)._replace(scheme="https").geturl()
    return url


def _encoded(pairs: list[tuple[str, str]]) -> str:
    # Unlike RFC 3986, forms leave "*" and encode "~" (URL Standard, 5.2).
    return urlencode(pairs, safe="*", errors="replace").replace("~", "%7E")
