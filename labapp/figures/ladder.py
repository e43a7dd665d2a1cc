"""The packet ladder: who sent what, and where in it the secret stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labapp.figures.flight import Flight, flights
from labapp.figures.picture import GREY, INK, WINE, Picture, Table, new_figure
from labapp.lab import Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES = {
    "request line": "#bdbdbd",
    "status line": "#bdbdbd",
    "headers": "#dcdcdc",
    "body": "#f1f1f1",
}
_LABEL_LONGEST = 40  # signs
_MONO = "DejaVu Sans Mono"


def packet_ladder(visit: Visit, step: str = "submit") -> Picture:
    """Draw one step of *visit*: arrows on the left, the bytes they carry on the right.

    Time runs downwards, not to scale. Only conversations with site.test are
    drawn; frames whose headers this lab wrote are dashed.
    """
    capture = visit.step(step).capture
    rows = list(flights(capture, visit.secret))
    finding = _finding(rows)
    figure = new_figure(1.9 + 0.62 * max(len(rows), 5))
    figure.text(0.02, 0.97, finding, fontsize=17, weight="bold", va="top", color=INK, wrap=True)
    ladder = figure.add_axes((0.02, 0.08, 0.42, 0.76))
    strip = figure.add_axes((0.46, 0.08, 0.52, 0.76))
    for axes in (ladder, strip):
        axes.set_ylim(len(rows) - 0.4, -1.0)
        axes.axis("off")
    _lifelines(ladder, rows)
    _strips(strip, rows)
    real = "dashed: headers written by this lab" if any(r.rebuilt for r in rows) else ""
    caption = f"{capture.backend}: {capture.fidelity}. Time runs down, not to scale."
    figure.text(0.02, 0.02, " ".join(filter(None, (caption, real))), fontsize=13, color=GREY)
    return Picture(figure, finding, _table(rows))


def _finding(rows: list[Flight]) -> str:
    seen = [block for row in rows for block in row.blocks]
    if seen:
        times = {1: "once", 2: "twice"}.get(len(seen), f"{len(seen)} times")
        parts = list(dict.fromkeys(block.part for block in seen))
        *most, last = [f"in the {part}" for part in parts]
        places = f"{', '.join(most)} and {last}" if most else last
        return f"The secret crosses {times} in the clear: {places}."
    size = sum(row.size for row in rows)
    sealed = "encrypted " if any(row.sealed for row in rows) else ""
    return f"{size:,} {sealed}bytes cross; the secret cannot be read in them."


def _lifelines(axes: Axes, rows: list[Flight]) -> None:
    axes.set_xlim(0, 10)
    for x, name in ((1, "visitor"), (9, "server")):
        axes.text(x, -0.75, name, ha="center", fontsize=15, weight="bold", color=INK)
        axes.plot([x, x], [-0.45, len(rows) - 0.5], color=GREY, linewidth=1)
    for y, row in enumerate(rows):
        left, right = (1, 9) if row.from_visitor else (9, 1)
        style = (0, (4, 3)) if row.rebuilt else "solid"
        if not row.size:
            axes.plot([1, 9], [y, y], color="#b5b5b5", linewidth=1, linestyle=style)
            axes.text(
                5, y, row.label, ha="center", va="center", fontsize=13, color=GREY,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
            )  # fmt: skip
            continue
        axes.annotate(
            "",
            xy=(right, y + 0.18),
            xytext=(left, y + 0.18),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.4,head_length=0.7",
                "linewidth": 2.6,
                "color": WINE if row.blocks else INK,
                "linestyle": style,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        axes.text(
            5, y + 0.02, _short(row.label), ha="center", va="bottom", fontsize=13,
            family=_MONO, color=INK,
        )  # fmt: skip


def _strips(axes: Axes, rows: list[Flight]) -> None:
    from matplotlib.patches import Rectangle

    longest = max((row.size for row in rows), default=1) or 1
    axes.set_xlim(0, longest * 1.02)
    axes.text(0, -0.75, "the bytes, first byte at the left", fontsize=13, color=GREY)
    for y, row in enumerate(rows):
        if not row.size:
            continue
        if row.sealed or not row.parts:
            axes.add_patch(
                Rectangle(
                    (0, y - 0.16),
                    row.size,
                    0.36,
                    facecolor="white",
                    edgecolor=GREY,
                    hatch="////",
                )
            )
            axes.text(
                longest * 0.01, y + 0.42, _sealed(row), fontsize=13, color=INK, va="center",
            )  # fmt: skip
            continue
        for part in row.parts:
            width = part.stop - part.start
            axes.add_patch(
                Rectangle(
                    (part.start, y - 0.16), width, 0.36,
                    facecolor=_SHADES[part.name], edgecolor="white", linewidth=1,
                )
            )  # fmt: skip
            if width > longest * 0.012 * len(part.name):
                axes.text(
                    part.start + longest * 0.006, y + 0.02, part.name, va="center",
                    fontsize=13, color=INK,
                )  # fmt: skip
        _blocks(axes, y, row, longest)


def _blocks(axes: Axes, y: int, row: Flight, longest: int) -> None:
    from matplotlib.patches import Rectangle

    for block in row.blocks:
        width = max(block.stop - block.start, longest * 0.006)
        axes.add_patch(
            Rectangle(
                (block.start, y - 0.2), width, 0.44,
                facecolor=WINE, edgecolor="black", linewidth=1.6, zorder=3,
            )
        )  # fmt: skip
        tag = f"{_short(block.text, 30)}   {block.part}, {_where(block.start, block.stop, row)}"
        late = block.start > longest * 0.5
        axes.text(
            block.stop if late else block.start, y + 0.42, tag, fontsize=13, color=WINE,
            va="center", ha="right" if late else "left",
        )  # fmt: skip


def _sealed(row: Flight) -> str:
    # A handshake is not all unreadable: the server's name stands in it.
    return f"{'' if row.label == 'TLS handshake' else 'unreadable, '}{row.size:,} bytes"


def _where(start: int, stop: int, row: Flight) -> str:
    return f"bytes {start} to {stop - 1} of {row.size:,}"


def _short(text: str, longest: int = _LABEL_LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _table(rows: list[Flight]) -> Table:
    return Table(
        ("what crossed", "sent by", "bytes", "the secret"),
        [
            (
                row.label,
                "both" if not row.size else "visitor" if row.from_visitor else "server",
                f"{row.size:,}" if row.size else "no data",
                "; ".join(
                    f"seen in {b.part}, {_where(b.start, b.stop, row)}" for b in row.blocks
                )
                or ("unreadable" if row.label == "encrypted bytes" else "not seen"),
            )
            for row in rows
        ],
    )
