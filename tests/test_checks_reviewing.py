"""A review: the line of evidence that answers a claim; visits are made by hand."""

from __future__ import annotations

import pytest

from labapp.checks import reviewing
from labapp.checks.reviewing import Exhibit, ReviewExercise
from labapp.checks.verdict import AGREES, MISSES, Line
from labapp.lab import Visit
from labapp.remedy import Remediation, csrf, post
from labapp.secret import plant_secret
from tests.evidence_samples import INNOCENT

EXHIBITS = (
    Exhibit(lambda visit: "the log", "a log holds no body"),
    Exhibit(lambda visit: visit.secret, "anybody reads it", True),
    Exhibit(lambda visit: visit.title, "what was applied"),
)
REVIEW = ReviewExercise(
    "review", "08", "Choose.", ("a", "b", "c"), remediations=(post, csrf), exhibits=EXHIBITS
)
SECRET = plant_secret("review")
LINES = (
    Line(MISSES, "line 1", "a log holds no body  the log"),
    Line(AGREES, "line 2", f"anybody reads it  {SECRET}"),
    Line(MISSES, "line 3", "what was applied  POST, CSRF check"),
)
RIGHT = "This line answers the claim."
MORE = "The answer is among them. The others answer other questions: leave them out."
OPEN = "The claim is still unanswered."


class Lab:
    """A lab whose visits leave what an innocent one leaves."""

    def visit(self, secret: str, *remediations: Remediation) -> Visit:
        """Return the visit."""
        return Visit(secret, remediations, INNOCENT, "by hand")


@pytest.fixture(autouse=True)
def lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """No packet is sent."""
    monkeypatch.setattr(reviewing, "laboratory", Lab)


@pytest.mark.parametrize(
    ("chosen", "shown", "summary"),
    [
        ((2,), (2,), RIGHT),
        ((2, 2), (2,), RIGHT),
        ((2, 1), (2, 1), MORE),
        ((1, 2, 3), (1, 2, 3), MORE),
        ((1,), (1,), OPEN),
        ((3, 1, 3), (3, 1), OPEN),
    ],
)
def test_each_chosen_line_is_answered(
    chosen: tuple[int, ...], shown: tuple[int, ...], summary: str
) -> None:
    """Once, in the order chosen; only the one that answers the claim, alone, passes."""
    verdict = REVIEW.grade(*chosen)
    passed = summary == RIGHT

    assert verdict.lines == tuple(LINES[number - 1] for number in shown)
    assert (verdict.name, verdict.passed, verdict.summary) == ("review", passed, summary)
    assert verdict.think == ("" if passed else "which line shows what a listener reads?")


@pytest.mark.parametrize(
    "chosen", [(), (0,), (4,), (-1,), ("2",), (2, "1"), (True,), (2.0,), (None,)]
)
def test_one_chooses_by_number(chosen: tuple[object, ...]) -> None:
    """Anything else is no choice, and one that is none spoils the others."""
    verdict = REVIEW.grade(*chosen)

    assert (verdict.name, verdict.passed, verdict.lines) == ("review", False, ())
    assert verdict.summary == "Choose by number, from 1 to 3."


def test_the_lines_are_numbered() -> None:
    """They are cut from a visit with a secret and remediations of this exercise."""
    assert REVIEW.material == f"1. the log\n2. {SECRET}\n3. POST, CSRF check"


def test_an_exhibit_answers_nothing_unless_it_says_so() -> None:
    """So no right answer comes about by forgetting a word."""
    other = ReviewExercise("other", "08", "Choose.", ("a", "b", "c"), exhibits=EXHIBITS[:1])

    assert not other.grade(1).passed
