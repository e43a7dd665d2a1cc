"""A scene: machines, the way between them, and the people who could look."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from labapp.figures.sheet import Sheet
from labapp.figures.style import FAINT, GREY, INK, MARGIN, PAPER, WIDTH

_ACROSS = 1.42  # inches for the words and the marks of somebody below a place


class Scene:
    """Draws on *sheet*; heights are inches from its top."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        line = sheet.style.line
        self.machine_height = 2 * line + 0.62

    def machine(
        self, name: str, left: float, right: float, top: float, keeps: Sequence[str]
    ) -> list[float]:
        """Draw a machine and what it *keeps*; return the middles of the latter."""
        sheet, line = self._sheet, self._sheet.style.line
        sheet.box(left, top, right - left, self.machine_height, fill=FAINT, edge=INK, line=1.5)
        sheet.words((left + right) / 2, top + line * 0.85, name, bold=True, align="center")
        wide = (right - left - 0.12) / len(keeps)
        middles = [left + 0.06 + wide * (index + 0.5) for index in range(len(keeps))]
        high = line + 0.16
        for middle, kept in zip(middles, keeps, strict=True):
            y = top + self.machine_height - high - 0.12
            sheet.box(middle - wide / 2 + 0.06, y, wide - 0.12, high, edge=GREY)
            sheet.words(middle, y + high / 2, kept, align="center")
        return middles

    def way(self, left: float, right: float, air: float, y: float) -> None:
        """Draw the way between two machines: through the air, then by wire."""
        for start, end in ((left, air - 0.62), (air + 0.62, right)):
            self._sheet.line([start, end], [y, y], thick=2.5, color=INK)
        self._air(air, y)

    def _air(self, x: float, y: float) -> None:
        sheet = self._sheet
        for radius in (0.2, 0.38, 0.56):
            for side in (0, pi):
                turns = [side - 0.75 + step * 0.15 for step in range(11)]
                sheet.line(
                    [x + radius * cos(turn) for turn in turns],
                    [y + radius * sin(turn) for turn in turns],
                    color=INK,
                    thick=2,
                )
        sheet.words(x, y - 0.45 - sheet.style.line / 2, "air", bold=True, align="center")

    def router(self, x: float, y: float) -> None:
        """Draw a router on the way."""
        sheet = self._sheet
        wide, high = sheet.width("router", bold=True) + 0.3, sheet.style.line + 0.2
        sheet.box(x - wide / 2, y - high / 2, wide, high, fill=FAINT, edge=INK, line=1.5)
        sheet.words(x, y, "router", bold=True, align="center")

    def person(self, x: float, y: float) -> None:
        """Draw somebody, head and shoulders, around a point."""
        half = [step * pi / 12 for step in range(13)]
        whole = [step * pi / 12 for step in range(25)]
        self._sheet.shape(
            [x + 0.09 * cos(turn) for turn in whole],
            [y - 0.1 + 0.09 * sin(turn) for turn in whole],
            fill=INK,
        )
        self._sheet.shape(
            [x + 0.17 * cos(turn) for turn in half],
            [y + 0.17 - 0.15 * sin(turn) for turn in half],
            fill=INK,
        )

    def below(self, x: float, top: float, deed: str, marks: Sequence[bool | None]) -> float:
        """Put somebody below a place at *x*; return where their marks end."""
        sheet, line = self._sheet, self._sheet.style.line
        sheet.line([x, x], [top, top + 0.22], dashed=True)
        self.person(x, top + 0.45)
        lines = sheet.wrap(deed, _ACROSS)
        y = top + 0.68
        sheet.words(x, y + line * len(lines) / 2, lines, align="center")
        y += line * len(lines)
        step = self._step(marks)
        return self._marks(x - (len(marks) - 1) * step / 2, y, marks)

    def beside(
        self, x: float, top: float, wide: float, deed: str, marks: Sequence[bool | None]
    ) -> float:
        """Put somebody at *x*, the deed and the marks to the right; return where it ends."""
        sheet, line = self._sheet, self._sheet.style.line
        self.person(x, top + 0.22)
        lines = sheet.wrap(deed, wide - 0.4)
        sheet.words(x + 0.35, top + 0.06 + line * len(lines) / 2, lines)
        end = self._marks(x + 0.41, top + 0.06 + line * len(lines), marks)
        return max(end, top + 0.5) + 0.08

    def _step(self, marks: Sequence[bool | None]) -> float:
        return min(self._sheet.style.text * 0.95 / 72, _ACROSS / max(len(marks), 1))

    def _marks(self, x: float, top: float, marks: Sequence[bool | None]) -> float:
        if not marks:
            return top
        high, step = self._sheet.style.line, self._step(marks)
        for number, answer in enumerate(marks):
            self._sheet.mark(x + number * step, top + high / 2 + 0.03, answer, size=9)
        return top + high + 0.06

    def bracket(self, left: float, right: float, y: float) -> None:
        """Draw a bracket below a stretch of the way, its ends upwards."""
        self._sheet.line([left, left, right, right], [y - 0.1, y, y, y - 0.1])

    def inset(self, top: float, words: str) -> float:
        """Draw the lab itself: both ends on one machine; return where it ends."""
        sheet, line = self._sheet, self._sheet.style.line
        lines = sheet.wrap(words, WIDTH - 2 * MARGIN - 6.2)
        high = max(len(lines) * line, line + 0.16) + 0.3
        middle = top + high / 2
        frame = sheet.box(MARGIN, top, WIDTH - 2 * MARGIN, high, fill="none", edge=GREY)
        frame.set_linestyle("--")
        sheet.words(MARGIN + 0.15, middle, "This lab:", bold=True)
        x = MARGIN + 0.3 + sheet.width("This lab:", bold=True)
        ends = x + sheet.width("browser") + 0.24, MARGIN + 5.9 - sheet.width("server") - 0.24
        sheet.line(ends, [middle, middle], thick=2.5, color=INK)
        for left, name in ((x, "browser"), (ends[1], "server")):
            wide = sheet.width(name) + 0.24
            sheet.box(left, middle - line / 2 - 0.08, wide, line + 0.16, fill=FAINT, edge=INK)
            sheet.words(left + wide / 2, middle, name, align="center")
        wide = sheet.width("127.0.0.1") + 0.12
        sheet.box(sum(ends) / 2 - wide / 2, middle - 0.1, wide, 0.2, fill=PAPER)
        sheet.words(sum(ends) / 2, middle, "127.0.0.1", align="center")
        sheet.words(MARGIN + 6.1, middle, lines)
        return top + high
