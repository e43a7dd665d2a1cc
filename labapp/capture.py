"""A capture: the packets of a stretch of time, and how real they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from labapp import link, pcapng
from labapp.errors import LabError, why
from labapp.link import BILLION
from labapp.loading import Loading
from labapp.saving import write

if TYPE_CHECKING:
    from scapy.plist import PacketList


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
    *problems* are sentences; an empty tuple means complete. *tls_secrets* is the TLS
    key log of those connections, or ``""``. *vouched* is false for a file without checksums
    of its own: then those of TCP must show that no byte has changed since.
    """

    frames: tuple[Frame, ...]
    backend: str
    fidelity: str
    port: int
    clients: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()
    tls_secrets: str = ""
    vouched: bool = True

    @property
    def complete(self) -> bool:
        """True if nothing is known to be missing."""
        return not self.problems

    @cached_property
    def packets(self) -> PacketList:
        """The frames as a scapy ``PacketList``, dissected when first asked for."""
        from scapy.layers.inet import TCP  # noqa: F401  (registers IP and TCP)
        from scapy.layers.l2 import Ether
        from scapy.packet import Packet, Raw
        from scapy.plist import PacketList
        from scapy.utils import EDecimal

        packets: list[Packet] = []
        packet: Packet
        for frame in self.frames:
            try:
                packet = Ether(frame.data)
            except Exception:  # scapy does not take every damaged frame
                packet = Raw(frame.data)
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
        """Write a file that Wireshark opens: pcapng if *path* ends in that, else pcap.

        A pcapng file brings the TLS secrets along, so that Wireshark shows what was
        encrypted; a pcap file has no place for them. Raises `LabError` if the file
        cannot be written.
        """
        target = Path(path)
        ends_in_pcapng = target.suffix.lower() == ".pcapng"
        write(target, self._pcapng() if ends_in_pcapng else self._pcap())
        return target

    def _pcapng(self) -> bytes:
        packets = ((frame.time, frame.data) for frame in self.frames)
        return pcapng.written(packets, self.tls_secrets)

    def _pcap(self) -> bytes:
        from scapy.utils import PcapWriter

        file = BytesIO()
        writer = PcapWriter(file, linktype=link.ETHERNET, nano=True, snaplen=link.LONGEST_FRAME)
        writer.write_header(None)
        for frame in self.frames:
            seconds, nanoseconds = divmod(frame.time, BILLION)
            writer.write_packet(frame.data, sec=seconds, usec=nanoseconds)
        return file.getvalue()

    @classmethod
    def load(cls, path: str | Path) -> Capture:
        """Read a pcap or pcapng file of any program, with any link type scapy knows.

        Of a file that is cut off or damaged the good part is kept. That, frames that were
        cut when they were captured and all else that is missing is named in *problems*.
        Raises `LabError` if the file cannot be read or is no packet file.
        """
        source = Path(path)
        loading = Loading()
        try:
            loading.read(source)
        except (OSError, ValueError) as error:
            raise LabError(
                f"Cannot read {source}: {why(error)}. Check the name and the folder."
            ) from None
        return cls(
            tuple(map(Frame._make, loading.frames)),
            "file",
            f"read from {source.name}{loading.remark}",
            0,
            problems=tuple(loading.problems),
            tls_secrets=loading.aside.secrets,
            vouched=loading.vouched,
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
            tls_secrets="".join(part.tls_secrets for part in parts),
            vouched=all(part.vouched for part in parts),
        )

    def __repr__(self) -> str:
        state = "complete" if self.complete else "INCOMPLETE: " + "; ".join(self.problems)
        plural = "" if len(self.frames) == 1 else "s"
        return (
            f"<Capture of {len(self.frames)} frame{plural} by {self.backend} "
            f"({self.fidelity}), {state}>"
        )
