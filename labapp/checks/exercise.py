"""An exercise: a name, what it asks, three hints, and a way to grade an answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape
from typing import Any

from labapp.checks.verdict import Verdict
from labapp.show.card import CARD, MONO


@dataclass(frozen=True, repr=False)
class Exercise(ABC):
    """Something to do, graded by evidence and never by comparing texts.

    *task* says what to do in a sentence or two. The three *hints* are a question
    about the place, the concept with its page of documentation, and a worked
    example on another field; none of them is the answer.
    """

    name: str
    chapter: str
    task: str
    hints: tuple[str, str, str]

    @abstractmethod
    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Return the verdict on *answer*; what a learner can put right is no exception."""

    @property
    def material(self) -> str:
        """What to choose from or to put in order, as text; mostly ``""``."""
        return ""

    def __repr__(self) -> str:
        return "\n".join(filter(None, (f"{self.name}: {self.task}", self.material)))

    def _repr_html_(self) -> str:
        material = (
            f'<pre style="background:#fff;color:#222;margin:8px 0 0;{MONO};white-space:pre-wrap">'
            f"{escape(self.material)}</pre>"
            if self.material
            else ""
        )
        return (
            f'<div style="{CARD}"><p style="margin:0"><strong>{escape(self.name)}</strong>: '
            f"{escape(self.task)}</p>{material}</div>"
        )
