"""Waiting for what another thread or process does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 10  # seconds; a bound for tests that fail, none is waited for


def until(true: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Wait until *true* returns something true; return whether it did within *patience*."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
