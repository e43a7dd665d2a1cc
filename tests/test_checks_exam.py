"""An exam: to each learner a capture of their own, and a key that was measured."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from labapp import Capture
from labapp.__main__ import main
from labapp.checks.exam import ASKED, KEY, Variant, names_in, write_exam
from labapp.errors import LabError
from labapp.observers import PLACES
from labapp.remedy import https
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
