"""The limits on one answer: time and size."""

from __future__ import annotations

import socket
from typing import cast

import pytest

from labapp.browser import reader
from labapp.browser.reader import Reader


class Dripping:
    """A socket that gives one byte every *pause* seconds of a clock it moves itself."""

    def __init__(self, pause: float = 0.0, size: int = 1) -> None:
        self.now = 0.0
        self.pause = pause
        self.size = size
        self.timeout = 0.0

    def settimeout(self, timeout: float) -> None:
        """Take note of how long the caller would wait."""
        self.timeout = timeout

    def recv_into(self, buffer: memoryview) -> int:
        """Give a byte, or time out as a socket does."""
        self.now += min(self.pause, self.timeout)
        if self.pause >= self.timeout:
            raise TimeoutError("timed out")
        return self.size


def reading(dripping: Dripping, patience: float, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Return a reader of *dripping* by its clock."""
    monkeypatch.setattr(reader, "monotonic", lambda: dripping.now)
    return Reader(cast("socket.socket", dripping), patience)


def test_an_answer_that_drips_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the whole does not: the deadline does not move."""
    made = reading(Dripping(pause=0.4), 1.0, monkeypatch)
    assert made.readinto(bytearray(1)) == 1
    assert made.readinto(bytearray(1)) == 1
    with pytest.raises(TimeoutError, match="no whole answer came within 1 s"):
        made.readinto(bytearray(1))


def test_after_the_deadline_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that begins too late fails at once; a timeout of 0 would mean "do not block"."""
    dripping = Dripping(pause=0.1)
    made = reading(dripping, 1.0, monkeypatch)
    dripping.now = 5.0
    with pytest.raises(TimeoutError):
        made.readinto(bytearray(1))
    assert 0 < dripping.timeout < 0.001


def test_an_answer_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit all is well; a byte above it is refused."""
    monkeypatch.setattr(reader, "MOST", 2 * 2**20)
    made = reading(Dripping(size=2**20), 1.0, monkeypatch)
    assert made.readinto(bytearray(1)) == 2**20
    assert made.readinto(bytearray(1)) == 2**20
    with pytest.raises(OSError, match="larger than 2 MiB"):
        made.readinto(bytearray(1))
    assert made.received == 3 * 2**20
