"""Every place says "seen" on guilty evidence, "not seen" on innocent, else "unknown"."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.evidence import Evidence
from labapp.observers import OBSERVERS, PLACES, ask, wire
from labapp.observers.observer import on_the_wire
from tests.evidence_samples import DOUBTFUL, GUILTY, INNOCENT, SECRET, changed


def answers(evidence: Evidence) -> dict[str, bool | None]:
    return {key: ask(evidence, SECRET, key).seen for key in PLACES}


def test_there_is_one_owner_for_every_key_of_the_map() -> None:
    """No place has two owners."""
    owned = [place.key for observer in OBSERVERS for place in observer.places]

    assert len(owned) == len(set(owned)) == len(PLACES)


def test_the_innocent_visit_lets_everybody_look() -> None:
    """Control for all that follow: each place finds its own control in it, and nothing else."""
    doubts = {key: ask(INNOCENT, SECRET, key).reason for key in PLACES}

    assert {key: reason for key, reason in doubts.items() if reason} == {}


@pytest.mark.parametrize(("evidence", "seen"), GUILTY.values(), ids=GUILTY)
def test_a_leak_is_seen_where_it_is_and_nowhere_else(
    evidence: Evidence, seen: frozenset[str]
) -> None:
    """One leak more in the evidence, one "seen" more in the map; all others looked."""
    assert dict.fromkeys(PLACES, False) | dict.fromkeys(seen, True) == answers(evidence)


@pytest.mark.parametrize(("evidence", "unknown"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_where_nothing_could_be_looked_at_the_answer_is_unknown(
    evidence: Evidence, unknown: frozenset[str]
) -> None:
    """A control, a step or a record less, and "not seen" becomes "unknown" just there."""
    expected: dict[str, bool | None] = dict.fromkeys(PLACES, False)

    assert expected | dict.fromkeys(unknown, None) == answers(evidence)


def test_every_place_has_a_guilty_and_a_doubtful_sample() -> None:
    """Control for the two tests above: they leave no place out."""
    assert set(PLACES) == set().union(*(seen for _, seen in GUILTY.values()))
    assert set(PLACES) == set().union(*(unknown for _, unknown in DOUBTFUL.values()))


@pytest.mark.parametrize(("evidence", "unknown"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_unknown_comes_with_a_reason(evidence: Evidence, unknown: frozenset[str]) -> None:
    """One line that says why; "seen" and "not seen" need none."""
    for key in PLACES:
        finding = ask(evidence, SECRET, key)
        assert (key in unknown) == bool(finding.reason)
        assert "\n" not in finding.reason
        assert key == finding.place


def test_what_is_found_counts_although_the_evidence_has_holes() -> None:
    """Absence needs a control; presence proves itself."""
    guilty, _ = GUILTY["the form is sent by POST"]
    submit = guilty.step("submit")
    holed = Evidence((submit,), guilty.control)

    finding = ask(holed, SECRET, "wire_request_body")

    assert finding.seen is True
    assert ["request body"] == [sighting.where for sighting in finding.sightings]


@pytest.mark.parametrize(
    "key",
    ["wire_request_line", "wire_request_headers", "wire_request_body", "wire_response"],
)
@pytest.mark.parametrize("name", ["open", "submit"])
def test_any_frame_less_makes_the_wire_unknown(name: str, key: str) -> None:
    """Whichever frame is taken out, nobody says "not seen" any more."""
    step = INNOCENT.step(name)
    assert ask(INNOCENT, SECRET, key).seen is False
    for number in range(len(step.capture.frames)):
        evidence = changed(name, capture=step.capture.without(number))
        assert ask(evidence, SECRET, key).seen is None


@pytest.mark.parametrize("part", wire.PARTS)
def test_a_place_on_the_wire_is_one_part_of_the_messages(part: str) -> None:
    """It has its key and label, sees what crossed there, and asks for its own control only."""
    key = "wire_" + part.replace(" ", "_")
    place = on_the_wire("a key", "a label", part)
    assert ("a key", "a label") == (place.key, place.label)
    for evidence, _ in (*GUILTY.values(), *DOUBTFUL.values()):
        known, found = ask(evidence, SECRET, key), place.ask(evidence, SECRET)
        assert "a key" == found.place
        assert (known.seen, known.sightings, known.reason) == (
            found.seen,
            found.sightings,
            found.reason,
        )


def test_an_unknown_place_is_refused_with_the_known_ones() -> None:
    """One line to choose from."""
    with pytest.raises(LabError, match="wire_request_line") as refusal:
        ask(INNOCENT, SECRET, "wire")

    assert "\n" not in str(refusal.value)
