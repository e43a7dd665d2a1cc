"""Make the claims hold: a view and remediations, graded by what was published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from labapp.checks import mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import HOLDS, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import ALWAYS, DEEDS, EVERY, ask
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab import Visit, claims
from labapp.lab.laboratory import laboratory
from labapp.remedy import together
from labapp.secret import plant_secret
from labapp.show import shown
from labapp.site.application import Own

PARTS = ("remediations", "secure_page", "form", "settings")
# In the order of `claims.CLAIMS`.
QUESTIONS = (
    "in which address does the value stand, or who can read the body on its way?",
    "which part of the report still has the value, and under which name?",
    "which scheme has the address that the browser ends at, and what does its page show?",
    "which of Django's objects is saved after each answer?",
    "who has to be told which row of the table is theirs?",
    "which of Django's settings keeps a cookie off http://?",
    "what does the site's own form know that a stranger's form does not?",
)

UNTOLD = "which evidence is missing, and which of your lines would bring it?"


@dataclass(frozen=True, repr=False)
class ClaimsExercise(Exercise):
    """A view, if there is one, and ``remediations=[...]``: all published claims must hold.

    A second visitor comes as well: what no view may do counts here, too.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Make the visit and put every claim to its evidence."""
        if len(answer) > 1 or set(parts) - set(PARTS):
            return self._refusal(f"It takes a view and {'=, '.join(PARTS)}=.")
        reason = mistakes.shape(answer[0]) if answer else ""
        if reason := reason or mistakes.scripted(parts.get("form")):
            return self._refusal(reason)
        wanted = parts.pop("remediations", ())
        if not isinstance(wanted, Iterable):
            return self._refusal("Remediations come as a list: remediations=[remedy.post].")
        try:
            own = Own(*answer, **parts)
            visit = laboratory().visit(
                plant_secret(), *together(wanted), own=own, thorough=True
            )
        except LabError as error:
            return self._refusal(str(error))
        if reason := _unopened(visit) or mistakes.explained(visit):
            return self._refusal(reason)
        return self._verdict(visit)

    def _verdict(self, visit: Visit) -> Verdict:
        found = claims.judge(visit)
        lines = [Line(one.verdict, f"{one.text}:", one.evidence) for one in found]
        lines += _opened(visit)
        left = [
            UNTOLD if one.verdict == UNKNOWN else question
            for question, one in zip(QUESTIONS, found, strict=True)
            if one.verdict != HOLDS
        ]
        works = (
            "The form works."
            if visit.works
            else "The form does not work: the visitor cannot read the value back."
        )
        passed = visit.works and all(line.good for line in lines)
        return Verdict(
            self.name,
            passed=passed,
            summary=works,
            lines=tuple(lines),
            think=""
            if passed
            else next(iter(left), "who else came by, and what did they see?"),
        )

    def _refusal(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)


def _unopened(visit: Visit) -> str:
    """Return why the page with the form did not come, or ``""``."""
    opened = visit.step("open")
    if opened.crashes or any(one.status == 200 for one in opened.answers_of(SITE)):
        return ""
    return (
        "The page with the form did not come: the site sends visitors to https://. "
        "Does it speak TLS?"
    )


def _opened(visit: Visit) -> Iterator[Line]:
    """Yield a line for each thing that no view may do, and this one did."""
    for key in ALWAYS:
        if (found := ask(visit, key)).seen is not False:
            detail = found.reason or shown(found.sightings) or DEEDS.get(key, "")
            yield Line(OPEN, EVERY[key].label, detail)
