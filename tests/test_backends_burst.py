from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from labapp.backends.burst import MOST, SO_TIMESTAMPNS, Burst

# It reads datagrams of any kind; those of UDP need no rights.
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="recvmmsg(2) is Linux's")
LONGEST = 1 << 16


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """A socket that the kernel stamps each datagram for."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.bind(("127.0.0.1", 0))
        yield sock


@pytest.fixture
def burst() -> Burst:
    """Room for what comes to a receiver."""
    return Burst(LONGEST)


def send(receiver: socket.socket, *texts: bytes) -> None:
    """Send each of *texts* as a datagram."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        for text in texts:
            sender.sendto(text, receiver.getsockname())


def test_nothing_queued(receiver, burst) -> None:
    """Where nothing is queued, nothing comes, and nobody waits."""
    assert [] == burst.read(receiver.fileno())


def test_everything_in_order(receiver, burst) -> None:
    """What is queued comes in order, each whole, whatever was in its room before."""
    first = [b"a longer one", b"", b"x" * 60_000]
    second = [b"b", b"another"]
    send(receiver, *first)
    came = [data for _, data in burst.read(receiver.fileno())]
    send(receiver, *second)

    assert first == came
    assert second == [data for _, data in burst.read(receiver.fileno())]


def test_sixteen_at_a_call(receiver, burst) -> None:
    """A call brings 16 at most, the next one the rest."""
    sent = [b"%d" % number for number in range(MOST + 3)]
    send(receiver, *sent)

    assert sent[:MOST] == [data for _, data in burst.read(receiver.fileno())]
    assert sent[MOST:] == [data for _, data in burst.read(receiver.fileno())]


def test_times_are_the_kernels(receiver, burst) -> None:
    """Each has the time at which it came, and a later one no earlier time."""
    # The kernel begins to stamp some milliseconds after it was asked to.
    deadline, stamped = time.monotonic() + 10, False
    while not stamped and time.monotonic() < deadline:
        before = time.time_ns()
        send(receiver, b"first", b"second")
        after = time.time_ns()
        times = [stamp for stamp, _ in burst.read(receiver.fileno())]
        stamped = all(before <= stamp <= after for stamp in times)

    assert stamped
    assert sorted(times) == times


def test_no_stamp_is_zero() -> None:
    """Where the socket was not asked for times, they are 0 and never an old one."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as plain:
        plain.bind(("127.0.0.1", 0))
        send(plain, b"one")

        assert [(0, b"one")] == Burst(LONGEST).read(plain.fileno())


def test_a_socket_that_failed(receiver, burst) -> None:
    """What the system refuses is an `OSError` with its words."""
    number = receiver.detach()
    os.close(number)

    with pytest.raises(OSError, match="Bad file descriptor"):
        burst.read(number)


def test_no_such_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A C library without recvmmsg(2) is an `OSError`, as a backend expects it."""
    monkeypatch.setattr("ctypes.PyDLL", lambda *given, **named: object())

    with pytest.raises(OSError, match="recvmmsg"):
        Burst(LONGEST)
