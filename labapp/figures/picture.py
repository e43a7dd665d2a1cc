"""A picture: a figure, a sentence that says what it shows, and a real table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from labapp.errors import LabError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 13.3, 6.6  # inches; a slide's width, at 13 points readable from the back
WINE, INK, GREY, PALE = "#7b1e3b", "#222222", "#6b6b6b", "#dddddd"
_DPI = 100


@dataclass(frozen=True)
class Table:
    """The figure's content in words: a heading per column, then rows of text."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def html(self) -> str:
        """A table with header scopes; the first cell of a row is its heading."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


@dataclass(frozen=True, repr=False)
class Picture:
    """One figure; *finding* is its text alternative, in one sentence.

    In a notebook it stands on a white card in any theme, with the table folded
    below it. `figure` is matplotlib's, for whoever wants to change it.
    """

    figure: Figure
    finding: str
    table: Table

    def png(self, dpi: int = _DPI) -> bytes:
        """Return the figure as PNG."""
        buffer = BytesIO()
        self.figure.savefig(buffer, format="png", dpi=dpi, facecolor="white")
        return buffer.getvalue()

    def save(self, path: str | Path, dpi: int = _DPI) -> Path:
        """Write the figure as PNG to *path*; `LabError` if that cannot be done."""
        target = Path(path)
        try:
            target.write_bytes(self.png(dpi))
        except OSError as error:
            raise LabError(
                f"Cannot write {target}: {error.strerror}. Choose a folder you may write to."
            ) from None
        return target

    def _repr_html_(self) -> str:
        # An <img> of our own: IPython's Image loses its alt text in JupyterLab.
        image = b64encode(self.png()).decode("ascii")
        return (
            '<figure style="background:#fff;color:#222;margin:0;padding:8px">'
            f'<img style="max-width:100%;height:auto" alt="{escape(self.finding)}" '
            f'src="data:image/png;base64,{image}">'
            f"<details><summary>This figure as a table</summary>{self.table.html}</details>"
            "</figure>"
        )

    def __repr__(self) -> str:
        return f"<Picture: {self.finding}>"


def new_figure(height: float = HEIGHT) -> Figure:
    """Return an empty figure of the lab's size and type; pyplot is never used."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 13}):
        return Figure(figsize=(WIDTH, height), dpi=_DPI)
