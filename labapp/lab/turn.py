"""A turn: one visit has the lab for itself, and may be interrupted where that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from labapp.errors import LabError
from labapp.interrupt import deferred


class Turns:
    """One at a time: Django's settings belong to the process, so only one site is served."""

    def __init__(self) -> None:
        self._lock = RLock()

    @contextmanager
    def take(self, patience: float = -1) -> Iterator[None]:
        """Wait for the lab and have it; an interrupt is heard while its site is waited for.

        Raises `LabError` if others take longer than *patience* seconds (negative: no limit).
        """
        with deferred():
            if not self._lock.acquire(timeout=patience):
                raise LabError("Another cell makes visits: try again when they are done.")
            try:
                yield
            finally:
                self._lock.release()
