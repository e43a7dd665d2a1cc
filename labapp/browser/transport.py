"""HTTP over sockets the lab hands out; no other machine can be reached."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from labapp.browser.origin import DEFAULT_PORTS, host_of, origin_of, port_of
from labapp.browser.reader import Reader
from labapp.evidence import Answer

PIECE = 65536  # bytes read at once, so that no announced length is believed


@dataclass(frozen=True)
class Network:
    """The whole network of a visitor: some names, one port, one way to connect.

    *connect* returns a fresh socket to the lab's server; *tls* says whom to trust;
    *patience* is how many seconds one answer may take. Nothing else counts: no
    environment variable, no name server, no certificate of the system.
    """

    connect: Callable[[], socket.socket]
    port: int
    names: Collection[str]
    tls: ssl.SSLContext
    patience: float = 10.0


class Transport:
    """Sends requests, keeping one connection per origin until `close()`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._open: dict[str, socket.socket] = {}

    def request(
        self, method: str, url: str, headers: list[tuple[str, str]], body: bytes = b""
    ) -> Answer:
        """Send one request and return its answer; raises nothing.

        Where none came, the answer has status 0 and the reason as its body, as a
        browser shows an error page of its own. The reason quotes no path or query.
        """
        try:
            message = _message(method, url, headers, body)
            response, received = self._exchange(url, method, message)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return failed(method, url, error, body)
        fields = tuple(response.getheaders())
        return Answer(method, url, response.status, fields, received, body)

    def close(self) -> None:
        """Close every connection, as a browser does once it has been idle."""
        for sock in self._open.values():
            with suppress(OSError):
                sock.close()
        self._open.clear()

    def _exchange(
        self, url: str, method: str, message: bytes
    ) -> tuple[http.client.HTTPResponse, bytes]:
        origin = origin_of(url)
        kept = self._open.pop(origin, None)
        if kept is not None:
            reader = Reader(kept, self._network.patience)
            try:
                return self._over(kept, reader, origin, method, message)
            except (ConnectionError, ssl.SSLEOFError):
                # The server may close what is idle, just when the next request is
                # on its way. Browsers then ask again (RFC 9112, 9.3.1), Chromium
                # whatever the method is, unless an answer has begun.
                if reader.received:
                    raise
        sock = self._connect(url)
        return self._over(sock, Reader(sock, self._network.patience), origin, method, message)

    def _over(
        self, sock: socket.socket, reader: Reader, origin: str, method: str, message: bytes
    ) -> tuple[http.client.HTTPResponse, bytes]:
        try:
            sock.settimeout(self._network.patience)
            sock.sendall(message)
            response = http.client.HTTPResponse(cast("socket.socket", reader), method=method)
            with response:
                received = _whole(response)
        except BaseException:
            sock.close()
            raise
        # What comes after an answer belongs to none (RFC 9112, 6.3).
        if response.will_close or reader.surplus:
            sock.close()
        else:
            self._open[origin] = sock
        return response, received

    def _connect(self, url: str) -> socket.socket:
        scheme, host = urlsplit(url).scheme, host_of(url)
        if scheme not in DEFAULT_PORTS:
            raise OSError(f"the lab speaks http and https, not {scheme or 'nothing'}")
        if host not in self._network.names:
            raise OSError(f"{host} is not in the lab, and the lab does not leave this machine")
        if port_of(url) != self._network.port:
            raise ConnectionRefusedError(f"nothing of the lab listens on port {port_of(url)}")
        sock = self._network.connect()
        try:
            sock.settimeout(self._network.patience)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                return self._network.tls.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
        return sock


def _whole(response: http.client.HTTPResponse) -> bytes:
    response.begin()
    received = b"".join(iter(lambda: response.read(PIECE), b""))
    if response.length:  # read() in pieces does not complain itself
        raise http.client.IncompleteRead(received, response.length)
    return received


def failed(method: str, url: str, error: Exception, body: bytes = b"") -> Answer:
    """Return the answer that stands for none: status 0, the reason as its body."""
    reason = f"{type(error).__name__}: {error}"
    return Answer(method, url, 0, (), reason.encode("utf-8", "replace"), body)


def _message(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """Return head and body in one piece.

    `http.client` sends them in two, as two packets (or TLS records). In one, a
    learner who looks for the secret with ``in bytes(packet)`` sees request line and
    body side by side, and the length of one TLS record is that of one request.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {origin_of(url).partition('//')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    if " " in target or any(char in line for line in lines for char in "\r\n\0"):
        raise ValueError("a line break (or a space in the target) would forge a header")
    try:
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("a header has signs that HTTP cannot carry") from None
    return head + body
