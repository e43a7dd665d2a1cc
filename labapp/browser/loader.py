"""What happens between a request and its answer: cookies, HSTS, redirects, cache."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urldefrag

from labapp.browser.cache import Cache
from labapp.browser.cookies import CookieJar
from labapp.browser.hsts import HstsStore
from labapp.browser.origin import resolve
from labapp.browser.referrer import policy_of
from labapp.browser.request import Request
from labapp.browser.transport import Network, Transport, failed
from labapp.evidence import Answer

MOST_REQUESTS = 20  # to reach one page; the next redirect is refused, as in Chromium
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Loader:
    """Fetches pages and pictures, and keeps what their answers say.

    *answers* has every answer in order, until somebody takes them.
    """

    def __init__(self, network: Network, user_agent: str, clock: Callable[[], float]) -> None:
        self.cookies = CookieJar(clock)
        self.hsts = HstsStore(clock)
        self.cache = Cache()
        self.answers: list[Answer] = []
        self._user_agent = user_agent
        self._transport = Transport(network)

    def close(self) -> None:
        """Close what is kept alive."""
        self._transport.close()

    def fetch(self, request: Request) -> tuple[list[Request], Answer]:
        """Return every request up to the end of all redirects, and the last answer."""
        chain = [request]
        for _ in range(MOST_REQUESTS):
            upgraded = self.hsts.upgrade(chain[-1].url)
            if upgraded != chain[-1].url:
                # To the browser this is a redirect too (Chromium's internal 307).
                chain.append(chain[-1].redirected(upgraded, 307))
            request = chain[-1]
            answer = self._send(request)
            location = next((value for value in header_values(answer, "Location") if value), "")
            if answer.status not in _REDIRECTS or not location:
                return chain, answer
            # Chromium keeps bytes that are not ASCII as they came.
            location = "".join(c if c.isascii() else f"%{ord(c):02X}" for c in location)
            policy = policy_of(header_values(answer, "Referrer-Policy"))
            try:
                target = resolve(location, request.url)
            except ValueError as error:
                return chain, self.refuse(request.method, location, error)
            chain.append(request.redirected(target, answer.status, policy))
        endless = OSError(f"{MOST_REQUESTS} requests led to no page")
        return chain, self.refuse(chain[-1].method, chain[-1].url, endless)

    def _send(self, request: Request) -> Answer:
        url = urldefrag(request.url).url
        headers = [("User-Agent", self._user_agent), *request.headers]
        if cookies := self.cookies.header(url, request.context):
            headers.append(("Cookie", cookies))
        answer = self._transport.request(request.method, url, headers, request.body)
        self.answers.append(answer)
        for value in header_values(answer, "Set-Cookie"):
            self.cookies.store(url, value, request.context)
        # Of several such headers only the first counts (RFC 6797, 8.1).
        for value in header_values(answer, "Strict-Transport-Security")[:1]:
            self.hsts.note(url, value)
        self.cache.note(answer, request.sending)
        return answer

    def refuse(self, method: str, url: str, error: Exception) -> Answer:
        """Keep and return the answer that stands for none, with *error* as its reason."""
        answer = failed(method, url, error)
        self.answers.append(answer)
        return answer


def header_values(answer: Answer, name: str) -> list[str]:
    """Return every header *name* of *answer*, in order."""
    return [value for key, value in answer.headers if key.lower() == name.lower()]
