"""An exam: to each learner a capture of their own, and a key that was measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from labapp import Capture
from labapp.__main__ import main
from labapp.checks import exam
from labapp.checks.exam import ASKED, KEY, Variant, names_in, write_exam
from labapp.errors import LabError
from labapp.observers import PLACES
from labapp.remedy import Remediation, https, mask_reports, post, redirect, title
from labapp.secret import find

NAMES = ["Mia Ortíz", "李明", "=cmd()"]


@pytest.fixture(autouse=True)
def by_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on every machine."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An exam for three."""
    assert list(write_exam("autumn", NAMES, tmp_path / "exam")) == [
        "01-mia-ortiz.pcap",
        "02.pcap",
        "03-cmd.pcap",
    ]
    return tmp_path / "exam"


def key(folder: Path) -> list[dict[str, str]]:
    """Return the rows of the key."""
    with (folder / KEY).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_capture_has_its_own_secret_and_no_other(folder: Path) -> None:
    """A neighbour's answer does not fit."""
    rows = key(folder)
    found = [
        [bool(find(row["secret"], _bytes(folder / other["file"]))) for row in rows]
        for other in rows
    ]

    assert found == [[n == m for n in range(3)] for m in range(3)]


def test_the_key_is_what_was_measured(folder: Path) -> None:
    """In the request line or in the body, never in neither: the capture has it."""
    for row in key(folder):
        answers = [row[PLACES[place].label] for place in ASKED]

        assert set(answers) <= {"yes", "no"}
        assert "yes" in answers[:4]
        assert row["remediations"]
    assert [row["name"] for row in key(folder)] == ["Mia Ortíz", "李明", "'=cmd()"]


def test_a_seed_and_a_name_decide() -> None:
    """The same again; another seed or name gives another secret; nothing is encrypted."""
    variants = [Variant.of("autumn", f"N{n}") for n in range(100)]

    assert Variant.of("autumn", "N7") == variants[7]
    assert len({one.secret for one in variants}) == 100
    assert len({one.remediations for one in variants}) > 10
    assert not any(https in one.remediations for one in variants)
    assert Variant.of("spring", "N7").secret != variants[7].secret


def test_a_variant_stays_the_same() -> None:
    """An exam made again next year, by another version of the lab, has the same files."""
    assert Variant.of("autumn", "Mia") == Variant(
        "Mia", "Otto's fake café+violin 17921", (post, mask_reports, redirect)
    )


def test_every_combination_that_can_be_read_may_come() -> None:
    """From none of the five to all of them."""
    found = {Variant.of("s", f"N{n}").remediations for n in range(600)}

    assert len(found) == 2**5
    assert {len(one) for one in found} == set(range(6))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("Mia Ortíz", 1, "01-mia-ortiz.pcap"),
        ("李明", 2, "02.pcap"),
        ("  O'Neil, 3rd!", 12, "12-o-neil-3rd.pcap"),
        ("Ÿ\u0308", 123, "123-y.pcap"),
    ],
)
def test_a_file_is_called_after_its_learner(name: str, number: int, expected: str) -> None:
    """In letters that every system takes."""
    assert Variant(name, "", ()).file(number) == expected


def test_names_are_read_one_a_line(tmp_path: Path) -> None:
    """With single spaces; empty lines and the mark of a spreadsheet are none."""
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeffMia  Ortíz\r\n\r\n \n 李明\n".encode())

    assert names_in(str(path)) == ["Mia Ortíz", "李明"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (b"\n \n", "{path} has no name in it: write one a line."),
        (
            b"Mia\nBen\n\nMia\nBen",
            "{path} has Mia twice: add something to tell the two apart.",
        ),
        (b"Mia\n\n\x07\n", "{path}, line 3 is no name: write letters, in one line."),
        (
            b"Mia\n\xff",
            (
                "Cannot read {path} ('utf-8' codec can't decode byte 0xff in position 4: invalid "
                "start byte): write one name a line."
            ),
        ),
        (None, "Cannot read {path} (No such file or directory): write one name a line."),
    ],
)
def test_a_list_that_cannot_be_used(
    tmp_path: Path, written: bytes | None, message: str
) -> None:
    """One line says which, where and why."""
    path = tmp_path / "names.txt"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(LabError) as raised:
        names_in(str(path))

    assert str(raised.value) == message.format(path=path)


