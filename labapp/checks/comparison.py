"""What a learner predicted beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from labapp.checks.answer import NOT_SURE, Answer
from labapp.show.card import CARD, CELL, LINE, ROW, TABLE

_CELL = f"{CELL};padding:5px 12px;border-bottom:1px solid {LINE}"
DIFFERENT = ";border:3px solid #7b1e3b;font-weight:bold"

UNKNOWN, LEFT_OPEN = "unknown", "you left this open"


@dataclass(frozen=True)
class Line:
    """One row: what was *said* (``""`` for nothing), if *sure*, and what was *measured*."""

    label: str
    said: str
    sure: bool
    measured: str

    @property
    def differs(self) -> bool:
        """True if something was predicted, and something else was measured."""
        return self.said not in ("", NOT_SURE, self.measured) and self.measured != UNKNOWN

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The row in words: label, said, measured, and how the two agree."""
        if not self.said:
            return self.label, LEFT_OPEN, self.measured, ""
        said = str(Answer(self.said, self.sure))
        return self.label, said, self.measured, self._agreement

    @property
    def _agreement(self) -> str:
        if self.differs:
            return "a surprise" if self.sure else "different"
        return "as you said" if self.said == self.measured else ""


@dataclass(frozen=True, repr=False)
class Comparison:
    """A prediction beside the measurement: a table in a notebook, text elsewhere.

    It says what differs and never counts what was "right": nobody is graded.
    """

    title: str
    corner: str
    lines: tuple[Line, ...]

    @property
    def heading(self) -> str:
        """The table's caption."""
        return f"Your prediction beside the measurement: {self.title}"

    @property
    def head(self) -> tuple[str, str, str, str]:
        """The headings of the four columns."""
        return self.corner, "You said", "Measured", "Compared"

    @property
    def remark(self) -> str:
        """One or two kind sentences about what differs, or about what is still open."""
        surprises = [line for line in self.lines if line.differs and line.sure]
        different = [line for line in self.lines if line.differs]
        said = [line for line in self.lines if line.said]
        if surprises:
            labels = ", ".join(
                f"\N{LEFT DOUBLE QUOTATION MARK}{line.label}\N{RIGHT DOUBLE QUOTATION MARK}"
                for line in surprises
            )
            return (
                f"You were sure about {labels}, and something else was measured. "
                "Such a surprise teaches most: look for the reason in the evidence."
            )
        if different:
            return "What is outlined differs from your guess. Now you have measured it."
        if not said:
            return "You predicted nothing here. You can still do it, and run this cell again."
        if any(line.measured == UNKNOWN for line in said):
            return "Unknown is an honest answer: nobody could look properly."
        if any(line.said == NOT_SURE for line in said):
            return "You were not sure, and said so. Now it is measured."
        return "It is as you said. Now you have evidence for it."

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col" style="{_CELL}">{escape(cell)}</th>' for cell in self.head
        )
        rows = "".join(_html(line) for line in self.lines)
        return (
            f'<figure style="{CARD}"><figcaption style="font-weight:bold">'
            f'{escape(self.heading)}</figcaption><table style="{TABLE}">'
            f'<thead><tr style="{ROW}">{head}</tr></thead><tbody>{rows}</tbody></table>'
            f'<p style="margin:10px 0 0">{escape(self.remark)}</p></figure>'
        )

    def __repr__(self) -> str:
        table = [self.head, *(line.cells for line in self.lines)]
        widths = [max(len(cells[n]) for cells in table) for n in range(len(self.head))]
        rows = ["  ".join(map(str.ljust, cells, widths)) for cells in table]
        return "\n".join([self.heading, *(row.rstrip() for row in rows), self.remark])


def _html(line: Line) -> str:
    label, said, measured, agreement = line.cells
    outlined = _CELL + (DIFFERENT if line.differs else "")
    return (
        f'<tr style="{ROW}"><th scope="row" style="{_CELL};font-weight:normal">{escape(label)}</th>'
        f'<td style="{_CELL}">{escape(said)}</td>'
        f'<td style="{outlined}">{escape(measured)}</td>'
        f'<td style="{_CELL}">{escape(agreement)}</td></tr>'
    )
