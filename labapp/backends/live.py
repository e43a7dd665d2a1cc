"""Backend `live`: the packets of this machine, by an AF_PACKET socket."""

from __future__ import annotations

import socket
from select import select
from time import monotonic
from typing import TYPE_CHECKING

from labapp.backends.backend import PATIENCE, Backend, Unavailable, listening_socket
from labapp.backends.ending import Endings
from labapp.capture import Frame

if TYPE_CHECKING:
    from labapp.backends.loopback import LoopbackSocket


class Live(Backend):
    """Keeps one socket on ``lo`` open for good and reads it when asked.

    No thread is needed: the loopback interface hands a frame to this socket
    before TCP hands its bytes to the reader, so whoever holds the answer can be
    sure that every data frame is queued already.
    """

    name = "live"
    fidelity = "real packets of your machine"

    def __init__(self) -> None:
        super().__init__()
        if not hasattr(socket, "AF_PACKET"):
            raise Unavailable("this system has no AF_PACKET sockets (Linux has)")
        from labapp.backends.loopback import LoopbackSocket

        self.listener = listening_socket()
        self.port = self.listener.getsockname()[1]
        try:
            self._socket: LoopbackSocket = LoopbackSocket(self.port)
        except PermissionError:
            self.listener.close()
            raise Unavailable(
                "raw sockets need root or the capability CAP_NET_RAW, "
                "and this process has neither"
            ) from None
        except OSError as error:
            self.listener.close()
            raise Unavailable(f"the system refused a packet socket: {error}") from None

    def tap(self) -> LoopbackSocket:
        """Return another socket on ``lo`` with the same filter."""
        from labapp.backends.loopback import LoopbackSocket

        return LoopbackSocket(self.port)

    def _begin(self) -> None:
        for _ in self._socket.frames():
            pass
        self._socket.dropped()

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        frames: list[Frame] = []
        endings = Endings(clients)
        deadline = monotonic() + PATIENCE
        while True:
            for frame in self._socket.frames():
                frames.append(frame)
                endings.see(frame.data)
            left = deadline - monotonic()
            if not endings.open or left <= 0:
                break
            select([self._socket.ins], [], [], left)
        problems = endings.problems()
        if dropped := self._socket.dropped():
            problems.append(f"the kernel dropped {dropped} frames")
        return frames, problems

    def close(self) -> None:
        self._socket.close()
        self.listener.close()
