"""A table: a figure's content in words, for whoever reads or hears it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# In line, because a notebook's dark theme colours the rows of every table.
CARD = (
    "background:#fff;color:#222;margin:0;padding:10px;border:1px solid #d0d0d0;"
    "font:14px/1.45 system-ui,sans-serif"
)
ROW = "background:#fff;color:#222"
_CELL = "padding:3px 10px;border-bottom:1px solid #d0d0d0;text-align:left;vertical-align:top"


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
            '<table style="border-collapse:collapse;margin:8px 0">'
            f'<thead><tr style="{ROW}">{head}</tr></thead><tbody>{rows}</tbody></table>'
        )


def _cell(tag: str, text: str) -> str:
    return f'<{tag} style="{_CELL}">{escape(text)}</{tag[:2]}>'
