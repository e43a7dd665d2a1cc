"""Identify: say from a capture and a log which remediations were applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import AGREES, ALIKE, MISSES, Line, Verdict
from labapp.conversations import missing
from labapp.errors import LabError
from labapp.lab.case import Case, case_of, traces
from labapp.lab.laboratory import laboratory
from labapp.lab.map import Combination
from labapp.observers import PLACES
from labapp.remedy import SIX, title, together

SOURCES = ("capture", "access log")
ENDS = "nothing more; your visit goes on"
QUESTIONS = {
    "capture": "which remediation puts this there, moves it or hides it?",
    "access log": "which remediation changes what the server writes down here?",
}


@dataclass(frozen=True, repr=False)
class IdentifyExercise(Exercise):
    """Remediations to name, from a `Case`.

    The lab makes the same visit under the named ones. If that leaves the same capture
    and the same log, the answer is right: nobody could tell it from the truth. So
    several answers can be right, and the verdict says what would have decided.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Compare the case with a visit under the named remediations."""
        case, named_ones = (answer[0] if answer else None), answer[1:]
        if parts or not isinstance(case, Case):
            return self._no(
                f'First the case, then what was applied: check("{self.name}", case, '
                "remedy.csrf, ...)."
            )
        if case.known:
            return self._no("What this case has is known: take one from open_case.")
        if not named_ones or ... in named_ones:
            return self._no(
                "There is nothing to check yet: name remediations, remedy.csrf say, or [] "
                "for none at all."
            )
        if len(named_ones) == 1 and isinstance(named_ones[0], list | tuple | set):
            named_ones = tuple(named_ones[0])
        try:
            chosen = together(named_ones)
        except LabError as error:
            return self._no(str(error))
        if beyond := [one for one in chosen if one not in SIX]:
            return self._no(f"A case has the six of the list alone: leave {beyond[0]} out.")
        return self._compared(case, chosen)

    def _compared(self, case: Case, chosen: Combination) -> Verdict:
        mine = case_of(case.secret, *chosen)
        # What was not captured would pass for a difference.
        if gaps := (*missing(case.capture), *missing(mine.capture)):
            return self._no(f"Nobody can say, for not all was captured: {gaps[0]}.")
        other = dict(case.trace.differs(mine.trace))
        lines = [
            Line(MISSES, source, f"in the case: {other[source] or ENDS}")
            if source in other
            else Line(AGREES, source, "the same, line by line")
            for source in SOURCES
        ]
        if other:
            return Verdict(
                self.name,
                passed=False,
                summary=f"You say: {title(chosen)}. Such a visit leaves something else.",
                lines=tuple(lines),
                think=QUESTIONS[next(iter(other))],
            )
        alike = [
            Line(ALIKE, title(twin), decider(case.secret, chosen, twin))
            for twin in twins(case, chosen)
        ]
        return Verdict(
            self.name,
            passed=True,
            summary=f"You say: {title(chosen)}. Such a visit leaves just this."
            + (" Another answer would be as good: see the last lines." if alike else ""),
            lines=(*lines, *alike),
        )

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)


def twins(case: Case, chosen: Combination) -> Iterator[Combination]:
    """Yield the combinations beside *chosen* that leave the capture and the log of *case*."""
    for combination, left in traces(case.secret).items():
        if left == case.trace and combination != chosen:
            yield combination


def decider(secret: str, one: Combination, other: Combination) -> str:
    """Say in whose evidence two combinations differ, that of all observers asked."""
    lab = laboratory()
    seen, seen_other = (lab.visit(secret, *applied).seen for applied in (one, other))
    places = [PLACES[key].label for key in seen if seen[key] is not seen_other[key]]
    if not places:
        return "no evidence of this lab decides: all its places look the same"
    return f"would be told from it by: {', '.join(places)}"
