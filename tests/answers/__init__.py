"""Known answers to the exercises: wrong ones and what helps, right but unusual ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from labapp.checks.exercises import CHAPTERS
from labapp.site.application import configure

configure()  # some answers are built on Django's own users


@dataclass(frozen=True)
class Answer:
    """One answer to the exercise *to*: what a learner gives `check`.

    *says* is the piece of the feedback that helps, for a wrong answer.
    """

    to: str
    name: str
    given: tuple[Any, ...]
    parts: dict[str, Any] = field(default_factory=dict)
    says: str = ""

    def __str__(self) -> str:
        return f"{self.to}: {self.name}".replace(" ", "-")


def known(kind: str) -> list[Answer]:
    """Return all answers of *kind*, ``"WRONG"`` or ``"RIGHT"``, of every chapter."""
    modules = [import_module(f"{__name__}.{chapter}") for chapter in CHAPTERS]
    return [answer for module in modules for answer in getattr(module, kind)]
