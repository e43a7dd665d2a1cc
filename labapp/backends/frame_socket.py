"""A scapy socket fed with frames by this process."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from scapy.layers.inet import TCP  # noqa: F401  (so that frames dissect to TCP)
from scapy.layers.l2 import Ether
from scapy.packet import Packet
from scapy.supersocket import SuperSocket

from labapp.capture import Frame

_TIME = struct.Struct("!Q")
LONGEST = 1 << 17  # bytes


class FrameSocket(SuperSocket):
    """Hands on copies of frames; for ``sniff(opened_socket=...)``.

    A real socket pair, because scapy waits for sockets with ``select``.
    """

    desc = "frames handed over by the lab's relay"

    def __init__(self) -> None:
        self.ins, self._feed = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._feed.setblocking(False)
        self.outs = None
        self.LL = Ether

    def offer(self, frames: Iterable[Frame]) -> None:
        """Queue *frames*; a reader that does not keep up loses some."""
        for frame in frames:
            with suppress(OSError):
                self._feed.send(_TIME.pack(frame.time) + frame.data)

    def recv_raw(self, x: int = LONGEST) -> tuple[type[Packet], bytes, float]:
        """Return scapy's (class, bytes, seconds since 1970)."""
        data = self.ins.recv(LONGEST)
        return self.LL, data[_TIME.size :], _TIME.unpack_from(data)[0] / 1_000_000_000

    def close(self) -> None:
        """Close both ends."""
        self._feed.close()
        super().close()
