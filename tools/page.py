"""An executed notebook as one HTML page to read: no script, nothing fetched.

What a prediction asks for is folded away after it, as are solutions and checks.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

Cell = Any
STYLE = "xcode"  # each of its colours has a contrast of 4.5 or more on white
MEASURED = "What was measured. Write down your prediction first, then open this."
SOLUTION = "One solution, and what it shows. Try it yourself first."
PROOF = "The check of this text in the notebook: it passed."
HIDDEN = "Code that the notebook folds away."

CSS = """
body { margin: 0 auto; max-width: 62em; padding: 0 1em 4em; color: #222; background: #fff;
  font: 17px/1.6 system-ui, sans-serif; }
nav { display: flex; flex-wrap: wrap; gap: 0 2em; padding: 1em 0; }
a { color: #7b1e3b; }
h1, h2 { line-height: 1.25; }
h2 { margin-top: 2em; }
pre { overflow-x: auto; margin: 0; padding: .6em .8em; font: 14px/1.45 ui-monospace, monospace; }
.code { background: #f5f5f5; border-left: 4px solid #767676; margin: 1em 0 0; }
.output { margin: .4em 0 1em; overflow-x: auto; }
details { margin: 1em 0; }
details.fold { border: 1px solid #767676; padding: 0 1em; }
details.fold[open] { padding-bottom: 1em; }
details.fold > summary { padding: .6em 0; font-weight: bold; }
details.aside > summary { color: #555; font-size: 15px; }
summary { cursor: pointer; }
summary:focus-visible, a:focus-visible { outline: 3px solid #7b1e3b; outline-offset: 2px; }
table { border-collapse: collapse; } th, td { padding: .2em .6em; text-align: left; }
""" + HtmlFormatter(style=STYLE, cssclass="code").get_style_defs(".code")
_LINK = re.compile(r'(?<=href=")([\w-]+)\.ipynb(?=[#"])')
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)


class NotExecuted(Exception):
    """A notebook with a cell that failed: nobody should read such a page."""


@dataclass(frozen=True)
class Chapter:
    """One notebook, run with its solutions, and the same as *learners* get it."""

    name: str
    solved: Any
    learners: Any

    @property
    def title(self) -> str:
        """The first heading."""
        found = _HEADING.search(self.solved.cells[0].source)
        return found[1] if found else self.name


def page(title: str, body: str, links: Iterable[tuple[str, str]] = ()) -> str:
    """Return a whole page; *links* are (address, words) for its head."""
    shown = "".join(f'<a href="{escape(to)}">{escape(words)}</a>' for to, words in links)
    nav = f'<nav aria-label="Chapters">{shown}</nav>' if shown else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head>\n"
        f"<body>{nav}<main>\n{body}\n</main>{nav}</body></html>\n"
    )


def body(chapter: Chapter) -> str:
    """Return the cells of *chapter*; `NotExecuted` if one of them failed."""
    cells = chapter.solved.cells
    for cell in cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise NotExecuted(f"{chapter.name}: {output.ename}: {output.evalue}")
    ends = dict(folds(cells))
    starts, parts = {cell.id: cell for cell in chapter.learners.cells}, []
    places = _places(cells, chapter.learners.cells)
    open_until: list[int] = []
    for number, cell in enumerate(cells):
        while open_until and open_until[-1] == number:
            open_until.pop()
            parts.append("</details>")
        if cell.id in starts:
            parts.append(_shown(cell))
        else:
            if (start := places.get(number)) is not None:
                parts.append(_shown(start))
            parts.append(_folded("fold", SOLUTION, _shown(cell)))
        if number in ends:
            open_until.append(ends[number])
            parts.append(f'<details class="fold"><summary>{MEASURED}</summary>')
    parts += ["</details>"] * len(open_until)
    return "\n".join(parts)


def folds(cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Yield (number of a prediction's cell, number of the first cell that is not folded).

    Folded is all that follows, to the end of the section in which the prediction is
    put beside the measurement; a heading in between may give the answer away, too.
    """
    for number, cell in enumerate(cells):
        if cell.cell_type != "code" or (name := _prediction(cell.source)) is None:
            continue
        beside = next(
            (
                later
                for later in range(number + 1, len(cells))
                if cells[later].cell_type == "code"
                and f"{name}.beside(" in cells[later].source
                and "docassert" not in _tags(cells[later])
            ),
            number,
        )
        yield (
            number,
            next(
                (
                    later
                    for later in range(beside + 1, len(cells))
                    if cells[later].cell_type == "markdown"
                    and cells[later].source.startswith(("# ", "## "))
                ),
                len(cells),
            ),
        )


def _prediction(source: str) -> str | None:
    """Return the name to which a cell assigns a prediction, or None."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id == "predict"
            and isinstance(node.targets[0], ast.Name)
        ):
            return node.targets[0].id
    return None


def _places(solved: Sequence[Cell], learners: Sequence[Cell]) -> dict[int, Cell]:
    """Return, by the number of a solved cell, the cell that learners start from."""
    kept = {cell.id for cell in solved}
    starts = iter([cell for cell in learners if cell.id not in kept])
    own = {cell.id for cell in learners}
    return {
        number: next(starts)
        for number, cell in enumerate(solved)
        if cell.id not in own and "solution" not in _tags(cell)
    }


def _shown(cell: Cell) -> str:
    if cell.cell_type == "markdown":
        return _markdown(cell.source)
    outputs = "".join(_output(output) for output in cell.outputs)
    code = highlight(cell.source, PythonLexer(), HtmlFormatter(style=STYLE, cssclass="code"))
    if "docassert" in _tags(cell):
        return _folded("aside", PROOF, code) + outputs
    if "hidden" in _tags(cell):
        return _folded("aside", HIDDEN, code) + outputs
    return f"{code}{outputs}"


def _output(output: Any) -> str:
    if output.output_type == "stream":
        return f'<div class="output"><pre>{escape(output.text)}</pre></div>'
    html = output.data.get("text/html") or f"<pre>{escape(output.data['text/plain'])}</pre>"
    return f'<div class="output">{html}</div>'


def _folded(kind: str, summary: str, content: str) -> str:
    return f'<details class="{kind}"><summary>{summary}</summary>{content}</details>'


def _markdown(text: str) -> str:
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html: str = MarkdownWithMath(renderer=renderer).render(text)
    return _LINK.sub(r"\1.html", html)


def _tags(cell: Cell) -> list[str]:
    return list(cell.metadata.get("tags", ()))
