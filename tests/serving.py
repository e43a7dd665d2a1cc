"""A small site and plain clients, for the tests of the server."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from labapp.backends import Backend
from labapp.server import Authority, Server
from labapp.site.configuration import configure

NAME = "site.test"
TIMEOUT = 10  # seconds; a bound for tests that fail, none is waited for


class Site:
    """A WSGI application that says *word*, and what it was asked."""

    def __init__(self, word: str = "hello") -> None:
        self.word = word
        self.environ: WSGIEnvironment = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        body = self.word.encode()
        start("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "text/plain")])
        return [body]


class Lab:
    """A running server with its authority, and clients for it."""

    def __init__(self, server: Server, authority: Authority) -> None:
        self.server = server
        self.authority = authority
        self.connect_by(lambda: socket.create_connection(("127.0.0.1", server.port), TIMEOUT))

    def connect_by(
        self,
        connect: Callable[[], socket.socket],
        tls_socket_class: type[ssl.SSLSocket] = ssl.SSLSocket,
    ) -> None:
        """Have clients connect in this way, and speak TLS with this class."""
        self._connect = connect
        self._tls_socket_class = tls_socket_class

    def serve(self, app: WSGIApplication, *, tls: bool = True) -> None:
        self.server.swap(lambda: app, tls=tls)

    def connect(self, *, tls: bool = False) -> socket.socket:
        sock = self._connect()
        if not tls:
            return sock
        context = self.authority.client_context()
        context.sslsocket_class = self._tls_socket_class
        try:
            return context.wrap_socket(sock, server_hostname=NAME)
        except BaseException:
            sock.close()
            raise

    @contextmanager
    def client(self, *, tls: bool = False) -> Iterator[http.client.HTTPConnection]:
        """An HTTP client with one connection that is kept alive."""
        connection = http.client.HTTPConnection(NAME, self.server.port)
        connection.sock = self.connect(tls=tls)
        try:
            yield connection
        finally:
            connection.close()

    def get(
        self, path: str = "/", *, tls: bool = False, headers: Mapping[str, str] | None = None
    ) -> str:
        """The body of one answer, on a connection of its own."""
        with self.client(tls=tls) as client:
            client.request("GET", path, headers=dict(headers or {}))
            return client.getresponse().read().decode()

    def say(self, request: bytes, *, tls: bool = False) -> bytes:
        """Send *request*, no more, and return everything that comes back."""
        with self.connect(tls=tls) as client:
            client.sendall(request)
            if not tls:
                client.shutdown(socket.SHUT_WR)
            return everything(client)


@contextmanager
def serving(
    app: WSGIApplication | None = None, backend: Backend | None = None
) -> Iterator[Lab]:
    """Serve *app* over HTTP and TLS, on a port of its own or behind *backend*."""
    configure()  # Django closes database connections with each TCP connection
    authority = Authority()
    context = authority.server_context(NAME)
    if backend is None:
        listener = socket.create_server(("127.0.0.1", 0))
    else:
        listener, context.sslsocket_class = backend.listener, backend.served_tls_class
    with Server(listener, context) as server:
        lab = Lab(server, authority)
        lab.serve(app or Site())
        yield lab


def everything(client: socket.socket) -> bytes:
    """What *client* receives until the other side closes."""
    return b"".join(iter(lambda: client.recv(65536), b""))


def reset(client: socket.socket) -> None:
    """Close *client* with a RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def half_a_hello() -> bytes:
    """The first bytes of a TLS handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = Authority().client_context().wrap_bio(incoming, outgoing, server_hostname=NAME)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        hello = outgoing.read()
    return hello[: len(hello) // 2]
