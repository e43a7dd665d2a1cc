"""The rules every notebook keeps, as functions from a notebook to complaints.

An empty list means that the rule is kept. The style rules read a notebook as
written, the others one that was just executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

Notebook = Any  # nbformat's own classes are dictionaries with attributes
Cell = Any
Rule = Callable[[Notebook], list[str]]

# The chapters that every plan has; the others are for those who have the time.
CORE = ("00", "01", "02", "03", "04", "05", "06", "08", "09")
MOST_LINES, MOST_COLUMNS, MOST_WORDS, MOST_LINES_OF_ASSERT = 12, 76, 60, 3

# ipykernel says this of itself when the kernel speaks TCP, as it does by default.
ALLOWED_STDERR = re.compile(
    r"^.*Kernel is running over TCP without encryption.*\n?", re.MULTILINE
)

_NUMBERS = {"five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60}
_MINUTES = re.compile(
    rf"\b(?:(?P<digits>\d+)|(?P<word>{'|'.join(_NUMBERS)}))\s+minutes\b", re.IGNORECASE
)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)]*\)")
_TARGET = re.compile(r"(?<=\])\([^)]*\)|<[^>]+>")


def committed_outputs(notebook: Notebook) -> list[str]:
    """Outputs spoil predictions: none is committed."""
    return [
        f"{_name(cell)} has outputs"
        for cell in _code(notebook)
        if cell.outputs or cell.execution_count is not None
    ]


def long_cells(notebook: Notebook) -> list[str]:
    """Code cells have at most 12 lines of 76 columns, text cells 60 words."""
    found = []
    for cell in notebook.cells:
        lines = cell.source.splitlines()
        if cell.cell_type == "code":
            if len(lines) > MOST_LINES:
                found.append(f"{_name(cell)} has {len(lines)} lines")
            found += [
                f"{_name(cell)} has a line of {len(line)} columns"
                for line in lines
                if len(line) > MOST_COLUMNS
            ]
        elif (words := count_words(cell.source)) > MOST_WORDS:
            found.append(f"{_name(cell)} has {words} words")
    return found


def count_words(markdown: str) -> int:
    """Count what is read aloud: no markup, no link target, no fenced code."""
    text = _TARGET.sub(" ", _FENCE.sub(" ", markdown))
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def unproven_claims(notebook: Notebook) -> list[str]:
    """A text cell tagged `claim` and a `docassert` of at most 3 lines stand in pairs."""
    found = []
    cells = [None, *notebook.cells, None]
    for cell, following in pairwise(cells):
        if _has(cell, "claim") and not _has(following, "docassert"):
            found.append(f"{_name(cell)} claims, but no docassert follows")
        if _has(following, "docassert") and not _has(cell, "claim"):
            found.append(f"{_name(following)} asserts, but no claim stands before it")
    found += [
        f"{_name(cell)} claims, but is no text"
        for cell in notebook.cells
        if _has(cell, "claim") and cell.cell_type != "markdown"
    ]
    for cell in notebook.cells:
        if not _has(cell, "docassert"):
            continue
        lines = [x for x in cell.source.splitlines() if x.strip() and not x.startswith("#")]
        if cell.cell_type != "code" or not any(x.startswith("assert ") for x in lines):
            found.append(f"{_name(cell)} is a docassert that asserts nothing")
        if len(lines) > MOST_LINES_OF_ASSERT:
            found.append(f"{_name(cell)} is a docassert of {len(lines)} lines")
    return found


def unfolded_cells(notebook: Notebook) -> list[str]:
    """Cells tagged `hidden` or `docassert` are folded away."""
    return [
        f"{_name(cell)} is not folded"
        for cell in notebook.cells
        if (_has(cell, "hidden") or _has(cell, "docassert"))
        and not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]


def silent_images(notebook: Notebook) -> list[str]:
    """Every image in a text cell has a text alternative."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            blank = [hit for hit in _IMAGE.finditer(cell.source) if not hit["alt"].strip()]
            found += [f"{_name(cell)} has ![]() without a text" for _ in blank]
            found += [f"{_name(cell)}: {problem}" for problem in _silent_html(cell.source)]
    return found


