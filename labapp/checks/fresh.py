"""Fresh notebooks, as they were handed out; what a learner changed is kept in a folder."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

from labapp.checks.memory import FILE
from labapp.errors import LabError, unwritable

FRESH = ".fresh"  # beside the notebooks, where there is no git
SECONDS = 30  # for one answer of git


def reset(folder: Path | None = None) -> list[str]:
    """Put the fresh notebooks into *folder*; return what was done, a line each.

    Notebooks that differ from the fresh ones move into a new folder beside them,
    ``kept-2026-11-27-1830``, and ``progress.json`` with them. Notebooks that were not
    handed out stay where they are. Fresh copies come from the folder ``.fresh``, else
    from git. Raises `LabError` if there is neither, or something cannot be written;
    nothing was changed then, or it is in the new folder.
    """
    where = _notebooks() if folder is None else folder
    fresh = _from_folder(where / FRESH) or _from_git(where)
    if not fresh:
        raise LabError(
            f"There are no fresh notebooks for {where}: it is no git checkout, and has no "
            f"folder {FRESH}. Download the lab again, into another folder."
        )
    changed = [
        name
        for name, text in fresh.items()
        if (path := where / name).exists() and path.read_bytes() != text
    ]
    mine = [*changed, *([FILE] if (where / FILE).exists() else [])]
    done = []
    try:
        if mine:
            kept = _new_folder(where)
            for name in mine:
                shutil.move(where / name, kept / name)
            done.append(f"Kept in {kept}: {', '.join(mine)}")
        for name, text in fresh.items():
            if not (where / name).exists():
                (where / name).write_bytes(text)
    except OSError as error:
        raise unwritable(where, error) from None
    return [
        *done,
        f"Fresh: {len(fresh)} notebooks in {where}. Close and open those that are open.",
    ]


def _notebooks() -> Path:
    """Return the folder of notebooks: this one, or the one below it."""
    here = Path.cwd()
    for where in (here, here / "notebooks"):
        if (where / FRESH).is_dir() or any(where.glob("[0-9][0-9]_*.ipynb")):
            return where
    raise LabError("There are no notebooks here: go to the lab's folder first.")


def _new_folder(where: Path) -> Path:
    name = f"kept-{datetime.now().astimezone():%Y-%m-%d-%H%M}"
    number, kept = 1, where / name
    while kept.exists():
        number += 1
        kept = where / f"{name}-{number}"
    kept.mkdir()
    return kept


def _from_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))}


def _from_git(where: Path) -> dict[str, bytes]:
    """Return the notebooks of the last commit, ``{}`` if there is no git or no checkout."""
    try:
        listed = _git(where, "ls-tree", "--name-only", "-z", "HEAD").decode()
        names = [name for name in listed.split("\0") if name.endswith(".ipynb")]
        return {name: _git(where, "show", f"HEAD:./{name}") for name in names}
    except (OSError, subprocess.SubprocessError):
        return {}


def _git(where: Path, *arguments: str) -> bytes:
    command = ["git", *arguments]  # whichever the learner has
    ran = subprocess.run(  # noqa: S603
        command, cwd=where, capture_output=True, timeout=SECONDS, check=True
    )
    return ran.stdout
