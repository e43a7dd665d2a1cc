"""Checksums tell whether the frames of a file are still what was captured."""

from __future__ import annotations

import struct

import pytest

from labapp.capture import Capture, Frame
from labapp.conversations import missing
from labapp.conversations.checksum import doubts
from tests.frames import frame
from tests.test_loading import TALK, ip, ipv6

V6 = [data[:12] + b"\x86\xdd" + ipv6(data) for data in TALK]
TAGGED = [data[:12] + b"\x81\0\0\x07" + data[12:] for data in TALK]
UNFINISHED = "TCP checksums are not finished"


def told(*frames: bytes) -> list[str]:
    return list(doubts(Frame(0, data) for data in frames))


@pytest.mark.parametrize("frames", [TALK, V6, TAGGED], ids=["IPv4", "IPv6", "VLAN"])
def test_whole_frames_leave_no_doubt(frames: list[bytes]) -> None:
    """Of either version of IP, behind a tag, and padded at the end."""
    assert [] == told(*frames, *(data + bytes(7) for data in frames))


@pytest.mark.parametrize("frames", [TALK, V6, TAGGED], ids=["IPv4", "IPv6", "VLAN"])
def test_any_byte_of_ip_that_changed_is_noticed(frames: list[bytes]) -> None:
    """Each byte from the address to the end of the data."""
    data = frames[3]
    start = data.index(ip(TALK[3])[20:24])  # the ports
    unseen = [
        at
        for at in range(start, len(data))
        if not told(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
    ]
    assert unseen == []


def test_what_is_no_ip_is_let_be() -> None:
    """ARP, say, and UDP, which says nothing that the lab reads."""
    udp = bytearray(TALK[0])
    udp[23], udp[24:26] = 17, b"\0\0"
    assert [] == told(bytes(12) + b"\x08\x06" + bytes(28), bytes(udp))


@pytest.mark.parametrize(
    ("protocol", "expected"), [(0, 1), (43, 1), (44, 1), (60, 1), (17, 0), (58, 0)]
)
def test_behind_extension_headers_of_ipv6_nothing_is_verified(
    protocol: int, expected: int
) -> None:
    """Their packets are read, and so are doubted; UDP and ICMPv6 are not read."""
    data = V6[3][:20] + bytes([protocol]) + V6[3][21:]

    assert [UNFINISHED] * expected == [one.partition(",")[0] for one in told(data)]


def test_unfinished_checksums_are_told_apart_from_wrong_ones() -> None:
    """The sum of the pseudo header, or nothing, stands where a network card would write."""
    data = TALK[3]
    pseudo = sum(struct.unpack("!4H", data[26:34])) + 6 + len(data) - 34
    partial, none, wrong = (
        data[:50] + struct.pack("!H", value) + data[52:] for value in (pseudo % 0xFFFF, 0, 1)
    )

    assert [UNFINISHED] == [one.partition(",")[0] for one in told(partial)]
    assert [UNFINISHED] == [one.partition(",")[0] for one in told(none)]
    assert ["checksums do not fit: frame 0"] == told(wrong)


def test_a_sum_of_all_ones_is_a_sum_of_nothing() -> None:
    """The same number, in one's complement: it, too, may stand for the pseudo header."""
    data = changed(TALK[3], (24, b"\0\0"), (26, b"\0\0"), (50, b"\xff\xff"))
    rest = (sum(struct.unpack("!4H", data[26:34])) + 6 + len(data) - 34) % 0xFFFF
    data = changed(data, (26, struct.pack("!H", 0xFFFF - rest)))

    assert [UNFINISHED] == [one.partition(",")[0] for one in told(data)]
    assert ["checksums do not fit: frame 0"] == told(changed(data, (50, b"\xff\xfe")))


def test_frames_cut_off_and_fragments_are_named() -> None:
    """Each reason is one sentence, with the first five of its frames."""
    fragment = bytearray(TALK[3])
    fragment[20:22], fragment[24:26] = b"\x20\0", b"\0\0"
    reasons = told(*[TALK[3][:40]] * 7, bytes(fragment), TALK[0][:13])

    assert [
        "checksums do not fit: frames 0, 1, 2, 3, 4 and 3 more",
        "IP packets are in fragments, which the lab does not put together: frame 7",
    ] == reasons


def test_only_what_was_read_from_a_file_is_doubted() -> None:
    """What comes from a backend was never on a disk; kernels leave checksums unfinished."""
    data = (Frame(0, frame(("127.0.0.1", 1), ("127.0.0.1", 2), 1)),)
    captured, loaded = (
        Capture(data, "hand", "by hand", 2, vouched=vouched) for vouched in (True, False)
    )

    assert not any(UNFINISHED in sentence for sentence in missing(captured))
    assert any(UNFINISHED in sentence for sentence in missing(loaded))
    assert not Capture.joined([captured, loaded]).vouched


def changed(data: bytes, *changes: tuple[int, bytes]) -> bytes:
    """Return *data* with other bytes at some places."""
    for at, new in changes:
        data = data[:at] + new + data[at + len(new) :]
    return data


def test_any_byte_of_the_header_of_ipv4_that_changed_is_noticed() -> None:
    """It has a checksum of its own."""
    data = TALK[3]
    flipped = [changed(data, (at, bytes([data[at] ^ 0x55]))) for at in range(14, 34)]

    assert [one for one in flipped if not told(one)] == []


def test_a_header_without_its_checksum_is_no_reason_for_doubt() -> None:
    """A network card would have written it; what the header says must still make sense."""
    none = (24, b"\0\0")

    assert told(changed(TALK[3], none)) == []
    assert told(changed(TALK[3], none, (14, b"\x55"))) == ["checksums do not fit: frame 0"]
    assert told(changed(TALK[3], none, (14, b"\x44"))) == ["checksums do not fit: frame 0"]


def test_a_length_of_0_means_up_to_the_end() -> None:
    """So the kernel writes a packet that is too long for the field."""
    assert told(changed(TALK[3], (16, b"\0\0"), (24, b"\0\0"))) == []
    assert told(changed(V6[3], (18, b"\0\0"))) == []


def test_a_packet_too_short_for_tcp_does_not_fit() -> None:
    """What stands behind its end, padding say, is no header of TCP."""
    short = changed(TALK[0][:44], (16, b"\0\x1e"), (24, b"\0\0")) + bytes(20)

    assert told(short) == ["checksums do not fit: frame 0"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "frame 0"), (2, "frames 0, 1"), (5, "frames 0, 1, 2, 3, 4")],
)
def test_up_to_five_frames_are_all_named(number: int, expected: str) -> None:
    """More are counted only."""
    assert told(*[TALK[3][:40]] * number) == [f"checksums do not fit: {expected}"]
