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


def _made(extensions: bytes, beyond: bytes = b"") -> bytes:
    """A ClientHello made by hand, with two suites and two ways to compress."""
    body = b"\x03\x03" + bytes(32) + b"\x03ses" + b"\0\x04\x13\x01\x13\x02" + b"\x02\0\1"
    body += len(extensions).to_bytes(2, "big") + extensions + beyond
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake


def _named(name: bytes) -> bytes:
    """The extension server_name with one name."""
    sizes = [(len(name) + more).to_bytes(2, "big") for more in (5, 3, 0)]
    return b"\0\0" + sizes[0] + sizes[1] + b"\0" + sizes[2] + name


OTHER = b"\0\x17\0\0" + b"\0\x0a\0\x04\0\x02\0\x1d"


@pytest.mark.parametrize("name", [b"a", b"site.test", b"a" * 300])
@pytest.mark.parametrize("before", [b"", OTHER])
@pytest.mark.parametrize("after", [b"", OTHER])
def test_the_name_may_stand_first_or_last(name: bytes, before: bytes, after: bytes) -> None:
    """Other extensions, empty or not, are stepped over."""
    assert server_name(_made(before + _named(name) + after)) == name.decode()
    assert server_name(_made(before + after)) is None


def test_what_stands_behind_the_extensions_is_no_name() -> None:
    """Their length says where they end: a name behind it, or half behind it, is none."""
    whole = _named(b"site.test")
    assert server_name(_made(OTHER, beyond=whole)) is None
    assert server_name(_made(whole[:-1], beyond=whole[-1:])) is None


def test_two_bytes_are_enough_to_know_tls() -> None:
    """A segment may be that short."""
    assert is_tls(b"\x16\x03")


def test_records_may_be_empty_or_as_large_as_they_get() -> None:
    """Types are 20 to 24; what is longer than RFC 5246 allows is no record."""
    alive, empty = b"\x18\x03\x03\0\1x", b"\x17\x03\x03\0\0"
    assert list(records(alive + empty)) == [Record(24, 0, 6), Record(23, 6, 11)]
    largest = (2**14 + 2048).to_bytes(2, "big")
    assert list(records(b"\x17\x03\x03" + largest)) == [Record(23, 0, 5)]
    larger = (2**14 + 2049).to_bytes(2, "big")
    assert list(records(b"\x17\x03\x03" + larger)) == []
    assert list(records(b"\x19\x03\x03\0\0")) == []
