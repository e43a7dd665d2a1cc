"""A scapy socket on Linux's loopback interface that misses nothing.

scapy's own `L2ListenSocket` sees every loopback packet twice, cuts the last 14
bytes off a full one and takes 16 ms to open and close; see `LoopbackSocket`.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress

from scapy.arch.linux import L2ListenSocket
from scapy.layers.inet import TCP  # noqa: F401  (so that frames dissect to TCP)
from scapy.layers.l2 import Ether
from scapy.packet import Packet

from labapp.backends import bpf
from labapp.backends.burst import MOST, SO_TIMESTAMPNS, Burst
from labapp.capture import Frame

LONGEST = 1 << 17  # bytes; a loopback frame may be 65,549, scapy's MTU is 65,535
BUFFER = 64 << 20  # bytes, where the kernel lets us ask for them
ETH_P_ALL = 3

SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_IGNORE_OUTGOING = 23  # linux/if_packet.h, since 4.20
SO_RCVBUFFORCE = 33
SO_MEMINFO = 55  # asm-generic/socket.h, since 4.12


class LoopbackSocket(L2ListenSocket):
    """An AF_PACKET socket on ``lo``, filtered to one TCP port.

    Every frame is seen once (on ``lo`` each passes out and in again; the copy
    going out is ignored), whole, and with the kernel's time in nanoseconds.
    *roomy* is true if 64 MB of frames may queue. Raises `OSError` where the
    system does not allow it.
    """

    # scapy's __init__ binds twice and changes interface flags; opened by hand
    # with protocol 0, the socket receives nothing before its filter stands.
    def __init__(self, port: int, packet_socket: socket.socket | None = None) -> None:
        sock = packet_socket or socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            bpf.attach(sock, bpf.port_filter(port))
            sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            self.roomy = _enlarge(sock)
            sock.bind(("lo", ETH_P_ALL))
        except BaseException:
            sock.close()
            raise
        # To make fresh room for each frame takes six times as long as to read it.
        self._room = memoryview(bytearray(LONGEST))
        self._burst = Burst(LONGEST)
        self._stamped = False
        self._empty_at = time.time_ns()
        self.ins = sock
        self.outs = None  # type: ignore[assignment]  # as scapy does
        self.iface = "lo"
        self.type = ETH_P_ALL
        self.promisc = False
        self.auxdata_available = True
        self.LL = Ether
        self.lvl = 2

    def frames(self) -> Iterator[Frame]:
        """Yield every frame that is queued now; never waits."""
        while True:
            now, came = time.time_ns(), self._burst.read(self.ins.fileno())
            for stamp, data in came:
                # The kernel begins to stamp some milliseconds after it was asked to.
                # Until then a frame would bear the time of reading, later than those
                # after it; what is known is that it came after the queue was empty.
                self._stamped = self._stamped or 0 < stamp < now
                yield Frame(stamp if self._stamped else self._empty_at, data)
            if len(came) < MOST:
                self._empty_at = now
                return

    def is_filling(self) -> bool:
        """Return whether an eighth of the room for frames or more is taken.

        Asking costs nothing: unlike reading, it does not give other threads a turn.
        """
        answer = self.ins.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 8)
        taken, room = struct.unpack("II", answer)
        return bool(taken > room >> 3)

    def dropped(self) -> int:
        """Return how many frames the kernel could not queue since last asked."""
        answer = self.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        return int(struct.unpack("II", answer)[1])

    def recv_raw(self, x: int = LONGEST) -> tuple[type[Packet], bytes, float]:
        """Return scapy's (class, bytes, seconds since 1970), whole frames."""
        frame = self._receive(0)
        return self.LL, frame.data, frame.time / 1_000_000_000

    def _receive(self, flags: int) -> Frame:
        size, ancillary, _, _ = self.ins.recvmsg_into([self._room], 64, flags)
        data = self._room[:size].tobytes()
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(value) == 16:
                seconds, nanoseconds = struct.unpack("qq", value)
                return Frame(seconds * 1_000_000_000 + nanoseconds, data)
        return Frame(time.time_ns(), data)


def _enlarge(sock: socket.socket) -> bool:
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    except PermissionError:  # needs CAP_NET_ADMIN, which root in a container lacks
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        return False
    return True
