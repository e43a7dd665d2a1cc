"""The zip for learners: all they need, and nothing that solves an exercise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_docs import LINK, MAKE
from tools.build_handout import ROOT, TOP, main, write_handout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handout, unpacked."""
    where = tmp_path_factory.mktemp("handout")
    write_handout(where / "it.zip")
    with zipfile.ZipFile(where / "it.zip") as archive:
        archive.extractall(where)
    return where / TOP


def test_no_solution_is_in_it(folder: Path) -> None:
    """No source with solutions, no known answers, no course; the sources have them (control)."""
    marker = re.compile(rb"^\s*### BEGIN SOLUTION$", re.MULTILINE)
    solving = [
        path
        for path in folder.rglob("*")
        if path.is_file() and marker.search(path.read_bytes())
    ]

    assert solving == []
    assert [
        name for name in ("sources", "tests", "tools/course") if (folder / name).exists()
    ] == []
    assert any(marker.search(path.read_bytes()) for path in (ROOT / "sources").glob("*.py"))


def test_it_is_complete(folder: Path) -> None:
    """The lab runs in it, from its own files, and so does `reset` without git."""
    notebook = folder / "notebooks" / "00_start_here.ipynb"
    notebook.write_text("mine")
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "LABAPP_CAPTURE": "relay",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    for arguments, words in (
        (["-m", "labapp", "visit", "post"], "Captured by relay"),
        (["-c", "import labapp; print(labapp.__file__)"], str(folder)),
        (["-m", "labapp", "reset"], "Kept in"),
        (
            ["-c", "import tools.open_lab as lab; print((lab.ROOT / lab.FIRST).is_file())"],
            "True",
        ),
    ):
        ran = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        assert words in ran.stdout
    assert notebook.read_bytes() == (ROOT / "notebooks" / notebook.name).read_bytes()


def test_its_readme_promises_what_is_there(folder: Path) -> None:
    """Its links lead to files of the zip, and its make commands need no other file."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    links, named = LINK.findall(text), set(MAKE.findall(text))

    assert links
    assert [link for link in links if not (folder / link).exists()] == []
    assert named == {"lab", "reset"}
    for target in sorted(named):
        ran = subprocess.run(
            ["make", "--dry-run", target],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")


def test_the_same_bytes_again(folder: Path, tmp_path: Path) -> None:
    """Twice the same zip."""
    write_handout(tmp_path / "again.zip")

    assert (tmp_path / "again.zip").read_bytes() == (folder.parent / "it.zip").read_bytes()


def test_what_cannot_be_written_gets_one_line(tmp_path: Path) -> None:
    """One line, and no traceback."""
    (tmp_path / "file").write_text("")

    assert "Cannot write" in str(main([str(tmp_path / "file" / "it.zip")]))
