"""What closes what: people as rows, remediations as columns, all combinations measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from labapp.figures.closing import DOING, ROWS, Closing, closers
from labapp.figures.columns import how, name
from labapp.figures.effects import finding_of, said
from labapp.figures.lanes import lanes
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, INK, MARGIN, PALE, WIDTH, WINE
from labapp.figures.table import Table
from labapp.figures.windows import Row
from labapp.lab import Visit

_DEEDS, _ENDINGS = 3.95, 1.25  # inches at the left and at the right
_DISC, _THICK = 13, 5  # points
_NOW = {True: "open", False: "closed", None: "unknown"}
_WHO = "what_closes_what"


@dataclass(frozen=True)
class Sign:
    """One sign in a row: a *kind* over the columns where its members stand."""

    kind: str  # "closes", "again", "opens" or "unknown"
    columns: tuple[int, ...]

    @property
    def first(self) -> int:
        """The column where it begins."""
        return self.columns[0]

    @property
    def last(self) -> int:
        """The column where it ends."""
        return self.columns[-1]


def what_closes_what(visits: Sequence[Visit]) -> Picture:
    """Draw what each remediation closes, alone or with others, and what it opens.

    *visits* are one for every combination, as `every_combination(secret)` makes
    them; `LabError` if they are not. A disc closes alone, joined discs close only
    together, a triangle opens, a ring closes what another had opened, and where
    there is nothing, nothing happens.
    """
    closing = Closing(visits, who=_WHO)
    finding = finding_of(closing)
    sheet = Sheet()
    line = sheet.style.line
    columns = len(closing.remediations)
    left, right = MARGIN + _DEEDS, WIDTH - MARGIN - _ENDINGS
    wide = min((right - left) / columns, 2.2)
    x = [left + wide * (column + 0.5) for column in range(columns)]
    y = _legend(sheet, sheet.title(finding) + 0.12)
    y = _headings(sheet, closing, x, wide, y)
    for row in ROWS:
        first = row is DOING[0]
        sheet.line([MARGIN, WIDTH - MARGIN], [y, y], color=GREY if first else PALE)
        stacked = lanes(list(_signs(closing, row)))
        deed = sheet.wrap(row.deed, _DEEDS - 0.1)
        high = max(len(deed) * line + 0.1, max(len(stacked), 1) * line * 1.12 + 0.04)
        sheet.words(MARGIN, y + high / 2, deed)
        for number, lane in enumerate(stacked):
            for sign in lane:
                _draw(sheet, sign, x, y + high * (number + 0.5) / len(stacked))
        now = closing.with_all(row)
        sheet.words(x[-1] + wide / 2 + 0.1, y + high / 2, _NOW[now], bold=now is not False)
        y += high
    works = sum(visit.works for visit in visits)
    caption = f"{len(visits)} visits; the form works in {works} of them. {how(visits)}"
    return sheet.picture(sheet.caption(y + 0.1, caption), finding, _table(closing))


def _legend(sheet: Sheet, top: float) -> float:
    y = top + sheet.style.line / 2
    at = MARGIN + 0.12
    for sign, words in (
        (Sign("closes", (0,)), "closes it alone"),
        (Sign("closes", (0, 1)), "only together"),
        (Sign("opens", (0,)), "opens it"),
        (Sign("again", (0,)), "closes it again"),
    ):
        ends = [at, at + 0.5]
        _draw(sheet, sign, ends, y)
        at = ends[sign.last] + 0.2
        sheet.words(at, y, words)
        at += sheet.width(words) + 0.38
    sheet.words(at - 0.1, y, "blank: nothing")
    return top + sheet.style.line


def _headings(
    sheet: Sheet, closing: Closing, x: Sequence[float], wide: float, top: float
) -> float:
    line = sheet.style.line
    heads = [sheet.wrap(name(one), wide - 0.05) for one in closing.remediations]
    foot = top + 0.1 + line * max(2, *map(len, heads))
    sheet.words(MARGIN, foot - line / 2, "Someone who ...", color=GREY)
    for middle, head in zip(x, heads, strict=True):
        sheet.words(middle, foot - line * len(head) / 2, head, align="center")
    end = ["with all", "of them"]
    sheet.words(x[-1] + wide / 2 + 0.1, foot - line, end, color=GREY)
    return foot + 0.08


def _signs(closing: Closing, row: Row) -> Iterable[Sign]:
    at = {one: column for column, one in enumerate(closing.remediations)}
    for group in closers(closing.truth[row]):
        yield Sign("closes", tuple(sorted(at[one] for one in group)))
    for one, column in at.items():
        found = closing.effect(row, one)
        if found.opens:
            yield Sign("opens", (column,))
        if found.again:
            yield Sign("again", (column,))
        if found.unknown:
            yield Sign("unknown", (column,))


def _draw(sheet: Sheet, sign: Sign, x: Sequence[float], y: float) -> None:
    if sign.kind == "opens":
        middle, half = x[sign.first], sheet.style.line * 0.36
        sheet.shape(
            [middle - half, middle, middle + half],
            [y + half * 0.85, y - half * 0.85, y + half * 0.85],
            fill=INK,
        )
    elif sign.kind == "again":
        turns = [step * pi / 18 for step in range(38)]
        radius = _DISC / 2 / 72 - 0.015
        sheet.line(
            [x[sign.first] + radius * cos(turn) for turn in turns],
            [y + radius * sin(turn) for turn in turns],
            color=WINE,
            thick=2.4,
        )
    elif sign.kind == "unknown":
        sheet.mark(x[sign.first], y, None)
    else:
        sheet.line([x[sign.first], x[sign.last]], [y, y], color=WINE, thick=_THICK)
        for column in sign.columns:
            sheet.mark(x[column], y, answer=True, size=_DISC)


def _table(closing: Closing) -> Table:
    rows = [
        (
            row.deed,
            *(said(closing.effect(row, one)) for one in closing.remediations),
            _NOW[closing.with_all(row)],
        )
        for row in ROWS
    ]
    names = (one.label for one in closing.remediations)
    return Table(("someone who ...", *names, "with all of them"), rows)
