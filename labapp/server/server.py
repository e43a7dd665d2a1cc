"""The lab's server: one port for HTTP and TLS, swapped rather than restarted."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread, current_thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from wsgiref.types import WSGIApplication

from django.core.servers.basehttp import ThreadedWSGIServer

from labapp.errors import LabError
from labapp.evidence import LogLine
from labapp.server.handler import Handler

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

POLL = 0.01  # seconds; socketserver's own 0.5 would be the time a stop takes
PATIENCE = 2.0  # seconds to wait for a request in flight before giving it up
HANDSHAKE = 0x16  # first byte of a TLS connection: ContentType handshake, RFC 8446 5.1


def _no_site(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []


class Server(ThreadedWSGIServer):
    """Serves one WSGI application at a time on a listening socket of 127.0.0.1.

    *listener* may be bound to nothing but 127.0.0.1, else `LabError`. With a
    *context*, a connection whose first byte opens a TLS handshake is spoken to
    in TLS as long as `tls` is true; any other is spoken to in HTTP. Use it as a
    context manager: it starts on entering and stops on leaving.
    """

    def __init__(self, listener: socket.socket, context: ssl.SSLContext | None = None) -> None:
        address = listener.getsockname()
        if address[0] != "127.0.0.1":
            listener.close()
            raise LabError(
                f"The lab serves this machine only: bind 127.0.0.1, not {address[0]}."
            )
        super().__init__(address, Handler, bind_and_activate=False)
        self.socket.close()  # socketserver made one of its own
        self.socket = listener
        self.server_address = address
        # What server_bind() would set; its getfqdn() may ask a name server.
        self.server_name, self.server_port = "site.test", address[1]
        self.setup_environ()
        self.set_app(_no_site)
        self.tls = context is not None
        self._context = context
        self._changed = Condition()
        self._in_flight: set[object] = set()
        self._closed_gate = False
        self._connections: dict[Thread, socket.socket] = {}
        self._log: list[LogLine] = []
        self.notes: list[str] = []  # what would have gone to stderr
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
        change then. A request that takes longer than 2 s is given up.
        """
        with self._changed:
            self._closed_gate = True
            try:
                self._wait_until_quiet()
                self.set_app(build())
                self.tls = tls
            finally:
                self._closed_gate = False
                self._changed.notify_all()

    def settle(self) -> bool:
        """Wait until no request is in flight; False if one was given up.

        A line of the log is written after its response was sent, so read the
        log only after this.
        """
        with self._changed:
            return self._wait_until_quiet()

    def _wait_until_quiet(self) -> bool:
        quiet = self._changed.wait_for(lambda: not self._in_flight, PATIENCE)
        if not quiet:
            self.note(f"{len(self._in_flight)} request(s) never ended and were given up")
            self._in_flight.clear()
        return quiet

    @contextmanager
    def in_flight(self, request: object) -> Iterator[None]:
        """Count *request* as in flight; waits while the site is being swapped."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closed_gate, 2 * PATIENCE)
            self._in_flight.add(request)
        try:
            yield
        finally:
            with self._changed:
                self._in_flight.discard(request)
                self._changed.notify_all()

    # What is kept -------------------------------------------------------------

    def log(self, line: LogLine) -> None:
        """Append *line* to the access log."""
        with self._changed:
            self._log.append(line)

    def take_log(self) -> tuple[LogLine, ...]:
        """Return the lines of the access log since the last call."""
        self.settle()
        with self._changed:
            lines = tuple(self._log)
            self._log.clear()
        return lines

    def note(self, text: str) -> None:
        """Keep a server's complaint as data; nothing goes to stderr."""
        self.notes.append(text.strip())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong with one connection as a note."""
        import sys

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
        with self._changed:
            self._connections[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection, in TLS if its first byte says so.

        The handshake belongs here: done in the accept loop, one silent client
        would keep everyone waiting.
        """
        try:
            try:
                request = self._secured(request)
            except (OSError, ssl.SSLError) as error:
                self.note(f"TLS handshake from {client_address}: {error}")
                self.shutdown_request(request)
                return
            super().process_request_thread(request, client_address)
        finally:
            with self._changed:
                self._connections.pop(current_thread(), None)
                self._changed.notify_all()

    def _secured(self, plain: socket.socket) -> socket.socket:
        plain.settimeout(Handler.timeout)
        first = plain.recv(1, socket.MSG_PEEK)
        if not first or first[0] != HANDSHAKE:
            return plain
        if self._context is None or not self.tls:
            raise ssl.SSLError("this site speaks no TLS")
        secured = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        with self._changed:
            self._connections[current_thread()] = secured
        try:
            secured.do_handshake()
        except OSError:
            secured.close()
            raise
        return secured

    def stop(self) -> None:
        """End the thread, every connection and the port; safe to call twice."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(PATIENCE)
        self.socket.close()
        # A connection kept alive would go on answering with the old site.
        with self._changed:
            threads = tuple(self._connections)
            deadline = monotonic() + PATIENCE
            while self._connections and monotonic() < deadline:
                for connection in self._connections.values():
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                self._changed.wait(POLL)
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))
