"""A ledger: whose sockets are ours, and what came back to each."""

from __future__ import annotations

import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from threading import Condition

from labapp.backends.account import account, can_send, farewell, is_half_full
from labapp.backends.burst import ERRQUEUE, MOST, Burst
from labapp.backends.headers import RST
from labapp.backends.line import Line
from labapp.backends.side import Side
from labapp.capture import Frame

LONGEST = 1 << 17  # bytes
SLICE = 0.05  # seconds; a connection may break while its sender waits for room
TCP_SAVED_SYN = 28  # linux/tcp.h


@dataclass(eq=False)
class End:
    """One end of a *line*; *is_client* says which."""

    line: Line
    is_client: bool

    @property
    def side(self) -> Side:
        """What is known of what it sends."""
        return self.line.sides[self.is_client]


class Ledger:
    """Keeps all lines to one port, by the descriptors of their ends.

    *changed* is notified when an end closes; *kept* says whether packets are to be
    kept or thrown away. All is done under *changed*: a packet that has been taken off
    a queue is in its line, whoever looks.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.changed = Condition()
        self.kept = False
        self.ends: dict[int, End] = {}
        self.lines: list[Line] = []
        self._newest: dict[int, Line] = {}  # by the client's port
        self._burst = Burst(LONGEST)
        self._waiting = 0  # how many wait for room

    def opened(self, descriptor: int, client: int, begun: int) -> None:
        """Enter the end of *client*, a port, that began to connect at *begun* (ns)."""
        with self.changed:
            self._enter(descriptor, client, is_client=True).opened = begun

    def accepted(self, sock: socket.socket, client: int) -> None:
        """Enter the server's end of a connection from port *client*."""
        now = time.time_ns()
        syn = sock.getsockopt(socket.IPPROTO_TCP, TCP_SAVED_SYN, 256)
        options = account(sock.fileno()).options
        with self.changed:
            line = self._enter(sock.fileno(), client, is_client=False)
            line.syn, line.options, line.opened = syn, options, line.opened or now

    def _enter(self, descriptor: int, client: int, *, is_client: bool) -> Line:
        line = self._newest.get(client)
        # A port comes round again once its last connection has ended.
        if line is None or line.sides[is_client].descriptor is not None:
            line = self._newest[client] = Line(client, self.port)
            self.lines.append(line)
        end = self.ends[descriptor] = End(line, is_client)
        end.side.descriptor = descriptor
        return end.line

    def collect(self, descriptor: int) -> bool:
        """Take what came back to a socket; return whether there was anything."""
        any_came = False
        with self.changed:
            end = self.ends.get(descriptor)
            while end:
                came = self._burst.read(descriptor, ERRQUEUE)
                for stamp, frame in came:
                    now = stamp or time.time_ns()
                    end.line.came_back(now, end.is_client, frame, kept=self.kept)
                any_came = any_came or bool(came)
                if len(came) < MOST:
                    break
        return any_came

    def make_room(self, descriptor: int, timeout: float | None) -> bool:
        """Wait until the other end has read enough; False after *timeout* seconds.

        What it has not read takes the room of what comes back to it. So a side sends
        no more while half of that is taken, and its packets always fit the window.
        """
        if timeout == 0 or self._has_room(descriptor):
            return True
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.changed:
            self._waiting += 1
            try:
                while deadline is None or time.monotonic() < deadline:
                    if self.changed.wait_for(lambda: self._has_room(descriptor), SLICE):
                        return True
                return False
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
        with suppress(OSError):
            # Where nothing can be sent any more, there is nothing to wait for.
            if is_half_full(other):
                return not can_send(descriptor)
        return True

    def over(self) -> Counter[int]:
        """Return how often a connection from each client port has ended, untaken."""
        return Counter(line.client for line in self.lines if line.over)

    def forget(self) -> None:
        """Drop all that came back so far, and forget the lines that are over."""
        self._collect_all()
        for line in self.lines:
            line.forget()
        self._forget_ended()

    def take(self) -> tuple[list[Frame], list[str]]:
        """Return what came back since the last call, in order of time, and problems.

        A stranger's connection is a problem: only its server's packets come back here.
        """
        self._collect_all()
        frames: list[Frame] = []
        problems: list[str] = []
        for line in self.lines:
            new = list(line.frames())
            if not line.strange:
                frames += new
                problems += line.missing()
            elif new:
                problems.append(f"port {line.client} is a stranger's: it was not captured")
        self._forget_ended()
        return sorted(frames, key=attrgetter("time")), problems

    def _forget_ended(self) -> None:
        self.lines = [line for line in self.lines if not line.ended_here]
        self._newest = {line.client: line for line in self.lines}

    def _collect_all(self) -> None:
        for descriptor, end in tuple(self.ends.items()):
            with suppress(OSError):  # nobody closed it in our way
                if not end.side.ended:
                    end.side.total = account(descriptor).sent
                self.collect(descriptor)

    def ends_now(self, descriptor: int, *, closing: bool) -> None:
        """Take note that an end is about to be shut down or closed, and what that sends."""
        with self.changed:
            end = self.ends.get(descriptor)
            if end is None:
                return
            with suppress(OSError):  # nothing to be told of, and nothing that is sent
                told = account(descriptor)
                self.collect(descriptor)
                end.side.total = told.sent
                flag = (
                    0 if end.line.broken else farewell(descriptor, told.state, closing=closing)
                )
                if flag == RST or (flag and not end.side.ended):
                    end.line.ends(time.time_ns(), end.is_client, flag)
            if closing:
                del self.ends[descriptor]
            self.changed.notify_all()
