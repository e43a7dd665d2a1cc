from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event

import pytest

from labapp.errors import LabError
from labapp.server.door import MOST, Door, Fields
from labapp.site.configuration import configure
from tests.serving import TIMEOUT, everything

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
asked: list[tuple[str, Fields, bytes]] = []


def answer(start: str, fields: Fields, body: bytes) -> bytes:
    """Keep what was asked."""
    asked.append((start, fields, body))
    return ANSWER


@pytest.fixture(autouse=True)
def _django() -> None:
    configure()  # it closes database connections with each TCP connection


@pytest.fixture
def door(no_leaks: None) -> Iterator[Door]:
    asked.clear()
    with Door(socket.create_server(("127.0.0.1", 0)), answer) as running:
        yield running


def say(door: Door, request: bytes) -> bytes:
    """Send *request* and return all that comes back."""
    with socket.create_connection(("127.0.0.1", door.port), TIMEOUT) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return everything(client)


def test_what_was_written_is_handed_on_and_what_is_said_comes_back(door: Door) -> None:
    """Order, capitals and repetitions stay; the answer is the bytes that were returned."""
    head = b"POST /x?a=%20 HTTP/1.1\r\nhost: h\r\nsec-ch-ua: 1\r\nX: a\r\nX: b\r\n"
    assert say(door, head + b"Content-Length: 3\r\n\r\na=1") == ANSWER
    fields = (("host", "h"), ("sec-ch-ua", "1"), ("X", "a"), ("X", "b"))
    assert asked == [("POST /x?a=%20 HTTP/1.1", (*fields, ("Content-Length", "3")), b"a=1")]


def test_one_connection_carries_one_exchange(door: Door) -> None:
    """A second request on it is not read: its answer would be the door's to frame."""
    assert say(door, b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\n\r\n") == ANSWER
    assert [start for start, _, _ in asked] == ["GET /1 HTTP/1.1"]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: %d\r\n" % (MOST + 1), b"413"),
        (b"Content-Length: -1\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n", b"411"),
    ],
)
def test_bodies_without_an_end_or_too_long_are_refused(
    door: Door, head: bytes, status: bytes
) -> None:
    """Nothing is asked then."""
    said = say(door, b"POST / HTTP/1.1\r\nHost: h\r\n" + head + b"\r\n")
    assert said.split(b" ")[1] == status
    assert asked == []


def test_a_folded_field_is_left_out(door: Door) -> None:
    """Its second line could be taken for a field of its own."""
    assert say(door, b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n Host: evil\r\n\r\n") == ANSWER
    assert asked == [("GET / HTTP/1.1", (("A", "1"),), b"")]


def test_a_body_that_never_came_whole_is_not_asked(door: Door) -> None:
    """The browser went away in the middle."""
    assert say(door, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na=1") == b""
    assert asked == []


def test_it_ends_while_browsers_are_connected(no_leaks: None) -> None:
    """One says nothing, as browsers do that connect early; one waits for its answer."""
    entered, release = Event(), Event()

    def slow(start: str, fields: Fields, body: bytes) -> bytes:
        entered.set()
        release.wait(TIMEOUT)
        return ANSWER

    with Door(socket.create_server(("127.0.0.1", 0)), slow) as door:
        silent = socket.create_connection(("127.0.0.1", door.port), TIMEOUT)
        waiting = socket.create_connection(("127.0.0.1", door.port), TIMEOUT)
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert entered.wait(TIMEOUT)
        release.set()
    with silent, waiting:
        assert silent.recv(1) == b""


def test_only_this_machine() -> None:
    """Any other address is refused, as by the lab's own server."""
    with pytest.raises(LabError, match=r"bind 127\.0\.0\.1"):
        Door(socket.create_server(("0.0.0.0", 0)), answer)
