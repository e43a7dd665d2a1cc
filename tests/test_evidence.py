"""Evidence: frozen, short to print, and asked by the names of its steps."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from labapp.errors import LabError
from labapp.evidence import CONTROL, SITE, Evidence
from tests.evidence_samples import FORM, INNOCENT, NOTE, PICTURE, SUBMIT, step, with_step


def test_a_step_is_had_by_its_name() -> None:
    """The names are those of the visit, in their order."""
    assert "submit" == INNOCENT.step("submit").name
    assert INNOCENT.has("submit")
    assert not INNOCENT.has("read_back")
    assert "control" == next(iter(INNOCENT)).name


@pytest.mark.parametrize("evidence", [INNOCENT, Evidence((), NOTE)])
def test_an_unknown_step_is_refused_with_the_known_ones(evidence: Evidence) -> None:
    """One line to choose from."""
    with pytest.raises(LabError, match="no step 'sumbit'; it has ") as refusal:
        evidence.step("sumbit")

    assert "\n" not in str(refusal.value)


def test_the_main_steps_end_with_reading_back() -> None:
    """The control before them and what comes later are no part of the main ones."""
    assert ["open", "submit"] == [one.name for one in INNOCENT.main]
    more = with_step(step("read_back", FORM))
    assert ["open", "submit", "read_back"] == [one.name for one in more.main]


def test_answers_are_told_apart_by_host() -> None:
    """A refused connection (status 0) is no answer of anybody."""
    submit = step("submit", SUBMIT, PICTURE, replace(SUBMIT, status=0))

    assert (SUBMIT.answer(),) == submit.answers_of(SITE)
    assert (PICTURE.answer(),) == submit.answers_of(PICTURE.host)
    assert () == submit.answers_of(CONTROL)


def test_evidence_cannot_be_changed() -> None:
    """Observers are given it and give it on."""
    with pytest.raises(FrozenInstanceError):
        INNOCENT.control = ""  # type: ignore[misc]


def test_what_a_notebook_prints_is_one_short_line() -> None:
    """Databases, pages and packets are many thousand bytes; none of them is printed."""
    submit = INNOCENT.step("submit")
    values = (INNOCENT, submit, submit.answers[0], submit.memory, submit.capture)
    for value in values:
        assert len(repr(value)) < 160
        assert "\n" not in repr(value)
    assert "<Step submit: 2 answers, 2 log lines," in repr(submit)
    assert "<Evidence of control, open, submit" in repr(INNOCENT)
    assert "<Answer 200 to POST http://site.test:8000/sensitive" in repr(submit.answers[0])
    assert "<Evidence of no step>" == repr(Evidence((), NOTE))
