"""A line of what was found: a state, a place in words, and how it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from labapp.observers import Sighting
from labapp.show.card import CARD, CELL, GREY, MONO, ROW, TABLE

CLOSED, OPEN, UNKNOWN, MISSING = "closed", "OPEN", "unknown", "MISSING"
AGREES, MISSES, ALARM = "agrees", "MISSES", "ALARM"
HOLDS = "holds"  # a claim, see `labapp.lab.claim`
ALIKE = "alike"  # another answer that nobody can tell from this one
SPARE = "SPARE"  # nothing would change without it
WORKS, BROKEN = "works", "BROKEN"  # what a site is for
_WIDEST = 88  # signs of a line's detail; the bytes around a secret can be long
_PLACE = "min-width:6.5em"  # else the detail, which is longer, takes its room
_FEW = 8  # lines that need no groups


@dataclass(frozen=True)
class Line:
    """What was found at one place: its *state*, the *place* in words, and how it shows.

    It *waits* if nothing can be done about it before another line is.
    """

    state: str
    place: str
    detail: str
    waits: bool = False

    @property
    def good(self) -> bool:
        """True if nothing is left to do here."""
        return self.state in {CLOSED, AGREES, HOLDS, WORKS, ALIKE}

    @property
    def text(self) -> str:
        """The line in columns."""
        detail = self.detail if len(self.detail) <= _WIDEST else f"{self.detail[:_WIDEST]}..."
        return f"{self.state:8} {self.place:26} {detail}".rstrip()


def lines_text(lines: Iterable[Line]) -> list[str]:
    """Return *lines* as text, many of them in groups with captions."""
    return [
        one
        for caption, group in _groups(lines)
        for one in ([f"-- {caption}"] if caption else []) + [line.text for line in group]
    ]


def lines_html(lines: Iterable[Line]) -> str:
    """Return *lines* as a table, everything escaped; ``""`` if there are none.

    Of many lines, those that wait and those with nothing to do are folded below the others.
    """
    groups = _groups(lines)
    return "".join(
        _table(group) if not caption else _folded(caption, group, alone=len(groups) == 1)
        for caption, group in groups
    )


def _groups(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Return *lines* in groups with captions: what to do now has none, and comes first."""
    lines = list(lines)
    if len(lines) <= _FEW:
        return [("", lines)] if lines else []
    now = [line for line in lines if not line.good and not line.waits]
    later = [line for line in lines if not line.good and line.waits]
    done = [line for line in lines if line.good]
    groups = [
        ("", now),
        (f"for later, when the lines above work: {_counted(later)}", later),
        (f"nothing to do here: {_counted(done)}", done),
    ]
    return [(caption, group) for caption, group in groups if group]


def _counted(lines: list[Line]) -> str:
    """Return how many there are of each state, such as "9 works, 2 closed"."""
    counts = Counter(line.state for line in lines)
    return ", ".join(f"{number} {state}" for state, number in counts.items())


def _folded(caption: str, lines: list[Line], *, alone: bool) -> str:
    # A notebook takes the keys of whatever does not say that it needs them itself.
    return (
        f'<details style="margin:8px 0"{" open" if alone else ""}>'
        f'<summary data-lm-suppress-shortcuts="true" style="cursor:pointer">{escape(caption)}'
        f"</summary>{_table(lines)}</details>"
    )


def _table(lines: Iterable[Line]) -> str:
    rows = "".join(
        f'<tr style="{ROW}"><td style="{_cell(line)}">{escape(line.state)}</td>{_found(line)}</tr>'
        for line in lines
    )
    return f'<table style="{TABLE}">{rows}</table>'


def lines_card(heading: str, lines: Iterable[Line], how: str) -> str:
    """Return *lines* on a white card, below their *heading* and above *how* they were had.

    Of the heading the first line is bold.
    """
    first, mark, rest = heading.partition("\n")
    return (
        f'<div style="{CARD}"><p style="margin:0;white-space:pre-wrap">'
        f"<strong>{escape(first)}</strong>{escape(mark + rest)}</p>"
        f'{lines_html(lines)}<p style="margin:8px 0 0;color:{GREY}">{escape(how)}</p></div>'
    )


def shown(sightings: Iterable[Sighting]) -> str:
    """Return the first of *sightings* in a line, ``""`` if there is none."""
    for one in sightings:
        text = (one.before[-12:] + one.found + one.after).decode("utf-8", "replace")
        return f"{one.where}, byte {one.offset}: {' '.join(text.split())}"
    return ""


def _found(line: Line) -> str:
    """The place and the detail in two cells; the place alone has the room of both."""
    if not line.detail:
        return f'<td colspan="2" style="{_cell(line)}">{escape(line.place)}</td>'
    return (
        f'<td style="{_cell(line)}"><div style="{_PLACE}">{escape(line.place)}</div></td>'
        f'<td style="{_cell(line)};{MONO};overflow-wrap:anywhere">{escape(line.detail)}</td>'
    )


def _cell(line: Line) -> str:
    weight = "" if line.good else ";font-weight:bold"
    return f"{CELL};padding:2px 14px 2px 0{weight}"
