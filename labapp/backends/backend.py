"""The one interface of every backend."""

from __future__ import annotations

import socket
import ssl
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from labapp.backends.ending import without_tails
from labapp.capture import Capture, Frame
from labapp.errors import LabError
from labapp.owner import Owner

if TYPE_CHECKING:
    from scapy.supersocket import SuperSocket

LOCALHOST = "127.0.0.1"
PATIENCE = 2.0  # seconds to wait for the end of a connection
SLOWEST = 10.0  # seconds of silence from a server; no view may hold a cell for good


class Unavailable(Exception):
    """This backend cannot work here; the message says why, for a learner."""


@dataclass
class Recording:
    """A stretch of time being captured; `capture` is there once it is over."""

    clients: list[int] = field(default_factory=list)
    finished: Capture | None = None

    @property
    def capture(self) -> Capture:
        """The finished capture; `LabError` while the recording still runs."""
        if self.finished is None:
            raise LabError("This recording still runs: read it after its with block.")
        return self.finished


class Backend(Owner):
    """Makes connections to one server and records their packets.

    `listener` is the socket the server is to listen on, `port` the TCP port on
    127.0.0.1 that visitors connect to; they differ for a relay. *fidelity* says
    in one sentence how real the packets are. A client that speaks TLS over
    `connect()` does it with an ``SSLContext`` of this *tls_socket_class*, a server
    behind `listener` with one of *served_tls_class*.
    """

    name: ClassVar[str]
    fidelity: ClassVar[str]
    listener: socket.socket
    port: int
    tls_socket_class: type[ssl.SSLSocket] = ssl.SSLSocket
    served_tls_class: type[ssl.SSLSocket] = ssl.SSLSocket

    def __init__(self) -> None:
        self._recording: Recording | None = None

    @contextmanager
    def record(self) -> Iterator[Recording]:
        """Record every frame of the lab's port until the block is left.

        Connections opened meanwhile by `connect()` should be closed inside the
        block: their closing handshake is waited for, at most 2 s, and if it does
        not come the capture says that it is incomplete.
        """
        if self._recording is not None:
            raise LabError("A recording runs already: end it before you start another.")
        recording = Recording()
        self._begin()
        self._recording = recording
        try:
            yield recording
        finally:
            clients = tuple(recording.clients)
            try:
                frames, problems = self._finish(clients)
            finally:
                self._recording = None
            recording.finished = Capture(
                frames=tuple(without_tails(frames, self.port)),
                backend=self.name,
                fidelity=self.fidelity,
                port=self.port,
                clients=clients,
                problems=tuple(problems),
            )

    def connect(self) -> socket.socket:
        """Open a TCP connection to the server, through this backend."""
        client = self._client()
        client.settimeout(SLOWEST)
        try:
            client.connect((LOCALHOST, self.port))
        except OSError:
            client.close()
            raise
        if (recording := self._recording) is not None:
            recording.clients.append(client.getsockname()[1])
        return client

    def _client(self) -> socket.socket:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    @abstractmethod
    def tap(self) -> SuperSocket:
        """Return a scapy socket of the caller's own on the lab's port.

        For ``sniff(opened_socket=backend.tap(), timeout=1)``; close it after use.
        """

    @abstractmethod
    def _begin(self) -> None:
        """Forget what was seen before now."""

    @abstractmethod
    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        """Return all frames since `_begin()`, once *clients* have closed, and problems."""

    @abstractmethod
    def close(self) -> None:
        """Give back every socket and thread; safe to call twice."""

    def __repr__(self) -> str:
        return f"<{self.name} on 127.0.0.1:{self.port}: {self.fidelity}>"


def listening_socket() -> socket.socket:
    """Return a socket that listens on a port of 127.0.0.1 the system chose."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((LOCALHOST, 0))
        listener.listen(1024)  # the kernel cuts it to its own limit
    except OSError:
        listener.close()
        raise
    return listener
