"""The requests being answered, and a gate to stop them for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Protocol

PATIENCE = 2.0  # seconds to wait for a request before giving it up


class Request(Protocol):
    """What passes through `Traffic`."""

    def give_up(self) -> None:
        """End here and now, as far as that can be done from another thread."""


class Traffic:
    """Counts the requests that are being answered and can hold up new ones.

    `changed` guards it, and may guard what belongs to it: requests come and go,
    and are given up, only under that lock.
    """

    def __init__(self) -> None:
        self.changed = Condition()
        self._passing: set[Request] = set()
        self._halts = 0

    @contextmanager
    def passing(self, request: Request) -> Iterator[None]:
        """Count *request* as being answered; waits while the traffic is halted."""
        with self.changed:
            # Bounded: nobody halts longer than it takes to give up and to build.
            self.changed.wait_for(lambda: not self._halts, 2 * PATIENCE)
            self._passing.add(request)
        try:
            yield
        finally:
            with self.changed:
                self._passing.discard(request)
                self.changed.notify_all()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Hold up new requests, see the last one out, and keep it so for the block."""
        with self.changed:
            # Without the gate, many busy clients could keep it from ever being quiet.
            self._halts += 1
            try:
                self.settle()
                yield
            finally:
                self._halts -= 1
                self.changed.notify_all()

    def settle(self) -> bool:
        """Wait until every request is answered; False if one had to be given up."""
        with self.changed:
            quiet = self.changed.wait_for(lambda: not self._passing, PATIENCE)
            self.give_up()
            return quiet

    def give_up(self) -> None:
        """Wait no longer for any request that is being answered now."""
        with self.changed:
            for request in self._passing:
                request.give_up()
            self._passing.clear()
