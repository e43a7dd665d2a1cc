"""A capture: the packets of a stretch of time, and how real they are."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from labapp.errors import LabError, unwritable, why

if TYPE_CHECKING:
    from scapy.plist import PacketList

ETHERNET = 1  # link type, https://www.tcpdump.org/linktypes.html
LONGEST_FRAME = 262_144  # bytes; libpcap's own limit (MAXIMUM_SNAPLEN of most link types)
BILLION = 1_000_000_000  # nanoseconds
GZIP = b"\x1f\x8b"
SECTION_HEADER = b"\x0a\x0d\x0d\x0a"  # how a pcapng file begins


class Frame(NamedTuple):
    """One Ethernet frame.

    *time* is in nanoseconds since 1970; *rebuilt* is true if this lab wrote
    its headers, false if the kernel did.
    """

    time: int
    data: bytes
    rebuilt: bool = False


# Compared by identity: two captures are never one, and hashing stays cheap.
@dataclass(frozen=True, repr=False, eq=False)
class Capture:
    """Frames, the backend that had them, and what is known to be missing.

    *clients* are the TCP ports of the connections the lab itself opened
    meanwhile: each must be found whole, or nothing may be called absent.
    *problems* are sentences; an empty tuple means complete.
    """

    frames: tuple[Frame, ...]
    backend: str
    fidelity: str
    port: int
    clients: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True if nothing is known to be missing."""
        return not self.problems

    @cached_property
    def packets(self) -> PacketList:
        """The frames as a scapy ``PacketList``, dissected when first asked for."""
        from scapy.layers.inet import TCP  # noqa: F401  (registers IP and TCP)
        from scapy.layers.l2 import Ether
        from scapy.packet import Packet
        from scapy.plist import PacketList
        from scapy.utils import EDecimal

        packets: list[Packet] = []
        for frame in self.frames:
            packet = Ether(frame.data)
            # As scapy's own readers do: a float has no room for nanoseconds.
            packet.time = EDecimal(frame.time) / BILLION
            packets.append(packet)
        return PacketList(packets, name=f"Capture by {self.backend}")

    def without(self, *numbers: int) -> Capture:
        """Return this capture with the frames of these numbers (from 0) lost.

        It is not complete. Raises `LabError` if there is no such frame.
        """
        lost = {number for number in numbers if 0 <= number < len(self.frames)}
        for number in numbers:
            if number not in lost:
                raise LabError(
                    f"There is no frame {number}: this capture has {len(self.frames)}, "
                    "numbered from 0."
                )
        kept = tuple(f for i, f in enumerate(self.frames) if i not in lost)
        taken = tuple(f"frame {number} was taken out" for number in sorted(lost))
        return replace(self, frames=kept, problems=(*self.problems, *taken))

    def save(self, path: str | Path) -> Path:
        """Write a pcap file (nanoseconds, Ethernet) that Wireshark opens.

        Raises `LabError` if the file cannot be written.
        """
        from scapy.utils import PcapWriter

        target, file = Path(path), BytesIO()
        writer = PcapWriter(file, linktype=ETHERNET, nano=True, snaplen=LONGEST_FRAME)
        writer.write_header(None)
        for frame in self.frames:
            seconds, nanoseconds = divmod(frame.time, BILLION)
            writer.write_packet(frame.data, sec=seconds, usec=nanoseconds)
        try:
            target.write_bytes(file.getvalue())
        except (OSError, ValueError) as error:
            raise unwritable(target, error) from None
        return target

    @classmethod
    def load(cls, path: str | Path) -> Capture:
        """Read an Ethernet pcap or pcapng file.

        A frame that was cut when it was captured is named in *problems*. Raises
        `LabError` if the file cannot be read, is of another kind, or ends early.
        """
        source = Path(path)
        try:
            content = source.read_bytes()
        except (OSError, ValueError) as error:
            raise LabError(
                f"Cannot read {source}: {why(error)}. Check the name and the folder."
            ) from None
        frames: list[Frame] = []
        problems: list[str] = []
        for number, record in enumerate(_records(content, source)):
            frames.append(Frame(record.time, record.data))
            if record.missing:
                problems.append(f"frame {number} lacks its last {record.missing} bytes")
        return cls(
            tuple(frames), "file", f"read from {source.name}", 0, problems=tuple(problems)
        )

    @classmethod
    def joined(cls, captures: Iterable[Capture]) -> Capture:
        """Return several captures of one backend as one, in order of time."""
        parts = list(captures)
        if not parts:
            raise LabError("There is no capture to join: make a visit first.")
        return replace(
            parts[0],
            frames=tuple(sorted((f for p in parts for f in p.frames), key=lambda f: f.time)),
            clients=tuple(port for part in parts for port in part.clients),
            problems=tuple(problem for part in parts for problem in part.problems),
        )

    def __repr__(self) -> str:
        state = "complete" if self.complete else "INCOMPLETE: " + "; ".join(self.problems)
        plural = "" if len(self.frames) == 1 else "s"
        return (
            f"<Capture of {len(self.frames)} frame{plural} by {self.backend} "
            f"({self.fidelity}), {state}>"
        )


class _Record(NamedTuple):
    """One packet of a file: nanoseconds since 1970, its bytes, how many were cut off."""

    time: int
    data: bytes
    missing: int


def _records(content: bytes, source: Path) -> Iterator[_Record]:
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader, RawPcapReader

    # scapy would open what gzip packed, but not notice where it ends early.
    if content.startswith(GZIP):
        raise LabError(f"{source} is packed with gzip: unpack it first.")
    kinds: Any = RawPcapReader  # its metaclass decides between pcap and pcapng
    try:
        reader = kinds(BytesIO(content))
    except Scapy_Exception:
        raise LabError(f"{source} is no pcap file: save one with capture.save().") from None
    ng = isinstance(reader, RawPcapNgReader)
    size = 24
    while True:
        try:
            # Iterating would cut every frame at 65,535 bytes.
            data, meta = reader._read_packet(size=LONGEST_FRAME)  # noqa: SLF001
        except EOFError:
            break
        if ng:
            link, ticks = meta.linktype, ((meta.tshigh or 0) << 32) + (meta.tslow or 0)
            time = ticks * BILLION // meta.tsresol
        else:
            link, time = (
                reader.linktype,
                meta.sec * BILLION + meta.usec * (1 if reader.nano else 1000),
            )
            size += 16 + meta.caplen
        if link != ETHERNET:
            raise LabError(f"{source} has link type {link}; only Ethernet (1) is read.")
        yield _Record(time, data, meta.wirelen - len(data))
    if not (_ends_with_a_block(content) if ng else size == len(content)):
        raise LabError(f"{source} ends early: copy or save it again.")


def _ends_with_a_block(content: bytes) -> bool:
    """Return whether a pcapng file is whole blocks, one after the other."""
    at, order = 0, "<"
    while at + 12 <= len(content):
        if content[at : at + 4] == SECTION_HEADER:
            order = ">" if content[at + 8 : at + 10] == b"\x1a\x2b" else "<"
        (length,) = struct.unpack_from(f"{order}I", content, at + 4)
        at += max(length, 12)
    return at == len(content)
