"""Stay on HTTPS: what a first visit and an old link say; journeys are made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from labapp.capture import Capture
from labapp.checks import travelling
from labapp.checks.travelling import START, JourneyExercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line
from labapp.checks.views import CONTROL
from labapp.errors import LabError
from labapp.evidence import SITE, Answer, Evidence, Step
from labapp.lab.journey import Journeyed
from labapp.secret import find
from labapp.site.own import Own
from tests.evidence_samples import NOTE, Said, sealed, step, submission
from tests.frames import capture

TRAVEL = JourneyExercise("travel", "08", "Stay.", ("a", "b", "c"))
SECURITY = "django.middleware.security.SecurityMiddleware"
OTHER = "django.middleware.csrf.CsrfViewMiddleware"
SAFE = "https://site.test/"
LINK = Said("/secure_page", page=b"<p>Hello.</p>")


def page(secret: str, scheme: str = "https") -> Answer:
    """Return the answer that shows the secret to whoever told it."""
    return Answer("GET", f"{scheme}://{SITE}/secure_page", 200, (), secret.encode())


@dataclass
class Lab:
    """A lab that writes its journeys by hand.

    The one of a learner opens in the clear what stands in *leaks*: the secret, the first
    request, the old link. The one to compare it with leaks everything but *hidden*.
    """

    leaks: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    works: bool = True
    blind: str = ""
    asked: list[tuple[str, str, bool, Own]] = field(default_factory=list)

    def journey(self, secret: str, address: str, *, tls: bool, own: Own) -> Journeyed:
        """Return what such a journey leaves."""
        self.asked.append((secret, address, tls, own))
        everything = {"secret", "request", "link"}
        open_ = everything - self.hidden if len(self.asked) == 1 else self.leaks
        first, later = _step("first", open_, secret), _step("later", open_, secret)
        if self.works or len(self.asked) == 1:
            first = Step(first.name, first.capture, (*first.answers, page(secret)))
        unseen = Step(self.blind, capture([]), (page(secret, "http"),))
        steps: tuple[Step, ...] = (first, later)
        if len(self.asked) == 2:
            steps = tuple(unseen if one.name == self.blind else one for one in steps)
        return Journeyed(secret, SITE, Evidence(steps, NOTE))


def _step(name: str, open_: frozenset[str] | set[str], secret: str) -> Step:
    if name == "first" and "secret" in open_:
        return step(name, submission(secret))
    if {"first": "request", "later": "link"}[name] in open_:
        clear = step(name, LINK)
        return replace(clear, capture=Capture.joined([clear.capture, sealed()]))
    return Step(name, sealed(), ())


def graded(monkeypatch: pytest.MonkeyPatch, lab: Lab, *answer: object, **parts: object) -> Any:
    """Return the verdict, with *lab* for the journeys."""
    monkeypatch.setattr(travelling, "laboratory", lambda: lab)
    return TRAVEL.grade(*answer, **parts)


PLACES = ("secret, first visit", "request, first visit", "old link, a day later")
BODY = "first, request body, byte 15: "
POSTED, GOT = "POST /sensitive HTTP/1.1", "GET /secure_page HTTP/1.1"


@pytest.mark.parametrize(
    ("leaks", "states", "think"),
    [
        ((), (CLOSED, CLOSED, CLOSED), ""),
        (("link",), (CLOSED, CLOSED, OPEN),
         "what does a browser remember for a day, and for which kind of address?"),
        (("request",), (CLOSED, OPEN, CLOSED), "which address do visitors begin at?"),
        (("request", "link"), (CLOSED, OPEN, OPEN), "which address do visitors begin at?"),
        (("secret", "link"), (OPEN, OPEN, OPEN),
         "who can read what crosses before the first redirect?"),
    ],
)  # fmt: skip
def test_what_crosses_in_the_clear(
    monkeypatch: pytest.MonkeyPatch,
    leaks: tuple[str, ...],
    states: tuple[str, ...],
    think: str,
) -> None:
    """Of each look the first thing is shown, and the question is about the first of them."""
    lab = Lab(frozenset(leaks))
    verdict = graded(monkeypatch, lab, SAFE, tls=True)
    details = {line.place: line.detail for line in verdict.lines if line.state == OPEN}

    assert tuple(line.place for line in verdict.lines) == PLACES
    assert tuple(line.state for line in verdict.lines) == states
    assert {line.detail for line in verdict.lines if line.good} <= {CONTROL}
    assert (verdict.name, verdict.passed, verdict.think) == ("travel", not leaks, think)
    assert verdict.summary == "The form works."
    assert details.get(PLACES[0], BODY).startswith(BODY)
    assert details.get(PLACES[1], GOT) == (POSTED if "secret" in leaks else GOT)
    assert details.get(PLACES[2], GOT) == GOT


def test_a_form_that_does_not_work_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing crosses nothing is read: that is no answer."""
    verdict = graded(monkeypatch, Lab(works=False), SAFE, tls=True)

    assert not verdict.passed
    assert all(line.good for line in verdict.lines)
    assert verdict.summary == "The form does not work."
    assert verdict.think == (
        "does the site speak the language of the address, and does every cookie come back?"
    )


