"""A listing: a finding in a sentence, the table it rests on, and the same as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Generic, TypeVar

from labapp.figures.table import Table
from labapp.show.card import CARD

Data = TypeVar("Data")


@dataclass(frozen=True, repr=False)
class Listing(Generic[Data]):
    """What was found, in three forms: *finding*, *table*, and *found* to compute with."""

    finding: str
    table: Table
    found: tuple[Data, ...]

    def __repr__(self) -> str:
        cells = [self.table.head, *self.table.rows]
        wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()
            for row in (cells if self.table.rows else ())
        )
        return "\n".join([self.finding, *lines])

    def _repr_html_(self) -> str:
        table = self.table.html if self.table.rows else ""
        finding = f"<p><strong>{escape(self.finding)}</strong></p>"
        return f'<div style="{CARD};overflow-x:auto">{finding}{table}</div>'
