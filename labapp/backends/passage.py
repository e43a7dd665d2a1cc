"""One relayed connection: what comes in on one side goes out on the other."""

from __future__ import annotations

import os
import selectors
import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from labapp.backends.headers import Flow
from labapp.capture import Frame

CHUNK = 1 << 16  # bytes read at once
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@dataclass(eq=False)
class _Half:
    """One direction: read from *source*, not yet written to *sink* is *waiting*."""

    source: socket.socket
    sink: socket.socket
    from_client: bool
    waiting: bytearray = field(default_factory=bytearray)
    ended: bool = False  # the source has said that no more will come
    closed: bool = False  # and the sink has been told
    watched: int = READ  # what the selector was asked for


class Passage:
    """Carries bytes both ways between two sockets, and how either side closes.

    *record* is given the frames of every chunk before it is passed on, *end* is
    called once when all is over. Each direction holds one chunk at most: a side
    that does not read slows down the other, as TCP itself does.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        client: socket.socket,
        server: socket.socket,
        flow: Flow,
        record: Callable[[Iterable[Frame]], None],
        end: Callable[[Flow], None],
    ) -> None:
        self._selector = selector
        self._flow = flow
        self._record = record
        self._end = end
        self._halves = (_Half(client, server, True), _Half(server, client, False))
        for sock in (client, server):
            sock.setblocking(False)
            with suppress(OSError):  # macOS refuses where the other side is gone
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(sock, READ, self)

    def serve(self, sock: socket.socket, events: int) -> None:
        """Do what the selector says can be done with *sock* now."""
        if sock.fileno() < 0:  # ended by an earlier event of the same round
            return
        inward, outward = sorted(self._halves, key=lambda half: half.source is not sock)
        try:
            if events & READ and not inward.ended:
                self._read(inward)
                self._write(inward)
            if events & WRITE:
                self._write(outward)
        except _Reset as reset:
            self._record(self._flow.reset(reset.half.from_client))
            with suppress(OSError):
                reset.half.sink.send(reset.half.waiting)
            self._over(abort)
            return
        if inward.closed and outward.closed:
            self._over(socket.socket.close)
            return
        self._watch(inward, outward)
        self._watch(outward, inward)

    def _read(self, half: _Half) -> None:
        try:
            data = half.source.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            raise _Reset(half) from None
        if data:
            self._record(self._flow.data(half.from_client, data))
            half.waiting += data
        else:
            self._record(self._flow.closed(half.from_client))
            half.ended = True

    def _write(self, half: _Half) -> None:
        try:
            if half.waiting:
                del half.waiting[: half.sink.send(half.waiting)]
            if half.ended and not half.waiting and not half.closed:
                if not self._halves[half.from_client].closed:  # else both are closed now
                    half.sink.shutdown(socket.SHUT_WR)
                half.closed = True
        except BlockingIOError:
            return
        except OSError:
            self._lost(half)

    def _lost(self, half: _Half) -> None:
        """Read what the receiver said before it went away, then end."""
        back = self._halves[half.from_client]
        while not back.ended:
            heard = len(back.waiting)
            self._read(back)
            if len(back.waiting) == heard:
                break
        raise _Reset(back)

    def _watch(self, inward: _Half, outward: _Half) -> None:
        """Ask the selector for just what *inward*'s source can be served with."""
        sock = inward.source
        events = READ if not inward.ended and not inward.waiting else 0
        events |= WRITE if outward.waiting else 0
        if events == inward.watched:
            return
        if not inward.watched:
            self._selector.register(sock, events, self)
        elif not events:
            self._selector.unregister(sock)
        else:
            self._selector.modify(sock, events, self)
        inward.watched = events

    def _over(self, close: Callable[[socket.socket], None]) -> None:
        # Said first: whoever waits for the end need not wait for the closing as well.
        self._end(self._flow)
        self.abandon(close)

    def abandon(self, close: Callable[[socket.socket], None] = socket.socket.close) -> None:
        """Close both sockets and say nothing."""
        for half in self._halves:
            if half.watched:
                with suppress(KeyError, ValueError):
                    self._selector.unregister(half.source)
            close(half.source)


class _Reset(Exception):
    """One side has broken the connection off."""

    def __init__(self, half: _Half) -> None:
        self.half = half


def abort(sock: socket.socket) -> None:
    """Close *sock* with a RST, as the other side of the relay was closed."""
    with suppress(OSError):
        linger = struct.pack("HH" if os.name == "nt" else "ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    sock.close()
