"""Be the observer: a function that looks, graded on guilty and on innocent evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labapp.checks import bounded, mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import AGREES, ALARM, MISSES, Line, Verdict
from labapp.lab import Visit
from labapp.lab.laboratory import laboratory
from labapp.observers import PLACES
from labapp.remedy import Remediation
from labapp.site.crashes import crash_of


@dataclass(frozen=True)
class Case:
    """One visit to judge: what was sent under which remediations, and what is sought.

    *asks* is sought in its place; ``""`` means the secret itself.
    """

    what: str
    secret: str
    remediations: tuple[Remediation, ...] = ()
    asks: str = ""


@dataclass(frozen=True, repr=False)
class ObserverExercise(Exercise):
    """A function ``look(lines, secret)`` to write, which says True or False.

    *reads* gives it what a visit left; for each of *cases* it must say what the
    lab's own observer of *place* says of the same evidence.
    """

    place: str = ""
    reads: Callable[[Visit], Sequence[str]] = lambda visit: ()
    cases: tuple[Case, ...] = ()

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Let the learner's function judge every case, and compare."""
        look = answer[0] if answer else None
        if look is None or look is ... or not callable(look):
            return self._no("There is nothing to check yet: give your function, by its name.")
        lines = []
        for case in self.cases:
            made = laboratory().visit(case.secret, *case.remediations)
            sought = case.asks or case.secret
            truth = PLACES[self.place].ask(made.evidence, sought).seen
            try:
                said = bounded.call(look, list(self.reads(made)), sought)
            except bounded.Endless:
                return self._no("Your function did not return. Is there a loop without end?")
            except Exception as error:
                return self._no(mistakes.crash(crash_of(error), "function"))
            if not isinstance(said, bool):
                return self._no(f"Your function returned {said!r}: return True or False.")
            state = AGREES if said is truth else MISSES if truth else ALARM
            lines.append(Line(state, case.what, f"you say {said}, the lab says {truth}"))
        missed = [line for line in lines if not line.good]
        good = len(lines) - len(missed)
        return Verdict(
            self.name,
            passed=not missed,
            summary=f"Your function agrees with the lab in {good} of {len(lines)} visits.",
            lines=tuple(lines),
            think=self._question(missed),
        )

    def _question(self, missed: list[Line]) -> str:
        if not missed:
            return ""
        if missed[0].state == MISSES:
            return "how is the text written there, letter by letter?"
        return "is what you found the whole text, or only a part of it?"

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)
