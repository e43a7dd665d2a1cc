"""Receipts: what they hold, and what a line must be to be one."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from zlib import crc32

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st

import labapp
from labapp import remedy
from labapp.checks import Verdict, check, hint, predict, receipt
from labapp.checks.asked import ASKED
from labapp.checks.exercises import exercises
from labapp.checks.issuing import NOBODY, Unnamed
from labapp.checks.memory import forget, recall, remember
from labapp.checks.receipts import (
    HAND_IN,
    MARK,
    Done,
    Foreseen,
    Receipt,
    accept,
    chapters,
    exercises_of,
    titles_of,
)
from labapp.errors import LabError

SOURCES = sorted((Path(__file__).parent.parent / "sources").glob("*.py"))
ROWS = {"listener": Foreseen("yes, sure", "yes"), "log": Foreseen("not sure", "")}
MIA = Receipt(
    "02",
    "Mia Ortíz",
    48217730,
    {"be the log reader": Done(2, passed=True, hints=1)},
    {"after POST": ROWS},
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of its own, with nothing in memory."""
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


def issued(chapter: str, name: str) -> Receipt:
    """Return a receipt that is one."""
    made = receipt(chapter, name)
    assert isinstance(made, Receipt)
    return made


def line_of(**changes: object) -> str:
    """Return a well-made line with what `MIA` says, and *changes*."""
    known = {
        "chapter": "02",
        "name": "Mia",
        "number": 48217730,
        "exercises": {"be the log reader": [2, True, 1]},
        "predictions": {"after POST": {"log": ["no, sure", "no"]}},
    } | changes
    return encoded(json.dumps(known).encode())


def encoded(written: bytes) -> str:
    """Return a line with *written* in it and the right checksum."""
    return f"{MARK}{urlsafe_b64encode(written).decode()}.{crc32(written):08x}"


LOST = "a letter was lost or changed on the way: paste it again."


class TestIssued:
    """What `receipt` says of a learner."""

    def test_it_says_what_was_done(self) -> None:
        """Attempts, what passed, hints and predictions of this chapter, and of no other."""
        remember("exercise", "be the log reader", attempts=2, passed=True, hints=1)
        remember("exercise", "keep it on the server", attempts=5)
        predict("after POST", listener="yes, sure", log="not sure", history="?")
        remember("prediction", "after POST", measured={"listener": "yes"})
        made = issued("02", "  Mia   Ortíz ")

        assert made == Receipt("02", "Mia Ortíz", made.number, MIA.exercises, MIA.predictions)

    def test_a_learner_keeps_one_number(self) -> None:
        """The number is drawn once, kept beside the notebooks, and is eight digits long."""
        numbers = {issued(chapter, "Mia").number for chapter in ("02", "03", "02")}

        assert numbers == {recall("learner", "receipts")["number"]}
        assert len(issued("02", "Mia").code) == 9
        forget()
        assert issued("02", "Mia").number not in numbers

    def test_without_a_name_there_is_none(self, here: Path) -> None:
        """As it stands in the notebook the cell runs, says how, and keeps nothing."""
        made = receipt("02", NOBODY)

        assert isinstance(made, Unnamed)
        assert "write your name" in repr(made)
        assert MARK not in repr(made) + made._repr_html_()
        assert list(here.iterdir()) == []

    def test_neither_secret_nor_answer_is_in_it(self) -> None:
        """What a learner typed elsewhere is not in the receipt; the name is (control)."""
        secret = "Rex sleeps at noon and snores"
        predict("after POST", listener="yes")
        predict("my own rows", {secret: "yes"})
        predict("after POST", {secret: "yes"})
        assert isinstance(check("fool the one-liner", secret), Verdict)
        hint("fool the one-liner")
        made = issued("02", "Mia Ortíz")
        written = json.dumps(json.loads(_payload(made)), ensure_ascii=False)

        assert made.exercises["fool the one-liner"] == Done(1, passed=False, hints=1)
        assert [word in written for word in ("Mia Ortíz", "Rex", "snores")] == [
            True,
            False,
            False,
        ]

    @pytest.mark.parametrize(
        "name", ["", "  ", "a\x00b", "\u202eaiM", "x" * 61, 7, None, "\ud800"]
    )
    def test_a_name_is_a_line_of_letters(self, name: Any) -> None:
        """Anything else gets one line that says what to write."""
        with pytest.raises(LabError, match="Write your name in quotes"):
            receipt("02", name)

    @pytest.mark.parametrize("name", ["نور", "李 明", "Zoë", "Nu\u200cr", "O'Neil & <b>"])
    def test_a_name_of_any_script_will_do(self, name: str) -> None:
        """It comes back as it was typed, and is escaped where it is shown."""
        made = issued("02", name)

        assert Receipt.read(made.line).name == name
        assert "<b>" not in made._repr_html_()

    def test_an_unknown_chapter_lists_the_known(self) -> None:
        """One line with the chapters there are."""
        with pytest.raises(LabError, match="Known: 00, 01, 02"):
            receipt("99", "Mia")

    def test_it_shows_all_that_it_holds(self) -> None:
        """Name, code, each exercise, each prediction: nothing is in the line alone."""
        shown = repr(MIA)

        for words in (
            "Mia Ortíz, code 4821-7730",
            "take it out of the address: not tried",
            "be the log reader: done, 2 tries, hints 1",
            "listener: yes, sure; log: not sure",
            MIA.line,
        ):
            assert words in shown
        assert MIA.line in MIA._repr_html_()


