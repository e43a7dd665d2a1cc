"""Record lengths: how long an encrypted record is for how long an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labapp.errors import LabError
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, INK, MARGIN, PALE, WIDTH, WINE
from labapp.figures.table import Table
from labapp.lab.neighbour import Overheard

_HEIGHT = 4.4  # inches, of the paper between the axes
_NAMED = ("yes", "no")
_PLAIN, _OWN = "the lab's site", "your site"
_SQUARE = 0.11  # inches: half of a square, which has room for a disc


class _Dot(NamedTuple):
    answer: str
    x: int
    y: int


def record_lengths(plain: Sequence[Overheard], own: Sequence[Overheard] = ()) -> Picture:
    """Draw what was sent to the site with each answer: its length against the answer's.

    Both are in bytes, of all records if there are several. *own* are answers on a site
    that was meant to hide their length, drawn as squares. Raises
    `LabError` if there is nothing to draw.
    """
    if not plain or not all(isinstance(one, Overheard) for one in (*plain, *own)):
        raise LabError('record_lengths takes what you overheard: [overhear("yes"), ...].')
    series = {_PLAIN: _dots(plain), _OWN: _dots(own)}
    dots = [dot for drawn in series.values() for dot in drawn]
    finding = _finding(series[_PLAIN], series[_OWN])
    sheet = Sheet()
    top = sheet.title(finding) + 0.3
    axes = _Axes(sheet, top, dots)
    bottom = axes.draw()
    for name, drawn in series.items():
        _series(sheet, axes, drawn, plain=name == _PLAIN)
    if own:
        _names(sheet, axes, series)
    caption = (
        "Each mark is one answer, sent to the site over HTTPS and captured now. Nobody decrypted "
        f"anything. What came back is not drawn. "
        f"{plain[0].visit.how}"
    )
    rows = [
        (dot.answer, str(dot.x), str(dot.y), name)
        for name, drawn in series.items()
        for dot in drawn
    ]
    head = ("answer", "bytes of the answer", "bytes of the record", "site")
    return sheet.picture(sheet.caption(bottom, caption), finding, Table(head, rows))


class _Axes:
    """Two axes in bytes, on a sheet."""

    def __init__(self, sheet: Sheet, top: float, dots: Sequence[_Dot]) -> None:
        self.sheet, self.top = sheet, top
        self._xs = _ticks([dot.x for dot in dots], least=0)
        self._ys = _ticks([dot.y for dot in dots])
        self.left = MARGIN + sheet.width(str(self._ys[-1])) + 0.2
        self.right = WIDTH - MARGIN - 0.2

    def x(self, value: float) -> float:
        """Return where an answer of *value* bytes stands."""
        share = (value - self._xs[0]) / (self._xs[-1] - self._xs[0])
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return where a record of *value* bytes stands."""
        share = (value - self._ys[0]) / (self._ys[-1] - self._ys[0])
        return self.top + self.sheet.style.line + (1 - share) * _HEIGHT

    def draw(self) -> float:
        """Draw both axes with their numbers and names; return where they end."""
        sheet = self.sheet
        sheet.words(MARGIN, self.top, "bytes of the encrypted record", color=GREY)
        for tick in self._ys:
            y = self.y(tick)
            sheet.line([self.left, self.right], [y, y], color=PALE)
            sheet.words(self.left - 0.1, y, str(tick), color=GREY, align="right")
        low = self.y(self._ys[0]) + 0.12 + sheet.style.line / 2
        for tick in self._xs:
            sheet.words(self.x(tick), low, str(tick), color=GREY, align="center")
        low += sheet.style.line
        sheet.words(self.right, low, "bytes of the answer", color=GREY, align="right")
        return low + sheet.style.line / 2 + 0.1


def _series(sheet: Sheet, axes: _Axes, dots: Sequence[_Dot], *, plain: bool) -> None:
    color = WINE if plain else INK
    points = sorted({(dot.x, dot.y) for dot in dots})
    xs, ys = [axes.x(x) for x, _ in points], [axes.y(y) for _, y in points]
    sheet.line(xs, ys, color=color, thick=1.6, dashed=not plain)
    for x, y in zip(xs, ys, strict=True):
        if plain:
            sheet.mark(x, y, answer=True, size=10)
        else:
            at = (x - _SQUARE, y - _SQUARE, 2 * _SQUARE, 2 * _SQUARE)
            sheet.box(*at, fill="none", edge=INK, line=2)
    # Up and to the left: the next mark is never there.
    for x, y, word in {(dot.x, dot.y, dot.answer) for dot in dots if plain}:
        if word in _NAMED:
            sheet.words(axes.x(x) - 0.17, axes.y(y) - 0.16, word, bold=True, align="right")


def _names(sheet: Sheet, axes: _Axes, series: dict[str, list[_Dot]]) -> None:
    """Write the name of each line at its end, side by side where two lines meet."""
    taken: list[tuple[float, float]] = []
    for name, dots in series.items():
        if not dots:
            continue
        last = max(dots, key=lambda dot: dot.x)
        right, y = axes.x(last.x) - 0.2, axes.y(last.y) - 0.2
        for left, beside in taken:
            if abs(beside - y) < sheet.style.line:
                right = left - 0.3
        color = WINE if name == _PLAIN else INK
        sheet.words(right, y, name, bold=True, color=color, align="right")
        taken.append((right - sheet.width(name, bold=True), y))


def _dots(heard: Sequence[Overheard]) -> list[_Dot]:
    return [_Dot(one.answer, one.written, sum(one.sent)) for one in heard if one.sent]


def _ticks(values: Sequence[int], least: int | None = None) -> list[int]:
    """Return five or six round numbers around *values*."""
    low, high = min([*values] if least is None else [*values, least]), max(values)
    step = next(
        one for one in (1, 2, 5, 10, 20, 50, 100, 500, 10_000) if (high - low) / one <= 6
    )
    first = low // step * step
    return list(range(first, high + step + 1, step))


def _finding(plain: Sequence[_Dot], own: Sequence[_Dot]) -> str:
    said = {
        "one": "Each byte of the answer makes the encrypted record one byte longer",
        "grows": "The length of the encrypted record tells answers apart",
        "flat": "All encrypted records have one length, whatever the answer",
        "single": "One answer, one encrypted record",
    }[_shape(plain)]
    if not own:
        return f"{said}."
    flat = _shape(own) in {"flat", "single"}
    return f"{said}; on your site {'all have one length' if flat else 'they differ'}."


def _shape(dots: Sequence[_Dot]) -> str:
    if len({dot.x for dot in dots}) < 2:
        return "single"
    if len({dot.y for dot in dots}) == 1:
        return "flat"
    return "one" if len({dot.y - dot.x for dot in dots}) == 1 else "grows"