@dataclass(frozen=True)
class Measured:
    """A visit of which every observer says something else."""

    secret: str
    remediations: tuple[Remediation, ...]

    @property
    def seen(self) -> dict[str, bool | None]:
        """By turns yes, no, unknown."""
        return dict(zip(ASKED, cycle((True, False, None)), strict=False))

    @property
    def capture(self) -> Measured:
        """Itself."""
        return self

    def save(self, path: Path) -> None:
        """Write down what was visited."""
        path.write_text(f"{self.secret} {self.remediations}")


MEASURED = "yes,no,unknown,yes,no,unknown"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits of which something is known, without a packet."""
    monkeypatch.setattr(exam, "visit", lambda secret, *more: Measured(secret, more))


@pytest.mark.usefixtures("measured")
def test_the_key_in_full(tmp_path: Path) -> None:
    """A row for each file: what is in it, under what it crossed, who could read it."""
    files = list(write_exam("autumn", ["Mia", "-1"], tmp_path / "a" / "b"))
    mia, other = Variant.of("autumn", "Mia"), Variant.of("autumn", "-1")
    head = "name,file,secret,remediations,request line,request headers,request body,answer"

    assert files == ["01-mia.pcap", "02-1.pcap"]
    assert (tmp_path / "a" / "b" / KEY).read_bytes().decode() == (
        f"\ufeff{head},access log,history\r\n"
        f'Mia,01-mia.pcap,{mia.secret},"{title(mia.remediations)}",{MEASURED}\r\n'
        f"'-1,02-1.pcap,{other.secret},{title(other.remediations)},{MEASURED}\r\n"
    )
    for file, one in zip(files, (mia, other), strict=True):
        written = (tmp_path / "a" / "b" / file).read_text()
        assert written == f"{one.secret} {one.remediations}"


@pytest.mark.usefixtures("measured")
def test_where_no_exam_can_be_written(tmp_path: Path) -> None:
    """One line names the folder, or the key; a folder that is there will do."""
    (tmp_path / "file").write_text("")
    (tmp_path / "there").mkdir()
    exam_ = write_exam("autumn", ["Mia"], tmp_path / "there")
    assert next(exam_) == "01-mia.pcap"
    (tmp_path / "there" / KEY).mkdir()

    for made, message in (
        (
            write_exam("autumn", ["Mia"], tmp_path / "file"),
            f"Cannot write {tmp_path}/file: File exists.",
        ),
        (exam_, f"Cannot write {tmp_path}/there/{KEY}: Is a directory."),
        (
            write_exam("autumn", ["Mia"], tmp_path / "there"),
            f"{tmp_path}/there/{KEY} is there already: choose another folder.",
        ),
    ):
        with pytest.raises(LabError) as raised:
            next(made)
        assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no name in it"),
        ("Mia\n\nMia\n", "has Mia twice"),
        ("Mia\n\x07\n", "line 2 is no"),
    ],
)
def test_a_list_that_is_none_gets_one_line(tmp_path: Path, text: str, message: str) -> None:
    """One line that says what to mend."""
    path = tmp_path / "names.txt"
    path.write_text(text)

    with pytest.raises(LabError, match=message):
        names_in(str(path))


def test_an_exam_is_never_overwritten(folder: Path) -> None:
    """The key of the last one is not lost."""
    with pytest.raises(LabError, match="there already"):
        list(write_exam("autumn", NAMES, folder))


def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`exam SEED NAMES --to FOLDER` names each file, and the key at the end."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("Mia\n")

    assert main(["exam", "autumn", "names.txt"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "exam/01-mia.pcap",
        "exam/key.csv is the key: for you alone.",
    ]
    assert main(["exam", "autumn", "nobody.txt"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def _bytes(path: Path) -> bytes:
    return b"".join(bytes(packet) for packet in Capture.load(path).packets)
