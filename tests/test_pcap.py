"""A packet file is read packet by packet, or refused; tests/test_capture.py has more."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from labapp import pcap
from labapp.errors import LabError
from labapp.link import BILLION, ETHERNET, Damaged

HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, ETHERNET)


def _packet(data: bytes, whole: int = 0, time: int = 5 * BILLION + 7) -> bytes:
    seconds, rest = divmod(time, BILLION)
    return struct.pack("<IIII", seconds, rest, len(data), whole or len(data)) + data


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.pcap"


def test_packets_come_with_time_bytes_and_what_was_cut_off(path: Path) -> None:
    """In the order of the file; an empty packet is one, too."""
    path.write_bytes(HEADER + _packet(b"abc") + _packet(b"") + _packet(b"de", 9))

    assert [
        (5 * BILLION + 7, b"abc", 0),
        (5 * BILLION + 7, b"", 0),
        (5 * BILLION + 7, b"de", 7),
    ] == [packet[:3] for packet in pcap.packets(path)]


def test_packets_may_be_larger_than_what_is_read_at_once(path: Path) -> None:
    """Where one block of the disk ends and the next begins cannot be seen."""
    made = [bytes([number % 256]) * (number * 97 % 5000) for number in range(1500)]
    path.write_bytes(HEADER + b"".join(map(_packet, made)))
    assert path.stat().st_size > 3 << 20

    assert made == [packet.data for packet in pcap.packets(path)]


def test_a_file_may_end_only_between_two_packets(path: Path) -> None:
    """Cut anywhere else, it is damaged."""
    whole = HEADER + _packet(b"abc") + _packet(b"defg")
    ends = {len(HEADER), len(HEADER) + 19, len(whole)}
    for size in range(len(HEADER), len(whole) + 1):
        path.write_bytes(whole[:size])
        if size in ends:
            assert len(list(pcap.packets(path))) == sorted(ends).index(size)
        else:
            with pytest.raises(Damaged, match="ends early"):
                list(pcap.packets(path))


def test_a_length_that_leads_nowhere_takes_no_room(path: Path) -> None:
    """Four gigabytes are promised by a file of a few bytes."""
    path.write_bytes(HEADER + struct.pack("<IIII", 0, 0, 2**32 - 1, 2**32 - 1) + bytes(100))

    with pytest.raises(Damaged, match="makes no sense"):
        list(pcap.packets(path))


def test_a_packet_longer_than_it_was_makes_no_sense(path: Path) -> None:
    """More bytes of it than there were: whatever follows is not to be believed."""
    path.write_bytes(HEADER + _packet(b"abc", 2))

    with pytest.raises(Damaged, match="makes no sense"):
        list(pcap.packets(path))


def test_another_link_type_is_refused_also_without_a_packet(path: Path) -> None:
    """The file says it in its header."""
    path.write_bytes(HEADER[:-4] + struct.pack("<I", 4242))

    with pytest.raises(LabError, match="link type 4242"):
        list(pcap.packets(path))
