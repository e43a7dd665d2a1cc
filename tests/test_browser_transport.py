"""The way out: what is sent, what is refused, and that nothing raises."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labapp.browser.transport import Network, Transport
from labapp.evidence import Answer
from labapp.server import Authority
from tests.browser_site import NAMES, page, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OK_AND_CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"


class Counting(socket.socket):
    """A client's socket that keeps every piece it was told to send."""

    pieces: list[bytes]
    reads_left = 1_000_000  # until the connection breaks

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
        """Keep *data*, and send it."""
        self.pieces.append(bytes(data))
        super().sendall(data, flags)

    def recv_into(self, *given: Any) -> int:
        """Receive, as long as the connection is not to break."""
        if not self.reads_left:
            raise ConnectionResetError("broken")
        self.reads_left -= 1
        return super().recv_into(*given)


@dataclass
class Wire:
    """Real connections to a server that has written its answers before it is asked.

    *answers* has one entry for each connection: bytes (the connection stays
    open), or a function that is given the server's end.
    """

    answers: list[bytes | Callable[[socket.socket], None]] = field(default_factory=list)
    clients: list[Counting] = field(default_factory=list)
    servers: list[socket.socket] = field(default_factory=list)
    port: int = 8000
    patience: float = 5.0

    def connect(self) -> socket.socket:
        """Return the client's end of a new connection."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = Counting()
            client.pieces = []
            client.connect(listener.getsockname())
            server, _ = listener.accept()
        answer = self.answers[len(self.servers)]
        self.clients.append(client)
        self.servers.append(server)
        if callable(answer):
            answer(server)
        else:
            server.sendall(answer)
        return client

    def transport(self) -> Transport:
        """Return a transport over this wire."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return Transport(
            Network(self.connect, self.port, ("site.test",), context, self.patience)
        )

    def close(self) -> None:
        """Close every end."""
        for end in (*self.clients, *self.servers):
            end.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A wire that is closed after the test."""
    made = Wire()
    yield made
    made.close()


def get(transport: Transport, url: str = "http://site.test:8000/") -> Answer:
    """Ask for *url*."""
    return transport.request("GET", url, [])


def then_close(answer: bytes) -> Callable[[socket.socket], None]:
    """Return what answers and closes without having said so."""

    def act(server: socket.socket) -> None:
        server.sendall(answer)
        server.shutdown(socket.SHUT_WR)

    return act


def reset(server: socket.socket) -> None:
    """End a connection with RST."""
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.close()


# What is sent -----------------------------------------------------------------


def test_a_request_goes_out_in_one_piece(wire: Wire) -> None:
    """Head and body share one packet, so one look shows both."""
    wire.answers = [OK]
    wire.transport().request("POST", "http://site.test:8000/a?b", [], b"q=secret")
    assert wire.clients[0].pieces == [
        b"POST /a?b HTTP/1.1\r\nHost: site.test:8000\r\nContent-Length: 8\r\n\r\nq=secret"
    ]


def test_a_post_without_a_body_says_so_and_a_get_does_not(wire: Wire) -> None:
    """RFC 9110, 8.6: Content-Length: 0 for POST, none for GET."""
    wire.answers = [OK]
    transport = wire.transport()
    transport.request("POST", "http://site.test:8000", [])
    wire.servers[0].sendall(OK)
    get(transport)
    post, plain = wire.clients[0].pieces
    assert b"Content-Length: 0\r\n" in post
    assert b"Content-Length" not in plain
    assert plain.startswith(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://site.test:8000/", [("User-Agent", "x\r\nCookie: forged=1")]),
        ("http://site.test:8000/", [("User-Agent", "x\nCookie: forged=1")]),
        ("http://site.test:8000/", [("User-Agent", "\N{SNOWMAN}")]),
        ("http://site.test:8000/a b", []),
    ],
)
def test_what_would_forge_a_header_is_not_sent(
    wire: Wire, url: str, headers: list[tuple[str, str]]
) -> None:
    """No socket is opened for it; the same request without it opens one."""
    wire.answers = [OK]
    transport = wire.transport()
    assert transport.request("GET", url, headers).status == 0
    assert len(wire.clients) == 0
    assert transport.request("GET", "http://site.test:8000/", [("User-Agent", "x")]).status
    assert len(wire.clients) == 1


# Nothing leaves the lab ---------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com:8000/?secret", "not in the lab"),
        ("http://site.test.:8000/?secret", "not in the lab"),
        ("http://127.0.0.1:8000/?secret", "not in the lab"),
        ("http://www.site.test:8000/?secret", "not in the lab"),
        ("http://site.test@example.com:8000/?secret", "not in the lab"),
        ("http:///?secret", "not in the lab"),
        ("http://site.test/?secret", "port 80"),
        ("https://site.test/?secret", "port 443"),
        ("http://site.test:0/?secret", "port 0"),
        ("http://site.test:99999/?secret", "ValueError"),
        ("ftp://site.test:8000/?secret", "not ftp"),
        ("file:///etc/passwd?secret", "not file"),
        ("javascript:alert('secret')", "not javascript"),
        ("data:text/html,secret", "not data"),
        ("//site.test:8000/?secret", "not nothing"),
        ("", "not nothing"),
    ],
)
def test_what_is_not_the_lab_is_never_connected_to(wire: Wire, url: str, reason: str) -> None:
    """Status 0 with the reason, which quotes nothing, and no socket; the lab opens one."""
    wire.answers = [OK]
    transport = wire.transport()
    answer = transport.request("POST", url, [], b"secret")
    assert answer.status == 0
    assert reason in answer.body.decode()
    assert b"secret" not in answer.body
    assert (answer.url, answer.sent) == (url, b"secret")
    assert len(wire.clients) == 0
    assert get(transport).body == b"ok"
    assert len(wire.clients) == 1


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and certificate files that other clients obey change nothing."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/nowhere")
    assert over_tls().status == 200


# Answers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"ok"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (then_close(OK_AND_CLOSE), b"ok"),
        (then_close(b"HTTP/1.0 200 OK\r\n\r\nok"), b"ok"),
    ],
)
def test_an_answer_is_read_whole(
    wire: Wire, answer: bytes | Callable[[socket.socket], None], body: bytes
) -> None:
    """By length, in chunks, or until the connection ends."""
    wire.answers = [answer]
    assert get(wire.transport()).body == body


def test_headers_keep_order_and_repetition(wire: Wire) -> None:
    """As evidence they stand as they were sent."""
    wire.answers = [b"HTTP/1.1 200 OK\r\nB: 1\r\nA: 2\r\nB: 3\r\nContent-Length: 0\r\n\r\n"]
    headers = get(wire.transport()).headers
    assert headers == (("B", "1"), ("A", "2"), ("B", "3"), ("Content-Length", "0"))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nok\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nok",
        b"\x16\x03\x01\x00\x05hello",
    ],
)
def test_an_answer_that_is_none_has_status_0_and_a_reason(wire: Wire, answer: bytes) -> None:
    """Garbage, lies about the length and half answers; a good one after them is read."""
    wire.answers = [then_close(answer), OK]
    transport = wire.transport()
    failed = get(transport)
    assert failed.status == 0
    assert failed.body
    assert wire.clients[0].fileno() == -1
    assert get(transport).body == b"ok"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", OK[:17] + b"Set-Cookie:"]),
    st.binary(max_size=60),
)
def test_nothing_a_server_says_raises(start: bytes, rest: bytes) -> None:
    """Whatever comes is an answer or status 0."""
    wire = Wire([then_close(start + rest)])
    try:
        assert get(wire.transport()).status >= 0
    finally:
        wire.close()


def test_a_reset_has_status_0(wire: Wire) -> None:
    """The connection is gone before an answer came; the next request has a new one."""
    wire.answers = [reset, OK]
    transport = wire.transport()
    assert get(transport).status == 0
    assert get(transport).body == b"ok"


def test_a_silent_server_is_not_waited_for(wire: Wire) -> None:
    """Patience ends, over HTTP and in a TLS handshake."""
    wire.patience, wire.answers = 0.05, [b"", b"", OK]
    transport = wire.transport()
    assert b"within 0.05 s" in get(transport).body
    assert get(transport, "https://site.test:8000/").status == 0
    assert get(transport).body == b"ok"


def test_no_connection_at_all_has_status_0() -> None:
    """The server is gone: nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    network = Network(
        lambda: socket.create_connection(address, 1),
        8000,
        ("site.test",),
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    assert get(Transport(network)).status == 0


# Connections --------------------------------------------------------------------


def test_one_connection_serves_one_origin_until_it_is_closed(wire: Wire) -> None:
    """Kept alive, then closed: the next request opens another one."""
    wire.answers = [OK, OK]
    transport = wire.transport()
    get(transport)
    wire.servers[0].sendall(OK)
    get(transport)
    assert len(wire.clients) == 1
    transport.close()
    assert wire.clients[0].fileno() == -1
    assert get(transport).body == b"ok"
    assert len(wire.clients) == 2


def test_a_connection_that_is_announced_to_end_is_not_used_again(wire: Wire) -> None:
    """After Connection: close both ends are done with it."""
    wire.answers = [then_close(OK_AND_CLOSE), OK]
    transport = wire.transport()
    get(transport)
    assert wire.clients[0].fileno() == -1
    assert get(transport).body == b"ok"


def test_a_kept_connection_that_ended_meanwhile_is_replaced(wire: Wire) -> None:
    """A browser asks again on a new connection, even by POST, if no answer has begun."""
    wire.answers = [then_close(OK), OK]
    transport = wire.transport()
    assert get(transport).body == b"ok"
    again = transport.request("POST", "http://site.test:8000/", [], b"q=1")
    assert again.body == b"ok"
    assert wire.clients[1].pieces[0].endswith(b"q=1")


def test_a_fresh_connection_that_ends_is_not_tried_again(wire: Wire) -> None:
    """Else a server that always closes would be asked for ever."""
    wire.answers = [then_close(b""), OK]
    assert get(wire.transport()).status == 0
    assert len(wire.clients) == 1


def test_a_kept_connection_that_ends_in_an_answer_is_not_tried_again(wire: Wire) -> None:
    """The server has begun to act: asking again could act twice."""
    wire.answers = [OK, OK]
    transport = wire.transport()
    get(transport)
    wire.servers[0].sendall(OK[:-1])
    wire.clients[0].reads_left = 1
    assert get(transport).status == 0
    assert len(wire.clients) == 1


def test_bytes_after_an_answer_are_nobodys_answer(wire: Wire) -> None:
    """A server that sends more than it announced is left: the rest may be anything."""
    wire.answers = [OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", OK]
    transport = wire.transport()
    assert get(transport).body == b"ok"
    assert wire.clients[0].fileno() == -1
    assert get(transport).body == b"ok"


# TLS ----------------------------------------------------------------------------


def over_tls(
    trusted: Authority | None = None, names: tuple[str, ...] = NAMES, tls: bool = True
) -> Answer:
    """Ask the lab's own server over HTTPS."""
    with serving({"site.test/": page("hello")}, names=names, tls=tls) as (recorder, authority):
        network = Network(
            lambda: socket.create_connection(("127.0.0.1", recorder.port), 5),
            recorder.port,
            NAMES,
            (trusted or authority).client_context(),
        )
        transport = Transport(network)
        try:
            return get(transport, f"https://site.test:{recorder.port}/")
        finally:
            transport.close()


def test_the_labs_own_authority_is_trusted() -> None:
    """The control of the three tests below."""
    assert over_tls().status == 200


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"trusted": Authority()}, b"CERTIFICATE_VERIFY_FAILED"),
        ({"names": ("other.test",)}, b"Hostname mismatch"),
        ({"tls": False}, b"SSL"),
    ],
)
def test_a_server_that_cannot_prove_its_name_gets_no_request(
    changed: dict[str, object], reason: bytes
) -> None:
    """Another authority, another name, no TLS at all: status 0 and the reason."""
    answer = over_tls(**changed)  # type: ignore[arg-type]
    assert answer.status == 0
    assert reason in answer.body


def test_a_plain_answer_to_a_handshake_has_status_0(wire: Wire) -> None:
    """A server that speaks only HTTP is told from one that speaks TLS."""
    wire.answers = [OK]
    answer = get(wire.transport(), "https://site.test:8000/")
    assert answer.status == 0
    assert b"WRONG_VERSION_NUMBER" in answer.body
    assert wire.clients[0].fileno() == -1
