"""Run every chapter and write it as a page to read without running anything.

Usage: python -m tools.render_html [FOLDER] [--only 00,01]

The pages are for whoever has no Jupyter at hand: they need no script and no network.
What a prediction asks for, and solutions, are folded away until they are opened.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from tools.build_notebooks import SOURCES, build
from tools.page import Chapter, body, page

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "html"
TITLE = "Secrets on the Wire"
INTRODUCTION = """\
<h1>Secrets on the Wire</h1>
<p>These are all chapters, run once with everything they show. Nothing runs here.</p>
<p>Where a chapter asks for your prediction, write it down before you open what was
measured. Do the same with exercises. In the notebooks you would use words of your own.</p>
"""


def chapters(names: Sequence[str]) -> Iterator[Chapter]:
    """Run the sources called *names* with their solutions, each on a fresh kernel."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel
    for name in names:
        source = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
        solved, learners = (
            nbformat.reads(build(source, solved=edition), as_version=4)
            for edition in (True, False)
        )
        with TemporaryDirectory(prefix="labapp-html-") as folder:
            NotebookClient(
                solved,
                timeout=120,
                kernel_name="python3",
                allow_errors=True,  # told by name, with the chapter
                resources={"metadata": {"path": folder}},
            ).execute(stderr=subprocess.DEVNULL)  # what a kernel logs is not of a chapter
        yield Chapter(name, solved, learners)


def write(made: Sequence[Chapter], folder: Path) -> None:
    """Write a page for each chapter, and index.html, to *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, chapter in enumerate(made):
        links = [("index.html", "All chapters")]
        for step, word in ((-1, "Before: "), (1, "Next: ")):
            if 0 <= number + step < len(made):
                other = made[number + step]
                links.append((f"{other.name}.html", word + other.title))
        text = page(f"{chapter.title} - {TITLE}", body(chapter), links)
        (folder / f"{chapter.name}.html").write_text(text, encoding="utf-8")
    listed = "".join(
        f'<li><a href="{one.name}.html">{one.name[:2]} {escape(one.title)}</a></li>'
        for one in made
    )
    text = page(TITLE, f"{INTRODUCTION}<ul>{listed}</ul>")
    (folder / "index.html").write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run and write; return 0."""
    parser = argparse.ArgumentParser(description="Write every chapter, run, as a page.")
    parser.add_argument("folder", nargs="?", type=Path, default=TARGET)
    parser.add_argument("--only", metavar="00,01", default="", help="these chapters alone")
    options = parser.parse_args(arguments)
    wanted = tuple(filter(None, options.only.split(",")))
    names = sorted(path.stem for path in SOURCES.glob("[0-9]*.py"))
    chosen = [name for name in names if not wanted or name.startswith(wanted)]
    made = []
    for chapter in chapters(chosen):
        made.append(chapter)
        print(f"ran {chapter.name}", flush=True)
    write(made, options.folder)
    print(f"Open {options.folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
