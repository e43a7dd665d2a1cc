"""`reset`: fresh notebooks, and nothing of a learner's is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from labapp.checks import fresh
from labapp.checks.fresh import FRESH, reset
from labapp.errors import LabError

NAMES = ("00_start.ipynb", "01_next.ipynb", "02_last.ipynb")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Notebooks as they are handed out, with fresh copies beside them."""
    where = tmp_path / "notebooks"
    (where / FRESH).mkdir(parents=True)
    for name in NAMES:
        for each in (where, where / FRESH):
            (each / name).write_text(f"fresh {name}")
    return where


@pytest.fixture
def checkout(folder: Path) -> Path:
    """The same notebooks in a git checkout, without the folder of fresh copies."""
    for path in (folder / FRESH).iterdir():
        path.unlink()
    (folder / FRESH).rmdir()
    me = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*me, "commit", "-qm", "Notebooks"]):
        subprocess.run(["git", *arguments], cwd=folder.parent, check=True)
    return folder


def change(folder: Path) -> None:
    """Do what learners do: change one, delete one, write one of their own, make progress."""
    (folder / NAMES[0]).write_text("mine")
    (folder / NAMES[1]).unlink()
    (folder / "own.ipynb").write_text("my own")
    (folder / "progress.json").write_text("{}")


def texts(folder: Path) -> dict[str, str]:
    """Return the files of *folder* with their texts."""
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


FRESH_AND_OWN = {name: f"fresh {name}" for name in NAMES} | {"own.ipynb": "my own"}


@pytest.mark.parametrize("kind", ["folder", "checkout"])
def test_fresh_again_and_nothing_lost(kind: str, request: pytest.FixtureRequest) -> None:
    """What was changed is kept, what was deleted is back, a learner's own file stays."""
    where = request.getfixturevalue(kind)
    change(where)
    said = reset(where)
    (kept,) = where.glob("kept-*")

    assert texts(where) == FRESH_AND_OWN
    assert texts(kept) == {NAMES[0]: "mine", "progress.json": "{}"}
    assert said[0] == f"Kept in {kept}: {NAMES[0]}, progress.json"


def test_twice_keeps_both(folder: Path) -> None:
    """A second reset in the same minute has a folder of its own."""
    for text in ("first", "second"):
        (folder / NAMES[0]).write_text(text)
        reset(folder)

    kept = sorted(path.read_text() for path in folder.glob(f"kept-*/{NAMES[0]}"))
    assert kept == ["first", "second"]


class Frozen(datetime):
    """A time that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Frozen:
        """Return one evening."""
        return cls(2026, 11, 27, 18, 30, tzinfo=tz)


def test_a_folder_is_called_after_the_minute(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one of the same minute, and a third, are numbered."""
    monkeypatch.setattr(fresh, "datetime", Frozen)
    for text in ("first", "second", "third"):
        (folder / NAMES[0]).write_text(text)
        reset(folder)

    kept = {path.parent.name: path.read_text() for path in folder.glob("kept-*/*")}
    assert kept == {
        "kept-2026-11-27-1830": "first",
        "kept-2026-11-27-1830-2": "second",
        "kept-2026-11-27-1830-3": "third",
    }


def test_a_full_disk_gets_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was moved is in the new folder; the line names where, and why."""
    change(folder)

    def no_space(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_space)
    with pytest.raises(LabError) as raised:
        reset(folder)
    (kept,) = folder.glob("kept-*")

    assert str(raised.value) == (
        f"Cannot write {folder}: No space left on device. Choose a folder you may write to."
    )
    assert texts(kept) == {NAMES[0]: "mine", "progress.json": "{}"}


def test_a_checkout_that_lost_a_notebook_has_no_fresh_ones(checkout: Path) -> None:
    """None is written empty: what a learner has stays as it is."""
    change(checkout)
    before = texts(checkout)
    asked = subprocess.run(
        ["git", "rev-parse", f"HEAD:./{NAMES[2]}"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    blob = asked.stdout.strip()
    (checkout.parent / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(LabError, match="Download the lab again"):
        reset(checkout)
    assert texts(checkout) == before


def test_a_git_that_does_not_answer_is_not_waited_for(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then there are no fresh notebooks."""
    (tmp_path / "bin").mkdir()
    silent = tmp_path / "bin" / "git"
    silent.write_text("#!/bin/sh\nexec sleep 90\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{silent.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(fresh, "SECONDS", 0.05)

    with pytest.raises(LabError, match="Download the lab again"):
        reset(checkout)


def test_nothing_changed_keeps_nothing(folder: Path) -> None:
    """Fresh ones are not moved, and no folder is made."""
    assert len(reset(folder)) == 1
    assert list(folder.glob("kept-*")) == []


def test_without_fresh_copies_nothing_happens(tmp_path: Path) -> None:
    """Neither git nor copies: one line, and all stays as it was."""
    (tmp_path / NAMES[0]).write_text("mine")

    with pytest.raises(LabError, match="Download the lab again"):
        reset(tmp_path)
    assert texts(tmp_path) == {NAMES[0]: "mine"}


@pytest.mark.parametrize("inside", [True, False])
def test_the_command(folder: Path, inside: bool) -> None:
    """From the lab's folder and from the notebooks' own."""
    change(folder)
    ran = subprocess.run(
        [sys.executable, "-m", "labapp", "reset"],
        cwd=folder if inside else folder.parent,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Fresh: 3 notebooks" in ran.stdout
    assert texts(folder) == FRESH_AND_OWN


def test_no_notebooks_get_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somewhere else nothing is touched."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(LabError, match="go to the lab's folder"):
        reset()


NOWHERE = "There are no notebooks here: go to the lab's folder first."
NOT_FRESH = (
    "There are no fresh notebooks for {here}: it is no git checkout, and has no folder "
    ".fresh. Download the lab again, into another folder."
)
AGAIN = "Fresh: 1 notebooks in {here}. Close and open those that are open."


@pytest.mark.parametrize(
    ("there", "folder", "expected"),
    [
        ("00_start.ipynb", ".", NOT_FRESH),
        ("notebooks/12_end.ipynb", "notebooks", NOT_FRESH),
        (".fresh/a.ipynb", ".", AGAIN),
        ("notebooks/.fresh/a.ipynb", "notebooks", AGAIN),
        ("0_start.ipynb", ".", NOWHERE),
        ("000_start.ipynb", ".", NOWHERE),
        ("00_start.txt", ".", NOWHERE),
        ("Notebooks/00_start.ipynb", ".", NOWHERE),
        ("00_a/notebooks/00_start.ipynb", ".", NOWHERE),
    ],
)
def test_where_notebooks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str, folder: str, expected: str
) -> None:
    """Here or one below, told by a number in the name, or by the fresh ones beside them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine")
    try:
        (said,) = reset()
    except LabError as error:
        said = str(error)

    assert said == expected.format(here=tmp_path / folder)
