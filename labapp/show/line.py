"""A line of what was found: a state, a place in words, and how it shows."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Line:
    """What was found at one place: its *state*, the *place* in words, and how it shows."""

    state: str
    place: str
    detail: str

    @property
    def good(self) -> bool:
        """True if nothing is left to do here."""
        return self.state in {CLOSED, AGREES, HOLDS, WORKS, ALIKE}

    @property
    def text(self) -> str:
        """The line in columns."""
        detail = self.detail if len(self.detail) <= _WIDEST else f"{self.detail[:_WIDEST]}..."
        return f"{self.state:8} {self.place:26} {detail}".rstrip()


def lines_html(lines: Iterable[Line]) -> str:
    """Return *lines* as a table, everything escaped; ``""`` if there are none."""
    rows = "".join(
        f'<tr style="{ROW}"><td style="{_cell(line)}">{escape(line.state)}</td>'
        f'<td style="{_cell(line)}"><div style="{_PLACE}">{escape(line.place)}</div></td>'
        f'<td style="{_cell(line)};{MONO};overflow-wrap:anywhere">{escape(line.detail)}</td></tr>'
        for line in lines
    )
    return f'<table style="{TABLE}">{rows}</table>' if rows else ""


def lines_card(heading: str, lines: Iterable[Line], how: str) -> str:
    """Return *lines* on a white card, below their *heading* and above *how* they were had."""
    return (
        f'<div style="{CARD}"><p style="margin:0"><strong>{escape(heading)}</strong></p>'
        f'{lines_html(lines)}<p style="margin:8px 0 0;color:{GREY}">{escape(how)}</p></div>'
    )


def shown(sightings: Iterable[Sighting]) -> str:
    """Return the first of *sightings* in a line, ``""`` if there is none."""
    for one in sightings:
        text = (one.before[-12:] + one.found + one.after).decode("utf-8", "replace")
        return f"{one.where}, byte {one.offset}: {' '.join(text.split())}"
    return ""


def _cell(line: Line) -> str:
    weight = "" if line.good else ";font-weight:bold"
    return f"{CELL};padding:2px 14px 2px 0{weight}"