STYLE: tuple[Rule, ...] = (
    committed_outputs,
    long_cells,
    unproven_claims,
    unfolded_cells,
    silent_images,
)


def errors(executed: Notebook) -> list[str]:
    """No cell ends in an error."""
    return [
        f"{_name(cell)}: {output.ename}: {output.evalue}"
        for cell, output in _outputs(executed)
        if output.output_type == "error"
    ]


def stderr(executed: Notebook) -> list[str]:
    """No cell writes to stderr: a warning without a word about it unsettles."""
    return [
        f"{_name(cell)} wrote to stderr: {text}"
        for cell, output in _outputs(executed)
        if output.output_type == "stream" and output.name == "stderr"
        if (text := ALLOWED_STDERR.sub("", output.text).strip())
    ]


def not_run(executed: Notebook) -> list[str]:
    """Every code cell ran."""
    return [
        f"{_name(cell)} did not run"
        for cell in _code(executed)
        if cell.source.strip() and cell.execution_count is None
    ]


def silent_figures(executed: Notebook) -> list[str]:
    """Every image shown has a text alternative.

    JupyterLab drops the one of a bare ``image/png`` output, so each image must
    come as HTML.
    """
    found = []
    for cell, output in _outputs(executed):
        data = output.get("data", {})
        html = data.get("text/html", "")
        bare = [kind for kind in data if kind.startswith("image/")]
        if bare and not any(mark in html for mark in ("<img", "<svg")):
            found.append(f"{_name(cell)} shows {bare[0]} without HTML around it")
        found += [f"{_name(cell)}: {problem}" for problem in _silent_html(html)]
    return found


RESULT: tuple[Rule, ...] = (errors, stderr, not_run, silent_figures)


def exercises_not_done(executed: Notebook) -> list[str]:
    """With the solutions, every verdict shown is "Done."."""
    return _verdicts_without("Done.", executed)


def exercises_already_done(executed: Notebook) -> list[str]:
    """With the starting code, every verdict shown is "Not yet."."""
    return _verdicts_without("Not yet.", executed)


def stated_minutes(notebook: Notebook) -> int | None:
    """Return how many minutes the first cell says that the core takes, None if it does not."""
    said = _MINUTES.search(notebook.cells[0].source)
    if said is None:
        return None
    return int(said["digits"]) if said["digits"] else _NUMBERS[said["word"].lower()]


def is_graded(cell: Cell) -> bool:
    """Return whether *cell* calls ``check`` with an answer beside the exercise's name."""
    if cell.cell_type != "code":
        return False
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a magic; the rule on errors tells real ones
        return False
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
        and len(node.args) + len(node.keywords) > 1
        for node in ast.walk(tree)
    )


def _verdicts_without(beginning: str, executed: Notebook) -> list[str]:
    return [
        f"{_name(cell)} does not show a verdict {beginning!r}"
        for cell in _code(executed)
        if is_graded(cell) and not any(one.startswith(beginning) for one in _said(cell))
    ]


def _said(cell: Cell) -> list[str]:
    return [output.get("data", {}).get("text/plain", "") for output in cell.outputs]


class _Images(HTMLParser):
    """Collects images that say nothing to those who do not see them."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = given.get("aria-hidden") == "true"
        if tag == "img" and not hidden and not (given.get("alt") or "").strip():
            self.silent.append("<img> without alt")
        if tag == "svg" and not hidden and not (given.get("aria-label") or "").strip():
            self.silent.append("<svg> without aria-label")


def _silent_html(html: str) -> list[str]:
    parser = _Images()
    parser.feed(html)
    parser.close()
    return parser.silent


def _code(notebook: Notebook) -> list[Cell]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _outputs(notebook: Notebook) -> Iterator[tuple[Cell, Any]]:
    return ((cell, output) for cell in _code(notebook) for output in cell.outputs)


def _has(cell: Cell | None, tag: str) -> bool:
    return cell is not None and tag in cell.metadata.get("tags", ())


def _name(cell: Cell) -> str:
    first = (cell.source.strip().splitlines() or ["(empty)"])[0]
    return f"cell {cell.id} ({first[:40]})"
