"""Both ends of connections through a backend, for the tests of the backends."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from labapp.backends import Backend
from labapp.backends.errqueue import Errqueue
from labapp.backends.live import Live
from labapp.backends.namespace import Namespace
from labapp.backends.relay import Relay

TIMEOUT = 20  # seconds; a bound for tests that fail, none is waited for

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux has error queues")

every_backend = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Live, marks=pytest.mark.root, id="live"),
        # An ordinary user may have it too, but not on every machine.
        pytest.param(Namespace, marks=pytest.mark.root, id="namespace"),
        pytest.param(Errqueue, marks=only_linux, id="errqueue"),
        pytest.param(Relay, id="relay"),
    ],
)


@contextmanager
def connected(backend: Backend) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client and the server's end of its connection, closed on leaving."""
    backend.listener.settimeout(TIMEOUT)
    with backend.connect() as client, backend.listener.accept()[0] as server:
        client.settimeout(TIMEOUT)
        server.settimeout(TIMEOUT)
        yield client, server


def carry(sender: socket.socket, receiver: socket.socket, data: bytes) -> bytes:
    """Send *data* and return what the other end had of it."""
    sending = Thread(target=sender.sendall, args=(data,), daemon=True)
    sending.start()
    received = read(receiver, len(data))
    sending.join(TIMEOUT)
    return received


def read(receiver: socket.socket, length: int) -> bytes:
    """Return *length* bytes, or fewer if there are no more."""
    received = bytearray()
    while len(received) < length:
        if not (part := receiver.recv(1 << 18)):
            break
        received += part
    return bytes(received)
