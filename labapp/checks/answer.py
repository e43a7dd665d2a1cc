"""An answer to one row of a prediction: what was said, and how sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labapp.errors import LabError

NOT_SURE = "not sure"
OPEN = ("", "?", "-")  # how "no answer yet" is typed
CONFIDENCE = {"sure": True, "a guess": False, "guess": False}


@dataclass(frozen=True)
class Answer:
    """One of the choices, or "not sure"; *sure* if the learner would bet on it."""

    said: str
    sure: bool = False

    @classmethod
    def read(cls, text: object, choices: Iterable[str]) -> Answer | None:
        """Read what was typed: ``"yes"``, ``"yes, sure"``, ``"not sure"``; None if open.

        Raises `LabError` if it is none of *choices* and not "not sure".
        """
        written = " ".join(str(text).casefold().split())
        said, comma, confidence = (part.strip() for part in written.rpartition(","))
        if not comma:
            said, confidence = written, "guess"
        if said in OPEN:
            return None
        known = (*choices, NOT_SURE)
        for choice in known:
            if said == choice.casefold() and confidence in CONFIDENCE:
                return cls(choice, CONFIDENCE[confidence] and choice != NOT_SURE)
        raise LabError(
            f"{text!r} is no answer: write {', '.join(known)}. "
            f'If you would bet on it: "{known[0]}, sure".'
        )

    def __str__(self) -> str:
        if self.said == NOT_SURE:
            return self.said
        return f"{self.said}, sure" if self.sure else f"{self.said}, a guess"


def answers(choices: Iterable[str]) -> Iterator[Answer]:
    """Yield all that can be answered, in the order of *choices*."""
    for choice in choices:
        yield Answer(choice, sure=True)
        yield Answer(choice)
    yield Answer(NOT_SURE)
