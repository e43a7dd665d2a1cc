"""Hide the length: a view and a form whose encrypted records tell no answer apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from labapp.checks import mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.shown import Shown
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
_ELSEWHERE = "which other addresses does a browser ask for, and after which answer?"
# What browsers load as well, and the lab's own does not.
_LOADS = re.compile(
    r"<(?:link|i?frame|object|embed|video|audio|source|input[^>]*type\W*image)\b[^>]*"
    r"|srcset[^>]*|url\([^)]*|@import[^;]*",
    re.IGNORECASE,
)

# For each connection its name, and how long each record is.
_Counts = tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, repr=False)
class PaddingExercise(Exercise):
    """A *view* and a ``form=`` to write, under POST and HTTPS.

    Every one of `ANSWERS` is sent twice. Each must come back on the page, and none may
    have other lengths than the rest, on the way there or back: record by record, in
    every connection that the neighbour's browser makes, to whichever site.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Let neighbours answer on the learner's site, and compare what a listener counts."""
        given = ({"view": answer[0]} if answer else {}) | parts
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
        if reason := _unloaded(heard):
            return Verdict(self.name, passed=False, summary=reason)
        start = [lab.overhear(word, Own()) for word in ANSWERS]
        return self._verdict(start, heard)

    def _verdict(self, start: Sequence[Overheard], heard: Sequence[Overheard]) -> Verdict:
        lines = tuple(_lines(start, heard))
        lost = [one.answer for one in heard if not _shows(one)]
        works = "The form still works: each answer comes back on the page."
        if lost:
            works = (
                f"The form does not work any more: who answers {lost[0]!r} does not read it."
            )
        open_places = [line.place for line in lines if not line.good]
        passed = not (lost or open_places)
        asked = _QUESTIONS[open_places[-1]] if open_places else ""
        if lost:
            asked = "how does the view know the word, and does the page say this word alone?"
        elif len({_requests(one) for one in heard}) > 1:
            asked = _ELSEWHERE
        return Verdict(self.name, passed=passed, summary=works, lines=lines, think=asked)


def _lines(start: Sequence[Overheard], heard: Sequence[Overheard]) -> Iterator[Line]:
    gaps = [gap for one in (*start, *heard) for gap in missing(one.capture)]
    if gaps:
        yield Line(UNKNOWN, REQUEST, gaps[0])
        return
    varied: list[list[_Counts]] = []
    for place, count in ((REQUEST, _sent), (PAGE, _received)):
        by_word: dict[str, list[_Counts]] = {}
        for one in heard:
            by_word.setdefault(one.answer, []).append(count(one))
        varied += [found for found in by_word.values() if len(set(found)) > 1]
        if len(set().union(*by_word.values())) > 1:
            said = ", ".join(f"{word} {_said(found[0])}" for word, found in by_word.items())
            yield Line(OPEN, place, f"{said} bytes")
        elif len({count(one) for one in start}) < 2:
            yield Line(UNKNOWN, place, "the starting view was not found there")
        else:
            yield Line(CLOSED, place, CONTROL)
    if varied:
        yield Line(OPEN, CHANCE, "other lengths each time: over many visits they tell")


def _sent(heard: Overheard) -> _Counts:
    # What nobody answers here leaves no packet; elsewhere it would cross.
    asked = (one for one in heard.visit.step("submit").answers if not one.status)
    refused = ((f"{urlsplit(one.url).netloc}, no answer", (0,)) for one in asked)
    return *((one.name, one.sent) for one in heard.connections), *refused


def _received(heard: Overheard) -> _Counts:
    return tuple((one.name, one.received) for one in heard.connections)


def _requests(heard: Overheard) -> tuple[tuple[str, int], ...]:
    return tuple((name, len(sent)) for name, sent in _sent(heard))


def _said(counts: _Counts) -> str:
    """Return ``"290 + 230 (images.test)"``: the site's own needs no name."""
    return " + ".join(
        f"{length}{'' if name == SITE else f' ({name})'}"
        for name, lengths in counts
        for length in lengths
    )


def _unloaded(heard: Sequence[Overheard]) -> str:
    """Return what hangs on the answer and is loaded by browsers, but not by the lab's."""
    loads = [_LOADS.findall(_page(one)) for one in heard]
    if all(one == loads[0] for one in loads):
        return ""
    first = next(text for one in loads for text in one)
    return (
        "The lab's browser loads pictures (<img src>) and nothing else, so nobody can say "
        f"here what a listener counts of this: {first}"
    )


def _shows(heard: Overheard) -> bool:
    """Return whether the page says the answer, and no other one."""
    text = Shown(_page(heard)).text
    said = [word for word in ANSWERS if re.search(rf"\b{word}\b", text)]
    return said == [heard.answer]


def _page(heard: Overheard) -> str:
    """Return the page that came back, behind all redirects; ``""`` if none came."""
    answers = heard.visit.step("submit").answers_of(SITE)
    # Its pictures come after it.
    page = next((one for one in answers if one.status // 100 != 3), None)
    return page.body.decode("utf-8", "replace") if page and page.status == 200 else ""
