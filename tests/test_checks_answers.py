"""Known answers, graded on every backend: none that is wrong passes, all right ones do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labapp.checks.exercises import exercises
from tests.answers import BACKENDS, Answer, asks_for_more, graded_with, known, passes
from tests.answers.repairing import LOGIN, SITE

WRONG, RIGHT = known("WRONG"), known("RIGHT")
LONGER = (LOGIN, SITE)  # a tour, not a visit: see test_checks_repairing.py


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let every exercise be graded in a lab of this module's own."""
    with graded_with(request.param):
        yield request.param


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted in a folder of this test's own."""
    monkeypatch.chdir(tmp_path)


def short(answers: list[Answer]) -> list[Answer]:
    """Return the answers that take a visit or two."""
    return [answer for answer in answers if answer.to not in LONGER]


@pytest.mark.parametrize("answer", short(WRONG), ids=str)
def test_a_wrong_answer_asks_for_more_and_says_what_helps(backend: str, answer: Answer) -> None:
    """It does not pass, and the feedback has the words that help."""
    asks_for_more(answer)


@pytest.mark.parametrize("answer", short(RIGHT), ids=str)
def test_a_right_answer_passes_however_unusual(backend: str, answer: Answer) -> None:
    """It passes, with every place closed."""
    passes(answer)


def test_there_are_enough_of_both() -> None:
    """At least forty wrong answers and twelve right ones are kept, for every exercise some."""
    assert len(WRONG) >= 40
    assert len(RIGHT) >= 12
    assert (
        {answer.to for answer in WRONG} == {answer.to for answer in RIGHT} == set(exercises())
    )


@pytest.mark.parametrize("exercise", exercises().values(), ids=lambda one: one.name)
def test_feedback_never_scolds_and_hints_grow(exercise: object) -> None:
    """No text of an exercise says wrong, failed or simply; there are three hints."""
    texts = [exercise.task, *exercise.hints]  # type: ignore[attr-defined]
    assert len(set(texts)) == 4
    for text in texts:
        assert not {"wrong", "failed", "simply"} & set(text.lower().split())
