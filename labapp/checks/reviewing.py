"""Review: somebody claims something; choose the line of evidence that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import AGREES, MISSES, Line, Verdict
from labapp.lab import Visit
from labapp.lab.laboratory import laboratory
from labapp.remedy import Remediation
from labapp.secret import plant_secret


@dataclass(frozen=True)
class Exhibit:
    """One line of evidence, cut from the visit; *reply* says what it shows.

    *answers* is true if it answers the claim.
    """

    cut: Callable[[Visit], str]
    reply: str
    answers: bool = False


@dataclass(frozen=True, repr=False)
class ReviewExercise(Exercise):
    """Numbered *exhibits* of a visit under *remediations*; choose by number."""

    remediations: tuple[Remediation, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def material(self) -> str:
        """The numbered lines, from a visit made now."""
        return "\n".join(f"{n}. {line}" for n, line in enumerate(self._lines(), 1))

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Answer each chosen number with what that line shows."""
        numbers = range(1, len(self.exhibits) + 1)
        if not answer or any(
            isinstance(one, bool) or not isinstance(one, int) or one not in numbers
            for one in answer
        ):
            summary = f"Choose by number, from 1 to {len(self.exhibits)}."
            return Verdict(self.name, passed=False, summary=summary)
        said, lines = self._lines(), []
        for number in dict.fromkeys(answer):
            exhibit = self.exhibits[number - 1]
            state = AGREES if exhibit.answers else MISSES
            lines.append(Line(state, f"line {number}", f"{exhibit.reply}  {said[number - 1]}"))
        right = {number for number in numbers if self.exhibits[number - 1].answers}
        passed = set(answer) == right
        return Verdict(
            self.name,
            passed=passed,
            summary=_summary(set(answer), right),
            lines=tuple(lines),
            think="" if passed else "which line shows what a listener reads?",
        )

    def _lines(self) -> list[str]:
        made = laboratory().visit(plant_secret(self.name), *self.remediations)
        return [exhibit.cut(made) for exhibit in self.exhibits]


def _summary(chosen: set[int], right: set[int]) -> str:
    if chosen == right:
        return "This line answers the claim."
    if chosen > right:
        return "The answer is among them. The others answer other questions: leave them out."
    return "The claim is still unanswered."
