"""A picture: a figure, a sentence that says what it shows, and a real table."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from labapp.figures.style import DPI, PAPER
from labapp.figures.table import Table
from labapp.saving import write
from labapp.show.card import CARD

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class Picture:
    """One figure; *finding* is its text alternative, in one sentence.

    In a notebook it stands on a white card in any theme, with the table folded
    below it. `figure` is matplotlib's, for whoever wants to change it.
    """

    figure: Figure
    finding: str
    table: Table

    def png(self, dpi: int = DPI) -> bytes:
        """Return the figure as PNG: 1,330 pixels wide unless *dpi* says otherwise."""
        from matplotlib import style

        buffer = BytesIO()
        # A dark style chosen for a learner's own plots is not for this paper.
        with style.context("default"):
            self.figure.savefig(buffer, format="png", dpi=dpi, facecolor=PAPER)
        _give_back(self.figure)
        return buffer.getvalue()

    def save(self, path: str | Path, dpi: int = DPI) -> Path:
        """Write the figure as PNG to *path*; `LabError` if that cannot be done."""
        target = Path(path)
        write(target, self.png(dpi))
        return target

    def _repr_html_(self) -> str:
        # An <img> of our own: IPython's Image loses its alt text in JupyterLab.
        image = b64encode(self.png()).decode("ascii")
        return (
            f'<figure style="{CARD};max-width:none;padding:10px">'
            f'<img style="max-width:100%;height:auto" alt="{escape(self.finding)}" '
            f'src="data:image/png;base64,{image}">'
            f"<details><summary>This figure as a table</summary>{self.table.html}</details>"
            "</figure>"
        )

    def __repr__(self) -> str:
        return f"<Picture: {self.finding}>"


def _give_back(figure: Figure) -> None:
    """Free the canvas on which *figure* was drawn: 4 MB, and a notebook keeps its figures.

    Each text remembers where it was drawn last, but for pickling (`Text.__getstate__`).
    """
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        vars(text)["_renderer"] = None
