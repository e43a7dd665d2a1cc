"""A scapy socket fed with frames by this process."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock

from scapy.layers.inet import TCP  # noqa: F401  (so that frames dissect to TCP)
from scapy.layers.l2 import Ether
from scapy.packet import Packet
from scapy.supersocket import SuperSocket

from labapp.capture import Frame

LONGEST = 1 << 17  # bytes
ROOM = 64 << 20  # bytes of frames kept for a reader that does not read


class FrameSocket(SuperSocket):
    """Hands on copies of frames; for ``sniff(opened_socket=...)``.

    The frames wait in a queue. scapy waits for sockets with ``select``, so a
    real one is readable exactly while a frame is there. (Sent through a socket
    pair, frames would be lost: Linux queues 10 datagrams, Windows has none.)
    """

    desc = "frames handed over by the lab's relay"

    def __init__(self) -> None:
        self.ins, self._bell = socket.socketpair()
        self.outs = None
        self.LL = Ether
        self._lock = Lock()
        self._queue: deque[Frame] = deque()
        self._room = ROOM
        self.dropped = 0  # frames for which there was no room

    def offer(self, frames: Iterable[Frame]) -> None:
        """Queue *frames*, as long as there is room for them."""
        with self._lock:
            if self._bell.fileno() < 0:
                return
            for frame in frames:
                if len(frame.data) > self._room:
                    self.dropped += 1
                    continue
                if not self._queue:
                    with suppress(OSError):
                        self._bell.send(b"!")
                self._queue.append(frame)
                self._room -= len(frame.data)

    def finish(self) -> None:
        """Say that no frame will come any more: readers get an end of file."""
        with self._lock:
            self._bell.close()

    def recv_raw(self, x: int = LONGEST) -> tuple[type[Packet], bytes, float]:
        """Return scapy's (class, bytes, seconds since 1970); waits for a frame.

        Raises `EOFError` at the end, as scapy expects.
        """
        if not self.ins.recv(1, socket.MSG_PEEK):
            raise EOFError
        with self._lock:
            frame = self._queue.popleft()
            self._room += len(frame.data)
            if not self._queue:
                self.ins.recv(1)
        return self.LL, frame.data, frame.time / 1_000_000_000

    def close(self) -> None:
        """Close both ends."""
        self.finish()
        super().close()
