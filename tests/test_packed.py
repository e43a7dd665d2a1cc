"""Laws of `labapp.packed`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labapp.evidence import Evidence
from labapp.observers import PLACES
from labapp.packed import Packed
from tests.evidence_samples import GUILTY, INNOCENT, SECRET


def packed(evidence: Evidence) -> Packed:
    return Packed(evidence.steps, evidence.control, evidence.forged, evidence.other)


@pytest.mark.parametrize("evidence", [INNOCENT, *(one for one, _ in GUILTY.values())])
def test_it_is_the_same_evidence(evidence: Evidence) -> None:
    """Every step, every frame, every answer, and what every observer says of them."""
    small = packed(evidence)
    assert repr(small) == repr(evidence)
    for one, other in zip(small, evidence, strict=True):
        assert one.capture.frames == other.capture.frames
        assert replace(one, capture=other.capture) == other
    for place in PLACES.values():
        assert place.ask(small, SECRET) == place.ask(evidence, SECRET)


def test_it_is_small() -> None:
    """A page that says the same again and again needs a fraction of its room."""
    step = replace(INNOCENT.steps[0], database=b"SQLite format 3\0" * 10_000)
    small = packed(replace(INNOCENT, steps=(step,)))
    assert len(vars(small)["_packed"]) < 10_000
    assert small.steps[0].database == step.database


def test_what_was_asked_last_is_at_hand() -> None:
    """The same objects, as long as no more than one other was asked meanwhile."""
    small, another = packed(INNOCENT), packed(replace(INNOCENT, steps=INNOCENT.steps[:1]))
    first = small.step("submit")
    assert another.steps
    assert small.step("submit") is first


def test_a_part_of_it_can_be_replaced() -> None:
    """As of any evidence."""
    small = replace(packed(INNOCENT), steps=INNOCENT.steps[:1], control="another")
    assert (len(small.steps), small.control) == (1, "another")
    assert small.forged == INNOCENT.forged


def test_it_has_nothing_else() -> None:
    """A misspelt name is an AttributeError, as everywhere."""
    with pytest.raises(AttributeError, match="'Packed' object has no attribute 'step_s'"):
        _ = packed(INNOCENT).step_s
