"""Pages to read: `tools.page` and `tools.render_html`."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.test_notebooks import NAMES, read, read_solved
from tools import render_html
from tools.page import MEASURED, SOLUTION, Chapter, NotExecuted, body, folds

LOADS = {"audio", "embed", "iframe", "img", "link", "object", "script", "source", "video"}


class Parts(HTMLParser):
    """Which text is folded away, by how many folds, and what a page would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.depth: dict[str, int] = {}
        self.loaded: list[str] = []
        self.silent: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            assert "open" not in given
            self.open.append(given.get("class") or "")
        address = given.get("src") or (given.get("href") if tag == "link" else "") or ""
        if tag in LOADS and not address.startswith("data:"):
            self.loaded.append(f"{tag} {address}")
        if tag == "img" and not (given.get("alt") or "").strip():
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for word in re.findall(r"WORD\d", data):
            self.depth[word] = self.open.count("fold")


def chapter(solved: list[Any], learners: list[Any] | None = None) -> Chapter:
    """Return a chapter of these cells; *learners* get the same unless told otherwise."""
    return Chapter(
        "00_test",
        new_notebook(cells=solved),
        new_notebook(cells=solved if learners is None else learners),
    )


PREDICTION = [
    new_markdown_cell("## Predict WORD1"),
    new_code_cell("guess = predict('after POST', 'log')\nguess  # WORD2"),
    new_code_cell("after = visit(secret, remedy.post)  # WORD3"),
    new_markdown_cell("## The answer in a heading WORD4"),
    new_code_cell("guess.beside(after)  # WORD5"),
    new_markdown_cell("It is so. WORD6"),
    new_markdown_cell("## What comes next WORD7"),
]


def test_what_a_prediction_asks_for_is_folded() -> None:
    """From the prediction to the end of the section that measures it, headings included."""
    parts = Parts(body(chapter(PREDICTION)))

    assert parts.depth == {
        "WORD1": 0,
        "WORD2": 0,
        "WORD3": 1,
        "WORD4": 1,
        "WORD5": 1,
        "WORD6": 1,
        "WORD7": 0,
    }
    assert parts.open == []


def test_a_prediction_at_the_end_is_folded() -> None:
    """Without a section after it the fold ends with the page."""
    text = body(chapter(PREDICTION[:-1]))

    assert Parts(text).depth["WORD6"] == 1
    assert text.count("<details") == text.count("</details>")


@pytest.mark.parametrize("name", NAMES)
def test_no_measurement_stands_open(name: str) -> None:
    """In every chapter each prediction's comparison is inside a fold."""
    cells = read_solved(name).cells
    folded = {n for start, end in folds(cells) for n in range(start + 1, end)}
    measured = {
        number
        for number, cell in enumerate(cells)
        if cell.cell_type == "code" and ".beside(" in cell.source
    }

    assert measured <= folded
    assert measured or not any("predict(" in cell.source for cell in cells)


@pytest.mark.parametrize("name", NAMES)
def test_every_solution_stands_after_its_start(name: str) -> None:
    """In every chapter the learners' cells stay, in their order, before what solves them."""
    solved, learners = read_solved(name), read(name)
    text = body(Chapter(name, solved, learners))
    own = {cell.id for cell in learners.cells}

    assert text.count(SOLUTION) == sum(cell.id not in own for cell in solved.cells)
    assert text.count("Your lines here") == sum(
        "Your lines here" in cell.source for cell in learners.cells
    )


def test_a_solution_is_folded() -> None:
    """The start is shown, the solution and what it prints are not."""
    solved = new_code_cell("x = 'WORD2'", outputs=[new_output("stream", text="WORD3")])
    start = new_code_cell("x = 'WORD1'")
    extra = new_code_cell("'WORD4'", metadata={"tags": ["solution"]})
    parts = Parts(body(chapter([solved, extra], [start])))

    assert parts.depth == {"WORD1": 0, "WORD2": 1, "WORD3": 1, "WORD4": 1}


def test_output_is_text_unless_it_is_html() -> None:
    """HTML stays HTML, everything else is escaped; a widget shows its text."""
    widget = "application/vnd.jupyter.widget-view+json"
    outputs = [
        new_output("stream", text="<i>"),
        new_output("execute_result", {"text/plain": "<u>", widget: {}}),
        new_output("display_data", {"text/plain": "no", "text/html": "<b>yes</b>"}),
    ]
    text = body(chapter([new_code_cell("1", outputs=outputs)]))

    assert [part in text for part in ("&lt;i&gt;", "&lt;u&gt;", "<b>yes</b>", ">no<")] == [
        True,
        True,
        True,
        False,
    ]


def test_links_between_chapters_lead_to_pages() -> None:
    """A link to a notebook leads to its page, another stays."""
    cell = new_markdown_cell("[a](01_next.ipynb) [b](https://example.org/x.ipynb)")
    text = body(chapter([cell]))

    assert 'href="01_next.html"' in text
    assert 'href="https://example.org/x.ipynb"' in text


def test_a_chapter_that_failed_makes_no_page() -> None:
    """An error in a cell is told with the chapter's name."""
    failed = new_output("error", ename="ValueError", evalue="no")

    with pytest.raises(NotExecuted, match="00_test: ValueError: no"):
        body(chapter([new_code_cell("1", outputs=[failed])]))


@pytest.mark.timeout(240)
def test_first_chapter_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run and written by the command, it loads nothing, and its figures have their text."""
    assert render_html.main([str(tmp_path), "--only", "00"]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    text = (tmp_path / "00_start_here.html").read_text(encoding="utf-8")
    parts = Parts(text)

    assert names == {"00_start_here.html", "index.html"}
    assert 'href="00_start_here.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert text.count("<img") >= 3
    assert (parts.loaded, parts.silent, parts.open) == ([], [], [])
    assert text.index(MEASURED) < text.index("HTTPS closes the network")
    assert str(tmp_path / "index.html") in capsys.readouterr().out


def test_what_would_be_loaded_is_found() -> None:
    """The control: the look at a page finds a script, a style sheet and a silent image."""
    guilty = '<script src="x.js"></script><link href="x.css"><img src="x.png">'
    parts = Parts(guilty)

    assert (len(parts.loaded), len(parts.silent)) == (3, 1)
    assert Parts('<img src="data:x" alt="A map"><a href="x.html">x</a>').loaded == []
