"""A class in a table: receipts collected, damaged ones told, predictions counted."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labapp.checks import classroom
from labapp.checks.classroom import LARGEST, collect, in_text, of_progress, run
from labapp.checks.receipts import LONGEST, MARK, Done, Foreseen, Receipt
from labapp.checks.roster import Roster
from labapp.checks.tally import tally_text
from labapp.errors import LabError

READER, KEEP = "be the log reader", "keep it on the server"


def of(name: str, number: int, chapter: str = "02", **exercises: Done) -> Receipt:
    """Return a receipt; exercises by name with _ for a space."""
    done = {key.replace("_", " "): one for key, one in exercises.items()}
    return Receipt(chapter, name, number, done)


def guessed(number: int, said: str, measured: str = "yes") -> Receipt:
    """Return the receipt of somebody who predicted the listener of chapter 02."""
    rows = {"listener": Foreseen(said, measured)}
    return Receipt("02", f"N{number}", number, {}, {"after POST": rows})


MIA = of("Mia", 11112222, be_the_log_reader=Done(2, passed=True, hints=1))
BEN = of("Ben", 33334444, be_the_log_reader=Done(7))
MIA_04 = of("Mia", 11112222, "04", keep_it_on_the_server=Done(1, passed=True))


class TestCollect:
    """From files to receipts."""

    def test_a_line_is_found_in_any_text(self) -> None:
        """Quoted by mail, broken over lines, glued to words, two in one line."""
        line = MIA.line
        text = f"Hello,\n> {line[:60]}\n> {line[60:]}bye\nand {BEN.line}{MIA_04.line}"

        assert in_text(text) == ([MIA, BEN, MIA_04], [])

    def test_a_damaged_one_does_not_lose_the_others(self, tmp_path: Path) -> None:
        """It gets a line with file, line and reason; all others are there."""
        (tmp_path / "a.txt").write_text(f"{MIA.line}\n\n{BEN.line[:-20]}\n{MIA_04.line}\n")
        (tmp_path / "b.json").write_text("{")
        (tmp_path / "c.txt").write_bytes(b"\xff" * 9 + BEN.line.encode())
        (tmp_path / "notes.md").write_text(MIA.line)
        receipts, problems = collect([str(tmp_path), str(tmp_path / "none.txt")])

        assert receipts == [MIA, MIA_04, BEN]
        assert [problem.rpartition("/")[2] for problem in problems] == [
            "a.txt, line 3: it is cut off: paste the whole line.",
            "b.json: it is no progress.json of this version.",
            "none.txt: it cannot be read (No such file or directory).",
        ]

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        """What is larger than a thousand receipts is none."""
        (tmp_path / "a.txt").write_bytes(b"x" * (LARGEST + 1))

        assert collect([str(tmp_path)]) == (
            [],
            [f"{tmp_path}/a.txt: it is too large for receipts."],
        )

    def test_a_progress_file_counts_as_receipts(self, tmp_path: Path) -> None:
        """It is named after the learner's folder, not after one that all call the same."""
        handed_out = "secrets-on-the-wire/notebooks"
        for folder in (
            "mia",
            "ben/notebooks",
            f"ada/{handed_out}",
            f"zoe/{handed_out}/kept-2026-11-27-1830-2",
        ):
            (tmp_path / folder).mkdir(parents=True)
            known = {"version": 1, "exercise": {KEEP: {"attempts": 3, "passed": True}}}
            (tmp_path / folder / "progress.json").write_text(json.dumps(known))
        receipts, problems = collect([str(tmp_path)])

        assert problems == []
        assert [(one.name, one.chapter, dict(one.exercises)) for one in receipts] == [
            (name, "04", {KEEP: Done(3, passed=True)}) for name in ("ada", "ben", "mia", "zoe")
        ]
        assert len({one.number for one in receipts}) == 4

    def test_a_home_or_a_whole_lab_can_be_a_folder(self, tmp_path: Path) -> None:
        """What a program or the lab itself keeps there is passed over, and gets no line."""
        for name in ("mia/.cache/fonts.json", "mia/tools/lab_config/it.json", "mia/its.json"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("{}")

        assert collect([str(tmp_path)]) == (
            [],
            [f"{tmp_path}/mia/its.json: it is no progress.json of this version."],
        )

    def test_what_cannot_be_read_does_not_end_it(self, tmp_path: Path) -> None:
        """The files after it are read; a name with a NUL is one, too."""
        (tmp_path / "a.txt").write_text(MIA.line)
        receipts, problems = collect(["a\0b", str(tmp_path / "none"), str(tmp_path / "a.txt")])

        assert receipts == [MIA]
        assert problems == [
            "a\0b: it cannot be read (embedded null byte).",
            f"{tmp_path}/none: it cannot be read (No such file or directory).",
        ]

    def test_a_large_file_is_read_to_its_end(self, tmp_path: Path) -> None:
        """As long as it is not larger than the largest; of a larger one no more is read."""
        line = MIA.line.encode()
        (tmp_path / "a.txt").write_bytes(b" " * (LARGEST - len(line)) + line)
        (tmp_path / "b.txt").write_bytes(bytes(LARGEST + 5))

        assert collect([str(tmp_path / "a.txt")]) == ([MIA], [])
        assert len(classroom._bytes(tmp_path / "b.txt")) == LARGEST + 1

    def test_a_dash_is_what_is_pasted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is read to its end, or as far as a file."""
        pasted = io.BytesIO(MIA.line.encode())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pasted))
        assert collect(["-"]) == ([MIA], [])

        endless = io.BytesIO(bytes(LARGEST + 5))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
        assert collect(["-"]) == ([], ["-: it is too large for receipts."])
        assert endless.tell() == LARGEST + 1

    @pytest.mark.parametrize(("spaces", "expected"), [(0, [MIA]), (1, [])])
    def test_a_line_is_sought_near_its_mark(self, spaces: int, expected: list[Receipt]) -> None:
        """What stands farther away than twice the longest receipt is no part of it."""
        wide = " " * (2 * LONGEST - len(MIA.line) + spaces)

        assert in_text(f"{MIA.line[:60]}{wide}{MIA.line[60:]}")[0] == expected

    @pytest.mark.parametrize(
        ("text", "lines"),
        [(f"\n{MARK}", [2]), (f"{MARK}\n\n", [1]), (f"{MARK}\n{MARK}\n\n{MARK}", [1, 2, 4])],
    )
    def test_lines_are_counted_from_one(self, text: str, lines: list[int]) -> None:
        """As an editor counts them."""
        assert [line for line, _ in in_text(text)[1]] == lines

    def test_a_folder_gives_no_second_name(self, tmp_path: Path) -> None:
        """Whoever typed a name and handed in the file as well is one learner of one name."""
        known = {
            "version": 1,
            "learner": {"receipts": {"number": MIA.number}},
            "exercise": {KEEP: {"attempts": 3, "passed": True}},
        }
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "progress.json").write_text(json.dumps(known))
        (tmp_path / "b.txt").write_text(MIA.line)
        (learner,) = Roster(collect([str(tmp_path)])[0]).learners

        assert learner.names == ["Mia"]
        assert list(learner.done) == ["02", "04"]


def progress(**records: object) -> bytes:
    """Return a learner's file, with an exercise that was tried."""
    known = {"version": 1, "exercise": {KEEP: {"attempts": 3}}}
    return json.dumps(known | records).encode()


class TestProgress:
    """A learner's file, handed in without a name in it."""

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/class/mia/progress.json", "mia"),
            ("/class/Mia  Ortíz.json", "Mia Ortíz"),
            ("/mia/kept-2026-11-27-1830/progress.json", "mia"),
            ("/notebooks/progress.json", "notebooks"),
            ("/notebooks/secrets-on-the-wire/progress.json", "secrets-on-the-wire"),
            ("/notebooks2/progress.json", "notebooks2"),
        ],
    )
    def test_it_is_called_after_file_or_folder(self, path: str, name: str) -> None:
        """By the next one that is not everybody's; if all are, by its own folder."""
        (receipt,) = of_progress(Path(path), progress())

        assert receipt == Receipt("04", name, receipt.number, {KEEP: Done(3)})

    @pytest.mark.parametrize("path", ["/progress.json", "/\x07/progress.json", "/\x07.json"])
    def test_what_has_no_name(self, path: str) -> None:
        """One line says so."""
        with pytest.raises(LabError) as raised:
            of_progress(Path(path), progress())

        assert str(raised.value) == "its folder has no name that can be shown."

    @pytest.mark.parametrize("number", [1, 48217730, 10**8 - 1])
    def test_its_number_is_the_learners(self, number: int) -> None:
        """If there is one."""
        (receipt,) = of_progress(
            Path("/mia.json"), progress(learner={"receipts": {"number": number}})
        )

        assert receipt.number == number

    @pytest.mark.parametrize("number", [None, -1, 0, 10**8, 10**8 + 1, 2 * 10**8])
    @pytest.mark.parametrize(
        ("checksum", "expected"),
        [(0, 1), (10**8 - 2, 10**8 - 1), (10**8 - 1, 1), (2**32 - 1, 94967338)],
    )
    def test_without_one_its_place_gives_a_number(
        self,
        monkeypatch: pytest.MonkeyPatch,
        number: int | None,
        checksum: int,
        expected: int,
    ) -> None:
        """Any that a receipt can have, the same for the same file."""
        summed: list[bytes] = []

        def crc32(data: bytes) -> int:
            summed.append(data)
            return checksum

        monkeypatch.setattr(classroom, "crc32", crc32)
        learner = {} if number is None else {"receipts": {"number": number}}
        (receipt,) = of_progress(Path("/mia.json"), progress(learner=learner))

        assert (receipt.number, summed) == (expected, [b"/mia.json"])


