"""The relays of an attacker: what they pass on, what they change, and how they end."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import enumerate as threads
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from labapp.errors import LabError
from labapp.onpath import Impostor, Relay, Stripper
from labapp.onpath.letter import Letter
from labapp.onpath.stripper import asked, told
from labapp.server import Authority
from tests.serving import NAME, TIMEOUT, Lab, everything, half_a_hello, serving

PAGE = b'<a href="https://site.test/secure_page">there</a> http://a.test'
HSTS = ("Strict-Transport-Security", "max-age=60")


class Site:
    """An application that answers a page with all that a stripper looks for."""

    def __init__(self) -> None:
        self.environ: WSGIEnvironment = {}
        self.sent = b""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        self.sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start(
            "200 OK",
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(PAGE))),
                ("Set-Cookie", "sessionid=abc; HttpOnly; Path=/; Secure"),
                HSTS,
            ],
        )
        return [PAGE]


@pytest.fixture
def lab(no_leaks: None) -> Iterator[Lab]:
    with serving(Site()) as running:
        yield running


@contextmanager
def stripping(lab: Lab) -> Iterator[Stripper]:
    """A stripper on the way to the site of *lab*."""
    with Stripper(lab.connect, lab.authority.client_context()) as relay:
        yield relay


@contextmanager
def posing(lab: Lab, own: ssl.SSLContext | None = None) -> Iterator[Impostor]:
    """An impostor, by a certificate nobody knows unless *own* is another."""
    own = own or Authority().server_context(NAME)
    with Impostor(lab.connect, lab.authority.client_context(), own) as relay:
        yield relay


def ask(
    relay: Relay,
    method: str = "GET",
    body: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> http.client.HTTPResponse:
    """Send one request through *relay*, as a visitor would, and return the whole answer."""
    client = http.client.HTTPConnection(NAME, 80)
    sock = relay.connect()
    client.sock = tls.wrap_socket(sock, server_hostname=NAME) if tls else sock
    client.request(method, "/page", body, {"Origin": "http://site.test", "Cookie": "a=1"})
    answer = client.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    client.close()
    return answer


def careless() -> ssl.SSLContext:
    """Return a client's context that checks nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class TestStripper:
    """It speaks HTTPS to the site and HTTP to the visitor."""

    def test_what_leads_to_https_is_gone(self, lab: Lab) -> None:
        """Links, HSTS and Secure; the rest of the answer is as it was."""
        with stripping(lab) as relay:
            answer = ask(relay)
        assert answer.body == PAGE.replace(b"https:", b"http:")  # type: ignore[attr-defined]
        assert answer.getheader("Strict-Transport-Security") is None
        assert answer.getheader("Set-Cookie") == "sessionid=abc; HttpOnly; Path=/"

    def test_the_site_is_asked_by_https(self, lab: Lab) -> None:
        """It sees the scheme and the Origin that it expects, and the body as sent."""
        site = Site()
        lab.serve(site)
        with stripping(lab) as relay:
            ask(relay, "POST", "sensitive_info=Rex")
        assert site.environ["wsgi.url_scheme"] == "https"
        assert site.environ["HTTP_ORIGIN"] == "https://site.test"
        assert site.sent == b"sensitive_info=Rex"

    def test_it_keeps_what_the_site_said(self, lab: Lab) -> None:
        """Requests, bodies, cookies, the answer unchanged, and what was changed in both."""
        with stripping(lab) as relay:
            ask(relay, "POST", "sensitive_info=Rex")
            (note,) = relay.notes()
        assert note.request.body == b"sensitive_info=Rex"
        assert note.answer.body == PAGE
        assert note.cookies == {"a": "1", "sessionid": "abc"}
        assert set(note.changed[:2]) == {"Accept-Encoding", "Origin"}
        assert sorted(note.changed[2:]) == ["Secure", "Strict-Transport-Security", "links"]
        assert repr(note).startswith("POST http://site.test/page -> 200 OK  [changed: ")

    def test_a_site_without_tls_is_asked_by_http(self, lab: Lab) -> None:
        """There is nothing to strip, and the visitor is served all the same."""
        site = Site()
        lab.serve(site, tls=False)
        with stripping(lab) as relay:
            assert ask(relay).status == 200
        assert site.environ["wsgi.url_scheme"] == "http"

    def test_tls_passes_sealed(self, lab: Lab) -> None:
        """A visitor who begins with TLS reaches the site itself; nothing is read."""
        with stripping(lab) as relay:
            answer = ask(relay, tls=lab.authority.client_context())
            notes = relay.notes()
        assert answer.getheader("Strict-Transport-Security") == "max-age=60"
        assert (notes.read, notes.sealed) == ((), 1)