def test_without_its_control_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the starting journey shows nothing either, nobody has looked."""
    hidden = frozenset(("secret", "request", "link"))
    verdict = graded(monkeypatch, Lab(hidden=hidden), SAFE, tls=True)

    assert not verdict.passed
    reason = "the starting journey was not found there"
    assert verdict.lines == tuple(Line(UNKNOWN, place, reason) for place in PLACES)


@pytest.mark.parametrize("name", ["first", "later"])
def test_what_was_not_captured_is_not_closed(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Though the starting journey was: the line says what is missing."""
    verdict = graded(monkeypatch, Lab(blind=name), SAFE, tls=True)
    gap = f"{name}: GET site.test/secure_page is not in the capture"

    assert not verdict.passed
    assert verdict.lines == tuple(Line(UNKNOWN, place, gap) for place in PLACES)


@pytest.mark.parametrize(
    ("answer", "parts", "address", "tls", "settings"),
    [
        ((), {}, START, False, {"MIDDLEWARE": [SECURITY]}),
        ((SAFE,), {"tls": True}, SAFE, True, {"MIDDLEWARE": [SECURITY]}),
        ((SAFE,), {"settings": None}, SAFE, False, {"MIDDLEWARE": [SECURITY]}),
        (
            (SAFE,),
            {"settings": {"SECURE_HSTS_SECONDS": 5, "MIDDLEWARE": [OTHER]}, "tls": True},
            SAFE,
            True,
            {"SECURE_HSTS_SECONDS": 5, "MIDDLEWARE": [SECURITY, OTHER]},
        ),
    ],
)
def test_two_journeys_with_one_secret(
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[object, ...],
    parts: dict[str, object],
    address: str,
    tls: bool,
    settings: dict[str, object],
) -> None:
    """One from the starting address, and the learner's; Django's middleware comes first."""
    lab = Lab()
    graded(monkeypatch, lab, *answer, **parts)
    (secret, *start), (again, *own) = lab.asked

    assert start == ["http://site.test/", False, Own()]
    assert own == [address, tls, Own(settings=settings)]
    assert secret == again
    assert find(secret, secret.encode())


@pytest.mark.parametrize(
    ("parts", "summary"),
    [
        ({"hsts": True}, "It takes an address, tls= and settings=, but no hsts=."),
        (
            {"view": 1, "form": "", "tls": True},
            "It takes an address, tls= and settings=, but no form=.",
        ),
        ({"tls": "yes"}, "tls is True or False, not 'yes'."),
        ({"tls": 1}, "tls is True or False, not 1."),
    ],
)
def test_what_it_does_not_take(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, object], summary: str
) -> None:
    """A sentence says so, before any packet is sent."""
    lab = Lab()
    verdict = graded(monkeypatch, lab, SAFE, **parts)

    assert (verdict.name, verdict.passed, verdict.lines) == ("travel", False, ())
    assert verdict.summary == summary
    assert lab.asked == []


def test_what_the_lab_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it says it."""

    def laboratory() -> None:
        raise LabError("No lab today.")

    monkeypatch.setattr(travelling, "laboratory", laboratory)
    verdict = TRAVEL.grade(SAFE)

    assert (verdict.name, verdict.passed, verdict.summary) == ("travel", False, "No lab today.")
