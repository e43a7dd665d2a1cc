"""A receipt is made of what `progress.json` knows, whatever stands there."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from labapp.checks.issuing import NOBODY, Unnamed, of, receipt
from labapp.checks.memory import forget, recall, remember
from labapp.checks.receipts import Done, Foreseen, Receipt
from labapp.errors import LabError

READER, POST = "be the log reader", "after POST"  # of chapter 02
LARGEST = 10**8 - 1
Known = Mapping[str, Mapping[str, Any]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in a folder of its own, with nothing in memory."""
    monkeypatch.chdir(tmp_path)
    forget()
    yield
    forget()


def made(kind: str, known: Known, chapter: str = "02") -> Receipt:
    """Return the receipt of somebody of whom this is *known*, by name, of one *kind*."""

    def recalled(asked: str, name: str) -> Mapping[str, Any]:
        return known.get(name, {}) if asked == kind else {}

    return of(recalled, chapter, "Mia", 7)


def issued(chapter: str, name: str) -> Receipt:
    """Return a receipt that is one."""
    found = receipt(chapter, name)
    assert isinstance(found, Receipt)
    return found


class TestExercises:
    """What was tried."""

    @pytest.mark.parametrize(
        ("known", "expected"),
        [
            ({"attempts": 1}, Done(1)),
            ({"attempts": 2, "passed": True, "hints": 3}, Done(2, passed=True, hints=3)),
            ({"attempts": 2, "passed": False, "hints": 0}, Done(2)),
            ({"attempts": 9999, "hints": 4}, Done(9999, hints=3)),
            ({"attempts": 10_000, "hints": -1}, Done(9999)),
        ],
    )
    def test_counts_stay_within_what_a_receipt_can_say(
        self, known: dict[str, Any], expected: Done
    ) -> None:
        """Also of a file that somebody wrote by hand: the line can be read again."""
        found = made("exercise", {READER: known})

        assert dict(found.exercises) == {READER: expected}
        assert isinstance(found.exercises[READER].passed, bool)
        assert Receipt.read(found.line) == found

    @pytest.mark.parametrize("known", [{}, {"attempts": 0}, {"attempts": -1}, {"hints": 2}])
    def test_what_was_not_tried_is_missing(self, known: dict[str, Any]) -> None:
        """Hints alone are no attempt."""
        assert made("exercise", {READER: known}).exercises == {}

    def test_those_of_other_chapters_are_missing(self) -> None:
        """Each chapter has a receipt of its own."""
        known = {READER: {"attempts": 1}, "keep it on the server": {"attempts": 2}}

        assert dict(made("exercise", known, "04").exercises) == {
            "keep it on the server": Done(2)
        }
        assert made("prediction", known).exercises == {}


class TestPredictions:
    """What was foreseen, and what was measured."""

    @pytest.mark.parametrize(
        ("known", "expected"),
        [
            (
                {
                    "answers": {"log": "no, sure", "listener": "yes, a guess"},
                    "measured": {"log": "no", "listener": "unknown", "history": "yes"},
                },
                {
                    "listener": Foreseen("yes, a guess", "unknown"),
                    "log": Foreseen("no, sure", "no"),
                },
            ),
            ({"answers": {"log": "not sure"}}, {"log": Foreseen("not sure", "")}),
            (
                {"answers": {"history": 7, "log": "maybe", "listener": "not sure"}},
                {"listener": Foreseen("not sure", "")},
            ),
        ],
    )
    def test_rows_that_were_answered(
        self, known: dict[str, Any], expected: dict[str, Foreseen]
    ) -> None:
        """Measured or not yet; what is open or of another version is left out."""
        assert made("prediction", {POST: known}).predictions == {POST: expected}

    @pytest.mark.parametrize("known", [{}, {"measured": {"log": "no"}}, {"answers": {}}])
    def test_without_an_answer_there_is_no_prediction(self, known: dict[str, Any]) -> None:
        """A measurement alone says nothing of a learner."""
        assert made("prediction", {POST: known}).predictions == {}

    def test_those_of_other_chapters_are_missing(self) -> None:
        """Nor is a title an exercise."""
        known = {POST: {"answers": {"log": "not sure"}}}

        assert made("prediction", known, "04").predictions == {}
        assert made("exercise", known).predictions == {}


class TestNumber:
    """By which two learners of one name are told apart."""

    @pytest.mark.parametrize("kept", [1, 48217730, LARGEST])
    def test_one_that_is_kept_stays(self, kept: int) -> None:
        """And nothing is said of it."""
        remember("learner", "receipts", number=kept)
        found = issued("02", "Mia")

        assert (found.number, found.note) == (kept, "")

    @pytest.mark.parametrize("kept", [None, -1, 0, 10**8, 10**8 + 1, 2 * 10**8])
    @pytest.mark.parametrize("drawn", [0, 9 * 10**7 - 1])
    def test_another_is_drawn(
        self, monkeypatch: pytest.MonkeyPatch, kept: int | None, drawn: int
    ) -> None:
        """Of eight digits, the first of them no zero; it is kept."""
        below: list[int] = []

        def randbelow(bound: int) -> int:
            below.append(bound)
            return drawn

        if kept is not None:
            remember("learner", "receipts", number=kept)
        monkeypatch.setattr(secrets, "randbelow", randbelow)
        numbers = [issued(chapter, "Mia").number for chapter in ("02", "04")]

        assert below == [9 * 10**7]
        assert numbers == [10**7 + drawn] * 2
        assert recall("learner", "receipts") == {"number": 10**7 + drawn}

    def test_what_cannot_be_kept_is_said(self) -> None:
        """Below the receipt."""
        Path("progress.json").mkdir()
        note = issued("02", "Mia").note
        Path("progress.json").rmdir()

        assert note == (
            "Your answers are kept until this kernel stops: progress.json cannot be written "
            "(Is a directory)."
        )

    def test_a_receipt_has_no_note_unless_there_is_one(self) -> None:
        """Where a teacher makes it, nothing is written."""
        assert made("exercise", {}).note == ""


@pytest.mark.parametrize(
    ("chapter", "name", "message"),
    [
        ("01x", "Mia", "Chapter '01x' has no receipt. Known: 00, 01, 02, 03, 04, "),
        ("02", "", 'Write your name in quotes, in at most 60 letters: receipt("02", "Mia").'),
    ],
)
def test_what_has_no_receipt(chapter: str, name: str, message: str) -> None:
    """One line says what to write."""
    with pytest.raises(LabError, match=f"^{re.escape(message)}"):
        receipt(chapter, name)


def test_nobody_gets_none() -> None:
    """What is shown in its place says how to have one, as text and on a card."""
    nobody = receipt("02", f" {NOBODY.replace(' ', '  ')}")

    assert isinstance(nobody, Unnamed)
    assert repr(nobody) == (
        "No receipt yet. If a teacher asks for one, write your name in place of "
        '"your name" and run this cell again. Alone, you need none.'
    )
    words = re.sub(r"<[^>]*>", "", nobody._repr_html_())
    assert words == repr(nobody).replace('"', "&quot;")
