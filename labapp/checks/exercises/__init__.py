"""The exercises, by chapter: what to write, what must be closed, three hints each."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from labapp.checks.exercise import Exercise

CHAPTERS = (
    "body",
    "crashing",
    "waiting",
    "forging",
    "encrypted",
    "attacking",
    "claims",
    "closing",
    "repairing",
    "reading",
)


@cache
def exercises() -> dict[str, Exercise]:
    """Return every exercise by its name."""
    found: dict[str, Exercise] = {}
    for chapter in CHAPTERS:
        module = import_module(f"{__name__}.{chapter}")
        found |= {one.name: one for one in module.EXERCISES}
    return found
