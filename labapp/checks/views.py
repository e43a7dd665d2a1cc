"""Write the view: graded by a visit to it, beside one to the view it started from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labapp.checks import mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import CLOSED, MISSING, OPEN, UNKNOWN, Line, Verdict
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.laboratory import laboratory
from labapp.observers import CHECKED, PLACES, Finding
from labapp.observers.forgeries import FORGERIES
from labapp.remedy import Remediation
from labapp.secret import plant_secret
from labapp.show import shown
from labapp.site.application import Own

# Whatever a view is for, these stay closed: they are nobody's business but the visitor's.
ALWAYS = (
    "printed",
    "mailed",
    "second_visitor",
    "mixed_up",
    "guessed",
    "address_replay",
    "cookie_guessed",
)
OF_CRASHES = ("report_text", "report_html", "debug_page", "mailed")
EVERY = PLACES | CHECKED
CONTROL = "(control: it was found there at the start)"
NEW = "not open at the start.  "

DEEDS = {
    "forgery_accepted": "a form on other.test was accepted",
    "forgery_changed_session": "the visitor's page now shows the stranger's value",
    "mixed_up": "it shows what the second visitor told",
    "by_address": "a value in the address was accepted, too",
    **{one.key: one.deed for one in FORGERIES},
}
QUESTIONS = {
    "wire_request_line": "who writes the address of the next request?",
    "wire_request_body": "who can read a body that is not encrypted?",
    "wire_response": "which of your answers repeats the value, and must it?",
    "cookie_replay": "what does the cookie open, and for whom?",
    "history": "which of these addresses does a browser keep?",
    "access_log": "which part of a request does every server write down?",
    "cookie_jar": "where is the value kept now, and who can decode it there?",
    "report_text": "which of your lines tell Django's error report what to hide?",
    "report_html": "which local variables does the HTML part show?",
    "report": "which line of the starting view can crash, and who is told when it does?",
    "answer_to_submit": "which part of this answer becomes the next address?",
    "by_address": "which methods does your view still answer?",
    "printed": "who reads what a program prints on a server?",
    "second_visitor": "how does the server know whose value this is?",
    "mixed_up": "how many visitors share the place where you keep the value?",
    "address_replay": "who else may open this address, and what does it show them?",
    "cookie_guessed": "what if somebody writes another number into this cookie?",
    "mailed": "who reads a mail, and who can read it on its way?",
    "reload_resubmits": "what does a browser send again, if its last answer came from the form?",
    "browser_cache": "which of your answers may a browser keep?",
    "store_raw": "who reads a file of the server, and what stands in it?",
    "store_decoded": "who reads a file of the server, and what stands in it?",
    "guessed": "how many tries does somebody need to get the value back?",
    "forgery_accepted": "what does your own form know that a stranger's form does not?",
    "forgery_changed_session": "whose session did the forged request begin?",
    "forgery_taken": "what does your own form know that a stranger's form does not?",
    "forgery_lookalike_1": "which addresses begin as yours does?",
    "forgery_lookalike_2": "which addresses end as yours does?",
    "forgery_by_get": "which methods does your view take, and which does the check look at?",
    "forgery_without_referer": "what if a browser does not say where it comes from?",
    "forgery_copied": "what if a stranger opens your form, and copies what is in it?",
}


@dataclass(frozen=True, repr=False)
class ViewExercise(Exercise):
    """A view to write, in the place of the one under the remediations *start*.

    It runs under *around*. The places in *closes* are open at the start and must be
    closed; those in *may_open* are the price, those in *stays* must stay closed. *takes* names the parts a learner may
    bring beside the view, *needs* those without which there is nothing to grade;
    *think* asks another question than usual about a place.
    """

    start: tuple[Remediation, ...] = ()
    around: tuple[Remediation, ...] = ()
    closes: tuple[str, ...] = ()
    may_open: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    takes: tuple[str, ...] = ("secure_page", "form", "settings")
    needs: tuple[str, ...] = ("view",)
    think: Mapping[str, str] = field(default_factory=dict)

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Visit the learner's view and the starting one, and compare."""
        given = ({"view": answer[0]} if answer else {}) | parts
        if len(answer) > 1 or (unknown := [n for n in parts if n not in self.takes]):
            raise LabError(
                f"{self.name!r} takes a view"
                + "".join(f", {name}=" for name in self.takes if name not in self.needs)
                + (f"; it has no {unknown[0]!r}." if len(answer) <= 1 else ".")
            )
        for name in self.needs:
            if reason := mistakes.shape(given.get(name)):
                return Verdict(self.name, passed=False, summary=reason)
        if reason := mistakes.scripted(given.get("form")):
            return Verdict(self.name, passed=False, summary=reason)
        # It ends in four digits, which a hash does not hide.
        secret = f"{plant_secret()}{random.randrange(10)}"
        lab = laboratory()
        try:
            own = Own(**given)
            after = lab.visit(secret, *self.around, own=own, thorough=True)
        except LabError as error:  # such as a form without the field
            return Verdict(self.name, passed=False, summary=str(error))
        if reason := mistakes.explained(after):
            return Verdict(self.name, passed=False, summary=reason)
        before = lab.visit(secret, *self.start, thorough=True)
        return self._verdict(before, after)

    def _verdict(self, before: Visit, after: Visit) -> Verdict:
        lines = [*self._asked(before, after), *self._fresh(before, after), *_report(after)]
        open_places = [place for place, line in lines if not line.good]
        passed = after.works and not open_places
        works = (
            "The form still works."
            if after.works
            else "The form does not work: the visitor cannot read the value back."
        )
        more = [f"The visitor typed: {after.secret}", mistakes.misspelt(after)]
        if not passed:
            more += [mistakes.printed(after), "" if after.works else mistakes.kept(after)]
        return Verdict(
            self.name,
            passed=passed,
            summary="\n".join(filter(None, (works, *more))),
            lines=tuple(line for _, line in lines),
            think=self._question(open_places, works=after.works),
        )

    def _question(self, open_places: list[str], *, works: bool) -> str:
        if not works:
            return self.think.get("works", "where does the visitor's next page take it from?")
        for place in sorted(open_places, key=lambda key: key != "report"):
            if question := self.think.get(place) or QUESTIONS.get(place):
                return question
        return ""

    def _asked(self, before: Visit, after: Visit) -> Iterator[tuple[str, Line]]:
        """Yield a line for each place that must be closed."""
        for key in self.closes:
            yield key, closing(before, after, key, CONTROL)

    def _fresh(self, before: Visit, after: Visit) -> Iterator[tuple[str, Line]]:
        """Yield a line for each place that leaks now and did not at the start."""
        every = (*PLACES, *ALWAYS, *self.stays)
        others = [key for key in every if key not in self.closes + self.may_open]
        for key in others:
            now = ask(after, key)
            if now.seen is False or (key in PLACES and not _news(ask(before, key), now)):
                continue
            if now.seen is None and key in OF_CRASHES and not _reported(after):
                continue  # said once, by the line about the missing report
            line = _line(EVERY[key].label, now, "", DEEDS.get(key, ""))
            yield key, Line(line.state, line.place, (NEW if now.seen else "") + line.detail)


