"""A capture: the packets of a stretch of time, and how real they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labapp.errors import LabError

if TYPE_CHECKING:
    from scapy.plist import PacketList

LINKTYPE_ETHERNET = 1  # https://www.tcpdump.org/linktypes.html


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
        from scapy.plist import PacketList

        packets = []
        for frame in self.frames:
            packet = Ether(frame.data)
            packet.time = frame.time / 1_000_000_000
            packets.append(packet)
        return PacketList(packets, name=f"Capture by {self.backend}")

    def without(self, *numbers: int) -> Capture:
        """Return this capture with the frames of these numbers (from 0) lost."""
        lost = set(numbers)
        kept = tuple(f for i, f in enumerate(self.frames) if i not in lost)
        return replace(self, frames=kept)

    def save(self, path: str | Path) -> Path:
        """Write a pcap file (nanoseconds, Ethernet) that Wireshark opens.

        Raises `LabError` if the file cannot be written.
        """
        from scapy.utils import PcapWriter

        target = Path(path)
        try:
            with PcapWriter(
                str(target), linktype=LINKTYPE_ETHERNET, nano=True, sync=True
            ) as writer:
                writer.write_header(None)
                for frame in self.frames:
                    seconds, nanoseconds = divmod(frame.time, 1_000_000_000)
                    writer.write_packet(frame.data, sec=seconds, usec=nanoseconds)
        except OSError as error:
            raise LabError(
                f"Cannot write {target}: {error.strerror}. Choose a folder you may write to."
            ) from None
        return target

    @classmethod
    def load(cls, path: str | Path) -> Capture:
        """Read an Ethernet pcap file; `LabError` if it cannot be read as one."""
        from scapy.error import Scapy_Exception
        from scapy.utils import RawPcapReader

        source = Path(path)
        try:
            with RawPcapReader(str(source)) as reader:
                nano = 1 if reader.nano else 1000
                link = reader.linktype
                frames = tuple(
                    Frame(meta.sec * 1_000_000_000 + meta.usec * nano, data)
                    for data, meta in reader
                )
        except OSError as error:
            raise LabError(
                f"Cannot read {source}: {error.strerror}. Check the name and the folder."
            ) from None
        except (Scapy_Exception, AttributeError):
            raise LabError(f"{source} is no pcap file: save one with capture.save().") from None
        if link != LINKTYPE_ETHERNET:
            raise LabError(f"{source} has link type {link}; only Ethernet (1) is read.")
        return cls(frames, "file", f"read from {source.name}", port=0)

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
        return (
            f"<Capture of {len(self.frames)} frames by {self.backend} "
            f"({self.fidelity}), {state}>"
        )
