"""A packet file: pcap or pcapng, read packet by packet.

Both are read on bytes, pcap here: scapy's own readers take three times as long, and say
nothing of what a capturing program knows to have missed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from labapp import pcapng
from labapp.errors import LabError
from labapp.link import BILLION, LONGEST_FRAME, Aside, Damaged, Packet, check

_GZIP = b"\x1f\x8b"
_BUFFER = 1 << 20  # bytes read from the disk at once
_EARLY_END = "the file ends early"

# How a pcap file begins: the order of its bytes, and how many nanoseconds a unit of its
# times has (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html).
_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}


def packets(path: Path, aside: Aside | None = None) -> Iterator[Packet]:
    """Yield the packets of a pcap or pcapng file, in their order.

    What the file says beside them goes into *aside*. Raises `OSError` or `ValueError` if
    the file cannot be opened, `LabError` if it is of another kind, and `Damaged` where it
    ends early or makes no sense any more: what was yielded before is good.
    """
    with path.open("rb", buffering=_BUFFER) as file:
        magic = file.read(4)
        if magic in _PCAP:
            yield from _of_pcap(file, path, *_PCAP[magic])
        elif magic == pcapng.MAGIC:
            yield from pcapng.packets(file, path, aside or Aside())
        elif magic.startswith(_GZIP):
            raise LabError(f"{path} is packed with gzip: unpack it first.")
        else:
            raise _other_kind(path, "is empty" if not magic else "is no pcap file")


def _of_pcap(file: BinaryIO, path: Path, order: str, unit: int) -> Iterator[Packet]:
    header = file.read(20)
    if len(header) < 20:
        raise _other_kind(path, "is no pcap file, only the beginning of one")
    link = struct.unpack(f"{order}I", header[16:])[0] & 0xFFFF  # above: of the checksum
    check(link, path)
    record = struct.Struct(f"{order}IIII")
    read, unpack, size = file.read, record.unpack, record.size
    make: Callable[..., Packet] = tuple.__new__  # a third of what Packet(...) takes
    while head := read(size):
        if len(head) < size:
            raise Damaged(_EARLY_END)
        seconds, fraction, length, whole = unpack(head)
        # A length that leads nowhere must not have gigabytes made ready for it.
        data = read(min(length, LONGEST_FRAME))
        if len(data) < length:
            raise Damaged(_EARLY_END if length <= LONGEST_FRAME else "a length makes no sense")
        if whole < length:
            raise Damaged("a length makes no sense")
        yield make(
            Packet, (seconds * BILLION + fraction * unit, data, whole - length, link, None)
        )


def _other_kind(path: Path, what: str) -> LabError:
    return LabError(f"{path} {what}: choose one that Wireshark or capture.save() wrote.")
