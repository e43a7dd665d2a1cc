"""A bench: one server with the lab's site, with and without a capture."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from wsgiref.types import WSGIApplication

from labapp.backends import Backend
from labapp.backends.backend import LOCALHOST, listening_socket
from labapp.backends.enclosure import Enclosure
from labapp.backends.errqueue import Errqueue
from labapp.backends.live import Live
from labapp.backends.namespace import Namespace
from labapp.backends.relay import Relay
from labapp.capture import Capture
from labapp.evidence import CONTROL, SITE, STRANGER, THIRD_PARTY
from labapp.server import Authority, Server
from labapp.site import application as site

BACKENDS: tuple[type[Backend], ...] = (Live, Namespace, Errqueue, Relay)
HOSTS = (SITE, STRANGER, THIRD_PARTY, CONTROL)
PATIENCE = 30.0  # seconds; a bound, nothing waits for it
Connect = Callable[[], socket.socket]


@dataclass(frozen=True)
class Client:
    """A plain HTTP client: one fresh connection per request, read to its end.

    It says ``Connection: close``, as a client does that has no second request, and
    waits for the server to close, too. A capture has to wait for that in any case.
    """

    connect: Connect
    tls: ssl.SSLContext

    def get(self, path: str = "/", *, secure: bool = False) -> bytes:
        """Return the body of one answer; `OSError` if there is none."""
        sock = self.connect()
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if secure:
            sock = self.tls.wrap_socket(sock, server_hostname=SITE)
        client = http.client.HTTPConnection(SITE)
        client.sock = sock
        # http.client lets go of the socket after the last byte of the body.
        with closing(client), sock.makefile("rb", buffering=0) as rest:
            client.request("GET", path, headers={"Connection": "close"})
            answer = client.getresponse()
            body = answer.read()
            if rest.read(1):
                raise OSError(f"{path} was answered with more than one response")
        if answer.status != 200:
            raise OSError(f"{path} was answered with {answer.status}")
        return body


@dataclass(frozen=True)
class Bench:
    """The same site twice: behind *backend*, and where nothing is captured.

    *captured* speaks through the backend, *plain* through sockets of the same
    kind: for `live` to a port without a tap, for `namespace` in a private network
    without one, for `errqueue` to a server whose packets do not come back, for `relay`
    straight to the server.
    """

    backend: Backend
    captured: Client
    plain: Client
    plain_port: int
    serve: Callable[[WSGIApplication], None]

    def capture(self, path: str = "/", *, secure: bool = False) -> Capture:
        """Make one request and return what was captured of it."""
        with self.backend.record() as recording:
            self.captured.get(path, secure=secure)
        return recording.capture


@contextmanager
def bench(kind: type[Backend], app: WSGIApplication | None = None) -> Iterator[Bench]:
    """Open a bench with a backend of *kind*; it serves the site, or *app*.

    Raises `Unavailable` where this backend cannot work.
    """
    with ExitStack() as stack:
        backend = stack.enter_context(kind())
        authority = Authority()
        context = authority.server_context(*HOSTS)
        context.sslsocket_class = backend.served_tls_class
        servers = [stack.enter_context(Server(backend.listener, context))]
        if isinstance(backend, Relay):
            plain_port = servers[0].port
            connect = partial(_connected, plain_socket, plain_port)
        else:
            listener, make = _untapped(backend, stack)
            plain_context = authority.server_context(*HOSTS)
            servers.append(stack.enter_context(Server(listener, plain_context)))
            plain_port = servers[1].port
            connect = partial(_connected, make, plain_port)

        def serve(application: WSGIApplication) -> None:
            for server in servers:
                server.swap(lambda: application, tls=True)

        stack.callback(site.reset)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmarks-")))
        site.use_database(folder)
        serve(site.application() if app is None else app)
        tls = authority.client_context()
        tls.sslsocket_class = backend.tls_socket_class
        yield Bench(
            backend,
            Client(backend.connect, tls),
            Client(connect, authority.client_context()),
            plain_port,
            serve,
        )


def plain_socket() -> socket.socket:
    """Return a new TCP socket."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def _untapped(backend: Backend, stack: ExitStack) -> tuple[socket.socket, Connect]:
    """Return a listener that nobody captures, and what makes sockets to reach it."""
    if not isinstance(backend, Namespace):
        return listening_socket(), plain_socket
    enclosure = Enclosure()
    stack.callback(enclosure.close)

    def enclosed_socket() -> socket.socket:
        return socket.socket(fileno=enclosure.tcp_socket())

    listener = enclosed_socket()
    listener.bind((LOCALHOST, 0))
    listener.listen(1024)
    return listener, enclosed_socket


def _connected(make: Connect, port: int) -> socket.socket:
    sock = make()
    try:
        sock.settimeout(PATIENCE)
        sock.connect((LOCALHOST, port))
    except OSError:
        sock.close()
        raise
    return sock
