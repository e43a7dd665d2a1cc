"""Laws of `labapp.packed`."""

from __future__ import annotations

import pickle
import random
from dataclasses import replace

import pytest

from labapp.capture import Capture, Frame
from labapp.evidence import Evidence
from labapp.observers import PLACES
from labapp.packed import Packed
from tests.evidence_samples import GUILTY, INNOCENT, SECRET


def packed(evidence: Evidence) -> Packed:
    return Packed(evidence.steps, evidence.control, evidence.forged, evidence.other)


def size(small: Packed) -> int:
    return len(pickle.dumps(vars(small)["_packed"]))


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
    assert size(small) < 10_000
    assert small.steps[0].database == step.database


def test_what_was_encrypted_is_kept_as_it_is() -> None:
    """The same frames and keys, also once they were put away; its page is still small."""
    frames = tuple(Frame(number, random.randbytes(1000)) for number in range(20))
    crossed = Capture(frames, "sample", "", 8000, tls_secrets="CLIENT_RANDOM 00 11\n")
    step = replace(INNOCENT.steps[0], capture=crossed, database=b"SQLite format 3\0" * 10_000)
    small = packed(replace(INNOCENT, steps=(step,)))
    assert 20_000 < size(small) < 30_000
    for number in range(2):  # of others, which take its place at hand
        assert packed(replace(INNOCENT, steps=INNOCENT.steps[number:])).steps
    [again] = small.steps
    assert again is not step
    assert (again.capture.frames, again.capture.tls_secrets) == (frames, crossed.tls_secrets)
    assert again.database == step.database


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
