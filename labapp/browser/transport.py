"""HTTP over sockets the lab hands out; no other machine can be reached."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.browser.origin import host_of, origin_of, port_of
from labapp.evidence import Answer


@dataclass(frozen=True)
class Network:
    """The whole network of a visitor: some names, one port, one way to connect.

    *connect* returns a fresh socket to the lab's server; *tls* says whom to trust.
    """

    connect: Callable[[], socket.socket]
    port: int
    names: Collection[str]
    tls: ssl.SSLContext


class Transport:
    """Sends requests, keeping one connection per origin until `close()`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: dict[str, http.client.HTTPConnection] = {}

    def request(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes = b""
    ) -> Answer:
        """Send one request and return its answer.

        Where none came, the answer has status 0 and the reason as its body, as
        a browser shows an error page of its own.
        """
        try:
            connection = self._connection(url)
            parts = urlsplit(url)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", parts.netloc)
            for name, value in headers:
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            received = response.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop(url)
            reason = f"{type(error).__name__}: {error}".encode()
            return Answer(method, url, 0, (), reason, body)
        if response.will_close:
            self._drop(url)
        return Answer(method, url, response.status, tuple(response.getheaders()), received, body)

    def _connection(self, url: str) -> http.client.HTTPConnection:
        origin = origin_of(url)
        if origin in self._open:
            return self._open[origin]
        host = host_of(url)
        if host not in self._network.names:
            raise OSError(f"{host} is not in the lab, and the lab does not leave this machine")
        if port_of(url) != self._network.port:
            raise ConnectionRefusedError(f"nothing of the lab listens on port {port_of(url)}")
        sock = self._network.connect()
        try:
            # Head and body go out in two pieces; Nagle would hold the second.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if urlsplit(url).scheme == "https":
                sock = self._network.tls.wrap_socket(sock, server_hostname=host)
        except OSError:
            sock.close()
            raise
        connection = http.client.HTTPConnection(host, port_of(url))
        connection.sock = sock
        self._open[origin] = connection
        return connection

    def _drop(self, url: str) -> None:
        connection = self._open.pop(origin_of(url), None)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close every connection, as a browser does once it has been idle."""
        for connection in self._open.values():
            with suppress(OSError):
                connection.close()
        self._open.clear()
