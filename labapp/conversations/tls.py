"""TLS from outside: what a listener without keys reads all the same (RFC 8446)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA = 20, 22, 23  # RFC 8446, section 5.1
_LARGEST_RECORD = (1 << 14) + 2048  # RFC 5246, section 6.2.3
_CLIENT_HELLO = 1
_SERVER_NAME = 0  # RFC 6066, section 3


class Record(NamedTuple):
    """One TLS record: its content type, and where it stands in the stream.

    Five bytes of header come first, *start* to *start* + 5; a record that was
    cut off stops where the stream does.
    """

    kind: int
    start: int
    stop: int


def is_tls(data: bytes) -> bool:
    """Return whether a stream begins like a TLS handshake, of any version."""
    return len(data) > 1 and data[0] == HANDSHAKE and data[1] == 3


def records(data: bytes) -> Iterator[Record]:
    """Yield the records of one direction, up to the first that is none."""
    at = 0
    while at + 5 <= len(data):
        length = _number(data, at + 3, 2)
        if not 20 <= data[at] <= 24 or data[at + 1] != 3 or length > _LARGEST_RECORD:
            return
        yield Record(data[at], at, min(at + 5 + length, len(data)))
        at += 5 + length


def server_name(data: bytes) -> str | None:
    """Return the name of the server that a client asks for in the clear, or None.

    *data* is what the client sent; the name stands in its ClientHello, in the
    extension server_name (RFC 6066), which an address or an old client leaves out.
    """
    hello = _client_hello(data)
    at = 2 + 32  # version, random
    at += 1 + _number(hello, at, 1)  # session id
    at += 2 + _number(hello, at, 2)  # cipher suites
    at += 1 + _number(hello, at, 1)  # compression methods
    stop = min(at + 2 + _number(hello, at, 2), len(hello))
    at += 2
    while at + 4 <= stop:
        kind, length = _number(hello, at, 2), _number(hello, at + 2, 2)
        if kind == _SERVER_NAME:
            # A list with one entry: its length, type 0, length of the name, name.
            name = hello[at + 9 : min(at + 4 + length, stop)]
            whole = name and len(name) == _number(hello, at + 7, 2)
            return name.decode("ascii", "backslashreplace") if whole else None
        at += 4 + length
    return None


def _client_hello(data: bytes) -> bytes:
    """Join the handshake records up to the end of the first message; empty if not whole."""
    handshake = bytearray()
    for kind, start, stop in records(data):
        if kind != HANDSHAKE:
            break
        handshake += data[start + 5 : stop]
        length = 4 + _number(handshake, 1, 3)
        if len(handshake) >= length >= 4 + 38 and handshake[0] == _CLIENT_HELLO:
            return bytes(handshake[4:length])
    return b""


def _number(data: bytes | bytearray, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
