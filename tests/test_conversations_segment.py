"""Laws of `labapp.conversations.segment`."""

from __future__ import annotations

import struct

import pytest

from labapp.conversations.segment import ACK, SYN, both_ends, parse, turned
from tests.frames import frame

HERE, THERE = ("127.0.0.1", 40000), ("127.0.0.2", 8000)
PLAIN = frame(HERE, THERE, 7, ack=9, flags=ACK, payload=b"Rex sleeps")
SIX = frame(("::1", 40000), ("::2", 8000), 7, ack=9, payload=b"Rex sleeps")
IP, TCP = 14, 34  # where the headers begin in an IPv4 frame without options


def _patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def test_a_segment_has_the_fields_of_its_frame() -> None:
    """Addresses, ports, numbers, flags and payload come out as they went in."""
    found = parse(PLAIN, 3)
    assert found is not None
    assert (7, 9, ACK, b"Rex sleeps", 3) == found[1:]
    assert ((bytes((127, 0, 0, 1)), 40000), (bytes((127, 0, 0, 2)), 8000)) == both_ends(
        found.ends
    )


def test_ipv6_is_read_too() -> None:
    """An IPv6 frame gives the same segment with addresses of 16 bytes."""
    found = parse(SIX)
    assert found is not None
    assert (7, 9, ACK, b"Rex sleeps", 0) == found[1:]
    assert ((bytes(15) + b"\1", 40000), (bytes(15) + b"\2", 8000)) == both_ends(found.ends)


@pytest.mark.parametrize("data", [PLAIN, SIX], ids=["IPv4", "IPv6"])
def test_an_answer_has_the_ends_turned(data: bytes) -> None:
    """What is sent back has sender and receiver changed over; turned twice is as before."""
    found = parse(data)
    assert found is not None
    back = turned(found.ends)
    assert both_ends(found.ends)[::-1] == both_ends(back)
    assert found.ends == turned(back)


@pytest.mark.parametrize("data", [PLAIN, SIX], ids=["IPv4", "IPv6"])
def test_ethernet_padding_is_no_payload(data: bytes) -> None:
    """What stands behind the end of the IP packet is left out."""
    assert parse(data) == parse(data + b"padding")


@pytest.mark.parametrize("tag", [b"", b"\x81\x00\x00\x05"])
@pytest.mark.parametrize("size", [0, 1, 20_000])
def test_a_segment_may_be_empty_or_large(size: int, tag: bytes) -> None:
    """All of the payload is there, and nothing else, whichever way the frame is read."""
    payload = bytes(number % 251 for number in range(size))
    found = parse(_tagged(frame(HERE, THERE, 7, payload=payload), tag) + b"padding")
    assert found is not None
    assert found.payload == payload


def _tagged(data: bytes, tags: bytes) -> bytes:
    return data[:12] + tags + data[12:]


@pytest.mark.parametrize("data", [PLAIN, SIX], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("tags", [b"\x81\x00\x00\x05", b"\x88\xa8\x00\x06\x81\x00\x00\x05"])
def test_vlan_tags_change_nothing(data: bytes, tags: bytes) -> None:
    """One tag of IEEE 802.1Q or two are skipped."""
    assert parse(data) == parse(_tagged(data, tags))


@pytest.mark.parametrize("words", [1, 10])
@pytest.mark.parametrize("ack", [9, 0x50000000, 0xFFFFFFFF])
def test_ip_and_tcp_options_are_skipped(words: int, ack: int) -> None:
    """Headers longer than 20 bytes do not become payload, and their bytes no numbers."""
    plain = frame(HERE, THERE, 7, ack=ack, payload=b"Rex sleeps")
    ip = bytes([0x45 + words]) + plain[IP + 1 : TCP]
    ip = _patched(ip, 2, struct.pack("!H", 20 + 4 * words + 20 + 8 + 10)) + bytes(4 * words)
    tcp = _patched(plain[TCP : TCP + 20], 12, b"\x70") + bytes(8)
    assert parse(plain) == parse(plain[:IP] + ip + tcp + b"Rex sleeps")


def test_extension_headers_of_ipv6_are_skipped() -> None:
    """Hop-by-hop options of any length and an atomic fragment header come before the segment."""
    more = bytes((44, 1, *bytes(14))) + bytes((6, 0, *bytes(6)))
    longer = _patched(SIX, IP + 4, struct.pack("!H", 24 + 20 + 10) + b"\0")
    assert parse(SIX) == parse(longer[:54] + more + longer[54:])


@pytest.mark.parametrize("data", [PLAIN, SIX], ids=["IPv4", "IPv6"])
def test_a_length_of_0_means_up_to_the_end(data: bytes) -> None:
    """An offloaded packet too long for the length field is read whole."""
    large = data + bytes(70_000)
    at = IP + 2 if data is PLAIN else IP + 4
    found = parse(_patched(large, at, b"\0\0"))
    assert found is not None
    assert len(found.payload) == 70_010


@pytest.mark.parametrize(
    ("at", "new"),
    [
        (12, b"\x08\x06"),  # ARP
        (IP, b"\x65"),  # version 6 in a frame of type IPv4
        (IP, b"\x44"),  # a header of 16 bytes
        (IP, b"\x50"),  # version 5
        (IP + 2, b"\x00\x27"),  # a packet shorter than its headers
        (IP + 2, b"\x7f\xff"),  # a packet longer than the frame
        (IP + 6, b"\x20\x00"),  # more fragments follow
        (IP + 6, b"\x00\x01"),  # a later fragment
        (IP + 9, b"\x11"),  # UDP
        (TCP + 12, b"\x40"),  # a TCP header of 16 bytes
        (TCP + 12, b"\xf0"),  # a TCP header longer than the packet
    ],
)
def test_what_is_no_whole_segment_is_none(at: int, new: bytes) -> None:
    """Other protocols, fragments and impossible lengths give None."""
    assert parse(PLAIN) is not None
    assert parse(_patched(PLAIN, at, new)) is None


@pytest.mark.parametrize("data", [PLAIN, SIX], ids=["IPv4", "IPv6"])
def test_a_frame_cut_off_anywhere_is_none(data: bytes) -> None:
    """A frame that lost its end, however little, is not taken for a shorter one."""
    assert all(parse(data[:length]) is None for length in range(len(data)))


def test_a_later_fragment_of_ipv6_is_none() -> None:
    """Only a fragment header that stands before the whole packet is skipped."""
    longer = _patched(SIX, IP + 4, struct.pack("!H", 8 + 20 + 10) + bytes((44,)))
    parts = (b"\0\1", b"\0\x08", b"\1\0")
    for bits, expected in ((b"\0\0", True), *((part, False) for part in parts)):
        header = bytes((6, 0)) + bits + bytes(4)
        assert expected == (parse(longer[:54] + header + longer[54:]) is not None)


def test_a_frame_of_type_ipv6_with_another_version_is_none() -> None:
    """The type of the frame and the version of its packet must agree."""
    assert parse(_patched(SIX, IP, b"\x45")) is None


def test_flags_are_those_of_the_rfc() -> None:
    """SYN and ACK are the bits that RFC 9293 gives them."""
    found = parse(frame(HERE, THERE, 7, flags=0x12))
    assert found is not None
    assert found.flags == SYN | ACK
