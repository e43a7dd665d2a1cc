"""Build a course folder for nbgrader from sources/*.py.

Usage: python tools/build_course.py [FOLDER]      (without: build/course)

Each chapter with exercises becomes an assignment, ``source/02/02_....ipynb``:

- a cell with a solution has the code to start from, then the whole solution
  between nbgrader's markers, which `nbgrader generate_assignment` takes out;
- each exercise has one test cell, locked and graded: the same `check` as in the
  notebook. Its hidden part asks whether `check` still refuses anything.

Only ``source/`` and ``nbgrader_config.py`` are written: what students handed in
stays. The same sources give the same bytes.
"""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, only tools/ is on the path

from tools.build_notebooks import (  # noqa: E402
    METADATA,
    SOURCES,
    cell_of,
    learners_text,
    solved_text,
    tags_of,
)

CONFIG = ROOT / "tools" / "course" / "nbgrader_config.py"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
TEST = """\
# Graded. Please leave this cell as it is.
from labapp.checks.grading import check as graded

assert graded({arguments}).passed
### BEGIN HIDDEN TESTS
# The control: a check that lets everything pass would grade nothing.
assert not graded({name!r}, ...).passed
### END HIDDEN TESTS
"""


def assignment(source: str) -> dict[str, Any] | None:
    """Return the instructor's notebook of one chapter, None if it has no exercise."""
    cells: list[dict[str, Any]] = []
    seen: Counter[str] = Counter()
    graded: dict[str, tuple[int, str]] = {}  # the last check of each exercise, and where
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        tags = tags_of(cell)
        if "solution" in tags:
            continue
        for text in _texts(cell):
            cells.append(cell_of(cell.cell_type, text, tags, seen))
            if cell.cell_type == "code":
                last = len(cells)
                graded |= {name: (last, call) for name, call in _checks(text)}
    for name, (at, call) in sorted(graded.items(), key=lambda one: one[1], reverse=True):
        cells.insert(at, _test(name, call, seen))
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))
    return notebook if graded else None


def _texts(cell: Any) -> list[str]:
    """Return what becomes of one cell: itself; or start and solution, and its check apart."""
    start, done = learners_text(cell.source), solved_text(cell.source)
    if cell.cell_type != "code" or start == done:
        return [start]
    (start, _), (done, check) = _split(start), _split(done)
    both = f"{start}\n\n{BEGIN}\n{done}\n{END}".lstrip("\n")
    return [both, check] if check else [both]


def _split(text: str) -> tuple[str, str]:
    """Split *text* before a last statement that is a call of ``check``."""
    last = ast.parse(text).body[-1]
    if not (isinstance(last, ast.Expr) and _is_check(last.value)):
        return text, ""
    lines = text.splitlines()
    return (
        "\n".join(lines[: last.lineno - 1]).strip("\n"),
        "\n".join(lines[last.lineno - 1 :]),
    )


def _checks(text: str) -> list[tuple[str, str]]:
    """Return name and arguments of each check in *text* that grades an answer."""
    calls = [node for node in ast.walk(ast.parse(text)) if _is_check(node)]
    return [
        (ast.literal_eval(call.args[0]), ast.unparse(call).removeprefix("check(")[:-1])
        for call in calls
        if isinstance(call, ast.Call) and len(call.args) + len(call.keywords) > 1
    ]


def _is_check(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
    )


def _test(name: str, arguments: str, seen: Counter[str]) -> dict[str, Any]:
    cell = cell_of("code", TEST.format(arguments=arguments, name=name).rstrip(), [], seen)
    cell["metadata"] = {
        "deletable": False,
        "editable": False,
        "nbgrader": {
            "schema_version": 3,
            "grade_id": name.replace(" ", "-"),
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "points": 1,
        },
    }
    return cell


def build_course(folder: Path, sources: Path = SOURCES) -> list[str]:
    """Write the course to *folder*; return the names of the assignments."""
    names = []
    for path in sorted(sources.glob("*.py")):
        notebook = assignment(path.read_text(encoding="utf-8"))
        if notebook is None:
            continue
        names.append(path.stem[:2])
        target = folder / "source" / names[-1] / f"{path.stem}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        target.write_bytes(text.encode())
    shutil.copyfile(CONFIG, folder / CONFIG.name)
    return names


def main(arguments: list[str] | None = None) -> str | int:
    """Build; return 0, or one line about what is wrong."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) > 1 or given[:1] in (["-h"], ["--help"]):
        return "Usage: python tools/build_course.py [FOLDER]"
    folder = Path(given[0]) if given else ROOT / "build" / "course"
    try:
        names = build_course(folder)
    except OSError as error:
        return f"Cannot write {folder}: {error.strerror}."
    print(f"{folder} has {len(names)} assignments: {', '.join(names)}.")
    activate = Path(sys.prefix) / "bin" / "activate"
    print(f"Next: source {activate}; cd {folder}; nbgrader generate_assignment {names[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
