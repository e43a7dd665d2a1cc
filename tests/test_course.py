"""The course folder for nbgrader: what is in it, and the whole round trip."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from labapp.checks import Verdict, check
from labapp.checks.exercises import exercises
from tests.ordinary_user import UID, OrdinaryUser
from tools.build_course import BEGIN, CONFIG, END, assignment, build_course, main
from tools.build_notebooks import SOURCES

CHAPTER = "03"  # two exercises, and the quickest to run
Cell = Any
Notebook = Any


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course, built."""
    folder = tmp_path_factory.mktemp("course")
    build_course(folder)
    return folder


def read(path: Path) -> Notebook:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)


def notebooks(course: Path) -> list[Notebook]:
    """Return the instructor's notebooks."""
    return [read(path) for path in sorted(course.glob("source/*/*.ipynb"))]


def is_test(cell: Cell) -> bool:
    """Return whether nbgrader grades *cell*."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


class TestFolder:
    """What `make course` writes."""

    def test_each_exercise_has_one_test(self, course: Path) -> None:
        """No exercise is left out and none counts twice; chapters without one are no assignment."""
        tests = {
            path.parent.name: [
                cell.metadata.nbgrader.grade_id for cell in read(path).cells if is_test(cell)
            ]
            for path in course.glob("source/*/*.ipynb")
        }
        known: dict[str, list[str]] = {}
        for one in exercises().values():
            known.setdefault(one.chapter, []).append(one.name.replace(" ", "-"))

        assert {key: sorted(names) for key, names in tests.items()} == {
            key: sorted(names) for key, names in known.items() if key in tests
        }
        assert set(tests) == {path.name[:2] for path in SOURCES.glob("*.py")} & set(known)

    def test_test_cells_are_locked(self, course: Path) -> None:
        """They cannot be edited or deleted, and nbgrader puts its own text back."""
        cells = [cell for one in notebooks(course) for cell in one.cells if is_test(cell)]

        assert cells
        for cell in cells:
            assert (cell.metadata.deletable, cell.metadata.editable) == (False, False)
            assert cell.metadata.nbgrader.locked is True
            assert "### BEGIN HIDDEN TESTS" in cell.source

    def test_no_other_cell_is_known_to_nbgrader(self, course: Path) -> None:
        """A learner's own cell has no id that two halves of it could share."""
        others = [c for one in notebooks(course) for c in one.cells if not is_test(c)]

        assert [cell for cell in others if "nbgrader" in cell.metadata] == []
        assert [cell for cell in others if BEGIN in cell.source]

    def test_every_solution_is_between_the_markers(self, course: Path) -> None:
        """Without what stands between them the text is that of the learners' copy."""
        for path in SOURCES.glob("*.py"):
            learners = read(SOURCES.parent / "notebooks" / f"{path.stem}.ipynb")
            built = assignment(path.read_text(encoding="utf-8"))
            if built is None:
                continue
            region = re.compile(rf"\n*{BEGIN}\n.*?\n{END}", re.DOTALL)
            released = [
                region.sub("", "".join(cell["source"]))
                for cell in built["cells"]
                if "nbgrader" not in cell["metadata"]
            ]
            assert _squeezed("\n".join(released)) == _squeezed(
                "\n".join(cell.source for cell in learners.cells)
            )

    @pytest.mark.parametrize("exercise", exercises().values(), ids=lambda one: one.name)
    def test_the_control_refuses_everywhere(
        self, exercise: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`...` is no answer to any exercise, as the hidden part of each test cell says."""
        monkeypatch.chdir(tmp_path)
        verdict = check(exercise.name, ...)

        assert isinstance(verdict, Verdict)
        assert not verdict.passed

    def test_twice_gives_the_same_and_keeps_what_was_handed_in(
        self, course: Path, tmp_path: Path
    ) -> None:
        """Same bytes; a folder that nbgrader filled stays as it is."""
        handed_in = tmp_path / "submitted" / "mia" / "02" / "x.ipynb"
        handed_in.parent.mkdir(parents=True)
        handed_in.write_text("mine")
        build_course(tmp_path)
        build_course(tmp_path)

        for path in course.glob("source/*/*.ipynb"):
            assert path.read_bytes() == (tmp_path / path.relative_to(course)).read_bytes()
        assert handed_in.read_text() == "mine"
        assert (tmp_path / CONFIG.name).read_bytes() == CONFIG.read_bytes()

    def test_a_folder_that_cannot_be_written_gets_one_line(self, tmp_path: Path) -> None:
        """One line, and no traceback."""
        (tmp_path / "file").write_text("")

        assert "Cannot write" in str(main([str(tmp_path / "file")]))


def _squeezed(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


# Mending ----------------------------------------------------------------------------------


@pytest.fixture
def mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Cell]], list[Cell]]:
    """Mend a notebook of these cells, as the course's own settings do before grading.

    The released one has an ordinary cell "mine" and two tests, "t1" and "t2".
    """
    shutil.copy(CONFIG, tmp_path)
    released = tmp_path / "release" / "02" / "x.ipynb"
    released.parent.mkdir(parents=True)
    nbformat.write(
        new_notebook(cells=[new_code_cell("mine"), graded_cell("t1"), graded_cell("t2")]),
        released,
    )
    path = tmp_path / CONFIG.name
    known = {"__file__": str(path), "get_config": MagicMock}
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), known)

    def mended(cells: list[Cell]) -> list[Cell]:
        about = {"nbgrader": {"assignment": "02", "notebook": "x", "student": "mia"}}
        notebook, _ = known["mend"](new_notebook(cells=cells), about)  # type: ignore[operator]
        nbformat.validate(notebook)
        return list(notebook.cells)

    return mended


def graded_cell(name: str, source: str = "") -> Cell:
    """Return a cell that is graded under *name*."""
    metadata = {"nbgrader": {"grade_id": name, "grade": True}}
    return new_code_cell(source or f"assert {name}", metadata=metadata)


def outline(cells: list[Cell]) -> list[str]:
    """Return the cells' sources, tests in brackets."""
    return [f"[{cell.source}]" if is_test(cell) else cell.source for cell in cells]


@pytest.mark.parametrize(
    ("cells", "mended"),
    [
        (lambda: [graded_cell("t1"), graded_cell("t2")], ["[assert t1]", "[assert t2]"]),
        (
            lambda: [graded_cell("t1", "assert"), graded_cell("t1", " t1"), graded_cell("t2")],
            ["assert", " t1", "[assert t1]", "[assert t2]"],
        ),
        (
            lambda: [graded_cell("t1"), graded_cell("t1"), graded_cell("t2")],
            ["assert t1", "assert t1", "[assert t1]", "[assert t2]"],
        ),
        (
            lambda: [graded_cell("t1", "pass"), graded_cell("t2")],
            ["pass", "[assert t1]", "[assert t2]"],
        ),
        (
            lambda: [graded_cell("t1", "mine = 1\nassert t1"), graded_cell("t2")],
            ["mine = 1\nassert t1", "[assert t1]", "[assert t2]"],
        ),
        (lambda: [graded_cell("t2")], ["[assert t2]", "[assert t1]"]),
        (list, ["[assert t1]", "[assert t2]"]),
        (
            lambda: [graded_cell("stranger"), graded_cell("t1"), graded_cell("t2")],
            ["assert stranger", "[assert t1]", "[assert t2]"],
        ),
    ],
    ids=["untouched", "split", "copied", "edited", "merged", "deleted", "both", "stranger"],
)
def test_each_test_is_there_once(
    mend: Callable[[list[Cell]], list[Cell]],
    cells: Callable[[], list[Cell]],
    mended: list[str],
) -> None:
    """Whatever became of test cells: each released one is there, once, and nothing is lost."""
    assert outline(mend([new_code_cell("mine"), *cells()])) == ["mine", *mended]


def test_nothing_is_graded_as_root(
    mend: Callable[[list[Cell]], list[Cell]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Students' code does not run as root: the settings refuse it, in one line."""
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)

    with pytest.raises(PermissionError, match="not as root"):
        mend([])
    monkeypatch.setattr(sys, "argv", ["nbgrader", "autograde", "02"])
    with pytest.raises(SystemExit, match="not as root"):
        exec(CONFIG.read_text(encoding="utf-8"), {"__file__": str(CONFIG)})


# The round trip ---------------------------------------------------------------------------


@pytest.fixture
def teacher(ordinary_user: OrdinaryUser) -> OrdinaryUser:
    """An account of its own for grading, with a course in its home."""
    build_course(ordinary_user.home)
    _give(ordinary_user.home)
    return ordinary_user


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, UID, UID)


def nbgrader(teacher: OrdinaryUser, *arguments: str) -> str:
    """Run nbgrader as the teacher; return what it said."""
    python = Path(os.environ["LABAPP_INSTRUCTOR"]).resolve() / "bin" / "python"
    ran = teacher.run(
        ["-m", "nbgrader", *arguments], python=str(python), timeout=240, LABAPP_CAPTURE="relay"
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def solve(released: Notebook, instructors: Notebook) -> Notebook:
    """Return *released* as a learner who knows everything hands it in."""
    solutions = [
        cell.source.partition(f"{BEGIN}\n")[2].partition(f"\n{END}")[0]
        for cell in instructors.cells
        if BEGIN in cell.source
    ]
    for cell in released.cells:
        if "raise NotImplementedError" in cell.source:
            cell.source = solutions.pop(0)
    assert not solutions
    return released


def split(notebook: Notebook, word: str, at: str) -> None:
    """Split the cell with *word* before the line that begins with *at*, as JupyterLab does."""
    (place,) = [n for n, cell in enumerate(notebook.cells) if word in cell.source]
    cell = notebook.cells[place]
    head, found, tail = cell.source.partition(f"\n{at}")
    assert found
    second = new_code_cell(
        found.lstrip() + tail, metadata=json.loads(json.dumps(cell.metadata))
    )
    cell.source = head
    notebook.cells.insert(place + 1, second)


@pytest.mark.nbgrader
@pytest.mark.timeout(600)
def test_the_whole_round_trip(teacher: OrdinaryUser) -> None:
    """Generate, three hand in, autograde, feedback: scores as expected, cells split or not."""
    nbgrader(teacher, "generate_assignment", CHAPTER)
    (path,) = teacher.home.glob(f"release/{CHAPTER}/*.ipynb")
    released, instructors = read(path), read(teacher.home / "source" / CHAPTER / path.name)

    # The release has neither a solution nor a hidden test; its tests are locked.
    text = path.read_text(encoding="utf-8")
    assert [word for word in (BEGIN, "HIDDEN TESTS", "not graded(") if word in text] == []
    assert text.count("raise NotImplementedError()") == sum(
        BEGIN in cell.source for cell in instructors.cells
    )
    tests = [cell for cell in released.cells if is_test(cell)]
    assert {(cell.metadata.deletable, cell.metadata.editable) for cell in tests} == {
        (False, False)
    }

    right = solve(read(path), instructors)
    careful = next(cell for cell in right.cells if "class CarefulView" in cell.source)
    careful.source = f"import this\n{careful.source}"
    split(right, "class CarefulView", "@method_decorator")  # their own cell in two
    wrong = solve(read(path), instructors)
    first = next(cell for cell in wrong.cells if "class MyView" in cell.source)
    first.source = first.source[first.source.index("class MyView") :]  # no decorator
    split(wrong, "graded('stars in the report'", "assert")  # a test cell in two
    deleted = next(c for c in wrong.cells if "graded('stars in both parts'" in c.source)
    wrong.cells.remove(deleted)
    handed_in = {"right": right, "wrong": wrong, "unfinished": released}
    for student, notebook in handed_in.items():
        target = teacher.home / "submitted" / student / CHAPTER / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(notebook, target)
    _give(teacher.home)

    said = nbgrader(teacher, "autograde", CHAPTER)
    assert sorted(
        re.findall(r"^(\w+), \S+: test cell (\S+) is put back", said, re.MULTILINE)
    ) == [
        ("wrong", "stars-in-both-parts"),
        ("wrong", "stars-in-the-report"),
    ]
    nbgrader(teacher, "generate_feedback", CHAPTER)
    nbgrader(teacher, "export")

    with (teacher.home / "grades.csv").open() as file:
        grades = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in grades.items()} == {
        "right": 2.0,
        "wrong": 1.0,
        "unfinished": 0.0,
    }
    assert {float(row["max_score"]) for row in grades.values()} == {2.0}
    pages = {
        student: next(teacher.home.glob(f"feedback/{student}/{CHAPTER}/*.html")).read_text(
            "utf-8"
        )
        for student in handed_in
    }
    assert {student: "Not yet." in page for student, page in pages.items()} == {
        "right": False,
        "wrong": True,
        "unfinished": True,
    }
    (graded,) = teacher.home.glob(f"autograded/unfinished/{CHAPTER}/*.ipynb")
    stopped = [
        output.ename
        for cell in read(graded).cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
    assert set(stopped) == {"NotImplementedError", "AssertionError"}