class TestShown:
    """What stands above the line: all that is in it."""

    DONE = replace(
        MIA,
        name="Mia & Ben",
        exercises={
            "fool the one-liner": Done(1),
            "be the log reader": Done(2, passed=True, hints=1),
        },
        predictions={
            "after POST": {
                "listener": Foreseen("yes, sure", "yes"),
                "log": Foreseen("not sure", ""),
            },
        },
    )
    ROWS = (
        "take it out of the address: not tried",
        "be the log reader: done, 2 tries, hints 1",
        "fool the one-liner: not yet done, 1 try",
        "prediction after POST, counted without your name: listener: yes, sure; log: not sure",
    )
    HEADING = "Receipt of chapter 02 for Mia & Ben, code 4821-7730"

    @pytest.mark.parametrize("note", ["", "Kept in <memory>."])
    def test_text(self, note: str) -> None:
        """Heading, a row for each exercise and prediction, what to do, the line, the note."""
        assert repr(replace(self.DONE, note=note)).split("\n") == [
            self.HEADING,
            *(f"  {row}" for row in self.ROWS),
            HAND_IN,
            self.DONE.line,
            *([note] if note else []),
        ]

    @pytest.mark.parametrize("note", ["", "Kept in <memory>."])
    def test_html(self, note: str) -> None:
        """The same words, escaped."""
        html = replace(self.DONE, note=note)._repr_html_()
        words = re.sub(r"(<[^>]*>)+", "|", html).strip("|").split("|")

        assert words == [
            *map(escape, (self.HEADING, *self.ROWS)),
            HAND_IN,
            self.DONE.line,
            *([escape(note)] if note else []),
        ]
        assert html.count("</p>") == 1 + bool(note)

    def test_one_click_takes_the_line(self) -> None:
        """It is selected as a whole, broken to the width, and dark on white in any theme."""
        (style,) = re.findall(r'<pre style="([^"]*)"', self.DONE._repr_html_())

        assert {
            "user-select:all",
            "white-space:pre-wrap",
            "overflow-wrap:anywhere",
            "color:#222",
            "background:#fff",
        } <= set(style.split(";"))

    @pytest.mark.parametrize(
        ("number", "code"),
        [(1, "0000-0001"), (10_000, "0001-0000"), (48217730, "4821-7730")],
    )
    def test_a_code_has_two_halves(self, number: int, code: str) -> None:
        """Of four digits each, as it is read aloud."""
        assert replace(MIA, number=number).code == code


