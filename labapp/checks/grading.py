"""`check` an answer, and ask for a `hint`: the two words a learner types."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from labapp.checks import memory
from labapp.checks.exercise import Exercise
from labapp.checks.exercises import exercises
from labapp.checks.verdict import Verdict
from labapp.errors import LabError

TRIES = 2  # after so many attempts the first hint comes by itself


def check(name: str, *answer: Any, **parts: Any) -> Verdict | Exercise:
    """Grade *answer* to the exercise *name* by making its visits; return the verdict.

    An answer is a view, a function or a choice; *parts* are ``form``, ``settings``
    and ``secure_page``, as of `labapp.visit`. Without any answer the exercise itself
    is returned, which says what to do. Raises `LabError` for an unknown name.
    """
    exercise = _named(name)
    if not (answer or parts):
        return exercise
    known = memory.recall("exercise", name)
    attempts, hints = known.get("attempts", 0) + 1, known.get("hints", 0)
    verdict = exercise.grade(*answer, **parts)
    if attempts > TRIES and not (verdict.passed or known.get("passed")):
        hints = max(hints, 1)
    note = memory.remember(
        "exercise",
        name,
        attempts=attempts,
        hints=hints,
        passed=verdict.passed or known.get("passed", False),
    )
    shown = () if verdict.passed else exercise.hints[:hints]
    return replace(verdict, hints=shown, note=note)


def hint(name: str) -> Hints:
    """Give one hint more on the exercise *name*; those before it stay.

    Raises `LabError` for an unknown name.
    """
    exercise = _named(name)
    given = min(memory.recall("exercise", name).get("hints", 0) + 1, len(exercise.hints))
    memory.remember("exercise", name, hints=given)
    return Hints(exercise.hints[:given])


class Hints(tuple[str, ...]):
    """The hints given so far, one a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(self, 1))


def _named(name: str) -> Exercise:
    known = exercises()
    if name not in known:
        near = get_close_matches(str(name), known, n=1, cutoff=0.4)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        raise LabError(
            f"There is no exercise {name!r}.{meant} Known: {', '.join(sorted(known))}."
        )
    return known[name]
