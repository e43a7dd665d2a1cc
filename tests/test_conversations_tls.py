"""Laws of `labapp.conversations.tls`."""

from __future__ import annotations

import ssl

import pytest

from labapp.conversations.tls import HANDSHAKE, Record, is_tls, records, server_name


def _hello(name: str | None) -> bytes:
    """The first flight of Python's own TLS client."""
    context = ssl.create_default_context()
    context.check_hostname = False
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


HELLO = _hello("site.test")


def test_the_server_name_is_read() -> None:
    """The name a client asks for stands in the clear, however short or long."""
    assert server_name(HELLO) == "site.test"
    long = ".".join(["a" * 60] * 4)
    assert server_name(_hello(long)) == long


def test_without_the_extension_there_is_no_name() -> None:
    """A client that names none, or an address, gives None."""
    assert server_name(_hello(None)) is None
    assert server_name(_hello("127.0.0.1")) is None


def test_a_hello_in_several_records_is_joined() -> None:
    """A handshake message may be cut into records (RFC 8446, section 5.1)."""
    body = HELLO[5:]
    pieces = [body[at : at + 50] for at in range(0, len(body), 50)]
    cut = b"".join(b"\x16\x03\x01" + len(one).to_bytes(2, "big") + one for one in pieces)
    assert server_name(cut) == "site.test"


def test_a_hello_cut_off_has_no_name() -> None:
    """Half a ClientHello is not guessed from."""
    assert {server_name(HELLO[:length]) for length in range(len(HELLO))} == {None}


def test_only_a_whole_name_in_a_handshake_counts() -> None:
    """Neither other records nor a length that does not fit are believed."""
    assert server_name(b"\x17" + HELLO[1:]) is None
    assert server_name(b"\x15\x03\x03\x00\x02\x01\x00" + HELLO) is None
    length = HELLO.index(b"site.test") - 1
    assert server_name(HELLO[:length] + b"\x0a" + HELLO[length + 1 :]) is None


def test_a_damaged_hello_never_raises() -> None:
    """Each byte may take any of a few values."""
    for at in range(len(HELLO)):
        for value in (0, 1, 0x7F, 0xFF):
            damaged = HELLO[:at] + bytes((value,)) + HELLO[at + 1 :]
            assert isinstance(server_name(damaged), str | None)


@pytest.mark.parametrize(
    "data", [b"", b"\x16", b"GET / HTTP/1.1", b"\x16\x02\x00", b"\x17\x03\x03"]
)
def test_what_does_not_begin_with_a_handshake_is_no_tls(data: bytes) -> None:
    """The first byte is 22 and the major version 3, in every version."""
    assert not is_tls(data)
    assert is_tls(HELLO)


def test_records_are_counted_to_the_last() -> None:
    """Each record stands where its length says; one cut off stops with the data."""
    second = b"\x17\x03\x03\x00\x04abcd"
    first = Record(HANDSHAKE, 0, len(HELLO))
    after = len(HELLO) + 9
    assert list(records(HELLO + second)) == [first, Record(23, len(HELLO), after)]
    assert list(records(HELLO + second[:-1])) == [first, Record(23, len(HELLO), after - 1)]


@pytest.mark.parametrize(
    "rest", [b"\x30\x03\x03\0\0", b"\x17\x04\x03\0\0", b"\x17\x03\x03\xff\xff"]
)
def test_what_is_no_record_ends_the_reading(rest: bytes) -> None:
    """An unknown type, another version or an impossible length is no record."""
    assert list(records(HELLO + rest + HELLO)) == [Record(HANDSHAKE, 0, len(HELLO))]
