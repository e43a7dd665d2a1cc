"""What backends with the kernel's own packets share: one socket, read when asked."""

from __future__ import annotations

import selectors
from contextlib import ExitStack
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from labapp.backends.backend import PATIENCE, Backend
from labapp.backends.draining import draining_tls
from labapp.backends.ending import Endings

if TYPE_CHECKING:
    from labapp.backends.loopback import LoopbackSocket
    from labapp.capture import Frame


class KernelPackets(Backend):
    """Keeps one packet socket on ``lo`` open for good and reads it when asked.

    No thread is needed: the loopback interface hands a frame to this socket
    before TCP hands its bytes to the reader, so whoever holds the answer can be
    sure that every data frame is queued already. Where the kernel grants little
    room to queue (without CAP_NET_ADMIN), clients empty the queue as they go.
    """

    _socket: LoopbackSocket
    _sockets: ExitStack

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._frames: list[Frame] = []
        with ExitStack() as stack:
            self._open(stack)
            stack.callback(self._socket.close)
            self._selector = stack.enter_context(selectors.PollSelector())
            self._selector.register(self._socket.ins, selectors.EVENT_READ)
            self._sockets = stack.pop_all()
        if not self._socket.roomy:
            self.tls_socket_class = draining_tls(self._relieve)

    def _open(self, stack: ExitStack) -> None:
        """Set `listener`, `port` and `_socket`; *stack* closes what must be closed.

        Raises `Unavailable` where that is not possible here.
        """
        raise NotImplementedError

    def _drain(self) -> None:
        with self._lock:
            self._frames.extend(self._socket.frames())

    def _relieve(self) -> None:
        """Read what is queued if that may soon be too much; for `DrainingSocket`."""
        if self._socket.is_filling():
            self._drain()

    def _begin(self) -> None:
        self._drain()
        with self._lock:
            self._frames.clear()
        self._socket.dropped()

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        endings, seen = Endings(clients), 0
        deadline = monotonic() + PATIENCE
        while True:
            self._drain()
            frames = self._frames
            while seen < len(frames):
                endings.see(frames[seen].data)
                seen += 1
            left = deadline - monotonic()
            if not endings.open or left <= 0:
                break
            self._selector.select(left)
        with self._lock:
            frames, self._frames = self._frames, []
        problems = endings.problems()
        if dropped := self._socket.dropped():
            problems.append(f"the kernel dropped {dropped} frames")
        return frames, problems

    def close(self) -> None:
        self._sockets.close()
