"""A sheet: white paper on which things are placed in inches from the top left.

Words are measured before they are placed, so nothing overlaps and nothing is
cut off, whatever a learner's sentence is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from labapp.figures.lettering import MONO, SANS, balance, drawable, width, wrap
from labapp.figures.picture import Picture
from labapp.figures.style import DPI, GREY, INK, MARGIN, PAPER, WIDTH, WINE, current
from labapp.figures.table import Table

if TYPE_CHECKING:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

DASHES = (0, (4, 3))
Align = Literal["left", "center", "right"]


class Sheet:
    """Paper of the lab's width; `picture` cuts it at the height that was needed."""

    def __init__(self) -> None:
        from matplotlib.figure import Figure

        self.style = current()
        self._figure = Figure(figsize=(WIDTH, WIDTH), dpi=DPI, facecolor=PAPER)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, WIDTH)
        self._axes.axis("off")

    def title(self, finding: str) -> float:
        """Write the figure's finding across the top; return where it ends."""
        size = self.style.title
        lines = balance(finding, WIDTH - 2 * MARGIN, size, bold=True)
        high = size * 1.25 / 72
        for number, line in enumerate(lines):
            self.words(MARGIN, MARGIN + high * (number + 0.5), line, size=size, bold=True)
        return MARGIN + high * len(lines)

    def caption(self, top: float, text: str) -> float:
        """Write *text* below the figure, from *top* on; return where it ends."""
        lines = balance(text, WIDTH - 2 * MARGIN, self.style.text)
        middle = top + self.style.line * len(lines) / 2
        self.words(MARGIN, middle, lines, color=GREY)
        return top + self.style.line * len(lines) + MARGIN / 2

    def words(
        self,
        x: float,
        y: float,
        text: str | Sequence[str],
        *,
        size: float = 0,
        bold: bool = False,
        mono: bool = False,
        color: str = INK,
        align: Align = "left",
    ) -> None:
        """Write *text*, a line or several, with their middle at height *y*."""
        size = size or self.style.text
        lines = [text] if isinstance(text, str) else text
        first = y - (len(lines) - 1) * self.style.line / 2 + 0.36 * size / 72
        for number, line in enumerate(lines):
            # A dollar sign of the learner's is a dollar sign, not mathematics.
            self._axes.text(
                x,
                first + number * self.style.line,
                drawable(line),
                fontsize=size,
                family=MONO if mono else SANS,
                weight="bold" if bold else "normal",
                color=color,
                ha=align,
                va="baseline",
                parse_math=False,
                zorder=5,
            )

    def width(self, text: str, *, bold: bool = False, mono: bool = False) -> float:
        """Return how wide *text* is at this sheet's size, in inches."""
        return width(text, self.style.text, bold=bold, mono=mono)

    def wrap(self, text: str, inches: float, *, bold: bool = False) -> list[str]:
        """Return *text* in lines at most *inches* wide, at this sheet's size."""
        return wrap(text, inches, self.style.text, bold=bold)

    def box(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        *,
        fill: str = PAPER,
        edge: str = "none",
        line: float = 1,
        hatch: str | None = None,
    ) -> Patch:
        """Draw a rectangle from its top left corner; without an *edge* if none is named."""
        from matplotlib.patches import Rectangle

        return self._axes.add_patch(
            Rectangle(
                (x, y), wide, high, facecolor=fill, edgecolor=edge, linewidth=line,
                hatch=hatch, zorder=2,
            )
        )  # fmt: skip

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        color: str = GREY,
        thick: float = 1,
        dashed: bool = False,
        above: bool = False,
    ) -> Line2D:
        """Draw a line through points; *above* puts it over boxes."""
        (drawn,) = self._axes.plot(
            xs, ys, color=color, linewidth=thick, linestyle=DASHES if dashed else "solid",
            solid_capstyle="butt", dash_capstyle="butt", zorder=4 if above else 1,
        )  # fmt: skip
        return drawn

    def arrow(self, x: float, to: float, y: float, *, color: str, dashed: bool) -> None:
        """Draw a thick arrow at height *y*, from *x* to *to*."""
        self.line([x, to], [y, y], color=color, thick=2.6, dashed=dashed)
        back = 0.16 if to > x else -0.16
        self.shape([to, to - back, to - back], [y, y - 0.08, y + 0.08], fill=color)

    def shape(self, xs: Sequence[float], ys: Sequence[float], *, fill: str) -> None:
        """Fill the shape whose corners these are."""
        self._axes.fill(xs, ys, color=fill, linewidth=0, zorder=2)

    def mark(self, x: float, y: float, answer: bool | None, *, size: float = 6) -> None:
        """Draw a full disc for yes, a ring for no, a question mark for unknown."""
        if answer is None:
            self.words(x, y, "?", bold=True, align="center")
            return
        self._axes.plot(
            [x], [y], linestyle="", marker="o", markersize=size,
            markerfacecolor=WINE if answer else PAPER, markeredgecolor=WINE if answer else GREY,
            markeredgewidth=1.2, zorder=3,
        )  # fmt: skip

    def picture(self, height: float, finding: str, table: Table) -> Picture:
        """Return what was drawn, *height* inches high."""
        self._figure.set_size_inches(WIDTH, height)
        self._axes.set_ylim(height, 0)
        return Picture(self._figure, finding, table)
