"""Before and after: what somebody read, line beside line, and a verdict below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from labapp.errors import LabError
from labapp.figures.alignment import Pair, aligned
from labapp.figures.columns import how, said
from labapp.figures.reading import read
from labapp.figures.style import GREY, INK, WINE
from labapp.figures.verdict import verdict
from labapp.lab import Visit
from labapp.show.card import CARD, MONO, ROW, TABLE
from labapp.show.conversation import Line

_FOLDED = 3  # so many lines of no interest may stand in a row
_BAR = "border-left:4px solid"
_CELL = (
    "width:50%;padding:1px 8px;text-align:left;vertical-align:top;white-space:pre-wrap;"
    f"overflow-wrap:anywhere;{MONO};font-size:0.88em"  # so that few headers are broken
)
_INDENT = "padding-left:10px"  # as far as the words beside a bar
_HEAD = f"padding:4px 8px;{_INDENT};text-align:left;line-height:1.4"
_PART = f"{_HEAD};padding-top:8px;color:{GREY}"
_TABLE = f"{TABLE};width:100%;table-layout:fixed"
_TITLE = "margin:6px 12px;font-size:1.1em;font-weight:bold"
_WHO = {
    "conversation": "What a listener reads of {step}",
    "report": "What the error e-mail says",
    "log": "What the server log says",
}


def before_after(
    before: Visit, after: Visit, what: str = "conversation", step: str = "submit"
) -> Comparison:
    """Compare what somebody reads of two visits, line by line.

    *what* is ``"conversation"`` (of one *step*, as a listener has it),
    ``"report"`` (the error e-mail's text) or ``"log"``. Raises `LabError` for
    any other, and for a step that was not made.
    """
    if not all(isinstance(visit, Visit) for visit in (before, after)):
        raise LabError("before_after takes two visits: before_after(before, after).")
    readings = read(before, what, step), read(after, what, step)
    pairs = tuple(aligned(*readings))
    return Comparison(
        title=_WHO[what].format(step=step),
        before=said(before),
        after=said(after),
        pairs=pairs,
        verdict=verdict(*readings, pairs),
        # A report differs in a hundred lines that have nothing to do with the secret.
        brief=what == "report",
        how=how((before, after)),
    )


@dataclass(frozen=True)
class Fold:
    """Lines of no interest, counted instead of shown."""

    count: int
    kind: str

    def __str__(self) -> str:
        return f"({self.count} {self.kind} line{'s' if self.count > 1 else ''})"


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two readings in pairs of lines; *before* and *after* name the visits.

    In a notebook a card of selectable text, else the same as plain text.
    """

    title: str
    before: str
    after: str
    pairs: tuple[Pair, ...]
    verdict: str
    how: str
    brief: bool = False

    def rows(self) -> Iterator[tuple[str, list[Pair | Fold]]]:
        """Yield each part's name with its rows; what is of no interest is folded."""
        for part, pairs in groupby(self.pairs, key=lambda pair: pair.part):
            yield part, list(self._folded(pairs))

    def _folded(self, pairs: Iterable[Pair]) -> Iterator[Pair | Fold]:
        for kind, run in groupby(pairs, key=self._kind):
            several = list(run)
            if kind == "secret" or (len(several) <= _FOLDED and not self.brief):
                yield from several
            else:
                yield Fold(len(several), kind)

    def _kind(self, pair: Pair) -> str:
        if pair.secret:
            return "secret"
        return "other" if pair.changed or self.brief else "equal"

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="{_HEAD}">{escape(name)}</th>'
            for name in (f"before: {self.before}", f"after: {self.after}")
        )
        body = "".join(
            f'<tbody><tr style="{ROW}"><th scope="rowgroup" colspan="2" style="{_PART}">'
            f"{escape(part)}</th></tr>{''.join(map(_row, rows))}</tbody>"
            for part, rows in self.rows()
        )
        return (
            f'<figure style="{CARD};max-width:72em"><figcaption style="{_TITLE}">'
            f'{escape(self.title)}</figcaption><table style="{_TABLE}">'
            f'<thead><tr style="{ROW}">{head}</tr></thead>{body}</table>'
            f'<p style="{_TITLE}">{escape(self.verdict)}</p>'
            f'<p style="margin:0 12px;color:{GREY}">{escape(self.how)}</p></figure>'
        )

    def __repr__(self) -> str:
        lines = [self.title, f"before: {self.before}", f"after: {self.after}"]
        for part, rows in self.rows():
            lines.append(part)
            for row in rows:
                lines.extend(_text(row))
        return "\n".join([*lines, self.verdict, self.how])


def _text(row: Pair | Fold) -> Iterator[str]:
    if isinstance(row, Fold):
        yield f"      {row}"
    elif not row.changed and row.after:
        yield f"      {row.after.text}"
    else:
        if row.before:
            yield f"  | - {row.before.text}"
        if row.after:
            yield f"  | + {row.after.text}"


def _row(row: Pair | Fold) -> str:
    if isinstance(row, Fold):
        cell = f'<td colspan="2" style="{_CELL};{_INDENT};color:{GREY}">{row}</td>'
    else:
        cell = _cell(row.before, "del", row) + _cell(row.after, "ins", row)
    return f'<tr style="{ROW}">{cell}</tr>'


def _cell(line: Line | None, tag: str, pair: Pair) -> str:
    """One side of a pair; what changed is so marked for the eye and for the ear."""
    words = line.html if line else ""
    if pair.changed and line:
        words = f'<{tag} style="text-decoration:none">{words}</{tag}>'
    bar = WINE if pair.changed and line else "transparent"
    color = INK if pair.changed else GREY
    return f'<td style="{_CELL};{_BAR} {bar};color:{color}">{words}</td>'
