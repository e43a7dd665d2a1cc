"""Backend `live`: the packets of this machine, by an AF_PACKET socket."""

from __future__ import annotations

import selectors
import socket
from contextlib import ExitStack
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from labapp.backends.backend import PATIENCE, Backend, Unavailable, listening_socket
from labapp.backends.draining import DrainingSocket
from labapp.backends.ending import Endings
from labapp.capture import Frame

if TYPE_CHECKING:
    from labapp.backends.loopback import LoopbackSocket


class Live(Backend):
    """Keeps one socket on ``lo`` open for good and reads it when asked.

    No thread is needed: the loopback interface hands a frame to this socket
    before TCP hands its bytes to the reader, so whoever holds the answer can be
    sure that every data frame is queued already. Where the kernel grants little
    room to queue (without CAP_NET_ADMIN), clients empty the queue as they go.
    """

    name = "live"
    fidelity = "real packets of your machine"

    def __init__(self) -> None:
        super().__init__()
        if not hasattr(socket, "AF_PACKET"):
            raise Unavailable("this system has no AF_PACKET sockets (Linux has)")
        from labapp.backends.loopback import LoopbackSocket

        self._lock = Lock()
        self._frames: list[Frame] = []
        with ExitStack() as stack:
            self.listener = stack.enter_context(listening_socket())
            self.port = self.listener.getsockname()[1]
            try:
                self._socket: LoopbackSocket = LoopbackSocket(self.port)
            except PermissionError:
                raise Unavailable(
                    "raw sockets need root or the capability CAP_NET_RAW, "
                    "and this process has neither"
                ) from None
            except OSError as error:
                raise Unavailable(f"the system refused a packet socket: {error}") from None
            stack.callback(self._socket.close)
            self._sockets = stack.pop_all()

    def tap(self) -> LoopbackSocket:
        """Return another socket on ``lo`` with the same filter."""
        from labapp.backends.loopback import LoopbackSocket

        return LoopbackSocket(self.port)

    def _client(self) -> socket.socket:
        return super()._client() if self._socket.roomy else DrainingSocket(self._drain)

    def _drain(self) -> None:
        with self._lock:
            self._frames.extend(self._socket.frames())

    def _begin(self) -> None:
        self._drain()
        with self._lock:
            self._frames.clear()
        self._socket.dropped()

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        endings, seen = Endings(clients), 0
        deadline = monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket.ins, selectors.EVENT_READ)
            while True:
                self._drain()
                frames = self._frames
                while seen < len(frames):
                    endings.see(frames[seen].data)
                    seen += 1
                left = deadline - monotonic()
                if not endings.open or left <= 0:
                    break
                selector.select(left)
        with self._lock:
            frames, self._frames = self._frames, []
        problems = endings.problems()
        if dropped := self._socket.dropped():
            problems.append(f"the kernel dropped {dropped} frames")
        return frames, problems

    def close(self) -> None:
        self._sockets.close()
