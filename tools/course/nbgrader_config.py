"""nbgrader's settings for this course; `make course` copies them here.

Grading runs what students wrote, so never as root and never where you keep your
own files: an account of its own is best.
"""

import os
import sys
from pathlib import Path
from typing import Any

import nbformat

COURSE = Path(__file__).resolve().parent
NOT_AS_ROOT = (
    "Grading runs what students wrote: not as root. Use an account of its own, or: "
    "setpriv --reuid=1000 --regid=1000 --clear-groups nbgrader autograde ..."
)


def is_root() -> bool:
    """Return whether whoever runs this may do everything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def id_of(cell: Any) -> Any:
    """Return the name by which nbgrader knows *cell*, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def mend(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Put each test cell in its place again, whatever became of it.

    A test cell that was split, copied, merged or edited runs as an ordinary cell,
    and the released one after it. One that was deleted comes back at the end.
    """
    if is_root():
        raise PermissionError(NOT_AS_ROOT)
    known = resources["nbgrader"]
    path = COURSE / "release" / known["assignment"] / f"{known['notebook']}.ipynb"
    released = nbformat.read(path, as_version=4)
    tests = {id_of(cell): cell for cell in released.cells if id_of(cell)}
    pieces: dict[str, list[Any]] = {}
    for cell in notebook.cells:
        if id_of(cell) in tests:
            pieces.setdefault(id_of(cell), []).append(cell)
        cell.metadata.pop("nbgrader", None)
        cell["id"] = nbformat.v4.new_raw_cell().id  # two halves may have one
    for name, fresh in tests.items():
        mine = pieces.get(name, [])
        at = max((notebook.cells.index(cell) for cell in mine), default=None)
        if [cell.source for cell in mine] == [fresh.source]:
            notebook.cells[at] = fresh
        else:
            told = f"{known['student']}, {known['notebook']}: test cell {name} is put back"
            print(told, file=sys.stderr)
            notebook.cells.insert(len(notebook.cells) if at is None else at + 1, fresh)
    return notebook, resources


if is_root() and "autograde" in sys.argv:
    sys.exit(NOT_AS_ROOT)

c = get_config()  # type: ignore[name-defined]
c.CourseDirectory.course_id = "secrets-on-the-wire"
# Solution cells have no id: learners may split, copy and delete their own cells.
c.ClearSolutions.enforce_metadata = False
c.ClearSolutions.code_stub = {
    "python": "# Change the lines above. Then delete this line and the next one.\n"
    "raise NotImplementedError()"
}
c.Autograde.sanitize_preprocessors = [
    mend,
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Execute.timeout = 60  # seconds for a cell; then it is interrupted, and the next one runs
