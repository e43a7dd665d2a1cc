"""Write the layers into docs/design.md, and draw them: docs/images/layers.svg.

Usage: python tools/write_design.py [--check]

The layers are those of the import contract in pyproject.toml. What each of them is
stands in one place, the first line of its docstring.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURE = "docs/design.md", "docs/images/layers.svg"
BEGIN, END = (f"<!-- layers: {word} -->" for word in ("begin", "end"))

WIDTH, BAR, GAP, LEFT = 640, 22, 6, 32  # pixels
# Light and dark pages alike: the picture brings a ground of its own.
GROUND, FILL, LINE, INK = "#ffffff", "#eef2f6", "#8a99a8", "#1b2733"


def layers(root: Path = ROOT) -> list[list[str]]:
    """Return the names of the contract's layers, highest first, siblings together."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [[name.strip() for name in line.split("|")] for line in contract["layers"]]


def source(name: str, root: Path = ROOT) -> Path:
    """Return the file that holds the docstring of the layer *name*."""
    package = root / "labapp" / name / "__init__.py"
    return package if package.exists() else root / "labapp" / f"{name}.py"


def promise(name: str, root: Path = ROOT) -> str:
    """Return the first line of the docstring of the layer *name*."""
    docstring = ast.get_docstring(ast.parse(source(name, root).read_text(encoding="utf-8")))
    return (docstring or "").partition("\n")[0].replace("``", "`")


def table(root: Path = ROOT) -> str:
    """Return the layers as a table, highest first; siblings share a row's end."""
    rows = ["| layer | what it is |", "|---|---|"]
    for siblings in layers(root):
        for name in siblings:
            path = source(name, root)
            target = path.parent if path.name == "__init__.py" else path
            rows.append(
                f"| [`{name}`](../{target.relative_to(root).as_posix()}) "
                f"| {promise(name, root)} |"
            )
    return "\n".join(rows)


def picture(root: Path = ROOT) -> str:
    """Return the layers as a drawing: a bar for each, siblings side by side."""
    rows = layers(root)
    height = GAP + len(rows) * (BAR + GAP)
    said = "; ".join(", ".join(row) for row in rows)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" '
        f'font-family="ui-monospace, monospace" font-size="14" text-anchor="middle">'
    )
    lines = [
        head,
        f"<title>{escape(f'The layers, highest first: {said}.')}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{GROUND}"/>',
        f'<path d="M16 {GAP} V{height - GAP} m-5 -8 l5 8 l5 -8" fill="none" stroke="{INK}"/>',
    ]
    for number, row in enumerate(rows):
        lines += _bars(row, GAP + number * (BAR + GAP))
    return "\n".join([*lines, "</svg>", ""])


def _bars(names: list[str], top: int) -> Iterator[str]:
    room = (WIDTH - LEFT - GAP * len(names)) / len(names)
    for number, name in enumerate(names):
        left = LEFT + number * (room + GAP)
        yield (
            f'<rect x="{left:g}" y="{top}" width="{room:g}" height="{BAR}" rx="3" '
            f'fill="{FILL}" stroke="{LINE}"/>'
        )
        yield f'<text x="{left + room / 2:g}" y="{top + 16}" fill="{INK}">{escape(name)}</text>'


def with_table(text: str, root: Path = ROOT) -> str:
    """Return *text* with the table of now between the two markers."""
    before, _, rest = text.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ValueError(f"{PAGE} needs a line {BEGIN} and, below it, a line {END}.")
    return f"{before}{BEGIN}\n{table(root)}\n{END}{after}"


def files(root: Path = ROOT) -> dict[str, str]:
    """Return what each of the two files must hold, by its path."""
    page = (root / PAGE).read_text(encoding="utf-8")
    return {PAGE: with_table(page, root), PICTURE: picture(root)}


def main(arguments: list[str] | None = None, root: Path = ROOT) -> str | int:
    """Write, or with --check only compare; return 0, or what is wrong."""
    parser = argparse.ArgumentParser(description="Write the layers into docs/design.md.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    for name, text in files(root).items():
        path = root / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            return f"{name} is not in step with contract and docstrings: run make design"
        path.write_text(text, encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
