"""A small site on 127.0.0.1 for the browser: it answers from a table and keeps what it is asked.

Addresses are written without the port, which the system chooses: `Recorder`
puts it into what it answers and takes it out of what it was asked.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIEnvironment

from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.server import Authority, Server
from labapp.site.application import configure

NAMES = ("site.test", "www.site.test", "other.test", "images.test")
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'

Answered = tuple[str, list[tuple[str, str]], str]  # status, headers, body
Site = dict[str, Answered | list[Answered]]  # "host/path" to its answer, or several in turn


def page(body: str = "", *headers: tuple[str, str], status: str = "200 OK") -> Answered:
    """Return an answer in HTML."""
    html = ("Content-Type", "text/html; charset=utf-8")
    return status, [html, *headers], f"<!doctype html><title>.</title>{body}"


def to(location: str, status: str = "302 Found", *headers: tuple[str, str]) -> Answered:
    """Return a redirect."""
    return status, [("Location", location), *headers], ""


def picture(*headers: tuple[str, str]) -> Answered:
    """Return a picture."""
    return "200 OK", [("Content-Type", "image/svg+xml"), *headers], PICTURE


def form(action: str = "", method: str = "get", more: str = "") -> str:
    """Return a form with one text field, q."""
    start = f'<form action="{action}" method="{method}">'
    return f'{start}{more}<input name="q"><button>ok</button></form>'


def link(href: str) -> str:
    """Return a link."""
    return f'<a href="{href}">x</a>'


def setting(*cookies: str) -> list[tuple[str, str]]:
    """Return Set-Cookie headers."""
    return [("Set-Cookie", cookie) for cookie in cookies]


@dataclass(frozen=True)
class Asked:
    """One request as the server had it; what was not sent is empty."""

    method: str
    url: str
    referer: str = ""
    origin: str = ""
    cookie: str = ""
    kind: str = ""
    body: str = ""


@dataclass
class Recorder:
    """A WSGI application that answers from a table."""

    site: Site
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    times: dict[str, int] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        address = environ["HTTP_HOST"].partition(":")[0] + environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"] == "/favicon.ico":
            start("404 Not Found", [("Content-Length", "0")])
            return []
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        self.asked.append(
            Asked(
                method=environ["REQUEST_METHOD"],
                url=f"{environ['wsgi.url_scheme']}://{address}{query}",
                referer=self.without_port(environ.get("HTTP_REFERER", "")),
                origin=self.without_port(environ.get("HTTP_ORIGIN", "")),
                cookie=environ.get("HTTP_COOKIE", ""),
                kind=environ["CONTENT_TYPE"] if body else "",
                body=body.decode(),
            )
        )
        found = self.site.get(address, page())
        if isinstance(found, list):
            turn = self.times[address] = self.times.get(address, -1) + 1
            found = found[min(turn, len(found) - 1)]
        status, headers, text = found
        data = self.with_port(text).encode()
        if not status.startswith("204"):
            headers = [*headers, ("Content-Length", str(len(data)))]
        start(status, [(name, self.with_port(value)) for name, value in headers])
        return [data]

    def with_port(self, text: str) -> str:
        """Return *text* with the port after every host name of the lab."""
        return re.sub(r"([/\\]{2}[a-z.]+\.test)(?![\w.:])", rf"\1:{self.port}", text)

    def without_port(self, text: str) -> str:
        """Return *text* without the port."""
        return text.replace(f":{self.port}", "")


@contextmanager
def serving(
    site: Site, names: tuple[str, ...] = NAMES, *, tls: bool = True
) -> Iterator[tuple[Recorder, Authority]]:
    """Serve *site* over HTTP and, as *names*, over TLS on one port."""
    configure()  # Django's server closes Django's database connections
    authority = Authority()
    listener = socket.create_server(("127.0.0.1", 0))
    with Server(listener, authority.server_context(*names)) as server:
        recorder = Recorder(site, server.port)
        server.swap(lambda: recorder, tls=tls)
        yield recorder, authority


@dataclass
class Visitor:
    """A browser in front of the site, who writes addresses without the port."""

    browser: Browser
    recorder: Recorder

    def walk(self, *steps: tuple[str, ...]) -> None:
        """Make steps: ("open", url), ("follow", href), ("submit", q) or ("reload",)."""
        for name, *given in steps:
            texts = [self.recorder.with_port(text) for text in given]
            if name == "submit":
                self.browser.submit({"q": texts[0]})
            else:
                getattr(self.browser, name)(*texts)

    @property
    def asked(self) -> list[Asked]:
        """Every request so far."""
        return self.recorder.asked

    @property
    def last(self) -> Asked:
        """The last request."""
        return self.recorder.asked[-1]

    @property
    def history(self) -> list[str]:
        """The browser's history, each address once."""
        return list(dict.fromkeys(map(self.recorder.without_port, self.browser.history)))


@contextmanager
def visiting(site: Site, clock: Callable[[], float] = time.time) -> Iterator[Visitor]:
    """Put a model browser in front of *site*."""
    with serving(site) as (recorder, authority):
        network = Network(
            lambda: socket.create_connection(("127.0.0.1", recorder.port), 5),
            recorder.port,
            NAMES,
            authority.client_context(),
        )
        browser = Browser(network, clock=clock)
        try:
            yield Visitor(browser, recorder)
        finally:
            browser.close_connections()
