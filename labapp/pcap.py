"""A packet file: pcap or pcapng, read packet by packet.

pcap is read here, on bytes, for scapy's own reader takes three times as long; the
rarer pcapng, which Wireshark saves, is left to scapy.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from labapp.errors import LabError

ETHERNET = 1  # link type, https://www.tcpdump.org/linktypes.html
LONGEST_FRAME = 262_144  # bytes; libpcap's own limit (MAXIMUM_SNAPLEN of most link types)
BILLION = 1_000_000_000  # nanoseconds

_GZIP = b"\x1f\x8b"
_SECTION_HEADER = b"\x0a\x0d\x0d\x0a"  # how a pcapng file begins
_SECRETS = 10  # type of a Decryption Secrets Block
_BUFFER = 1 << 20  # bytes read from the disk at once

# How a pcap file begins: the order of its bytes, and how many nanoseconds a unit of its
# times has (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html).
_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}

# A packet: nanoseconds since 1970, its bytes, and how many of them were cut off.
Packet = tuple[int, bytes, int]


def packets(path: Path) -> Iterator[Packet]:
    """Yield the packets of an Ethernet pcap or pcapng file, in their order.

    Raises `OSError` or `ValueError` if the file cannot be opened, `LabError` if it
    is of another kind or ends early.
    """
    with path.open("rb", buffering=_BUFFER) as file:
        magic = file.read(4)
        if magic in _PCAP:
            yield from _of_pcap(file, path, *_PCAP[magic])
        elif magic == _SECTION_HEADER:
            yield from _of_pcapng(magic + file.read(), path)
        elif magic.startswith(_GZIP):
            # scapy would open it, but not notice where it ends early.
            raise LabError(f"{path} is packed with gzip: unpack it first.")
        else:
            raise _other_kind(path)


def _of_pcap(file: BinaryIO, path: Path, order: str, unit: int) -> Iterator[Packet]:
    header = file.read(20)
    if len(header) < 20:
        raise _other_kind(path)
    _check_link(struct.unpack(f"{order}I", header[16:])[0], path)
    record = struct.Struct(f"{order}IIII")
    read, unpack, size = file.read, record.unpack, record.size
    while head := read(size):
        if len(head) < size:
            raise _early_end(path)
        seconds, fraction, length, whole = unpack(head)
        # A length that leads nowhere must not have gigabytes made ready for it.
        data = read(min(length, LONGEST_FRAME))
        if len(data) < length:
            raise _early_end(path)
        yield seconds * BILLION + fraction * unit, data, whole - length


def _of_pcapng(content: bytes, path: Path) -> Iterator[Packet]:
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader

    kind: Any = RawPcapNgReader  # its annotations name fewer types than it takes
    try:
        reader = kind(BytesIO(content))
    except Scapy_Exception:
        raise _other_kind(path) from None
    # scapy would warn that it cannot decrypt, which nobody asked of it here.
    reader.blocktypes[_SECRETS] = lambda block, size: None
    while True:
        try:
            # Iterating would cut every packet at 65,535 bytes.
            data, meta = reader._read_packet(size=LONGEST_FRAME)  # noqa: SLF001
        except EOFError:
            break
        _check_link(meta.linktype, path)
        ticks = ((meta.tshigh or 0) << 32) + (meta.tslow or 0)
        yield ticks * BILLION // meta.tsresol, data, meta.wirelen - len(data)
    if not _ends_with_a_block(content):
        raise _early_end(path)


def _ends_with_a_block(content: bytes) -> bool:
    """Return whether a pcapng file is whole blocks, one after the other."""
    at, order = 0, "<"
    while at + 12 <= len(content):
        if content[at : at + 4] == _SECTION_HEADER:
            order = ">" if content[at + 8 : at + 10] == b"\x1a\x2b" else "<"
        (length,) = struct.unpack_from(f"{order}I", content, at + 4)
        at += max(length, 12)
    return at == len(content)


def _check_link(link: int | None, path: Path) -> None:
    if link != ETHERNET:
        raise LabError(f"{path} has link type {link}; only Ethernet (1) is read.")


def _other_kind(path: Path) -> LabError:
    return LabError(f"{path} is no pcap file: save one with capture.save().")


def _early_end(path: Path) -> LabError:
    return LabError(f"{path} ends early: copy or save it again.")
