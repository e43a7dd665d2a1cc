"""Secrets on the Wire: make a visit, look at what it left, add a remediation.

Everything a notebook needs stands here; the heavy parts (Django, scapy) are
loaded when they are first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from labapp import remedy
from labapp.capture import Capture
from labapp.errors import LabError
from labapp.garbage import uncollected
from labapp.interrupt import deferred
from labapp.secret import plant_secret

if TYPE_CHECKING:
    from labapp.checks import check, hint, predict, quiz, receipt
    from labapp.lab import Visit, every_combination, one_by_one, serve, visit

__all__ = [
    "Capture",
    "LabError",
    "Visit",
    "check",
    "every_combination",
    "hint",
    "one_by_one",
    "plant_secret",
    "predict",
    "quiz",
    "receipt",
    "remedy",
    "serve",
    "visit",
]
_LATER = {
    "labapp.checks": ("check", "hint", "predict", "quiz", "receipt"),
    "labapp.lab": ("Visit", "every_combination", "one_by_one", "serve", "visit"),
}


def __getattr__(name: str) -> Any:
    # PEP 562. Django and its handlers take 0.2 s, which `--help` should not.
    for module, names in _LATER.items():
        if name in names:
            if module in sys.modules:
                return getattr(sys.modules[module], name)
            with deferred(), uncollected():
                return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
