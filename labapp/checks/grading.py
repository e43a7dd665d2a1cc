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

LAST = "That was the last hint."
TRIES = 2  # after so many attempts the first hint comes by itself


def check(name: str = "", *answer: Any, **parts: Any) -> Verdict | Exercise:
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
    # A hint is about a place: it would mislead whoever has only forgotten a return.
    graded = bool(verdict.lines) and not verdict.passed
    if attempts > TRIES and graded and not known.get("passed"):
        hints = max(hints, 1)
    note = memory.remember(
        "exercise",
        name,
        attempts=attempts,
        hints=hints,
        passed=verdict.passed or known.get("passed", False),
    )
    shown = exercise.hints[:hints] if graded else ()
    return replace(verdict, hints=shown, more=shown != exercise.hints, note=note)


def hint(name: str = "") -> Hints:
    """Give one hint more on the exercise *name*; those before it stay.

    Raises `LabError` for an unknown name.
    """
    exercise = _named(name)
    given = min(memory.recall("exercise", name).get("hints", 0) + 1, len(exercise.hints))
    memory.remember("exercise", name, hints=given)
    last = given == len(exercise.hints)
    return Hints((*exercise.hints[:given], LAST) if last else exercise.hints[:given])


class Hints(tuple[str, ...]):
    """The hints given so far, one a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        numbered = enumerate(self, 1)
        return "\n".join(t if t is LAST else f"{number}. {t}" for number, t in numbered)


def _named(name: str) -> Exercise:
    known = exercises()
    if name not in known:
        near = get_close_matches(str(name), known, cutoff=0.4)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        raise LabError(
            f"There is no exercise {name!r}.{meant} Known: {', '.join(sorted(known))}."
        )
    return known[name]