class TestTold:
    """What a stripper changes, on letters made by hand."""

    @pytest.mark.parametrize(
        ("header", "left"),
        [
            ("a=b; Secure", "a=b"),
            ("a=b; secure; HttpOnly", "a=b; HttpOnly"),
            ("a=b;SECURE ;Path=/", "a=b;Path=/"),
            ("a=secure; Path=/secure", "a=secure; Path=/secure"),
            ("a=b; SecureX", "a=b; SecureX"),
        ],
    )
    def test_secure(self, header: str, left: str) -> None:
        """The attribute goes, in any case; a value of that name stays."""
        answer, _ = told(Letter("HTTP/1.1 200 OK", (("Set-Cookie", header),)))
        assert answer.values("Set-Cookie") == [left]

    def test_location(self) -> None:
        """A redirect to HTTPS becomes one to HTTP; a relative one stays."""
        for where, leads in (("https://a.test/x", "http://a.test/x"), ("/x", "/x")):
            answer, _ = told(Letter("HTTP/1.1 302 Found", (("Location", where),)))
            assert answer.field("Location") == leads

    def test_what_is_no_page_stays(self) -> None:
        """Only HTML is rewritten, and an answer without anything to strip is the same."""
        letter = Letter("HTTP/1.1 200 OK", (("Content-Type", "image/svg+xml"),), b"https://x")
        assert told(letter) == (letter, ())

    def test_length_follows(self) -> None:
        """A shorter page says its new length, once."""
        fields = (("Content-Type", "text/html"), ("Content-Length", "9"))
        answer, changed = told(Letter("HTTP/1.1 200 OK", fields, b"https://x"))
        assert answer.values("content-length") == ["8"]
        assert changed == ("links",)

    def test_asked(self) -> None:
        """Origin and Referer speak of HTTPS, nothing else does; no packed page is asked for."""
        given = (
            ("Origin", "http://a.test"),
            ("Referer", "http://a.test/http://b"),
            ("X-Link", "http://a.test"),
            ("Accept-Encoding", "gzip"),
        )
        letter, changed = asked(Letter("GET / HTTP/1.1", given))
        assert letter.fields == (
            ("Origin", "https://a.test"),
            ("Referer", "https://a.test/http://b"),
            ("X-Link", "http://a.test"),
        )
        assert changed == ("Origin", "Referer", "Accept-Encoding")

    def test_asked_for_nothing_to_change(self) -> None:
        """A request that speaks of no address at all passes as it is."""
        letter = Letter("GET / HTTP/1.1", (("Origin", "null"), ("Referer", "https://a.test")))
        assert asked(letter) == (letter, ())


class TestImpostor:
    """It ends the visitor's TLS itself."""

    def test_who_checks_nothing_is_read(self, lab: Lab) -> None:
        """The answer is the site's, unchanged, and all is in the notes."""
        with posing(lab) as relay:
            answer = ask(relay, "POST", "sensitive_info=Rex", careless())
            (note,) = relay.notes()
        assert answer.body == PAGE  # type: ignore[attr-defined]
        assert answer.getheader("Strict-Transport-Security") == "max-age=60"
        assert (note.scheme, note.request.body) == ("https", b"sensitive_info=Rex")

    def test_who_checks_goes_away(self, lab: Lab) -> None:
        """The alert is noted, nothing is read, and the site is not asked."""
        site = Site()
        lab.serve(site)
        with posing(lab) as relay:
            with pytest.raises(ssl.SSLCertVerificationError):
                ask(relay, tls=lab.authority.client_context())
            notes = relay.notes()
        assert (notes.read, notes.refused) == ((), ("TLSV1_ALERT_UNKNOWN_CA",))
        assert site.environ == {}

    def test_a_right_certificate_is_taken(self, lab: Lab) -> None:
        """The control: it is the certificate that the visitor refuses, and nothing else."""
        with posing(lab, lab.authority.server_context(NAME)) as relay:
            assert ask(relay, tls=lab.authority.client_context()).status == 200
            assert len(relay.notes().read) == 1


Opening = Callable[[Lab], AbstractContextManager[Relay]]
both = pytest.mark.parametrize("open_relay", [stripping, posing])


