"""The lab's server: one port for HTTP and TLS, swapped rather than restarted."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from wsgiref.types import WSGIApplication

from django.core.servers.basehttp import ThreadedWSGIServer

from labapp.errors import LabError
from labapp.evidence import LogLine
from labapp.server.handler import Handler, hang_up
from labapp.server.interruption import GivenUp
from labapp.server.output import Output
from labapp.server.traffic import Traffic

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

POLL = 0.01  # seconds; socketserver's own 0.5 would be the time a stop takes
PATIENCE = 2.0  # seconds a thread or a client may take to end
HANDSHAKE = 0x16  # first byte of a TLS connection: ContentType handshake, RFC 8446 5.1


def _no_site(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []


class Server(ThreadedWSGIServer):
    """Serves one WSGI application at a time on a listening socket of 127.0.0.1.

    *listener* may be bound to nothing but 127.0.0.1, else `LabError`; it is the
    server's from now on. With a *context*, a connection whose first byte opens a
    TLS handshake is spoken to in TLS as long as `tls` is true; any other is
    spoken to in HTTP. Use it as a context manager: it starts on entering and
    stops on leaving.
    """

    def __init__(self, listener: socket.socket, context: ssl.SSLContext | None = None) -> None:
        address = listener.getsockname()
        if listener.family != socket.AF_INET or address[0] != "127.0.0.1":
            listener.close()
            where = address[0] if isinstance(address, tuple) else address
            raise LabError(f"The lab serves this machine only: bind 127.0.0.1, not {where}.")
        super().__init__(address, Handler, bind_and_activate=False)
        self.socket.close()  # socketserver made one of its own
        # Outside Linux a client may be gone between select() and accept().
        listener.setblocking(False)
        self.socket = listener
        self.server_address = address
        # What server_bind() would set; its getfqdn() may ask a name server.
        self.server_name, self.server_port = "site.test", address[1]
        self.setup_environ()
        self.set_app(_no_site)
        self.tls = context is not None
        self.traffic = Traffic()
        self.output = Output()
        self.notes: list[str] = []  # what would have gone to stderr
        self.own_cookies: set[str] = set()  # names of all cookies it has ever set
        self._context = context
        self._connections: dict[Thread, socket.socket] = {}
        self._log: list[LogLine] = []
        self._thread = Thread(
            target=self.serve_forever,
            kwargs={"poll_interval": POLL},
            name=f"labapp server :{self.port}",
            daemon=True,
        )

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        return int(self.server_port)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # The site -----------------------------------------------------------------

    def swap(self, build: Callable[[], WSGIApplication], *, tls: bool) -> None:
        """Serve what *build* returns from the next request on.

        No request is in flight while *build* runs: Django's settings may only
        change then. A request that takes longer than 2 s is given up: its
        connection is cut and its log line dropped, for it belongs to no site.
        """
        with self.traffic.halted():
            self.set_app(build())
            self.tls = tls and self._context is not None
            if not self.tls:
                for connection in self._connections.values():
                    if isinstance(connection, ssl.SSLSocket):
                        hang_up(connection)

    def settle(self) -> bool:
        """Wait until no request is in flight; False if one was given up.

        A line of the log is written after its response was sent, so whoever
        has a response finds its line only after this.
        """
        return self.traffic.settle()

    # What is kept -------------------------------------------------------------

    def log(self, line: LogLine) -> None:
        """Append *line* to the access log."""
        with self.traffic.changed:
            self._log.append(line)

    def take_log(self) -> tuple[LogLine, ...]:
        """Return the lines of the access log since the last call, once settled."""
        with self.traffic.changed:
            self.settle()
            lines = tuple(self._log)
            self._log.clear()
        return lines

    def note(self, text: str) -> None:
        """Keep a server's complaint as data; nothing goes to stderr."""
        self.notes.append(text.strip())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong with one connection as a note."""
        self.note(f"connection from {client_address}: {sys.exception()!r}")

    # Connections --------------------------------------------------------------

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give one connection a thread of its own, with a name."""
        thread = Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name=f"labapp server :{self.port} from {client_address[1]}",
            daemon=True,
        )
        with self.traffic.changed:
            thread.start()
            self._connections[thread] = request

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, in TLS if its first byte says so.

        The handshake belongs here: done in the accept loop, one silent client
        would keep everyone waiting.
        """
        try:
            request = self._welcome(request)
            super().process_request_thread(request, client_address)
        except GivenUp:
            self.close_request(request)
        except OSError:
            self.handle_error(request, client_address)
            self.shutdown_request(request)
        finally:
            with self.traffic.changed:
                self._connections.pop(current_thread(), None)
                self.traffic.changed.notify_all()

    def _welcome(self, plain: socket.socket) -> socket.socket:
        """Look at the first byte and return the socket to speak HTTP on."""
        plain.settimeout(Handler.timeout)
        first = plain.recv(1, socket.MSG_PEEK)
        if not first or first[0] != HANDSHAKE:
            return plain
        with self.traffic.changed:
            if self._context is None or not self.tls:
                raise ssl.SSLError("this site speaks no TLS")
            secured = self._context.wrap_socket(
                plain, server_side=True, do_handshake_on_connect=False
            )
            self._connections[current_thread()] = secured
        try:
            secured.do_handshake()
        except OSError:
            secured.close()
            raise
        return secured

    def shutdown_request(self, request: Any) -> None:
        """Close one connection so that what was sent last arrives.

        What a client still has on its way would turn an early close into a RST,
        and a RST takes the answer away from it (RFC 9112, 9.6).
        """
        deadline = monotonic() + PATIENCE
        with suppress(OSError):
            request.shutdown(socket.SHUT_WR)
            while (left := deadline - monotonic()) > 0:
                request.settimeout(left)
                if not request.recv(1 << 16):
                    break
        self.close_request(request)

    def abandon(self, thread: Thread) -> None:
        """Hang up on the client of *thread* and wait for it no more."""
        with self.traffic.changed:
            if (connection := self._connections.pop(thread, None)) is not None:
                hang_up(connection)

    def stop(self) -> None:
        """End the thread, every connection and the port; safe to call twice."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(PATIENCE)
        self.socket.close()
        # A connection kept alive would go on answering with the old site.
        with self.traffic.changed:
            threads = tuple(self._connections)
            deadline = monotonic() + PATIENCE
            while self._connections and monotonic() < deadline:
                for connection in self._connections.values():
                    hang_up(connection)
                self.traffic.changed.wait(POLL)
            self.traffic.give_up()
        for thread in threads:
            thread.join(max(10 * POLL, deadline - monotonic()))
