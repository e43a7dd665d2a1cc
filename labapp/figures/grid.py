"""A grid: deeds at the left, a column per visit, endings at the right, all fitting."""

from __future__ import annotations

from labapp.errors import LabError
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, MARGIN, WIDTH
from labapp.figures.windows import Row, Windows

_BEYOND, _ANEW = 0.34, 0.16  # inches, before what is beyond the list, before a new beginning
_WIDEST = 3.8  # inches of a column
# Tried in turn: inches for deeds and endings, and what stands between a plus sign and its
# word: a no-break space, or a space, at which a heading may be broken.
_HOLD = "\N{NO-BREAK SPACE}"
_ROOM = ((4.7, 2.4, _HOLD), (2.85, 2.4, _HOLD), (2.85, 1.3, _HOLD), (2.6, 1.1, " "))


class Grid:
    """Where the columns stand, in inches: *x* are their left edges, *wide* each is.

    *gap* is the stretch before the first column beyond the list, or empty, and
    *before_gap* where the columns before it end. `LabError` if they do not fit.
    """

    def __init__(self, sheet: Sheet, windows: Windows) -> None:
        self._sheet, self._windows = sheet, windows
        if not any(self._fits(*room) for room in _ROOM):
            raise LabError(
                f"{len(windows.names)} visits do not fit into one figure. "
                "Draw some of them: exposure_map(visits[0], visits[-1])."
            )

    def _fits(self, deeds: float, endings: float, after_plus: str) -> bool:
        """Share the width out; return whether every word of a heading fits its column."""
        sheet, names = self._sheet, self._windows.names
        self.deeds = {row: sheet.wrap(row.deed, deeds) for row in self._windows.answers}
        self.endings = {
            row: sheet.wrap(self._ending(row), endings, bold=True) for row in self.deeds
        }
        left = max(sheet.width(line) for lines in self.deeds.values() for line in lines)
        right = max(
            sheet.width(line, bold=True) for lines in self.endings.values() for line in lines
        )
        before = [
            _BEYOND if name.beyond else 0.0 if name.grows or not index else _ANEW
            for index, name in enumerate(names)
        ]
        start, room = MARGIN + left + 0.15, WIDTH - 2 * MARGIN - left - right - 0.25
        self.wide = min(_WIDEST, (room - sum(before)) / len(names))
        self.x = [
            start + index * self.wide + sum(before[: index + 1]) for index in range(len(names))
        ]
        self.end = self.x[-1] + self.wide + 0.1
        beyond = [x for x, name in zip(self.x, names, strict=True) if name.beyond]
        self.gap = (beyond[0] - _BEYOND, beyond[0]) if beyond else ()
        self.before_gap = self.gap[0] if self.gap else self.end
        self._heads = [
            sheet.wrap(name.heading.replace("+ ", f"+{after_plus}"), self.wide)
            for name in names
        ]
        return all(sheet.width(line) <= self.wide for head in self._heads for line in head)

    def _ending(self, row: Row) -> str:
        return self._windows.until(row).replace(" of ", f"{_HOLD}of{_HOLD}")

    def headings(self, top: float) -> float:
        """Write the columns' headings from *top* on; return where they end."""
        sheet, line = self._sheet, self._sheet.style.line
        foot = top + line * max(len(head) for head in self._heads)
        if self.gap:
            sheet.words(sum(self.gap) / 2 + 0.1, top + line / 2, "beyond the list", color=GREY)
            foot = max(foot, top + 3 * line)
        sheet.words(MARGIN, foot - line / 2, "Someone who ...", color=GREY)
        for x, head in zip(self.x, self._heads, strict=True):
            sheet.words(x + self.wide / 2, foot - line * len(head) / 2, head, align="center")
        return foot + 0.08

    def height(self, row: Row) -> float:
        """Return how high *row* must be for its words and its bar."""
        lines = max(len(self.deeds[row]), len(self.endings[row]))
        return max(lines * self._sheet.style.line + 0.1, self._sheet.style.bar * 1.75)
