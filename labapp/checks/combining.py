"""Combine: close some places with as few remediations as possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import SPARE, Line, Verdict
from labapp.checks.views import CONTROL, closing
from labapp.errors import LabError
from labapp.lab.laboratory import laboratory
from labapp.remedy import title, together
from labapp.secret import plant_secret


@dataclass(frozen=True, repr=False)
class CombinationExercise(Exercise):
    """Remediations to choose, so that the places in *closes* are closed.

    None of them may be left out: with any one less, something is open again.
    """

    closes: tuple[str, ...] = ()

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Make the visit under the chosen remediations, and with each one less."""
        if answer == (...,):
            summary = "There is nothing to check yet: name remediations, remedy.post say."
            return Verdict(self.name, passed=False, summary=summary)
        if parts:
            summary = f'Name them one after another: check("{self.name}", remedy.csrf, ...).'
            return Verdict(self.name, passed=False, summary=summary)
        if len(answer) == 1 and isinstance(answer[0], list | tuple):
            answer = tuple(answer[0])
        try:
            chosen = together(answer)
        except LabError as error:
            return Verdict(self.name, passed=False, summary=str(error))
        secret, lab = plant_secret(), laboratory()
        before, after = lab.visit(secret), lab.visit(secret, *chosen)
        lines = [closing(before, after, key, CONTROL) for key in self.closes]
        idle = []
        if after.works and all(line.good for line in lines):
            for one in chosen:
                rest = tuple(other for other in chosen if other is not one)
                less = lab.visit(secret, *rest)
                if less.works and not any(less.seen[key] for key in self.closes):
                    idle.append(Line(SPARE, one.label, "not needed: all is closed without it"))
        passed = after.works and not idle and all(line.good for line in lines)
        works = "The form still works." if after.works else "The form does not work any more."
        return Verdict(
            self.name,
            passed=passed,
            summary=f"You chose {title(chosen)}. {works}",
            lines=(*lines, *idle),
            think="" if passed else self._question(lines, works=after.works),
        )

    def _question(self, lines: list[Line], *, works: bool) -> str:
        if not works:
            return "does the server speak what it asks its visitors to speak?"
        if all(line.good for line in lines):
            return "what happens if you leave one of them out?"
        return "which remediation closed this place in an earlier chapter, and with which help?"
