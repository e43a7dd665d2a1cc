"""A relay on the path: visitors take it for the site, and the site for a visitor."""

from __future__ import annotations

import socket
import ssl
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread, current_thread
from typing import Any

from labapp.errors import LabError
from labapp.onpath.letter import Letter
from labapp.onpath.notes import Note, Notes
from labapp.owner import Owner

LOCALHOST = "127.0.0.1"
PATIENCE = 10.0  # seconds of silence on a connection; no visitor waits longer
END = 2.0  # seconds for what was asked to stop
HANDSHAKE = 0x16  # first byte of a TLS connection: ContentType handshake, RFC 8446 5.1


class Relay(Owner):
    """Passes visitors on to the site and keeps notes of what it could read.

    *site* opens a connection to the site; the relay speaks TLS over it, by *tls*, and
    HTTP where the site speaks no TLS. It listens on a port of its own, or on
    *listener*. One connection carries one exchange. Any address but 127.0.0.1, on
    either side, is refused with `LabError`: at once for the listener, in `notes()` for
    the site. Use it as a context manager; it ends with its block.
    """

    def __init__(
        self,
        site: Callable[[], socket.socket],
        tls: ssl.SSLContext,
        listener: socket.socket | None = None,
    ) -> None:
        self._site, self._tls = site, tls
        self._listener = listener or socket.create_server((LOCALHOST, 0))
        if refusal := _off_loopback(self._listener.getsockname()):
            self._listener.close()
            raise refusal
        self._changed = Condition()
        self._due: set[int] = set()  # ports of visitors that are not done with
        self._open: dict[Thread, list[socket.socket]] = {}
        self._notes = Notes()
        self._error: LabError | None = None
        self._closing = False
        self.port = int(self._listener.getsockname()[1])
        name = f"labapp attacker :{self.port}"
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    # What its owner does ----------------------------------------------------------

    def connect(self) -> socket.socket:
        """Return a fresh connection that the visitor takes for one to the site."""
        visitor = socket.create_connection((LOCALHOST, self.port), PATIENCE)
        with self._changed:
            self._due.add(visitor.getsockname()[1])
        return visitor

    def notes(self) -> Notes:
        """Return the notes so far, once every connection that was closed is done with.

        Waits at most 2 s. Raises `LabError` if the site was no address of this machine.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._due, END)
            if self._error:
                raise self._error
            return self._notes

    def close(self) -> None:
        """End every connection, thread and the port; safe to call twice."""
        self._closing = True
        if self._thread.is_alive():
            # Closing a socket wakes nobody who waits in accept(); a visitor does.
            with suppress(OSError), socket.create_connection((LOCALHOST, self.port), END):
                pass
            self._thread.join(END)
        self._listener.close()
        with self._changed:
            threads = tuple(self._open)
            for sockets in self._open.values():
                for sock in sockets:
                    with suppress(OSError):
                        socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in threads:
            thread.join(END)

    # What differs -----------------------------------------------------------------

    @abstractmethod
    def _sealed(self, visitor: socket.socket) -> None:
        """Serve a visitor who speaks TLS."""

    def _asks(self, request: Letter) -> tuple[Letter, tuple[str, ...]]:
        """Return what the site is asked in the place of *request*, and what changed."""
        return request, ()

    def _tells(self, answer: Letter) -> tuple[Letter, tuple[str, ...]]:
        """Return what the visitor is told in the place of *answer*, and what changed."""
        return answer, ()

    # Its own threads --------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                visitor, address = self._listener.accept()
            except OSError:
                return
            if self._closing:
                visitor.close()
                return
            thread = Thread(
                target=self._serve,
                args=(visitor, address[1]),
                name=f"{self._thread.name} from {address[1]}",
                daemon=True,
            )
            with self._changed:
                self._open[thread] = [visitor]
                thread.start()

    def _serve(self, visitor: socket.socket, port: int) -> None:
        try:
            _hasten(visitor)
            first = visitor.recv(1, socket.MSG_PEEK)
            if first and first[0] == HANDSHAKE:
                self._sealed(visitor)
            elif first:
                self._exchange(visitor, "http")
        except LabError as refusal:
            with self._changed:
                self._error = refusal
        except OSError:
            pass  # one side went away, or took too long: there is nothing to pass on
        finally:
            visitor.close()
            with self._changed:
                del self._open[current_thread()]
                self._due.discard(port)
                self._changed.notify_all()

    def _exchange(self, visitor: socket.socket, scheme: str) -> None:
        """Carry one request to the site and its answer back, and write both down."""
        request = Letter.read(visitor.recv)
        asked, rewritten = self._asks(request)
        with self._reach(request.host) as site:
            site.sendall(bytes(asked.said_anew("Connection", "close")))
            answer = Letter.read(site.recv, to_the_end=True)
        told, changed = self._tells(answer)
        # Written first: whoever holds the answer finds it in the notes.
        self._write(read=(Note(scheme, request, answer, (*rewritten, *changed)),))
        visitor.sendall(bytes(told.said_anew("Connection", "close")))

    def _reach(self, host: str) -> socket.socket:
        """Return a connection to the site, in TLS if it speaks that."""
        try:
            return self._secured(self._tls, self._plain(), server_hostname=host or None)
        except TimeoutError:
            raise
        except (OSError, ValueError):
            return self._plain()

    def _secured(
        self, context: ssl.SSLContext, plain: socket.socket, **how: Any
    ) -> ssl.SSLSocket:
        """Return *plain* speaking TLS, once both ends have shaken hands."""
        # Watched before that: a half handshake must end with this relay.
        secured = context.wrap_socket(plain, do_handshake_on_connect=False, **how)
        self._watched(secured)
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured

    def _plain(self) -> socket.socket:
        site = self._watched(self._site())
        if refusal := _off_loopback(site.getpeername()):
            site.close()
            raise refusal
        _hasten(site)
        return site

    def _watched(self, sock: socket.socket) -> socket.socket:
        """Remember *sock*, so that `close()` ends it; after that it is too late."""
        with self._changed:
            if self._closing:
                sock.close()
                raise ConnectionAbortedError("this relay has been closed")
            self._open[current_thread()].append(sock)
        return sock

    def _write(
        self, *, read: tuple[Note, ...] = (), sealed: int = 0, refused: tuple[str, ...] = ()
    ) -> None:
        with self._changed:
            had = self._notes
            self._notes = Notes(
                (*had.read, *read), had.sealed + sealed, (*had.refused, *refused)
            )


def _hasten(sock: socket.socket) -> None:
    """Bound every wait on *sock*, and let Nagle's algorithm delay nothing by 40 ms."""
    sock.settimeout(PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _off_loopback(address: object) -> LabError | None:
    """Return the error for an *address* that is not 127.0.0.1."""
    host = address[0] if isinstance(address, tuple) and address else address
    if host == LOCALHOST:
        return None
    return LabError(f"A relay of the lab stays on this machine: use 127.0.0.1, not {host}.")
