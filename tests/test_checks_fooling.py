"""Fool the one-liner: what is said of packets made by hand (test_checks_kinds.py: real ones)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labapp.checks import fooling
from labapp.checks.fooling import FoolExercise
from labapp.checks.verdict import AGREES, ALARM, MISSES, Line, Verdict
from labapp.errors import LabError
from labapp.evidence import Evidence
from labapp.lab.visits import Visit
from tests.evidence_samples import INNOCENT, SECRET, SUBMIT, step, submission, with_step

EXERCISE = FoolExercise("fool", "02", "Fool it.", ("a", "b", "c"))
PLAIN = "Rex sleeps at noon"
FINDS_NOTHING = Line(AGREES, "the one-liner", "finds nothing in any packet")


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade a sentence that left certain evidence."""

    def grade(evidence: Evidence, *answer: str) -> Verdict:
        class Lab:
            def visit(self, sentence: str) -> Visit:
                if sentence != (answer or ("",))[0]:
                    raise AssertionError(sentence)
                if not sentence:
                    raise LabError("'' is too short.")
                return Visit(sentence, (), evidence, "by hand")

        monkeypatch.setattr(fooling, "laboratory", Lab)
        return EXERCISE.grade(*answer)

    return grade


def test_what_crosses_in_disguise_passes(graded: Callable[..., Verdict]) -> None:
    """The lab's line says where it stood, and in what."""
    verdict = graded(with_step(step("submit", submission(SECRET))), SECRET)

    assert verdict == Verdict(
        "fool",
        passed=True,
        summary="Your sentence crossed, and only the lab saw it.",
        lines=(FINDS_NOTHING, Line(AGREES, "the lab", verdict.lines[1].detail)),
    )
    assert "=Rex%27s+fake+caf%C3%A9%2Botter+123" in verdict.lines[1].detail


@pytest.mark.parametrize("before", ["", "\xff"])
def test_what_stands_there_as_it_is_does_not(
    graded: Callable[..., Verdict], before: str
) -> None:
    """The line of the first packet that has it is shown, other bytes beside it or not."""
    told = f"a\nX-Note: {before}{PLAIN}".encode("latin-1")
    said = replace(SUBMIT, sent=told + b"\nb")
    verdict = graded(with_step(step("submit", said)), PLAIN)

    shown = told.decode("utf-8", "replace").partition("\n")[2]
    assert verdict == Verdict(
        "fool",
        passed=False,
        summary="The one-liner sees your sentence.",
        lines=(
            Line(ALARM, "the one-liner", f"finds it: {shown}"),
            Line(AGREES, "the lab", verdict.lines[1].detail),
        ),
        think="which letters does HTML write in another way, so that a page cannot break?",
    )


def test_what_nobody_sees_is_said_to_be_so(graded: Callable[..., Verdict]) -> None:
    """It did not cross, or in a disguise that the lab does not know either."""
    assert graded(INNOCENT, PLAIN) == Verdict(
        "fool",
        passed=False,
        summary="Nobody saw your sentence.",
        lines=(FINDS_NOTHING, Line(MISSES, "the lab", "does not find it either")),
    )


def test_a_refused_sentence_gets_the_reason(graded: Callable[..., Verdict]) -> None:
    """So does none at all."""
    assert graded(INNOCENT) == Verdict("fool", passed=False, summary="'' is too short.")
