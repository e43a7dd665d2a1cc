"""Backend `relay`: a recording relay. No rights needed, any system."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING

from labapp.backends.backend import LOCALHOST, PATIENCE, Backend, listening_socket
from labapp.backends.headers import Flow
from labapp.capture import Frame

if TYPE_CHECKING:
    from labapp.backends.frame_socket import FrameSocket

CHUNK = 1 << 16  # bytes read at once


@dataclass(eq=False)
class _Half:
    """One direction of one relayed connection: read here, write there."""

    source: socket.socket
    sink: socket.socket
    from_client: bool
    flow: Flow
    waiting: bytearray
    other: _Half | None = None
    ended: bool = False


class Relay(Backend):
    """Stands between visitor and server and writes down what passes.

    A chunk of bytes is recorded before it is forwarded, so whoever holds the
    answer can be sure that it is in the recording.
    """

    name = "relay"
    fidelity = "the bytes and times are real, the packet headers were written by this lab"

    def __init__(self) -> None:
        super().__init__()
        self.listener = listening_socket()
        self._front = listening_socket()
        self.port = self._front.getsockname()[1]
        self._upstream = self.listener.getsockname()[1]
        self._changed = Condition()
        self._frames: list[Frame] = []
        self._ended: set[int] = set()  # client ports whose connection is over
        self._taps: list[FrameSocket] = []
        self._halves: set[_Half] = set()
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        for sock in (self._front, self._wake_read):
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ)
        self._thread = Thread(target=self._run, name=f"labapp relay :{self.port}", daemon=True)
        self._thread.start()

    def tap(self) -> FrameSocket:
        """Return a scapy socket that gets a copy of every frame from now on."""
        from labapp.backends.frame_socket import FrameSocket

        tap = FrameSocket()
        with self._changed:
            self._taps = [*(old for old in self._taps if not old.closed), tap]
        return tap

    def _begin(self) -> None:
        with self._changed:
            self._frames.clear()
            self._ended.clear()

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        with self._changed:
            self._changed.wait_for(lambda: self._ended.issuperset(clients), PATIENCE)
            missing = [client for client in clients if client not in self._ended]
            frames = list(self._frames)
            self._frames.clear()
        return frames, [
            f"the connection from port {client} was not seen to end" for client in missing
        ]

    def close(self) -> None:
        if self._thread.is_alive():
            with suppress(OSError):
                self._wake_write.send(b"x")
            self._thread.join(PATIENCE)
        for sock in (self._front, self.listener, self._wake_read, self._wake_write):
            sock.close()

    # The relay's own thread -----------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                for key, events in self._selector.select():
                    if key.fileobj is self._wake_read:
                        return
                    if key.fileobj is self._front:
                        self._accept()
                    elif key.fileobj.fileno() >= 0:  # type: ignore[union-attr]
                        self._serve(key.data, events)
        finally:
            for half in tuple(self._halves):
                half.source.close()
            self._selector.close()

    def _accept(self) -> None:
        try:
            client, address = self._front.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            server.connect((LOCALHOST, self._upstream))
        except OSError:
            client.close()
            server.close()
            return
        for sock in (client, server):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        flow = Flow(address[1], self.port)
        with self._changed:  # a port may come round again
            self._ended.discard(flow.client)
        self._record(flow.opened())
        there = _Half(client, server, True, flow, bytearray())
        back = _Half(server, client, False, flow, bytearray(), other=there)
        there.other = back
        for half in (there, back):
            self._halves.add(half)
            self._selector.register(half.source, selectors.EVENT_READ, half)

    def _serve(self, half: _Half, events: int) -> None:
        other = half.other
        assert other is not None
        if events & selectors.EVENT_READ and not half.ended:
            self._read(half)
        # What waits for this socket was read by the other direction.
        if events & selectors.EVENT_WRITE and half.source.fileno() >= 0:
            self._write(other)
        self._watch(half)
        self._watch(other)

    def _read(self, half: _Half) -> None:
        try:
            data = half.source.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._record(half.flow.reset(half.from_client))
            self._forget(half)
            return
        if data:
            self._record(half.flow.data(half.from_client, data))
            half.waiting += data
        else:
            self._record(half.flow.closed(half.from_client))
            half.ended = True
        self._write(half)

    def _write(self, half: _Half) -> None:
        try:
            if half.waiting:
                del half.waiting[: half.sink.send(half.waiting)]
            if half.ended and not half.waiting:
                half.sink.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return
        except OSError:
            # The receiver is gone; what it would have sent, its own read tells.
            half.waiting.clear()
        if half.ended and half.other is not None and half.other.ended and not half.waiting:
            if not half.other.waiting:
                self._forget(half)

    def _watch(self, half: _Half) -> None:
        """Ask the selector for just what this socket can be served with now."""
        if half.source.fileno() < 0 or half.other is None:
            return
        events = 0
        if not half.ended and not half.waiting:
            events |= selectors.EVENT_READ
        if half.other.waiting:
            events |= selectors.EVENT_WRITE
        registered = half.source in self._selector.get_map()
        if events and registered:
            self._selector.modify(half.source, events, half)
        elif events:
            self._selector.register(half.source, events, half)
        elif registered:
            self._selector.unregister(half.source)

    def _forget(self, half: _Half) -> None:
        for one in (half, half.other):
            if one is None or one not in self._halves:
                continue
            self._halves.discard(one)
            with suppress(KeyError, ValueError):
                self._selector.unregister(one.source)
            one.source.close()
        with self._changed:
            self._ended.add(half.flow.client)
            self._changed.notify_all()

    def _record(self, frames: Iterable[Frame]) -> None:
        written = deque(frames)
        with self._changed:
            if self._recording is not None:
                self._frames.extend(written)
            taps = self._taps
        for tap in taps:
            tap.offer(written)
