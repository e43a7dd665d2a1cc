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
from labapp.show import shown
from labapp.site.own import Own

TRUTHS = ("bool", "bool_")  # numpy's have these names, too


@dataclass(frozen=True)
class Trial:
    """One visit to judge: what was sent under which remediations, and what is sought.

    *asks* is sought in its place; ``""`` means the secret itself. *form* takes the
    place of the site's own. *turned* shows what was left in the opposite order.
    """

    what: str
    secret: str
    remediations: tuple[Remediation, ...] = ()
    asks: str = ""
    form: str | None = None
    turned: bool = False


@dataclass(frozen=True, repr=False)
class ObserverExercise(Exercise):
    """A function ``look(lines, secret)`` to write, which says True or False.

    *reads* gives it what a visit left; for each of *cases*, made anew at each grade,
    it must say what the lab's own observer of *place* says of the same evidence.
    """

    place: str = ""
    reads: Callable[[Visit], Sequence[str]] = lambda visit: ()
    cases: Callable[[], Sequence[Trial]] = tuple

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Let the learner's function judge every case, and compare."""
        look = answer[0] if answer else None
        if isinstance(look, str):
            return self._no(f"Give the function itself: its name without quotes, not {look!r}.")
        if not callable(look):
            return self._no("There is nothing to check yet: give your function, by its name.")
        lines = []
        for case in self.cases():
            own = Own(form=case.form)
            made = laboratory().visit(case.secret, *case.remediations, own=own)
            sought = case.asks or case.secret
            truth = PLACES[self.place].ask(made.evidence, sought).seen
            try:
                left = list(self.reads(made))
                said = bounded.call(look, left[::-1] if case.turned else left, sought)
            except bounded.Endless:
                return self._no("Your function did not return. Is there a loop without end?")
            except Exception as error:
                return self._no(mistakes.raised(error))
            if type(said).__name__ not in TRUTHS:
                return self._no(f"Your function returned {said!r}: return True or False.")
            state = AGREES if bool(said) is truth else MISSES if truth else ALARM
            detail = f"you say {bool(said)}, the lab says {truth}"
            if state == MISSES:
                detail += f": {shown(made.findings[self.place].sightings)}"
            lines.append(Line(state, case.what, detail))
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
        if any(line.state == MISSES for line in missed):
            return (
                "does your function look at every line, and into each? How is the text written "
                "there, letter by letter?"
            )
        return "is what you found the whole text, or only a part of it?"

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)
