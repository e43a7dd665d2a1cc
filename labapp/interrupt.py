"""An interrupt (Ctrl-C) comes where work waits, and never between two lines of it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any


class _Deferral:
    """The handler of SIGINT while it is deferred; *usual* is the one before."""

    def __init__(self, usual: Callable[[int, FrameType | None], Any]) -> None:
        self.usual = usual
        self.heard = False
        self._pending = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._pending = True
        if self.heard:
            self.deliver(frame)

    def deliver(self, frame: FrameType | None = None) -> None:
        """Do what is usual if somebody has interrupted since the last time."""
        if self._pending:
            self._pending = self.heard = False  # a second one must not spoil the cleaning up
            self.usual(signal.SIGINT, frame)


@contextmanager
def deferred() -> Iterator[None]:
    """Let an interrupt wait for the end of the block, or for `heard()` within it.

    Python raises `KeyboardInterrupt` in the main thread after any instruction: after a
    socket was opened, say, and before the line that would close it was reached (`signal`,
    "Note on Signal Handlers and Exceptions"). Outside of the main thread, or where SIGINT
    has no handler in Python, the block runs as it is.
    """
    usual = signal.getsignal(signal.SIGINT)
    already = isinstance(usual, _Deferral)  # by whoever called
    if already or current_thread() is not main_thread() or not callable(usual):
        yield
        return
    deferral = _Deferral(usual)
    signal.signal(signal.SIGINT, deferral)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        deferral.deliver()


@contextmanager
def heard() -> Iterator[None]:
    """Hear an interrupt within a deferral: around one call that may wait for long.

    One that comes in the very instant in which the call begins to wait is heard when the
    call ends, or with the next one: Python looks for it before it asks the operating
    system, which then waits (as it does without any deferral).
    """
    deferral = signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or not isinstance(deferral, _Deferral):
        yield
        return
    deferral.heard = True
    try:
        deferral.deliver()
        yield
    finally:
        deferral.heard = False
