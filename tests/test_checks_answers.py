"""Known answers, graded on every backend: none that is wrong passes, all right ones do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labapp.checks import Verdict, check
from labapp.checks.exercises import exercises
from labapp.lab import laboratory as lab_module
from labapp.lab.laboratory import Laboratory
from tests.answers import Answer, known

WRONG, RIGHT = known("WRONG"), known("RIGHT")
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let every exercise be graded in a lab of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as lab:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
            yield request.param


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted in a folder of this test's own."""
    monkeypatch.chdir(tmp_path)


def verdict_on(answer: Answer) -> Verdict:
    """Return what `check` says to *answer*."""
    verdict = check(answer.to, *answer.given, **answer.parts)
    assert isinstance(verdict, Verdict)
    return verdict


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_asks_for_more_and_says_what_helps(backend: str, answer: Answer) -> None:
    """It does not pass, and the feedback has the words that help."""
    verdict = verdict_on(answer)
    said = repr(verdict)
    assert answer.says in said
    assert answer.says, "every wrong answer needs the words that help"
    assert not verdict.passed
    assert said.startswith("Not yet.")


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes_however_unusual(backend: str, answer: Answer) -> None:
    """It passes, with every place closed."""
    verdict = verdict_on(answer)
    assert verdict.passed, repr(verdict)
    assert repr(verdict).startswith("Done.")


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
