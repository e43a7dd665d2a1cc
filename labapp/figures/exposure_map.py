"""The exposure map: who has the secret, from which step until which."""

from __future__ import annotations

from labapp.errors import LabError
from labapp.figures.change import change
from labapp.figures.columns import how
from labapp.figures.grid import Grid
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, INK, MARGIN, PALE, PAPER, WIDTH, WINE
from labapp.figures.table import Table
from labapp.figures.windows import ACTING, ALSO, READING, WORDS, Row, Windows
from labapp.lab import Visit

_SAYING = "has the secret"


def exposure_map(*visits: Visit) -> Picture:
    """Draw *visits* as columns and people as rows; a bar is a window of exposure.

    Pass visits one by one or as ``*one_by_one(secret)``. Raises `LabError` if
    there is none, or more than fit beside each other.
    """
    if not visits or not all(isinstance(visit, Visit) for visit in visits):
        raise LabError("exposure_map takes visits: exposure_map(before, after).")
    windows = Windows(visits)
    finding = change(windows.names, windows.answers, works=visits[-1].works)
    sheet = Sheet()
    grid = Grid(sheet, windows)
    y = grid.headings(sheet.title(finding) + 0.16)
    top, line = y, sheet.style.line
    explains = _row_that_explains(sheet, grid, windows)
    for row in windows.answers:
        if row is ACTING[0]:
            sheet.line([MARGIN, WIDTH - MARGIN], [y + 0.08, y + 0.08], above=True)
            y += 0.16
        high = grid.height(row)
        _row(sheet, grid, windows, row, y + high / 2, explains=row is explains)
        y += high
    if grid.gap:
        # A window that stays open stays open beyond the list; the break is in the steps.
        sheet.box(grid.gap[0], top, grid.gap[1] - grid.gap[0], y - top).set_zorder(3)
        middle = sum(grid.gap) / 2
        sheet.line([middle, middle], [top - 2 * line, y + line], dashed=True, above=True)
    _works(sheet, grid, visits, y + line / 2 + 0.04)
    caption = _caption(visits, explained=explains is not None)
    return sheet.picture(
        sheet.caption(y + line + 0.16, caption), finding, _table(visits, windows)
    )


def _row(
    sheet: Sheet, grid: Grid, windows: Windows, row: Row, y: float, *, explains: bool
) -> None:
    ending = grid.endings[row]
    sheet.words(MARGIN, y, grid.deeds[row])
    sheet.words(grid.end, y, ending, bold=windows.until(row) == "open to the end")
    bar = sheet.style.bar
    for run in windows.runs(row):
        left, right = grid.x[run.first], grid.x[run.last] + grid.wide
        sheet.line([left, right], [y, y], color=PALE)
        left, wide = left + 0.03, right - left - 0.06
        if run.answer:
            sheet.box(left, y - bar / 2, wide, bar, fill=WINE)
            if run.opens:
                _opens(sheet, left, y)
            elif explains:
                middle = left + min(wide, grid.before_gap - left) / 2
                sheet.words(middle, y, _SAYING, bold=True, color=PAPER, align="center")
                explains = False
        elif run.answer is None:
            sheet.box(left, y - bar / 2, wide, bar, edge=GREY, hatch="////")
            sheet.box(left + wide / 2 - 0.15, y - bar / 2 + 0.03, 0.3, bar - 0.06)
            sheet.mark(left + wide / 2, y, None)
        else:
            for column in range(run.first, run.last + 1):
                sheet.mark(grid.x[column] + grid.wide / 2, y, answer=False)


def _opens(sheet: Sheet, x: float, y: float) -> None:
    tick = sheet.style.bar * 0.82
    sheet.line([x, x], [y - tick, y + tick], color="#000000", thick=5, above=True)
    sheet.words(x + 0.09, y, "opens", bold=True, color=PAPER)


def _row_that_explains(sheet: Sheet, grid: Grid, windows: Windows) -> Row | None:
    """The row whose bar has most room for the words that replace a legend."""
    room = {
        row: max(
            (
                min(grid.x[run.last] + grid.wide, grid.before_gap) - grid.x[run.first]
                for run in windows.runs(row)
                if run.answer and not run.opens
            ),
            default=0.0,
        )
        for row in READING
    }
    widest = max(READING, key=lambda row: room[row])
    return widest if room[widest] > sheet.width(_SAYING, bold=True) + 0.15 else None


def _works(sheet: Sheet, grid: Grid, visits: tuple[Visit, ...], y: float) -> None:
    sheet.words(MARGIN, y, "the form still works", color=GREY)
    for x, visit in zip(grid.x, visits, strict=True):
        word, color = ("yes", GREY) if visit.works else ("NO", INK)
        sheet.words(
            x + grid.wide / 2, y, word, bold=not visit.works, color=color, align="center"
        )


def _caption(visits: tuple[Visit, ...], *, explained: bool) -> str:
    key = "Ring: has it not." if explained else "Bar: has the secret. Ring: has it not."
    also = [label for place, label in ALSO.items() if visits[-1].seen[place]]
    where = " in the last column" if len(visits) > 1 else ""
    more = f"Also open{where}: {', '.join(also)}." if also else ""
    return " ".join(filter(None, (key, how(visits), more)))


def _table(visits: tuple[Visit, ...], windows: Windows) -> Table:
    rows = [
        (row.deed, *(WORDS[answer] for answer in found), windows.until(row))
        for row, found in windows.answers.items()
    ]
    works = ("the form still works", *("yes" if v.works else "no" for v in visits), "")
    headings = (name.heading for name in windows.names)
    return Table(("someone who ...", *headings, "open"), [*rows, works])
