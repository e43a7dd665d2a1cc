"""Leave a stripper nothing: an address and settings, graded by three attacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.errors import LabError
from labapp.lab.ambush import HTTP
from labapp.lab.attack import Attack
from labapp.lab.attacked import strip
from labapp.lab.journey import DAY
from labapp.secret import plant_secret

WEEK = 7 * DAY  # seconds
FIRST, LINK, COOKIE = "secret, first visit", "old link, a week later", "cookie, without HSTS"


@dataclass(frozen=True, repr=False)
class StripExercise(Exercise):
    """An *address* for visitors to begin at, and ``settings=``.

    A stripper stands on the way of three visitors: one who comes for the first time,
    one who follows an old ``http://`` link a week after a clean visit, and one whose
    client keeps no HSTS, and who follows the link at once, before any cookie ends.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Attack what was given, beside the starting address without settings."""
        unknown = sorted(set(parts) - {"settings"})
        if len(answer) != 1 or unknown:
            more = f", but no {unknown[0]}=" if unknown else ""
            summary = f"It takes one address and settings={more}."
            return Verdict(self.name, passed=False, summary=summary)
        try:
            secret = plant_secret()
            after = _attacks(secret, answer[0], parts.get("settings"))
            before = _attacks(secret, HTTP, None)
        except LabError as error:
            return Verdict(self.name, passed=False, summary=str(error))
        lines = tuple(_lines(before, after))
        works = after[1].works("clean")
        passed = works and all(line.good for line in lines)
        return Verdict(
            self.name,
            passed=passed,
            summary="The form works." if works else "The form does not work.",
            lines=lines,
            think="" if passed else _question(lines, works=works),
        )


def _attacks(secret: str, address: str, settings: Any) -> tuple[Attack, Attack, Attack]:
    return (
        strip(secret, address, settings=settings),
        strip(secret, address, settings=settings, after=WEEK, link=True),
        strip(secret, address, settings=settings, after=0, link=True, forgets=True),
    )


def _lines(
    before: tuple[Attack, Attack, Attack], after: tuple[Attack, Attack, Attack]
) -> Iterator[Line]:
    held = [_held(*before), _held(*after)]
    for place, attack, was, now in zip((FIRST, LINK, COOKIE), after, *held, strict=True):
        if now:
            yield Line(OPEN, place, now)
        elif attack.reads is None or not was:
            reason = "nobody passed the attacker" if was else "the start was not open there"
            yield Line(UNKNOWN, place, reason)
        else:
            yield Line(CLOSED, place, CONTROL)


def _held(first: Attack, link: Attack, cookie: Attack) -> tuple[str, str, str]:
    """Return what the attacker holds of each visitor, in a line each, or ``""``."""
    secret = next(iter(first.holds), "read at another host") if first.reads else ""
    request = next((repr(note) for note in link.notes.of(link.plot.host)), "")
    opened = next((line for line in cookie.holds if "session" in line), "a cookie")
    return secret, request, f"{opened} opens the page" if cookie.opens else ""


def _question(lines: tuple[Line, ...], *, works: bool) -> str:
    if not works:
        return "what does a visitor get at this address, with nobody on the way?"
    asked = {
        FIRST: "which request of a first visit does no header of yours reach in time?",
        LINK: "what does a browser remember for a week, and for which kind of address?",
        COOKIE: "which cookie goes along with a request to http://, and what would hold it back?",
    }
    return asked[next(line.place for line in lines if not line.good)]
