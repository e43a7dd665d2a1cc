"""Client sockets that collect their packets while they go along."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

# Bytes each way. Measured, that is up to 150 KB of the kernel's room for frames; with
# 64 KB it was up to 228 KB.
IN_FLIGHT = 48 << 10


class DrainingSocket(socket.socket):
    """A TCP socket that calls *drain* before it reads or writes.

    Its buffers bound what can be in flight between two calls. So a packet socket
    with the 208 KB that any kernel grants loses nothing, without a thread that
    reads it. *descriptor* is an open TCP socket to take over; by default a new
    one is made.
    """

    def __init__(self, drain: Callable[[], None], descriptor: int | None = None) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM, fileno=descriptor)
        self._drain = drain
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.setsockopt(socket.SOL_SOCKET, buffer, IN_FLIGHT)
        # What is sent in pieces shorter than a segment must not wait for each to be
        # acknowledged (RFC 9293, 3.7.4).
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        self._drain()
        return super().recv(bufsize, flags)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0, /) -> int:
        self._drain()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        self._drain()
        return super().send(memoryview(data).cast("B")[:IN_FLIGHT], flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left, flags) :]


class DrainingTLSSocket(ssl.SSLSocket):
    """The same for TLS, which takes the descriptor and leaves the class behind.

    For ``SSLContext.sslsocket_class``; made by `draining_tls`. OpenSSL reads and
    writes one record (16 KB) at a call.
    """

    drain: Callable[[], None]

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        self.drain()
        return super().recv(buflen, flags)

    def recv_into(
        self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0
    ) -> int:
        self.drain()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        self.drain()
        return super().send(memoryview(data).cast("B")[:IN_FLIGHT], flags)


def draining_tls(drain: Callable[[], None]) -> type[DrainingTLSSocket]:
    """Return a `DrainingTLSSocket` whose sockets call *drain*."""

    class Bound(DrainingTLSSocket):
        """Bound to one backend."""

    Bound.drain = staticmethod(drain)
    return Bound