class TestAnyRelay:
    """What both keep to."""

    @pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.2"])
    def test_it_listens_on_loopback_only(self, address: str) -> None:
        """Another address is refused at once, and its port is free again."""
        listener = socket.create_server((address, 0))
        with pytest.raises(LabError, match=f"use 127.0.0.1, not {address}"):
            Stripper(socket.socket, ssl.create_default_context(), listener)
        assert listener.fileno() == -1

    @both
    def test_it_asks_no_other_machine(self, lab: Lab, open_relay: Opening) -> None:
        """A site off 127.0.0.1 hears nothing, and whoever reads the notes is told why."""
        with socket.create_server(("127.0.0.2", 0)) as elsewhere:
            elsewhere.settimeout(TIMEOUT)
            lab.connect_by(lambda: socket.create_connection(elsewhere.getsockname()))
            with open_relay(lab) as relay, relay.connect() as visitor:
                visitor.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
                assert everything(visitor) == b""
                with elsewhere.accept()[0] as heard:
                    assert everything(heard) == b""
                with pytest.raises(LabError, match=r"use 127\.0\.0\.1, not 127\.0\.0\.2"):
                    relay.notes()

    @both
    @pytest.mark.parametrize("said", [b"", b"GET / HT", half_a_hello()], ids=len)
    def test_it_ends_with_its_block(self, lab: Lab, open_relay: Opening, said: bytes) -> None:
        """Silent visitors, half requests and half handshakes leave no thread behind."""
        before = set(threads())
        with open_relay(lab) as relay, relay.connect() as visitor, relay.connect() as other:
            visitor.sendall(said)
            other.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
            assert everything(other)  # by now both have long been accepted
            relay.close()
            assert {one for one in threads() if "attacker" in one.name} <= before
            with pytest.raises(ConnectionRefusedError):
                relay.connect()

    @both
    def test_a_visitor_who_goes_away_harms_nobody(self, lab: Lab, open_relay: Opening) -> None:
        """The next one is served, and the notes have one exchange."""
        with open_relay(lab) as relay:
            with relay.connect() as gone:
                gone.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhal")
            assert ask(relay).status == 200
            assert len(relay.notes().read) == 1

    @both
    def test_a_silent_site_does_not_hold_it(self, lab: Lab, open_relay: Opening) -> None:
        """One that takes the connection and says nothing, not even in the handshake."""
        before = set(threads())
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(TIMEOUT)
            lab.connect_by(lambda: socket.create_connection(silent.getsockname()))
            with open_relay(lab) as relay, relay.connect() as visitor:
                visitor.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
                with silent.accept()[0] as heard:
                    assert heard.recv(1) == b"\x16"
                    relay.close()
                    assert {one for one in threads() if "attacker" in one.name} <= before

    def test_no_answer_is_no_answer(self, no_leaks: None) -> None:
        """A site that closes at once: the visitor's connection is closed, too."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            address = closed.getsockname()
        tls = Authority().client_context()
        with (
            Stripper(lambda: socket.create_connection(address), tls) as relay,
            relay.connect() as visitor,
        ):
            visitor.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
            assert everything(visitor) == b""
            assert relay.notes().read == ()


class TestLetter:
    """One message, read from whatever comes in pieces."""

    def receive(self, data: bytes, step: int) -> Callable[[int], bytes]:
        """Return a function that hands out *data* in pieces of *step*."""
        pieces = (data[at : at + step] for at in range(0, len(data), step))
        return lambda most: next(pieces, b"")

    @pytest.mark.parametrize("step", [1, 7, 1000])
    def test_it_is_read_back(self, step: int) -> None:
        """Whatever the pieces, the bytes are the same again."""
        data = b"POST /a HTTP/1.1\r\nHost: Site.test:81\r\nContent-Length: 3\r\n\r\nabc"
        letter = Letter.read(self.receive(data, step))
        assert bytes(letter) == data
        assert letter.host == "site.test"

    def test_to_the_end(self) -> None:
        """An answer without a length goes on until the connection ends."""
        data = b"HTTP/1.1 200 OK\r\n\r\nabc"
        assert Letter.read(self.receive(data, 5), to_the_end=True).body == b"abc"

    @pytest.mark.parametrize(
        "data", [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"]
    )
    def test_too_little(self, data: bytes) -> None:
        """A message that ends early is none."""
        with pytest.raises(ConnectionError, match="before it was whole"):
            Letter.read(self.receive(data, 5))

    def test_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A head without an end is not read forever."""
        monkeypatch.setattr("labapp.onpath.letter.MOST", 100)
        with pytest.raises(ConnectionError, match="larger than"):
            Letter.read(lambda most: b"x" * 60)
