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


STANDS = {
    "the form is sent by GET": {("submit", "request line"), ("submit", "access log")},
    "a header holds it": {("submit", "request headers")},
    "the form is sent by POST": {("submit", "request body")},
    "the page shows it": {("submit", "body of the answer")},
    "a header of the answer holds it": {("submit", "head of the answer")},
    "a signed cookie holds it": {("submit", "cookie s, unpacked")},
    "the cookie opens the page": {("replay", "page opened with the cookie")},
    "the link shows it": {("http_link", "body of the answer")},
    "the cookie of the link opens the page": {
        ("replay_after_link", "page opened with the cookie")
    },
    "an address in the history": {("submit", "history")},
    "a page in the cache": {("submit", "page in the cache")},
    "an address in the cache": {("submit", "address in the cache")},
    "a cookie in the jar": {("submit", "cookie s, decoded")},
    "the picture's host is told": {("submit", "Referer")},
    "a line of the log": {("submit", "access log")},
    "the report's text": {("outage", "error report, text part")},
    "the report's HTML": {("outage", "error report, HTML part")},
    "the debug page": {("outage_debug", "debug page")},
    "literally in the database": {("submit", "database file")},
    "in a session row": {("submit", "session row")},
    "in a packed session row": {("submit", "session row")},
    "reloading sends it again": {("reload", "body")},
}


@pytest.mark.parametrize("name", GUILTY)
def test_a_sighting_says_when_and_where(name: str) -> None:
    """In which step, and at what; of a deed there are no bytes to show."""
    evidence, seen = GUILTY[name]
    findings = {key: ask(evidence, SECRET, key) for key in seen}
    assert all(key == finding.place for key, finding in findings.items())
    found = {(one.step, one.where) for each in findings.values() for one in each.sightings}
    assert STANDS.get(name, set()) == found


REASONS = {
    "nothing was submitted": "this visit has no step 'submit'",
    "the submission had no answer": "no answer came from site.test in step 'submit'",
    "reading back had no answer": "no answer came from site.test in step 'read_back'",
    **dict.fromkeys(
        ("no packets", "packets of another conversation"),
        "submit: POST site.test:8000/sensitive is not in the capture; "
        "submit: GET images.test:8000/p.png is not in the capture",
    ),
    "the backend knows of a loss": "submit: one dropped",
    "a connection is missing": "submit: no conversation of client port 1",
    "an unknown content coding": ("submit: a response: content coding 'br' is not read here"),
    "an answer that is no HTTP": ("submit: a response: there is no status line of HTTP/1.x"),
    "no encrypted packets": "submit: the encrypted connection is not in the capture",
    "a cookie nobody replayed": "this visit has no step 'replay'",
    "a replay without an answer": "no answer came from site.test in step 'replay'",
    "a cookie of the link nobody replayed": "this visit has no step 'replay_after_link'",
    "the link was not followed": "no answer came from site.test in step 'http_link'",
    "the link's packets were lost": (
        "http_link: GET other.test:8000/ is not in the capture; "
        "http_link: GET site.test:8000/ is not in the capture"
    ),
    **dict.fromkeys(
        ("an empty log", "a line of the log is missing", "the picture's line is missing"),
        "the access log has holes in step 'submit'",
    ),
    "no outage": "this visit has no step 'outage'",
    "no report": "no error report came: the view did not crash",
    "no debug step": "this visit has no step 'outage_debug'",
    "no crash with DEBUG": "no page of DEBUG came: the view did not crash",
    "no reload": "this visit has no step 'reload'",
    "a reload without an answer": "no answer came from site.test in step 'reload'",
    "no forgery": "this visit has no step 'forgery'",
    **dict.fromkeys(
        (
            "the stranger's form was never sent",
            "the forgery had no answer",
            "no forged text",
        ),
        "no answer came to what the stranger's page submits",
    ),
    "the page was not opened after the forgery": "this visit has no step 'after_forgery'",
    "the page did not open after the forgery": (
        "the visitor's own page did not open: status 500"
    ),
}


@pytest.mark.parametrize("name", sorted({*DOUBTFUL} - {"no step at all"}))
def test_the_reason_is_what_is_missing(name: str) -> None:
    """One sentence for each sample, whoever is asked; where nothing else is, the control."""
    evidence, unknown = DOUBTFUL[name]
    expected = REASONS.get(name, "the control text was not found either")
    assert {expected} == {ask(evidence, SECRET, key).reason for key in unknown}


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
    with pytest.raises(LabError, match="wire_request_line, wire_request_h") as refusal:
        ask(INNOCENT, SECRET, "wire")

    assert "\n" not in str(refusal.value)
