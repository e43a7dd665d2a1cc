"""The model against a real Chromium: the same walk, the same requests and history."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import sqlite3
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.server import Authority, Server
from labapp.site.application import configure

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("site.test", "www.site.test", "other.test", "images.test")
HTML = ("Content-Type", "text/html; charset=utf-8")
SENT = ("HTTP_HOST", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_COOKIE", "CONTENT_TYPE")

Page_ = tuple[str, list[tuple[str, str]], str]  # status, headers, body
Site = dict[str, Page_]  # "host/path" to answer; {S} is the port
Walk = list[tuple[str, ...]]  # ("open", url), ("follow", href), ("submit", value), ("reload",)


def page(body: str = "", *headers: tuple[str, str], status: str = "200 OK") -> Page_:
    """Return an answer in HTML."""
    return status, [HTML, *headers], f"<!doctype html><title>.</title>{body}"


def to(location: str, status: str = "302 Found", *headers: tuple[str, str]) -> Page_:
    """Return a redirect."""
    return status, [("Location", location), *headers], ""


def form(action: str = "", method: str = "get", more: str = "") -> str:
    """Return a form with one text field."""
    return f'<form action="{action}" method="{method}">{more}<input name="q"><button>ok</button></form>'


def link(href: str) -> str:
    """Return a link."""
    return f'<a href="{href}">x</a>'


SITE = "http://site.test:{S}"
OTHER = "http://other.test:{S}"
SECURE = "https://site.test:{S}"

WALKS: dict[str, tuple[Site, Walk]] = {
    "history of errors": (
        {
            "site.test/": page(link("/lost") + link("/broken")),
            "site.test/lost": page(link("/broken"), status="404 Not Found"),
            "site.test/broken": page(link("/none"), status="500 Server Error"),
            "site.test/none": page(status="204 No Content"),
        },
        [
            ("open", SITE + "/"),
            ("follow", "/lost"),
            ("follow", "/broken"),
            ("follow", "/none"),
            ("reload",),
        ],
    ),
    "fragments": (
        {
            "site.test/": page(link("/go#mine")),
            "site.test/go": to("/there"),
            "site.test/there": page(link("#within")),
        },
        [("open", SITE + "/"), ("follow", "/go#mine"), ("follow", "#within")],
    ),
    "form by GET": (
        {
            "site.test/": page(
                form("/a?old=1", "get", '<input type=hidden name="h" value="~*-._ é">')
            )
        },
        [("open", SITE + "/"), ("submit", "a b+c&d~*é'\"<"), ("reload",)],
    ),
    "form by GET, redirected": (
        {
            "site.test/": page(form("/a")),
            "site.test/a": to("/b"),
            "site.test/b": to("/c", "301 Moved Permanently"),
            "site.test/c": page(),
        },
        [("open", SITE + "/"), ("submit", "x y"), ("reload",)],
    ),
    "link, redirected": (
        {
            "site.test/": page(link("/a")),
            "site.test/a": to("/b", "303 See Other"),
            "site.test/b": to("/c", "308 Permanent Redirect"),
            "site.test/c": page(),
        },
        [("open", SITE + "/"), ("follow", "/a"), ("reload",)],
    ),
    "form by POST, redirected": (
        {
            "site.test/": page(form("/a", "post")),
            "site.test/a": to("/b"),
            "site.test/b": page(),
        },
        [("open", SITE + "/"), ("submit", "x y"), ("reload",)],
    ),
    "form by POST, reloaded": (
        {"site.test/": page(form("/a", "post")), "site.test/a": page()},
        [("open", SITE + "/?secret=1"), ("submit", "x y"), ("reload",)],
    ),
    "307 to another site": (
        {
            "site.test/": page(form("/a", "post")),
            "site.test/a": to(OTHER + "/b", "307 Temporary Redirect"),
            "other.test/b": page(),
        },
        [("open", SITE + "/?secret=1"), ("submit", "x y"), ("reload",)],
    ),
    "there and back again": (
        {
            "site.test/": page(link(OTHER + "/a")),
            "other.test/a": to(SITE + "/b", "302 Found", ("Referrer-Policy", "unsafe-url")),
            "site.test/b": page(),
        },
        [("open", SITE + "/?secret=1"), ("follow", OTHER + "/a"), ("reload",)],
    ),
    "redirect with a policy": (
        {
            "site.test/": page(link("/a")),
            "site.test/a": to(
                OTHER + "/b", "302 Found", ("Referrer-Policy", "unsafe-url, what")
            ),
            "other.test/b": page(),
        },
        [("open", SITE + "/?secret=1"), ("follow", "/a")],
    ),
    "policy same-origin and a POST": (
        {
            "site.test/": page(form(OTHER + "/a", "post"), ("Referrer-Policy", "same-origin")),
            "other.test/a": page(),
        },
        [("open", SITE + "/?secret=1"), ("submit", "x")],
    ),
    "SameSite, by link and by form": (
        {
            "site.test/set": page(
                "",
                ("Set-Cookie", "unsaid=1"),
                ("Set-Cookie", "lax=1; SameSite=Lax"),
                ("Set-Cookie", "strict=1; SameSite=Strict"),
                ("Set-Cookie", "none=1; SameSite=None"),
                ("Set-Cookie", "odd=1; SameSite=Odd"),
                ("Set-Cookie", "gone=1; Max-Age=0"),
                ("Set-Cookie", "deep=1; Path=/deep"),
                ("Set-Cookie", "wide=1; Domain=site.test"),
                ("Set-Cookie", "all=1; Domain=test"),
                ("Set-Cookie", "__Host-a=1; Path=/"),
            ),
            "site.test/deep/er": page(),
            "www.site.test/": page(),
            "site.test/a": page(status="200 OK"),
            "other.test/": page(link(SITE + "/a") + form(SITE + "/a", "post")),
        },
        [
            ("open", SITE + "/set"),
            ("open", SITE + "/deep/er"),
            ("open", "http://www.site.test:{S}/"),
            ("open", OTHER + "/"),
            ("follow", SITE + "/a"),
            ("reload",),
            ("open", OTHER + "/"),
            ("submit", "x"),
            ("reload",),
        ],
    ),
    "Secure, SameSite=None and pictures": (
        {
            "site.test/": page(
                "",
                ("Set-Cookie", "plain=1"),
                ("Set-Cookie", "secure=1; Secure"),
                ("Set-Cookie", "none=1; SameSite=None; Secure"),
                ("Set-Cookie", "__Host-b=1; Secure; Path=/"),
                ("Set-Cookie", "__Host-c=1; Secure; Path=/; Domain=site.test"),
            ),
            "site.test/over": page("", ("Set-Cookie", "secure=2"), ("Set-Cookie", "plain=2")),
            "site.test/p.svg": (
                "200 OK",
                [("Content-Type", "image/svg+xml"), ("Set-Cookie", "pixel=1")],
                """<svg xmlns="http://www.w3.org/2000/svg"/>""",
            ),
            "other.test/": page(f'<img src="{SECURE}/p.svg"><img src="{SECURE}/p.svg">'),
            "other.test/mixed": page(f'<img src="{SITE}/p.svg">'),
        },
        [
            ("open", SECURE + "/"),
            ("open", SITE + "/over"),
            ("open", SECURE + "/over"),
            ("open", "https://other.test:{S}/?secret=1"),
            ("open", "https://other.test:{S}/mixed?secret=1"),
            ("open", SECURE + "/over"),
        ],
    ),
    "HSTS": (
        {
            "site.test/": page(
                link(SITE + "/a") + link("http://www.site.test:{S}/"),
                ("Strict-Transport-Security", "max-age=1000; includeSubDomains"),
                ("Strict-Transport-Security", "max-age=0"),
            ),
            "site.test/a": page(),
            "www.site.test/": page(),
            "other.test/": page(link(SITE + "/a?b=1") + form(SITE + "/a", "post")),
        },
        [
            ("open", SECURE + "/"),
            ("open", SITE + "/a"),
            ("open", SECURE + "/?secret=1"),
            ("follow", SITE + "/a"),
            ("open", SECURE + "/?secret=1"),
            ("follow", "http://www.site.test:{S}/"),
            ("open", OTHER + "/?secret=1"),
            ("follow", SITE + "/a?b=1"),
            ("open", OTHER + "/?secret=1"),
            ("submit", "x"),
        ],
    ),
    "from https to http": (
        {
            "site.test/": page(link(OTHER + "/")),
            "other.test/": page(),
        },
        [
            ("open", SECURE + "/?secret=1"),
            ("follow", OTHER + "/"),
        ],
    ),
    "redirects without end": (
        {"site.test/": page(link("/loop")), "site.test/loop": to("/loop")},
        [("open", SITE + "/"), ("follow", "/loop")],
    ),
    "a redirect to no page": (
        {"site.test/": page(link("/bad")), "site.test/bad": to("data:text/html,hello")},
        [("open", SITE + "/"), ("follow", "/bad")],
    ),
    "a redirect with odd signs": (
        {
            "site.test/": page(link("/odd")),
            "site.test/odd": to("\\\\other.test:{S}\\caf\u00c3\u00a9 x?\u00c3\u00a9'|"),
        },
        [("open", SITE + "/"), ("follow", "/odd")],
    ),
    "a reload that leads elsewhere": (
        {
            "site.test/": page(
                form("/a", "post"), ("Set-Cookie", "first=1; Path=/a; Max-Age=0")
            ),
            "site.test/a": page("", ("Set-Cookie", "been=1; Path=/a")),
            "site.test/b": page(),
        },
        [("open", SITE + "/"), ("submit", "x"), ("reload",)],
    ),
}


@dataclass
class Recorder:
    """A WSGI application that answers from a table and keeps what it was asked."""

    site: Site
    port: int = 0
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        host, path = environ["HTTP_HOST"].partition(":")[0], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == "/favicon.ico":
            start("404 Not Found", [("Content-Length", "0")])
            return []
        sent = tuple(f"{name}: {environ[name]}" for name in SENT if environ.get(name))
        address = f"{environ['REQUEST_METHOD']} {environ['wsgi.url_scheme']} {path.encode()!a}"
        self.asked.append((address, environ["QUERY_STRING"], *sent, body.decode()))
        status, headers, text = self.site.get(host + path, page())
        if path == "/a" and "been=1" in environ.get("HTTP_COOKIE", ""):
            status, headers, text = to("/b")
        data = text.replace("{S}", str(self.port)).encode()
        start(
            status,
            [
                *((name, value.replace("{S}", str(self.port))) for name, value in headers),
                *([] if status.startswith("204") else [("Content-Length", str(len(data)))]),
            ],
        )
        return io.BytesIO(data)


@contextmanager
def serving(site: Site) -> Iterator[tuple[Recorder, Server, Authority]]:
    """Serve *site* over HTTP and TLS on one port."""
    configure()  # Django's server closes Django's database connections
    authority = Authority()
    listener = socket.create_server(("127.0.0.1", 0))
    with Server(listener, authority.server_context(*NAMES)) as server:
        recorder = Recorder(site, server.port)
        server.swap(lambda: recorder, tls=True)
        yield recorder, server, authority


def by_model(site: Site, walk: Walk) -> tuple[list[tuple[str, ...]], list[str]]:
    """Walk with the model."""
    with serving(site) as (recorder, server, authority):
        browser = Browser(
            Network(
                lambda: socket.create_connection(("127.0.0.1", server.port)),
                server.port,
                NAMES,
                authority.client_context(),
            )
        )
        for name, *given in walk:
            given = [text.replace("{S}", str(server.port)) for text in given]
            if name == "submit":
                browser.submit({"q": given[0]})
            else:
                getattr(browser, name)(*given)
        browser.close_connections()
        return cleaned(recorder.asked, browser.history, server.port)


def by_chromium(site: Site, walk: Walk) -> tuple[list[tuple[str, ...]], list[str]]:
    """Walk with Chromium."""
    from playwright.sync_api import sync_playwright

    with (
        serving(site) as (recorder, server, _),
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
    ):
        # Debian's Chromium blocks third-party cookies, Chromium's own default does not.
        preferences = Path(folder) / "Default" / "Preferences"
        preferences.parent.mkdir()
        preferences.write_text('{"profile": {"cookie_controls_mode": 0}}')
        chromium = playwright.chromium.launch_persistent_context(
            folder,
            executable_path="/usr/bin/chromium",
            args=[
                "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND",
                f"--ignore-certificate-errors-spki-list={fingerprint(server.port)}",
            ],
        )
        tab = chromium.pages[0]
        for name, *given in walk:
            step(tab, name, [text.replace("{S}", str(server.port)) for text in given])
            tab.wait_for_load_state("networkidle")
        chromium.close()
        with closing(sqlite3.connect(Path(folder) / "Default" / "History")) as history:
            urls = [url for (url,) in history.execute("SELECT url FROM urls ORDER BY id")]
        return cleaned(recorder.asked, urls, server.port)


def step(tab: Page, name: str, given: list[str]) -> None:
    """Make one step in Chromium; a step that ends on an error page is one too."""
    from playwright.sync_api import Error

    try:
        match name:
            case "open":
                tab.goto(given[0])
            case "reload":
                tab.reload()
            case "follow":
                tab.click(f'a[href="{given[0]}"]', no_wait_after=False)
            case "submit":
                tab.fill('input[name="q"]', given[0])
                tab.click("button")
    except Error as error:
        if "net::ERR" not in str(error):
            raise


def fingerprint(port: int) -> str:
    """Return what Chromium knows a certificate by: the hash of its key."""
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def cleaned(
    asked: list[tuple[str, ...]], history: list[str], port: int
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return requests and history without the port; in the history each address once."""
    return (
        [tuple(part.replace(f":{port}", "") for part in one) for one in asked],
        list(dict.fromkeys(url.replace(f":{port}", "") for url in history)),
    )


@pytest.mark.chromium
@pytest.mark.parametrize("name", WALKS)
def test_the_model_asks_what_chromium_asks(name: str) -> None:
    """On the same walk the model sends the requests and keeps the history of Chromium."""
    site, walk = WALKS[name]
    assert by_chromium(site, walk) == by_model(site, walk)
