"""Clients that do not behave: the server goes on, and says nothing on stderr."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from threading import Event
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from tests.serving import TIMEOUT, Lab, Site, everything, half_a_hello, reset, serving
from tests.waiting import until

HEAD = b"GET /x HTTP/1.1\r\nHost: site.test\r\n"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with serving() as running:
        yield running


@pytest.fixture
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fail the test if anything is printed, also from another thread."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"\x16\x03\x01 no hello at all",
        b"\x16",
        half_a_hello(),
        b"GET / HT",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  \r\n\r\n",
        HEAD + b"X" * 70_000 + b": y\r\n\r\n",
        HEAD + b"A: b\r\n" * 200 + b"\r\n",
    ],
)
def test_garbage_becomes_a_note(silence: None, lab: Lab, garbage: bytes) -> None:
    """Nothing on stderr, something in the notes, and the next client is served."""
    lab.say(garbage)

    assert lab.get() == "hello"
    assert until(lambda: lab.server.notes)  # by a thread that the client may overtake


@pytest.mark.parametrize("start", [b"", b"GET", HEAD, half_a_hello()])
def test_a_reset_harms_nobody(silence: None, lab: Lab, start: bytes) -> None:
    """A client that breaks off at any point is forgotten."""
    client = lab.connect()
    client.sendall(start)
    reset(client)

    assert lab.get() == "hello"


def test_a_reset_becomes_a_note(silence: None) -> None:
    """Broken off while its answer was made: that is data, and the request is logged."""
    entered, gone = Event(), Event()

    def slow(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        entered.set()
        gone.wait(TIMEOUT)
        start("200 OK", [("Content-Length", str(1 << 24))])
        return [b"x" * (1 << 24)]

    with serving(slow) as lab:
        client = lab.connect()
        client.sendall(b"GET /broken_off HTTP/1.1\r\nHost: site.test\r\n\r\n")
        entered.wait(TIMEOUT)
        reset(client)
        gone.set()

        (line,) = lab.server.take_log()

        assert '"GET /broken_off HTTP/1.1" 200 ' in line.text


def test_a_client_may_close_its_half_first(lab: Lab) -> None:
    """Who has said everything still gets the answer."""
    answer = lab.say(HEAD + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"hello")


def test_a_request_line_too_long_is_refused_and_the_client_learns_it(lab: Lab) -> None:
    """414 arrives, although the server closes before it has read everything."""
    with lab.connect() as client:
        client.sendall(b"GET /" + b"x" * (32 << 20) + b" HTTP/1.1\r\n\r\n")
        answer = everything(client)

    assert answer.startswith(b"HTTP/1.1 414 ")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: -1", b"400"),
        (b"Content-Length: x", b"400"),
        (b"Content-Length: 0", b"200"),  # the control
    ],
)
def test_a_body_without_an_end_does_not_pass_for_a_request(
    lab: Lab, header: bytes, status: bytes
) -> None:
    """What cannot be told from the next request ends the connection (RFC 9112, 6.3)."""
    site = Site()
    lab.serve(site)
    answer = lab.say(HEAD.replace(b"GET", b"POST") + header + b"\r\n\r\n" + HEAD + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.count(b"HTTP/1.1 ") == (2 if status == b"200" else 1)


def test_head_is_answered_without_a_body(lab: Lab) -> None:
    """The length is told, no body follows, and the connection goes on."""
    with lab.client() as client:
        client.request("HEAD", "/")
        response = client.getresponse()
        assert (response.getheader("Content-Length"), response.read()) == ("5", b"")
        client.request("GET", "/")
        assert client.getresponse().read() == b"hello"


def test_a_body_that_the_view_does_not_read_is_left_out(lab: Lab) -> None:
    """5 MB nobody reads, and the next request on the same connection is understood."""
    with lab.client() as client:
        client.request("POST", "/", body=b"GET /evil HTTP/1.1\r\n\r\n" * 250_000)
        assert client.getresponse().read() == b"hello"
        client.request("GET", "/next")
        assert client.getresponse().read() == b"hello"

    paths = [line.text.split()[6] for line in lab.server.take_log()]
    assert paths == ["/", "/next"]


@pytest.mark.parametrize(
    ("request_head", "said"),
    [
        (HEAD + b"Connection: close\r\n\r\n", True),
        (HEAD.replace(b"1.1", b"1.0") + b"\r\n", True),
        (HEAD + b"\r\n", False),
    ],
)
def test_a_connection_about_to_close_is_announced(
    lab: Lab, request_head: bytes, said: bool
) -> None:
    """Asked to close, the answer says so; else a client would keep a dead socket."""
    answer = lab.say(request_head)

    assert (b"\r\nConnection: close\r\n" in answer) is said


@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_an_answer_is_one_piece(lab: Lab, tls: bool) -> None:
    """Head and body leave together, in one segment or TLS record."""
    with lab.connect(tls=tls) as client:
        client.sendall(HEAD + b"\r\n")
        answer = client.recv(65536)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nhello")


def test_whoever_waits_for_100_continue_gets_it(lab: Lab) -> None:
    """At once, not together with the answer to the body that is still to come."""

    def repeat(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        return [environ["wsgi.input"].read(4)]

    lab.serve(repeat)
    with lab.connect() as client:
        client.sendall(HEAD + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"body")
        assert client.recv(65536).endswith(b"body")


def test_nagle_is_off(lab: Lab) -> None:
    """Else the second piece of a longer answer would wait 40 ms for the client."""
    with lab.connect() as client:
        client.sendall(HEAD + b"\r\n")
        client.recv(1)
        (connection,) = (
            sock
            for sock in lab.server._connections.values()
            if sock.getpeername() == client.getsockname()
        )
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_idle_client_is_let_go(
    silence: None, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody keeps a thread for good by saying nothing."""
    monkeypatch.setattr("labapp.server.handler.Handler.timeout", 0.05)
    with lab.connect() as quiet:
        assert everything(quiet) == b""
