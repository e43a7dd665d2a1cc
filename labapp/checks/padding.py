"""Hide the length: a view and a form whose encrypted records tell no answer apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from labapp.checks import mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.conversations import missing
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab.laboratory import laboratory
from labapp.lab.neighbour import ANSWERS, Overheard
from labapp.site.application import Own

TWICE = 2  # so that a length made by chance is seen
REQUEST, PAGE, CHANCE = "the neighbour's request", "the site's page", "the same answer twice"
_QUESTIONS = {
    REQUEST: "what does the form send for each answer, letter by letter?",
    PAGE: "which bytes of the page that comes back depend on the answer?",
    CHANCE: "what does somebody learn who listens a hundred times?",
}
_UNSEEN = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, repr=False)
class PaddingExercise(Exercise):
    """A *view* and a ``form=`` to write, under POST and HTTPS.

    Every one of `ANSWERS` is sent twice. Each must come back on the page, and none may
    have another length than the rest, on the way there or back.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Let neighbours answer on the learner's site, and compare what a listener counts."""
        given = {**dict(zip(("view",), answer, strict=False)), **parts}
        if len(answer) > 1 or set(given) - {"view", "form"}:
            raise LabError(f"{self.name!r} takes a view and form=.")
        if reason := mistakes.shape(given.get("view")) or mistakes.scripted(given.get("form")):
            return Verdict(self.name, passed=False, summary=reason)
        lab, heard = laboratory(), []
        try:
            own = Own(given["view"], None, given.get("form"))
            for word in ANSWERS * TWICE:
                one = lab.overhear(word, own)
                if reason := mistakes.explained(one.visit):
                    return Verdict(self.name, passed=False, summary=reason)
                heard.append(one)
        except LabError as error:
            return Verdict(self.name, passed=False, summary=str(error))
        start = [lab.overhear(word, Own()) for word in ANSWERS]
        return self._verdict(start, heard)

    def _verdict(self, start: Sequence[Overheard], heard: Sequence[Overheard]) -> Verdict:
        lines = tuple(_lines(start, heard))
        lost = next((one.answer for one in heard if not _shows(one)), "")
        works = "The form still works: each answer comes back on the page."
        if lost:
            works = f"The form does not work any more: who answers {lost!r} does not read it."
        open_places = [line.place for line in lines if not line.good]
        passed = not (lost or open_places)
        asked = (
            "how does the view know the word, and does the page say this word alone?"
            if lost
            else "".join(_QUESTIONS[place] for place in open_places[-1:])
        )
        return Verdict(self.name, passed=passed, summary=works, lines=lines, think=asked)


def _lines(start: Sequence[Overheard], heard: Sequence[Overheard]) -> Iterator[Line]:
    gaps = [gap for one in (*start, *heard) for gap in missing(one.capture)]
    if gaps:
        yield Line(UNKNOWN, REQUEST, gaps[0])
        return
    chance = False
    for place, size in ((REQUEST, _sent), (PAGE, _received)):
        by_word: dict[str, set[int]] = {}
        for one in heard:
            by_word.setdefault(one.answer, set()).add(size(one))
        chance = chance or any(len(found) > 1 for found in by_word.values())
        if len(set().union(*by_word.values())) > 1:
            shown = ", ".join(f"{word} {min(found)}" for word, found in by_word.items())
            yield Line(OPEN, place, f"{shown} bytes")
        elif len({size(one) for one in start}) < 2:
            yield Line(UNKNOWN, place, "the starting view was not found there")
        else:
            yield Line(CLOSED, place, CONTROL)
    if chance:
        yield Line(OPEN, CHANCE, "other lengths each time: over many visits they tell")


def _sent(heard: Overheard) -> int:
    return sum(heard.sent)


def _received(heard: Overheard) -> int:
    return sum(heard.received)


def _shows(heard: Overheard) -> bool:
    """Return whether the last page says the answer, and no other one."""
    answers = heard.visit.step("submit").answers_of(SITE)
    if not answers or answers[-1].status != 200:
        return False
    text = " ".join(
        unescape(_UNSEEN.sub(" ", answers[-1].body.decode("utf-8", "replace"))).split()
    )
    said = [word for word in ANSWERS if re.search(rf"\b{word}\b", text)]
    return said == [heard.answer]
