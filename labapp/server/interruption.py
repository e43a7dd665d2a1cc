"""Ending work that never ends, from another thread."""

from __future__ import annotations

import ctypes
from threading import Lock, get_ident
from types import TracebackType


class GivenUp(BaseException):
    """Raised inside a view that never returned.

    No `Exception`: Django would turn one into an error report, which would then
    turn up in the evidence of a later visit.
    """


class Interruptible:
    """A stretch of one thread's work that another thread may end.

    Only Python code can be ended so, as by Ctrl+C: a thread that waits in the
    operating system (for a lock, or asleep) notices once it wakes.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: int | None = None

    def __enter__(self) -> None:
        self._thread = get_ident()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Under the lock, so that the blow never falls on what comes after.
        with self._lock:
            self._thread = None

    def interrupt(self) -> None:
        """Raise `GivenUp` in the thread that is inside, if one is."""
        with self._lock:
            if self._thread is not None:
                # https://docs.python.org/3/c-api/init.html#c.PyThreadState_SetAsyncExc
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(GivenUp)
                )
