"""pcapng, written and read: packets, and the secrets that open what is encrypted.

draft-ietf-opsawg-pcapng. scapy writes pcapng as well, but neither a Decryption Secrets
Block nor a checksum beside each packet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from labapp.errors import LabError
from labapp.link import (
    BILLION,
    ETHERNET,
    LONGEST_FRAME,
    Aside,
    Damaged,
    Packet,
    check,
    is_known,
)

MAGIC = b"\x0a\x0d\x0d\x0a"

# Section 4: blocks, and options that are used here.
_SECTION_HEADER, _INTERFACE, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 6, 10
_OLD_PACKET, _SIMPLE_PACKET, _STATISTICS = 2, 3, 5
_BYTE_ORDER, _VERSION, _LENGTH_UNKNOWN = 0x1A2B3C4D, (1, 0), -1
_TIME_RESOLUTION, _TIME_OFFSET = 9, 14
_NANOSECONDS = 9  # if_tsresol: a negative power of ten
_HASH, _DROPPED, _CRC32 = 3, 4, 2  # epb_hash, epb_dropcount; an algorithm of the former
_DROPPED_BY_INTERFACE, _DROPPED_BY_SYSTEM = 5, 7  # isb_ifdrop, isb_osdrop
_TLS_KEY_LOG = 0x544C534B  # section 4.7
_LONGEST_BLOCK = 1 << 24  # bytes, as in Wireshark


def written(packets: Iterable[tuple[int, bytes]], tls_secrets: str = "") -> bytes:
    """Return a pcapng file of Ethernet *packets*, each with its time in ns since 1970.

    *tls_secrets*, in the form of a TLS key log, stand before the first packet: a
    program that reads from top to bottom has them when it needs them. With each packet
    stands its CRC-32, so that damage to the file can be told.
    """
    resolution = struct.pack("<HHBxxxHH", _TIME_RESOLUTION, 1, _NANOSECONDS, 0, 0)
    blocks = [
        _block(_SECTION_HEADER, struct.pack("<IHHq", _BYTE_ORDER, *_VERSION, _LENGTH_UNKNOWN)),
        _block(_INTERFACE, struct.pack("<HHI", ETHERNET, 0, LONGEST_FRAME) + resolution),
    ]
    if tls_secrets:
        log = tls_secrets.encode("ascii")
        blocks.append(_block(_SECRETS, struct.pack("<II", _TLS_KEY_LOG, len(log)) + log))
    for time, data in packets:
        high, low = divmod(time, 1 << 32)
        head = struct.pack("<IIIII", 0, high, low, len(data), len(data))
        seal = struct.pack("<HHB4sxxxHH", _HASH, 5, _CRC32, _digest(data), 0, 0)
        blocks.append(_block(_PACKET, head + data + bytes(-len(data) % 4) + seal))
    return b"".join(blocks)


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _digest(data: bytes) -> bytes:
    return crc32(data).to_bytes(4, "big")


@dataclass
class _Interface:
    """Where packets come from: their link type, and how their times count."""

    link: int
    longest: int
    resolution: int = 1_000_000
    offset: int = 0  # seconds

    def time(self, high: int, low: int) -> int:
        return (high << 32 | low) * BILLION // self.resolution + self.offset * BILLION


@dataclass
class _Section:
    """What counts up to the next section header: the order of bytes, and interfaces."""

    order: str
    interfaces: list[_Interface] = field(default_factory=list)

    def interface(self, number: int) -> _Interface:
        if number >= len(self.interfaces):
            raise Damaged("a packet belongs to no interface")
        return self.interfaces[number]

    def options(self, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        head = struct.Struct(f"{self.order}HH")
        while at + 4 <= len(body):
            code, length = head.unpack_from(body, at)
            if not code:
                return
            yield code, body[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4

    def number(self, value: bytes) -> int:
        return int.from_bytes(value, "little" if self.order == "<" else "big")


def packets(file: BinaryIO, path: Path, aside: Aside) -> Iterator[Packet]:
    """Yield the packets of *file*, of which the first four bytes are read already.

    What else it says goes into *aside*. Raises `LabError` if this is no pcapng file, or if
    nobody can read the link type of any of its interfaces, `Damaged` where it breaks off.
    """
    section, links = _Section(""), list[int]()
    head = MAGIC + file.read(4)
    while head:
        try:
            kind, body, section = _read(file, head, section)
        except Damaged:
            if section.order:
                raise
            raise LabError(
                f"{path} is no pcapng file: choose one that Wireshark can open."
            ) from None
        if kind == _INTERFACE:
            section.interfaces.append(_interface(section, body))
            links.append(section.interfaces[-1].link)
        elif kind == _SECRETS:
            aside.secrets += _key_log(section, body)
        elif kind == _STATISTICS:
            aside.lost = max(aside.lost, _lost(section, body))
        elif (packet := _packet(section, kind, body, aside)) is not None:
            yield packet
        head = file.read(8)
    if links and not any(map(is_known, links)):
        check(links[0], path)


def _order(rest: bytes) -> str:
    """Return the byte order that the header of a section states; ``""`` for neither."""
    magics = {struct.pack(f"{order}I", _BYTE_ORDER): order for order in "<>"}
    return magics.get(rest[4:8], "")


def _read(file: BinaryIO, head: bytes, section: _Section) -> tuple[int, bytes, _Section]:
    """Return type and body of the block that begins with *head*, and its section."""
    if head[:4] == MAGIC:
        order = _order(head[4:] + (magic := file.read(4)))
        if not order:
            raise Damaged("a section makes no sense")
        section = _Section(order)
        head += magic
    if len(head) < 8:
        raise Damaged("the file ends early")
    kind, length = struct.unpack_from(f"{section.order}II", head)
    if not len(head) + 4 <= length <= _LONGEST_BLOCK or length % 4:
        raise Damaged("a length makes no sense")
    rest = file.read(length - len(head))
    if len(rest) < length - len(head):
        raise Damaged("the file ends early")
    if struct.unpack(f"{section.order}I", rest[-4:]) != (length,):
        raise Damaged("a length makes no sense")
    return kind, head[8:] + rest[:-4], section


def _interface(section: _Section, body: bytes) -> _Interface:
    if len(body) < 8:
        raise Damaged("an interface makes no sense")
    made = _Interface(*struct.unpack_from(f"{section.order}HxxI", body))
    for code, value in section.options(body, 8):
        if code == _TIME_RESOLUTION and value:
            exponent = value[0] & 0x7F
            made.resolution = 2**exponent if value[0] & 0x80 else 10**exponent
        elif code == _TIME_OFFSET and len(value) == 8:
            (made.offset,) = struct.unpack(f"{section.order}q", value)
    return made


def _packet(section: _Section, kind: int, body: bytes, aside: Aside) -> Packet | None:
    order, time, checked = section.order, 0, None
    if kind == _SIMPLE_PACKET and len(body) >= 4:
        (whole,) = struct.unpack_from(f"{order}I", body)
        source, start = section.interface(0), 4
        length = min(whole, source.longest or whole)
    elif kind in (_PACKET, _OLD_PACKET) and len(body) >= 20:
        form = "IIIII" if kind == _PACKET else "HxxIIII"
        number, high, low, length, whole = struct.unpack_from(f"{order}{form}", body)
        source, start = section.interface(number), 20
        time = source.time(high, low)
    elif kind in (_PACKET, _OLD_PACKET, _SIMPLE_PACKET):
        raise Damaged("a packet makes no sense")
    else:
        return None
    if not length <= min(whole, LONGEST_FRAME) or start + length > len(body):
        raise Damaged("a length makes no sense")
    data = body[start : start + length]
    if kind == _PACKET:
        for code, value in section.options(body, start + length + -length % 4):
            if code == _HASH and len(value) == 5 and value[0] == _CRC32:
                checked = value[1:] == _digest(data)
            elif code == _DROPPED:
                aside.lost += section.number(value)
    return Packet(time, data, whole - length, source.link, checked)


def _key_log(section: _Section, body: bytes) -> str:
    if len(body) < 8:
        return ""
    kind, length = struct.unpack_from(f"{section.order}II", body)
    log = body[8 : 8 + length]
    return log.decode("ascii") if kind == _TLS_KEY_LOG and log.isascii() else ""


def _lost(section: _Section, body: bytes) -> int:
    """Return how many packets the statistics of an interface call lost."""
    numbers = (_DROPPED_BY_INTERFACE, _DROPPED_BY_SYSTEM)
    found = [section.number(v) for code, v in section.options(body, 12) if code in numbers]
    # Of the value "not known" all bits are set.
    return max((one for one in found if one < (1 << 64) - 1), default=0)
