"""A sighting says where, and shows the bytes around it."""

from __future__ import annotations

from labapp.observers import Finding
from labapp.observers.sighting import AROUND, sightings
from tests.evidence_samples import SECRET


def test_a_sighting_quotes_the_bytes_that_stand_there() -> None:
    """Before, found and after, put together, are a piece of what was searched."""
    haystack = b"x" * 100 + b"[Rex%27s+fake+caf%C3%A9%2Botter+123]" + b"y" * 100

    (only,) = sightings(SECRET, haystack, "submit", "request body")

    assert 101 == only.offset
    assert b"Rex%27s+fake+caf%C3%A9%2Botter+123" == only.found
    assert haystack[only.offset :].startswith(only.found + only.after)
    assert haystack[: only.offset].endswith(only.before)
    assert AROUND == len(only.before) == len(only.after)
    assert ("submit", "request body", "percent + plus") == (
        only.step,
        only.where,
        only.encoding,
    )


def test_at_the_edges_there_is_nothing_around() -> None:
    """Nothing is made up where the bytes end, and nothing left out."""
    (only,) = sightings(SECRET, b"ab" + SECRET.encode() + b"cd", "", "")
    assert (b"ab", SECRET.encode(), b"cd") == (only.before, only.found, only.after)
    (only,) = sightings(SECRET, SECRET.encode(), "", "")

    assert (b"", SECRET.encode(), b"") == (only.before, only.found, only.after)


def test_every_place_is_a_sighting_and_no_place_is_none() -> None:
    """Twice is twice; another text is none."""
    assert 2 == len(list(sightings(SECRET, f"{SECRET}, {SECRET}".encode(), "", "")))
    assert [] == list(sightings(SECRET, b"Nora waters the plants", "", ""))


def test_a_sighting_reads_as_one_line() -> None:
    """Whatever bytes stand around it, for a terminal and for a test's message."""
    (only,) = sightings(SECRET, b"\xff\n\x1b[2J" + SECRET.encode(), "submit", "answer")

    shown = r"\n\x1b[2JRex's fake café+otter 123"
    assert f'submit, answer, byte 6: ..."\ufffd{shown}"... (plain)' == str(only)
    assert str(only).isprintable()


def test_a_finding_says_one_of_three_words() -> None:
    """Unknown is never "not seen"."""
    assert "seen" == str(Finding("history", True))
    assert "not seen" == str(Finding("history", False))
    assert "unknown: no step" == str(Finding("history", None, reason="no step"))
