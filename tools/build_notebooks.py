"""Build notebooks/*.ipynb, the learners' copies, from sources/*.py.

Usage: python tools/build_notebooks.py [--check]

A source is a Python file in jupytext's percent format, with the solutions. In
the learners' copy

- cells tagged `solution` are missing,
- lines from `### BEGIN SOLUTION` to `### END SOLUTION` became a place to write, or
  the lines from `### BEGIN START` to `### END START` beside them, to start from,
- cells tagged `hidden` or `docassert` are folded away,
- there are no outputs.

The same source gives the same bytes, on every machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parent.parent
SOURCES, NOTEBOOKS = ROOT / "sources", ROOT / "notebooks"
FOLDED = frozenset({"hidden", "docassert"})
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}

_MARKER = re.compile(r"(?P<indent>\s*)### (?P<edge>BEGIN|END) (?P<name>SOLUTION|START)\s*")
_PROOF = "# A check of the text above. Nothing shown means: it passed."
_PLACE = ("# Your lines here.", "...")


class _Part(NamedTuple):
    """Lines of a cell that follow one another; *name* is of their markers, or ``""``."""

    name: str
    indent: str
    lines: list[str]


class SourceError(Exception):
    """A text source that cannot become a notebook; the message says why."""


def build(source: str, *, solved: bool = False) -> str:
    """Return the notebook made of a *source* text, as the text of its file.

    *solved* keeps the solutions. Raises `SourceError` if a marker has no partner
    or a cell has metadata beside its tags.
    """
    cells = []
    seen: Counter[str] = Counter()
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        tags = tags_of(cell)
        if "solution" in tags and not solved:
            continue
        text = solved_text(cell.source) if solved else learners_text(cell.source)
        cells.append(cell_of(cell.cell_type, text, tags, seen))
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def solved_text(text: str) -> str:
    """Return a cell's *text* without what only learners have."""
    return "\n".join(
        line for part in _parts(text) if part.name != "START" for line in part.lines
    )


def learners_text(text: str) -> str:
    """Return a cell's *text* with a place to write, or code to start from, for solutions."""
    parts, lines = _parts(text), []
    for number, part in enumerate(parts):
        beside = {one.name for one in parts[max(0, number - 1) : number + 2]}
        if part.name != "SOLUTION":
            lines += part.lines
        elif "START" not in beside:
            lines += [part.indent + line for line in _PLACE]
    return "\n".join(lines)


def _parts(text: str) -> list[_Part]:
    """Split a cell's *text* at its markers; `SourceError` for one without its partner."""
    parts, within = [_Part("", "", [])], ""
    for line in text.split("\n"):
        marker = _MARKER.fullmatch(line)
        if marker is None:
            parts[-1].lines.append(line)
            continue
        begins, name = marker["edge"] == "BEGIN", marker["name"]
        if within != ("" if begins else name):
            raise SourceError(f"A marker has no partner in this cell:\n{text}")
        within = name if begins else ""
        parts.append(_Part(within, marker["indent"], []))
    if within:
        raise SourceError(f"A marker has no partner in this cell:\n{text}")
    return [part for part in parts if part.name or part.lines]


def tags_of(cell: Any) -> list[str]:
    """Return the tags of a *cell* of jupytext; `SourceError` if it has other metadata."""
    # jupytext notes there how many blank lines the source had after a cell.
    others = {name for name in cell.metadata if not name.startswith("lines_to_")} - {"tags"}
    if others:
        raise SourceError(f"Only tags may stand after %%, not {', '.join(sorted(others))}.")
    return list(cell.metadata.get("tags", ()))


def cell_of(kind: str, text: str, tags: list[str], seen: Counter[str]) -> dict[str, Any]:
    """Return a cell as a notebook's file has it; *seen* counts those before it."""
    if "docassert" in tags:
        # All that JupyterLab shows of a folded cell is its first line.
        text = f"{_PROOF}\n{text}"
    content = f"{kind}\n{text}"
    # The id follows the content, so that an edit changes one id and no other;
    # the count tells cells with the same content apart.
    identity = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()[:8]
    seen[content] += 1
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if FOLDED.intersection(tags):
        metadata["jupyter"] = {"source_hidden": True}
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": identity,
        "metadata": metadata,
        "source": text.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def expected(sources: Path = SOURCES) -> dict[str, str]:
    """Return what notebooks/ must hold: text by file name."""
    notebooks = {}
    for path in sorted(sources.glob("*.py")):
        try:
            notebooks[f"{path.stem}.ipynb"] = build(path.read_text(encoding="utf-8"))
        except SourceError as error:
            raise SourceError(f"{path.name}: {error}") from None
    return notebooks


def differences(wanted: dict[str, str], folder: Path = NOTEBOOKS) -> list[str]:
    """Return the names of notebooks in *folder* that differ, are missing or too many."""
    present = {path.name: path.read_bytes().decode("utf-8") for path in folder.glob("*.ipynb")}
    return sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )


def main(arguments: list[str] | None = None) -> str | int:
    """Build, or with --check only compare; return 0, or what is wrong."""
    parser = argparse.ArgumentParser(description="Build notebooks/ from sources/.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    try:
        wanted = expected()
    except SourceError as error:
        return str(error)
    stale = differences(wanted)
    if options.check:
        return (
            f"Not in step with sources/: {', '.join(stale)}. Run: make notebooks"
            if stale
            else 0
        )
    NOTEBOOKS.mkdir(exist_ok=True)
    for name in stale:
        if name in wanted:
            (NOTEBOOKS / name).write_bytes(wanted[name].encode())
            print(f"built   notebooks/{name}")
        else:
            (NOTEBOOKS / name).unlink()
            print(f"removed notebooks/{name}, which has no source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