class TestLine:
    """The line and back."""

    def test_there_and_back(self) -> None:
        """What is read is what was written."""
        assert Receipt.read(MIA.line) == MIA
        assert Receipt.read(line_of()).name == "Mia"

    @pytest.mark.parametrize(
        "known",
        [
            {"exercises": {name: [1, True, 0] for name in exercises_of("02")}},
            {"exercises": {"be the log reader": [0, False, 0]}},
            {"exercises": {"be the log reader": [9999, True, 3]}},
            {"number": 1},
            {"number": 10**8 - 1},
            {"name": "x" * 60},
            {
                "predictions": {
                    "after POST": {row: ["not sure", ""] for row in ASKED["after POST"][1]}
                }
            },
            {"predictions": {title: {} for title in titles_of("02")}},
        ],
    )
    def test_as_much_as_it_can_say(self, known: dict[str, object]) -> None:
        """All of a chapter, the smallest counts and the largest."""
        read = Receipt.read(line_of(**known))

        assert Receipt.read(read.line) == read
        assert {key: json.loads(_payload(read))[key] for key in known} == known

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (MIA.line[:-1], "it is cut off: paste the whole line."),
            (f"{MARK}AAAA.00000001", LOST),
            (f"{MARK}A.00000000", LOST),
            (f"{MARK}A.12345678", LOST),
            (encoded(b"{}"), "this version of the lab did not write it."),
        ],
    )
    def test_what_keeps_it_from_being_one(self, line: str, message: str) -> None:
        """Cut off, changed on the way, or of another version: what to do, in one line."""
        with pytest.raises(LabError) as raised:
            Receipt.read(line)

        assert str(raised.value) == message

    def test_it_is_plain_ascii_of_one_line(self) -> None:
        """No mail program has a reason to change it."""
        assert MIA.line.isascii()
        assert not {" ", '"', "'", "\n"} & set(MIA.line)

    @pytest.mark.parametrize(
        "changes",
        [
            {"chapter": "99"},
            {"chapter": ["02"]},
            {"name": ""},
            {"name": " Mia"},
            {"name": "Mia\n"},
            {"name": "\u202eaiM"},
            {"name": "x" * 61},
            {"name": 7},
            {"number": 0},
            {"number": 10**8},
            {"number": True},
            {"number": 4.0},
            {"number": "48217730"},
            {"exercises": []},
            {"exercises": {"keep it on the server": [1, True, 0]}},  # of chapter 04
            {"exercises": {"be the log reader": [1, 1, 0]}},
            {"exercises": {"be the log reader": [-1, True, 0]}},
            {"exercises": {"be the log reader": [1, True, 4]}},
            {"exercises": {"be the log reader": [1, True, -1]}},
            {"exercises": {"be the log reader": [10_000, True, 0]}},
            {"exercises": {"be the log reader": [10**400, True, 0]}},
            {"exercises": {"be the log reader": [1, True]}},
            {"exercises": {"be the log reader": "yes"}},
            {"predictions": None},
            {"predictions": {"with stars": {}}},  # of chapter 03
            {"predictions": {"after POST": 5}},
            {"predictions": {"after POST": {"secret": ["yes, sure", ""]}}},
            {"predictions": {"after POST": {"log": ["Rex sleeps", ""]}}},
            {"predictions": {"after POST": {"log": ["yes", ""]}}},
            {"predictions": {"after POST": {"log": ["yes, sure", "\u0665"]}}},
            {"predictions": {"after POST": {"log": ["yes, sure"]}}},
            {"more": 1},
        ],
        ids=",".join,  # plain letters: mutmut asks for a test by its name
    )
    def test_what_no_receipt_says_is_refused(self, changes: dict[str, object]) -> None:
        """A right checksum does not help: each field has its type, its range, its words."""
        with pytest.raises(LabError, match="this version of the lab did not write it"):
            Receipt.read(line_of(**changes))

    @pytest.mark.parametrize(
        "written",
        [b"", b"null", b"[]", b"{", b"[" * 6000, b"\xff\xfe", b'{"a":NaN}', b"1" * 6000],
    )
    def test_what_is_no_json_object_is_refused(self, written: bytes) -> None:
        """Bytes of any kind get one line."""
        with pytest.raises(LabError, match=r"this version|cut off"):
            Receipt.read(encoded(written))


class TestAsked:
    """The table of predictions is that of the notebooks."""

    def test_titles_rows_and_chapters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each `predict` of each chapter stands there with its rows, and nothing else does."""
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for path in SOURCES:

            def noted(
                title: str,
                *rows: Any,
                chapter: str = path.name[:2],
                choices: Any = (),
                **typed: str,
            ) -> None:
                words = [
                    word for one in rows for word in ([one] if isinstance(one, str) else one)
                ]
                found[title] = (chapter, (*words, *typed))

            monkeypatch.setattr(labapp, "predict", noted)
            for cell in jupytext.read(path, fmt="py:percent").cells:
                if cell.cell_type == "code" and "= predict(" in cell.source:
                    exec(cell.source, {"predict": noted, "remedy": remedy})

        assert found == ASKED

    def test_every_chapter_from_02_on_ends_with_a_receipt(self) -> None:
        """Its own, unnamed: nobody's name is published."""
        cells = {
            path.name[:2]: f'receipt("{path.name[:2]}", "{NOBODY}")' in path.read_text("utf-8")
            for path in SOURCES
        }

        assert cells == {chapter: chapter >= "02" for chapter in cells}

    def test_chapters(self) -> None:
        """Every exercise and every prediction has a chapter with a receipt."""
        assert {one.chapter for one in exercises().values()} <= set(chapters())
        assert {chapter for chapter, _ in ASKED.values()} <= set(chapters())


def test_accept_keeps_what_is_accepted() -> None:
    """To accept a name twice changes nothing."""
    assert accept(accept(" Mia  Ortíz")) == "Mia Ortíz"


@given(st.data())
def test_a_changed_letter_is_noticed(data: st.DataObject) -> None:
    """One sign replaced, lost or doubled: never another receipt."""
    line = MIA.line
    at = data.draw(st.integers(len(MARK), len(line) - 1))
    sign = data.draw(st.sampled_from(["", "A", "z", "0", "_", ".", line[at] * 2]))
    broken = line[:at] + sign + line[at + 1 :]
    with suppress(LabError):
        assert Receipt.read(broken) == MIA


def _payload(made: Receipt) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(made.line.split(".")[1])
