"""Garbage: Python's collector is not asked for it while only what stays is loaded."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Load and open what stays, without the garbage collector, and keep it out of its way.

    Each full collection walks through everything that is there. Django, scapy and their
    like make it do so several times, a quarter of the time of their import, and leave
    hardly any garbage. What is there afterwards is not walked through again
    (`gc.freeze`); nothing but cycles that were garbage already stays longer. Whoever has
    switched the collector off finds it switched off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
