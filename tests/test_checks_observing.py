"""An observer of a learner's own, judged beside the lab's; visits are made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from labapp.checks import bounded, observing
from labapp.checks.observing import ObserverExercise, Trial
from labapp.checks.verdict import AGREES, ALARM, MISSES, Line
from labapp.lab import Visit
from labapp.remedy import Remediation, post
from labapp.site.own import Own
from tests.evidence_samples import INNOCENT, Said, step, submission, with_step

TEXT, OTHER = "Rex sleeps at noon", "Rex sleeps at night"
FORM = '<form action="/sensitive"></form>'
OBSERVE = ObserverExercise(
    "observe", "02", "Look.", ("a", "b", "c"),
    place="access_log",
    reads=lambda visit: [line.text for line in visit.log],
    cases=lambda: (
        Trial("by GET", TEXT),
        Trial("by POST", TEXT, (post,)),
        Trial("somebody else's", TEXT, asks=OTHER, form=FORM),
    ),
)  # fmt: skip
Look = Callable[[list[str], str], Any]


class Lab:
    """A lab that writes its visits by hand: by POST nothing is in the address."""

    def __init__(self) -> None:
        self.made: list[tuple[str, tuple[Remediation, ...], Own]] = []

    def visit(self, secret: str, *remediations: Remediation, own: Own) -> Visit:
        """Return what such a visit leaves."""
        self.made.append((secret, remediations, own))
        by_get = Said(f"/sensitive?sensitive_info={quote_plus(secret)}")
        sent = submission(secret) if post in remediations else by_get
        evidence = with_step(step("submit", sent), INNOCENT)
        return Visit(secret, remediations, evidence, "by hand", own=own)


@pytest.fixture(autouse=True)
def lab(monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The lab that makes the visits."""
    lab = Lab()
    monkeypatch.setattr(observing, "laboratory", lambda: lab)
    return lab


def decoding(lines: list[str], secret: str) -> bool:
    """Look as one should."""
    return quote_plus(secret) in "".join(lines)


LETTER_BY_LETTER = (
    "does your function look at every line, and into each? How is the text written there, "
    "letter by letter?"
)


@pytest.mark.parametrize(
    ("look", "states", "think"),
    [
        (decoding, [AGREES, AGREES, AGREES], ""),
        (
            lambda lines, secret: secret in "".join(lines),
            [MISSES, AGREES, AGREES],
            LETTER_BY_LETTER,
        ),
        (
            lambda lines, secret: "Rex" in "".join(lines),
            [AGREES, AGREES, ALARM],
            "is what you found the whole text, or only a part of it?",
        ),
        (
            lambda lines, secret: not decoding(lines, secret),
            [MISSES, ALARM, ALARM],
            LETTER_BY_LETTER,
        ),
    ],
)
def test_it_must_say_what_the_lab_says(look: Look, states: list[str], think: str) -> None:
    """Of each visit; what is missed comes before what is found too often."""
    verdict = OBSERVE.grade(look)
    good = states.count(AGREES)

    assert [line.state for line in verdict.lines] == states
    assert (verdict.name, verdict.passed, verdict.think) == ("observe", good == 3, think)
    assert verdict.summary == f"Your function agrees with the lab in {good} of 3 visits."


def test_what_is_missed_is_shown() -> None:
    """What both say, and, of what was missed, where it stands."""
    never, always = (
        OBSERVE.grade(lambda lines, secret: False),
        OBSERVE.grade(lambda lines, secret: True),
    )

    assert never.lines[0] == Line(
        MISSES,
        "by GET",
        "you say False, the lab says True: access log, byte 45: "
        'sitive_info=Rex+sleeps+at+noon HTTP/1.1" 200 "-" "LabB',
    )
    assert always.lines[0] == Line(AGREES, "by GET", "you say True, the lab says True")
    assert always.lines[1] == Line(ALARM, "by POST", "you say True, the lab says False")


def test_visits_are_made_as_the_cases_say(lab: Lab) -> None:
    """With this secret and form, under these remediations; another text may be sought."""
    asked: list[str] = []

    def noting(lines: list[str], secret: str) -> bool:
        asked.append(secret)
        return False

    OBSERVE.grade(noting)

    assert asked == [TEXT, TEXT, OTHER]
    assert lab.made == [
        (TEXT, (), Own()),
        (TEXT, (post,), Own()),
        (TEXT, (), Own(form=FORM)),
    ]


def test_lines_may_come_in_the_opposite_order() -> None:
    """Then the last one is first: to look at one line alone does not do."""
    exercise = ObserverExercise(
        "observe", "02", "Look.", ("a", "b", "c"),
        place="access_log",
        reads=lambda visit: ("first", "second"),
        cases=lambda: (Trial("as it is", TEXT), Trial("turned", TEXT, turned=True)),
    )  # fmt: skip
    given: list[list[str]] = []

    def noting(lines: list[str], secret: str) -> bool:
        given.append(lines)
        return False

    exercise.grade(noting)

    assert given == [["first", "second"], ["second", "first"]]


class bool_:  # noqa: N801
    """What numpy calls it."""

    def __init__(self, truth: bool) -> None:
        self.truth = truth

    def __bool__(self) -> bool:
        return self.truth


def test_a_truth_of_numpy_is_one() -> None:
    """It is told as Python's own."""
    verdict = OBSERVE.grade(lambda lines, secret: bool_(decoding(lines, secret)))

    assert verdict.passed
    assert verdict.lines[0].detail == "you say True, the lab says True"


NOTHING = "There is nothing to check yet: give your function, by its name."


@pytest.mark.parametrize(
    ("answer", "summary"),
    [
        ((), NOTHING),
        ((None,), NOTHING),
        ((...,), NOTHING),
        ((7,), NOTHING),
        (("look",), "Give the function itself: its name without quotes, not 'look'."),
        ((lambda lines, secret: 1,), "Your function returned 1: return True or False."),
        (
            (lambda lines, secret: None,),
            "Your function returned None: return True or False.",
        ),
    ],
)
def test_what_is_no_observer(answer: tuple[object, ...], summary: str) -> None:
    """It does not pass, and a sentence says what to do."""
    verdict = OBSERVE.grade(*answer)

    assert (verdict.name, verdict.passed, verdict.lines) == ("observe", False, ())
    assert verdict.summary == summary


def test_an_exception_is_told(lab: Lab) -> None:
    """Its name, and the line; no visit more is made."""
    verdict = OBSERVE.grade(lambda lines, secret: lines[99])

    assert verdict.summary.startswith("Your function raised IndexError: ")
    assert not verdict.passed
    assert len(lab.made) == 1


def test_a_function_that_does_not_return(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked about its loop."""

    def endless(*given: object) -> None:
        raise bounded.Endless

    monkeypatch.setattr(bounded, "call", endless)
    verdict = OBSERVE.grade(decoding)

    assert not verdict.passed
    assert verdict.summary == "Your function did not return. Is there a loop without end?"
