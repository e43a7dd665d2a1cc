"""A visitor for the tests of the site: asks through WSGI, without a server."""

from __future__ import annotations

import io
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler

from labapp import remedy
from labapp.remedy import SIX, Remediation
from labapp.site.application import (
    application,
)

SECRET = "Rex's fake café+otter 712"
EVERY = [chosen for size in range(7) for chosen in combinations(SIX, size)]


def names(chosen: tuple[Remediation, ...]) -> str:
    """Name a combination for pytest."""
    return "+".join(one.name for one in chosen) or "nothing"


@dataclass
class Answer:
    """One answer of the site, as text."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str | None:
        """Return the value of the last header called *name*, or None."""
        return dict(self.headers).get(name)


@dataclass
class Visitor:
    """The least a browser does: addresses, forms, cookies, redirects of one host."""

    app: WSGIHandler
    scheme: str = "http"
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def ask(
        self,
        target: str,
        *,
        data: dict[str, str] | None = None,
        host: str = "site.test:8123",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request: POST if there is *data*, else GET."""
        path, _, query = target.partition("?")
        body = urlencode(data).encode() if data is not None else b""
        environ = {
            "REQUEST_METHOD": "GET" if data is None else "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "9999",  # as behind a relay: not the port of the Host header
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": host,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": "; ".join(f"{k}={m.value}" for k, m in self.cookies.items()),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **(headers or {}),
        }
        start: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            start.append((status, headers))
            return text.write

        text = io.BytesIO()
        with closing(self.app(environ, start_response)) as response:
            text.writelines(response)
        [(status, sent)] = start
        for name, value in sent:
            if name == "Set-Cookie":
                self.cookies.load(value)
        return Answer(int(status[:3]), sent, text.getvalue().decode())

    def submit(self, value: str, **more: str) -> Answer:
        """Open the form, fill it in as it stands, and follow redirects."""
        form = self.ask("/").text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
        fields |= {"sensitive_info": value, **more}
        address = form_attribute(form, "action")
        if form_attribute(form, "method") == "post":
            answer = self.ask(address, data=fields, headers=same_site(self))
        else:
            answer = self.ask(f"{address}?{urlencode(fields)}")
        while location := answer.header("Location"):
            answer = self.ask(location)
        return answer


def form_attribute(page: str, name: str) -> str:
    """Return an attribute of the page's only form."""
    [value] = re.findall(rf'<form[^>]* {name}="([^"]*)"', page)
    return str(value)


def visitor(*remediations: Remediation, **options: object) -> Visitor:
    """Return a first-time visitor to the site under *remediations*."""
    app = application(remediations, **options)  # type: ignore[arg-type]
    return Visitor(app, "https" if remedy.https in remediations else "http")


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    """Read a whole table with no Django in the way."""
    with closing(sqlite3.connect(database)) as raw:
        return raw.execute(f"SELECT * FROM {table}").fetchall()


def same_site(browser: Visitor) -> dict[str, str]:
    """Return the Referer of the site's own form: over HTTPS the CSRF check wants it."""
    return {"HTTP_REFERER": f"{browser.scheme}://site.test:8123/"}