@given(st.text(alphabet=st.sampled_from("labapp1.eyJ_-= \n>0f")))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever is pasted: no exception, and every mark gets its receipt or its reason."""
    receipts, damaged = in_text(text)

    assert len(receipts) + len(damaged) == text.count(MARK)


def options(*files: object, **more: object) -> argparse.Namespace:
    """Return what the command was given."""
    known = {"files": list(map(str, files)), "predictions": False, "anonymous": False}
    return argparse.Namespace(**known | {"csv": None} | more)


class TestRun:
    """What a teacher is shown, and what is written."""

    @pytest.fixture
    def handed_in(self, tmp_path: Path) -> Path:
        """Three lines, and one that was cut off; two learners call themselves Mia."""
        path = tmp_path / "lines.txt"
        lines = [MIA.line, MARK, BEN.line, of("Mia", 7).line]
        path.write_text("\n".join([*lines, *(guessed(n, "no, sure").line for n in (1, 2, 3))]))
        return path

    @pytest.mark.parametrize("anonymous", [False, True])
    def test_the_table(self, handed_in: Path, anonymous: bool) -> None:
        """With what to look at below it, which names learners, and the line that is damaged."""
        shown, problems = run(options(handed_in, anonymous=anonymous))
        roster = Roster(collect([str(handed_in)])[0])
        remark = (
            "Mia has more than one code: 0000-0007, 1111-2222. Two learners, or one on two "
            "computers."
        )

        assert shown == "\n".join(
            [roster.table(anonymous=anonymous), *([] if anonymous else [remark])]
        )
        assert problems == [f"{handed_in}, line 2: it is cut off: paste the whole line."]

    def test_the_tally(self, handed_in: Path) -> None:
        """In place of the table, whoever asks for it."""
        shown, _ = run(options(handed_in, predictions=True))

        assert shown == tally_text(Roster(collect([str(handed_in)])[0]).learners)
        assert "no 3" in shown

    @pytest.mark.parametrize("anonymous", [False, True])
    def test_the_csv(self, handed_in: Path, tmp_path: Path, anonymous: bool) -> None:
        """As UTF-8, with the mark by which spreadsheets know it."""
        target = tmp_path / "class.csv"
        run(options(handed_in, csv=str(target), anonymous=anonymous))
        roster = Roster(collect([str(handed_in)])[0])

        expected = b"\xef\xbb\xbf" + roster.csv(anonymous=anonymous).encode()
        assert target.read_bytes() == expected

    def test_a_csv_needs_a_folder(self, handed_in: Path, tmp_path: Path) -> None:
        """One line that names the file, and why."""
        target = tmp_path / "none" / "class.csv"
        with pytest.raises(LabError) as raised:
            run(options(handed_in, csv=str(target)))

        assert str(raised.value) == (
            f"Cannot write {target}: No such file or directory. Choose a folder you may "
            "write to."
        )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hello.", "none of these files holds one."),
            (f"\n{MARK}\n{MARK}", "{path}, line 2: it is cut off: paste the whole line."),
        ],
    )
    def test_no_receipt_at_all(self, tmp_path: Path, text: str, found: str) -> None:
        """The first reason, in one line."""
        path = tmp_path / "lines.txt"
        path.write_text(text)
        with pytest.raises(LabError) as raised:
            run(options(path))

        assert str(raised.value) == f"There is no receipt here: {found.format(path=path)}"


def labapp(*arguments: str, pasted: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``python -m labapp class``."""
    return subprocess.run(
        [sys.executable, "-m", "labapp", "class", *arguments],
        input=pasted,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestCommand:
    """As a teacher types it."""

    def test_table_csv_and_problems(self, tmp_path: Path) -> None:
        """The table is shown, the CSV written; what is damaged goes to stderr, status 1."""
        target = tmp_path / "class.csv"
        made = labapp("-", "--csv", str(target), pasted=f"{MIA.line}\n{MARK}?\n{BEN.line}")

        assert [line.split()[0] for line in made.stdout.splitlines()[:3]] == [
            "learner",
            "Ben",
            "Mia",
        ]
        assert made.stderr == "labapp: -, line 2: it is cut off: paste the whole line.\n"
        assert made.returncode == 1
        assert target.read_bytes().startswith(b"\xef\xbb\xbfname,code,02 passed,")

    def test_predictions(self) -> None:
        """The tally in place of the table."""
        made = labapp(
            "-",
            "--predictions",
            pasted="\n".join(guessed(n, "no, sure").line for n in (1, 2, 3)),
        )

        assert "after POST" in made.stdout
        assert (made.returncode, made.stderr) == (0, "")

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["-"], "none of these files holds one"),
            (["/nonexistent"], "it cannot be read"),
        ],
    )
    def test_nothing_at_all_gets_one_line(self, arguments: list[str], line: str) -> None:
        """One line, no traceback."""
        made = labapp(*arguments)

        assert (made.returncode, len(made.stderr.splitlines())) == (2, 1)
        assert line in made.stderr

    def test_a_csv_that_cannot_be_written(self) -> None:
        """One line that names the file."""
        made = labapp("-", "--csv", "/nonexistent/a.csv", pasted=MIA.line)

        assert (made.returncode, made.stdout) == (2, "")
        assert "Cannot write /nonexistent/a.csv" in made.stderr