def closing(before: Visit, after: Visit, key: str, good: str) -> Line:
    """Return the line about a place that was open and shall be closed."""
    was, now, label = ask(before, key), ask(after, key), EVERY[key].label
    return compared(was, now, label, good, DEEDS.get(key, ""))


def compared(was: Finding, now: Finding, label: str, good: str, deed: str = "") -> Line:
    """Return the line about a place: what is found there *now*, if it *was* open before.

    *deed* says what was done there, where there are no bytes to show.
    """
    if not was.seen:  # no control, so "closed" would be an empty word
        return Line(UNKNOWN, label, was.reason or "the starting view was not found there")
    return _line(label, now, good, deed)


def ask(visit: Visit, key: str) -> Finding:
    """Return what the place *key*, of the map or beyond it, gives of *visit*."""
    return EVERY[key].ask(visit.evidence, visit.secret)


def _news(before: Finding, now: Finding) -> bool:
    """Return whether *now* is worse than *before*: what was open cannot become doubtful."""
    return before.seen is False or (now.seen is True and before.seen is None)


def _line(label: str, finding: Finding, good: str, deed: str) -> Line:
    if finding.seen is None:
        return Line(UNKNOWN, label, finding.reason)
    if finding.seen:
        return Line(OPEN, label, shown(finding.sightings) or deed)
    return Line(CLOSED, label, good)


def _report(visit: Visit) -> Iterator[tuple[str, Line]]:
    """Yield a line if the view's crash was not reported: errors must not be hidden."""
    if not _reported(visit):
        reason = "the back office was down, and nobody was told"
        yield "report", Line(MISSING, "error report", reason)


def _reported(visit: Visit) -> bool:
    return visit.evidence.has("outage") and bool(visit.step("outage").reports)
