"""Sockets to which the kernel gives back what they have sent, headers and all.

With SO_TIMESTAMPING a copy of each packet comes to its sender's error queue
(https://www.kernel.org/doc/html/latest/networking/timestamping.html). Of a call to
send it is the last packet only, and of two calls that wait in one buffer the second
one's: so each call sends one packet at most, and waits until it has gone out.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from labapp.backends.burst import SO_TIMESTAMPING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from labapp.backends.ledger import Ledger

PIECE = 1 << 14  # bytes sent at a call; also the most that a TLS record has
# For received bytes and for what comes back; any kernel grants it (net.core.rmem_max).
ROOM = 208 << 10
TCP_NOTSENT_LOWAT, TCP_SAVE_SYN = 25, 27  # linux/tcp.h
WITH_ETHERNET = 2  # since 5.10
# linux/net_tstamp.h: SOF_TIMESTAMPING_TX_SOFTWARE, SOF_TIMESTAMPING_SOFTWARE
_STAMPS = 1 << 1 | 1 << 4


def prepare(sock: socket.socket) -> None:
    """Have the kernel give back what *sock*, or a socket it accepts, sends; `OSError`."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, _STAMPS)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1)  # writable: all has gone out
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Returning(socket.socket):
    """What both kinds of sockets do; one that the ledger does not know is as any other."""

    ledger: Ledger
    _gone = True  # what was sent last has left, and came back

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        if not self._known:
            return super().send(data, flags)
        if not self._gone:
            self._wait(select.POLLOUT)
        if not self.ledger.make_room(self.fileno(), self.gettimeout()):
            raise TimeoutError("timed out")
        try:
            return super().send(memoryview(data).cast("B")[:PIECE], flags)
        finally:
            # What has not gone out yet would come back when nobody looks.
            self._gone = self.ledger.collect(self.fileno()) or self._ready(
                select.POLLOUT, self.gettimeout()
            )

    def recv(self, bufsize: int = 1024, flags: int = 0) -> bytes:
        self._hear()
        received = super().recv(bufsize, flags)
        self.ledger.was_read()
        return received

    def recv_into(
        self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0
    ) -> int:
        self._hear()
        size = super().recv_into(buffer, nbytes or memoryview(buffer).nbytes, flags)
        self.ledger.was_read()
        return size

    def shutdown(self, how: int) -> None:
        if self._known and how != socket.SHUT_RD:
            self.ledger.ends_now(self.fileno(), closing=False)
        super().shutdown(how)

    def _real_close(self, *given: Any) -> None:
        # Also called for a socket whose descriptor another has taken over.
        try:
            self.ledger.ends_now(self.fileno(), closing=True)
        finally:
            super()._real_close(*given)  # type: ignore[misc]  # typeshed does not know it

    @property
    def _known(self) -> bool:
        return self.fileno() in self.ledger.ends

    def _hear(self) -> None:
        # Else nothing comes back that could disturb a wait for what others say.
        if not self._gone and self._known:
            self._wait(select.POLLIN)

    def _wait(self, event: int) -> None:
        timeout = self.gettimeout()
        if timeout != 0 and not self._ready(event, timeout):
            raise TimeoutError("timed out")

    def _ready(self, event: int, timeout: float | None) -> bool:
        """Wait for *event* and take what comes back meanwhile; False after *timeout*.

        Until it is taken, poll(2) says "error" at once, again and again.
        """
        descriptor = self.fileno()
        poll = select.poll()
        poll.register(descriptor, event)
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - monotonic()) * 1000
            happened = poll.poll(left)
            if not happened:
                return False
            failed = happened[0][1] & select.POLLERR
            came = failed and self.ledger.collect(descriptor)
            if happened[0][1] & ~select.POLLERR or not came:
                return True


class ReturningSocket(Returning):
    """A TCP socket; *descriptor* is one to take over, by default a new one is made."""

    def __init__(self, ledger: Ledger, descriptor: int | None = None) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM, fileno=descriptor)
        self.ledger = ledger
        if descriptor is None:
            prepare(self)

    def connect(self, address: Any) -> None:
        begun = time.time_ns()
        super().connect(address)
        self.ledger.opened(self.fileno(), self.getsockname()[1], begun)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left, flags) :]


class ReturningListener(socket.socket):
    """A listening socket of 127.0.0.1 whose accepted sockets are `ReturningSocket`."""

    ledger: Ledger

    def accept(self) -> tuple[socket.socket, Any]:
        accepted, address = super().accept()
        sock = ReturningSocket(self.ledger, accepted.detach())
        try:
            self.ledger.accepted(sock, address[1])
        except OSError:  # it is gone already
            sock.close()
            raise
        return sock, address


class ReturningTLSSocket(Returning, ssl.SSLSocket):
    """The same for TLS, which takes the descriptor and leaves the class behind.

    For ``SSLContext.sslsocket_class``; made by `returning_tls`.
    """

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT002  (ssl has it)
        timeout = self.gettimeout()
        if not self._known or timeout == 0:
            super().do_handshake(block)
            return
        deadline = None if timeout is None else monotonic() + timeout
        self.settimeout(0)
        try:
            while (event := self._step()) is not None:
                left = None if deadline is None else max(0.0, deadline - monotonic())
                if not self._ready(event, left):
                    raise TimeoutError("The handshake operation timed out")
        finally:
            self.settimeout(timeout)
            self._ready(select.POLLOUT, timeout)

    def _step(self) -> int | None:
        """Go on with the handshake; return what is to be waited for, None if it is done."""
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            return select.POLLIN
        except ssl.SSLWantWriteError:
            return select.POLLOUT
        return None

    def _hear(self) -> None:
        if not self.pending():
            super()._hear()


def returning_tls(of: Ledger) -> type[ReturningTLSSocket]:
    """Return a `ReturningTLSSocket` whose sockets are in the ledger *of* a backend."""

    class Bound(ReturningTLSSocket):
        """Bound to one backend."""

        ledger: ClassVar[Ledger] = of  # type: ignore[misc]

    return Bound
