"""The exposure map: who has the secret, from which step until which."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from labapp.errors import LabError
from labapp.figures.picture import GREY, INK, WINE, Picture, Table, new_figure
from labapp.figures.windows import (
    ACTING,
    ALSO,
    READING,
    Column,
    Row,
    columns,
    runs,
    seen,
    until,
)
from labapp.lab import Visit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = 0.55  # of a row, above the row of acting
_TITLE = 84  # signs of 17 points on one line
_WORDS = {True: "seen", False: "not seen", None: "unknown"}


def exposure_map(*visits: Visit) -> Picture:
    """Draw *visits* as columns and people as rows; a bar is a window of exposure.

    Pass visits one by one or as ``*one_by_one(secret)``. Raises `LabError` if
    there is none.
    """
    if not visits or not all(isinstance(visit, Visit) for visit in visits):
        raise LabError("exposure_map takes visits: exposure_map(before, after).")
    names = columns(visits)
    answers = {row: [seen(visit, row) for visit in visits] for row in (*READING, *ACTING)}
    finding = _finding(names, answers)
    figure = new_figure()
    figure.text(
        0.02, 0.965, fill(finding, _TITLE), fontsize=17, weight="bold", va="top", color=INK
    )
    axes = figure.add_axes((0.02, 0.09, 0.96, 0.79))
    left, right = -3.12 * len(visits) / 7, len(visits) + 1.55 * len(visits) / 7
    axes.set_xlim(left, right)
    axes.set_ylim(len(READING) + len(ACTING) + _GAP + 0.4, -1.5)
    axes.axis("off")
    for column, name in enumerate(names):
        axes.text(
            column + 0.5,
            -0.95,
            fill(name.heading, max(13, 90 // len(visits))),
            ha="center",
            va="center",
            fontsize=13,
            color=INK,
        )
    axes.text(left, -0.95, "Someone who ...", fontsize=13, color=GREY, va="center")
    unsaid = True
    for index, row in enumerate((*READING, *ACTING)):
        y = index + (_GAP if row in ACTING else 0)
        axes.text(left, y, row.deed, fontsize=13.5, color=INK, va="center")
        # Said on the first bar with room for it, so that no legend is needed.
        room = all(answers[row][: max(2, len(visits) // 2)])
        say = unsaid and room and row in READING
        unsaid = unsaid and not say
        _row(axes, y, answers[row], "has the secret" if say else "")
        ending = until(answers[row], names)
        axes.text(
            len(visits) + 0.06 * len(visits) / 7, y, ending, fontsize=13, va="center",
            color=INK, weight="bold" if ending == "open to the end" else "normal",
        )  # fmt: skip
    rule = len(READING) - 0.5 + _GAP / 2
    axes.plot([left, right], [rule, rule], color=GREY, linewidth=1)
    bottom = len(READING) + len(ACTING) + _GAP
    axes.text(left, bottom, "the form still works", fontsize=13, color=GREY, va="center")
    for column, visit in enumerate(visits):
        axes.text(
            column + 0.5, bottom, "yes" if visit.works else "NO", ha="center", va="center",
            fontsize=13, color=GREY if visit.works else INK,
        )  # fmt: skip
    figure.text(0.02, 0.03, _caption(visits), fontsize=13, color=GREY)
    return Picture(figure, finding, _table(visits, names, answers))


def _row(axes: Axes, y: float, answers: Sequence[bool | None], words: str) -> None:
    from matplotlib.patches import Rectangle

    axes.plot([0, len(answers)], [y, y], color="#cccccc", linewidth=0.8, zorder=0)
    for run in runs(answers):
        first, width = run.first + 0.05, run.last - run.first + 0.9
        if run.answer:
            axes.add_patch(
                Rectangle((first, y - 0.24), width, 0.48, facecolor=WINE, linewidth=0)
            )
            if words:
                axes.text(
                    first + width / 2, y, words, ha="center", va="center", fontsize=13,
                    color="white", weight="bold",
                )  # fmt: skip
            if run.first:
                _opens(axes, first, y)
        elif run.answer is None:
            axes.add_patch(
                Rectangle(
                    (first, y - 0.24), width, 0.48,
                    facecolor="white", edgecolor=GREY, hatch="////", linewidth=1,
                )
            )  # fmt: skip
            axes.text(
                first + width / 2, y, "?", ha="center", va="center", fontsize=15, weight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
        else:
            columns = [column + 0.5 for column in range(run.first, run.last + 1)]
            axes.plot(
                columns, [y] * len(columns), linestyle="", marker="o", markersize=6,
                markerfacecolor="white", markeredgecolor=GREY,
            )  # fmt: skip


def _opens(axes: Axes, x: float, y: float) -> None:
    axes.plot([x, x], [y - 0.4, y + 0.4], color="black", linewidth=5, zorder=4)
    axes.text(
        x + 0.1, y, "opens", va="center", fontsize=13, weight="bold", color="white", zorder=5
    )


def _finding(names: Sequence[Column], answers: dict[Row, list[bool | None]]) -> str:
    """Say in one sentence what the last column closed, and what stays open."""
    last = {row: found[-1] for row, found in answers.items() if row in READING}
    opened = [row.name for row, answer in last.items() if answer]
    unsure = [row.name for row, answer in last.items() if answer is None]
    closed = [
        row.name for row, now in last.items() if now is False and answers[row][-2:-1] == [True]
    ]
    parts = []
    if len(names) > 1 and not unsure:
        step = names[-1].heading.removeprefix("+ ")
        # A sentence begins with a capital; HTTPS and POST already do.
        parts.append(f"{step[0].upper()}{step[1:]} closes {_list(closed) or 'nothing here'}")
    if unsure:
        parts.append(f"unknown: {_list(unsure)}")
    parts.append(
        f"still open: {_list(opened)}" if opened else "nobody listed here has the secret"
    )
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _list(names: Sequence[str]) -> str:
    if not names:
        return ""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _caption(visits: Sequence[Visit]) -> str:
    capture = visits[0].capture
    also = [label for key, label in ALSO.items() if visits[-1].seen[key]]
    more = f" Also open in the last column: {', '.join(also)}." if also else ""
    return f"{capture.backend}: {capture.fidelity}.{more}"


def _table(
    visits: Sequence[Visit], names: Sequence[Column], answers: dict[Row, list[bool | None]]
) -> Table:
    rows = [
        (row.deed, *(_WORDS[answer] for answer in found), until(found, names))
        for row, found in answers.items()
    ]
    works = ("the form still works", *("yes" if v.works else "no" for v in visits), "")
    return Table(("someone who ...", *(name.heading for name in names), "open"), [*rows, works])
