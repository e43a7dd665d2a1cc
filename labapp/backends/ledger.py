"""A ledger: whose sockets are ours, and what came back to each."""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from threading import Condition

from labapp.backends.burst import MOST, Burst
from labapp.backends.headers import FIN, RST
from labapp.backends.line import Line, options_of
from labapp.capture import Frame

LONGEST = 1 << 17  # bytes
SO_MEMINFO = 55  # asm-generic/socket.h, since 4.12
TCP_SAVED_SYN = 28  # linux/tcp.h
INFO = 216  # bytes of struct tcp_info (linux/tcp.h) up to tcpi_bytes_retrans, since 4.19
_ESTABLISHED, _FIN_WAIT1, _FIN_WAIT2, _CLOSE, _CLOSE_WAIT = 1, 4, 5, 7, 8  # linux/tcp_states.h
_FIONREAD = 0x541B  # asm-generic/ioctls.h

_Memory = ctypes.c_uint * 2  # bytes taken by what was received, and how many may be


@dataclass(eq=False)
class End:
    """One end of a *line*; *is_client* says which."""

    line: Line
    is_client: bool


class Ledger:
    """Keeps all lines to one port, by the descriptors of their ends.

    *changed* is notified when a line is over; *kept* says whether packets are to be
    kept or thrown away. All is done under *changed*: a packet that has been taken off
    a queue is in its line, whoever looks.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.changed = Condition()
        self.kept = False
        self.ends: dict[int, End] = {}
        self.lines: list[Line] = []
        self._burst = Burst(LONGEST)
        self._waiting = 0  # how many wait for room
        # With the number of a descriptor alone, Python's own can ask nothing.
        self._getsockopt = ctypes.PyDLL(None).getsockopt

    def opened(self, sock: socket.socket, begun: int) -> None:
        """Enter the client's end of a connection, begun at *begun* (ns since 1970)."""
        with self.changed:
            line = self._enter(sock, sock.getsockname()[1], is_client=True)
            line.opened = begun

    def accepted(self, sock: socket.socket, client: int) -> None:
        """Enter the server's end of a connection from port *client*."""
        now = time.time_ns()
        syn = sock.getsockopt(socket.IPPROTO_TCP, TCP_SAVED_SYN, 256)
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO)
        with self.changed:
            line = self._enter(sock, client, is_client=False)
            line.syn, line.options = syn, options_of(info)
            line.opened = line.opened or now

    def _enter(self, sock: socket.socket, client: int, *, is_client: bool) -> Line:
        found = [one for one in self.lines if one.client == client]
        # A port comes round again once its last connection has ended.
        if not found or found[-1].sides[is_client].descriptor is not None:
            found = [Line(client, self.port)]
            self.lines += found
        line = found[-1]
        line.sides[is_client].descriptor = sock.fileno()
        self.ends[sock.fileno()] = End(line, is_client)
        return line

    def collect(self, descriptor: int) -> bool:
        """Take what came back to a socket; return whether there was anything."""
        any_came = False
        with self.changed:
            end = self.ends[descriptor]
            while True:
                came = self._burst.read(descriptor, socket.MSG_ERRQUEUE)
                for stamp, frame in came:
                    now = stamp or time.time_ns()
                    end.line.came_back(now, end.is_client, frame, kept=self.kept)
                any_came = any_came or bool(came)
                if len(came) < MOST:
                    return any_came

    def make_room(self, descriptor: int, timeout: float | None) -> bool:
        """Wait until the other end has read enough; False after *timeout* seconds.

        What it has not read takes the room of what comes back to it. So a side sends
        no more while half of that is taken, and its packets always fit the window.
        """
        if timeout == 0 or self._has_room(descriptor):
            return True
        with self.changed:
            self._waiting += 1
            try:
                return self.changed.wait_for(lambda: self._has_room(descriptor), timeout)
            finally:
                self._waiting -= 1

    def was_read(self) -> None:
        """Tell those who wait for room that somebody has read."""
        if self._waiting:
            with self.changed:
                self.changed.notify_all()

    def _has_room(self, descriptor: int) -> bool:
        end = self.ends.get(descriptor)
        other = end and end.line.sides[not end.is_client].descriptor
        if other not in self.ends:
            return True
        memory = _Memory()
        size = ctypes.byref(ctypes.c_uint(ctypes.sizeof(memory)))
        self._getsockopt(other, socket.SOL_SOCKET, SO_MEMINFO, memory, size)
        taken, room = memory
        return taken <= room >> 1

    def over(self) -> Counter[int]:
        """Return how often a connection from each client port has ended, untaken."""
        return Counter(line.client for line in self.lines if line.over)

    def forget(self) -> None:
        """Drop all that came back so far, and forget the lines that are over."""
        self._collect_all()
        for line in self.lines:
            line.forget()
        self.lines = [line for line in self.lines if not line.over]

    def take(self) -> tuple[list[Frame], list[str]]:
        """Return what came back since the last call, in order of time, and problems.

        A stranger's connection is a problem: only its server's packets come back here.
        """
        self._collect_all()
        frames: list[Frame] = []
        problems: list[str] = []
        for line in self.lines:
            new = list(line.frames())
            if line.sides[True].descriptor is not None:
                frames += new
                problems += line.missing()
            elif new:
                problems.append(f"port {line.client} is a stranger's: it was not captured")
        self.lines = [line for line in self.lines if not line.over]
        return sorted(frames, key=attrgetter("time")), problems

    def _collect_all(self) -> None:
        for descriptor in tuple(self.ends):
            with suppress(OSError):  # nobody closed it in our way
                self.collect(descriptor)

    def ends_now(self, sock: socket.socket, *, closing: bool) -> None:
        """Take note that *sock* is about to be shut down or closed, and how that ends it."""
        descriptor = sock.fileno()
        end = self.ends[descriptor]
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO)
        (unsent,) = struct.unpack_from("=I", info, 144)  # tcpi_notsent_bytes
        sent, again = struct.unpack_from("=QQ", info, 200)  # tcpi_bytes_sent, _retrans
        state = info[0]
        with self.changed:
            self.collect(descriptor)
            flag = self._flag(sock, end, state, closing=closing)
            if flag and end.line.sides[end.is_client].ended not in (flag, RST):
                end.line.ends(time.time_ns(), end.is_client, flag, sent - again + unsent)
            if closing:
                del self.ends[descriptor]
            self.changed.notify_all()

    @staticmethod
    def _flag(sock: socket.socket, end: End, state: int, *, closing: bool) -> int:
        """Return whether FIN or RST goes out now, or 0 for neither."""
        broken = RST in {side.ended for side in end.line.sides.values()}
        if broken or not closing:
            return FIN if state in (_ESTABLISHED, _CLOSE_WAIT) and not broken else 0
        linger, seconds = struct.unpack(
            "ii", sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        )
        rude = (linger and not seconds) or _unread(sock)
        if rude and state in (_ESTABLISHED, _CLOSE_WAIT, _FIN_WAIT1, _FIN_WAIT2):
            return RST
        # Where it has gone out already, nobody may have told us.
        return FIN if not end.line.sides[end.is_client].ended else 0


def _unread(sock: socket.socket) -> bool:
    """Return whether bytes wait to be read: to close then is to send a RST."""
    import fcntl  # Windows has none

    waiting = bytearray(4)
    with suppress(OSError):
        fcntl.ioctl(sock.fileno(), _FIONREAD, waiting)
    return any(waiting)
