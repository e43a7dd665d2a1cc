"""A table: a figure's content in words, for whoever reads or hears it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from labapp.show.card import CELL, LINE, ROW, TABLE

_CELL = f"{CELL};padding:3px 10px;border-bottom:1px solid {LINE}"


@dataclass(frozen=True)
class Table:
    """A heading per column, then rows of text whose first cell is their heading."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def html(self) -> str:
        """The table as HTML with header scopes, everything escaped."""
        head = "".join(_cell('th scope="col"', cell) for cell in self.head)
        rows = "".join(
            f'<tr style="{ROW}">'
            + _cell('th scope="row"', row[0])
            + "".join(_cell("td", cell) for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return (
            f'<table style="{TABLE}">'
            f'<thead><tr style="{ROW}">{head}</tr></thead><tbody>{rows}</tbody></table>'
        )


def _cell(tag: str, text: str) -> str:
    return f'<{tag} style="{_CELL}">{escape(text)}</{tag[:2]}>'
