"""Stay on HTTPS: an address and settings, graded by a first visit and one a day later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.errors import LabError
from labapp.lab.journey import Journeyed
from labapp.lab.laboratory import laboratory
from labapp.observers import wire
from labapp.secret import plant_secret
from labapp.site.application import Own

START = "http://site.test/"
# startproject lists it, and its settings do nothing without it.
SECURITY = ("django.middleware.security.SecurityMiddleware",)


@dataclass(frozen=True, repr=False)
class JourneyExercise(Exercise):
    """An *address* for visitors to begin at, ``tls=`` and ``settings=``.

    Nothing that a listener can read may cross, on the first visit or when an old
    ``http://`` link is followed a day later.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Make the journey, beside one from the starting address."""
        address = answer[0] if answer else START
        if unknown := sorted(set(parts) - {"tls", "settings"}):
            summary = f"It takes an address, tls= and settings=, but no {unknown[0]}=."
            return Verdict(self.name, passed=False, summary=summary)
        try:
            given: dict[str, Any] = dict(Own(settings=parts.get("settings") or {}).settings)
            if not isinstance(tls := parts.get("tls", False), bool):
                return Verdict(self.name, False, f"tls is True or False, not {tls!r}.")
            middleware = [*SECURITY, *given.get("MIDDLEWARE", ())]
            own = Own(settings={**given, "MIDDLEWARE": middleware})
            lab, secret = laboratory(), plant_secret()
            before = lab.journey(secret, START, tls=False, own=Own())
            after = lab.journey(secret, address, tls=tls, own=own)
        except LabError as error:
            return Verdict(self.name, passed=False, summary=str(error))
        lines = tuple(_lines(before, after))
        works = "The form works." if after.works else "The form does not work."
        passed = after.works and all(line.good for line in lines)
        return Verdict(
            self.name,
            passed=passed,
            summary=works,
            lines=lines,
            think="" if passed else _question(after, lines),
        )


def _lines(before: Journeyed, after: Journeyed) -> Iterator[Line]:
    gaps = wire.gaps(after.evidence, ("first", "later"))
    looks = (
        ("secret, first visit", before.readable, after.readable),
        ("request, first visit", before.plain("first"), after.plain("first")),
        ("old link, a day later", before.plain("later"), after.plain("later")),
    )
    for place, was, now in looks:
        if now:
            yield Line(OPEN, place, now[0])
        elif gaps or not was:
            yield Line(UNKNOWN, place, gaps or "the starting journey was not found there")
        else:
            yield Line(CLOSED, place, CONTROL)


def _question(after: Journeyed, lines: tuple[Line, ...]) -> str:
    if not after.works:
        return (
            "does the site speak the language of the address, and does every cookie come back?"
        )
    if lines[0].state == OPEN:
        return "who can read what crosses before the first redirect?"
    if lines[1].state == OPEN:
        return "which address do visitors begin at?"
    return "what does a browser remember for a day, and for which kind of address?"
