"""A socket's answers, read with a limit on time and on size."""

from __future__ import annotations

import io
import socket
from time import monotonic
from typing import TYPE_CHECKING

from labapp.interrupt import heard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST = 64 * 2**20  # bytes of one answer, head and body


class Reader(io.RawIOBase):
    """Reads *sock* until *patience* seconds are over or 64 MiB have come.

    A timeout of the socket alone would begin anew with every byte that drips in.
    *received* counts bytes; *surplus* is true if more came than the answer has.
    """

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self._sock = sock
        self._patience = patience
        self._deadline = monotonic() + patience
        self.received = 0
        self.surplus = False
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read once; `TimeoutError` or `OSError` at the limits."""
        if self._ended:
            return 0
        try:
            self._sock.settimeout(max(self._deadline - monotonic(), 1e-6))
            with heard():
                size = self._sock.recv_into(buffer)
        except TimeoutError:
            raise TimeoutError(f"no whole answer came within {self._patience:g} s") from None
        self.received += size
        if self.received > MOST:
            raise OSError(f"the answer is larger than {MOST // 2**20} MiB")
        return size

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return this reader buffered; it is what `HTTPResponse` asks a socket for."""
        return _Buffered(self, 65536)

    def end(self, buffered: io.BufferedReader) -> None:
        """Read no more, and see what is left in *buffered*."""
        self._ended = True
        self.surplus = bool(buffered.peek(1))


class _Buffered(io.BufferedReader):
    """Closed by `HTTPResponse` at the end of an answer, as the only sign of that end."""

    def close(self) -> None:
        if not self.closed and isinstance(self.raw, Reader):
            self.raw.end(self)
        super().close()
