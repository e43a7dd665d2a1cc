"""A verdict: what a check found, said to whoever wrote the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from labapp.checks.card import CARD

CLOSED, OPEN, UNKNOWN, MISSING = "closed", "OPEN", "unknown", "MISSING"
AGREES, MISSES, ALARM = "agrees", "MISSES", "ALARM"
HOLDS = "holds"  # a claim, see `labapp.lab.claim`
ALIKE = "alike"  # another answer that nobody can tell from this one
SPARE = "SPARE"  # nothing would change without it
_WIDEST = 88  # signs of a line's detail; the bytes around a secret can be long
_GREY = "color:#595959"
_MONO = "font:14px/1.6 ui-monospace,monospace"


@dataclass(frozen=True)
class Line:
    """What was found at one place: its *state*, the *place* in words, and how it shows."""

    state: str
    place: str
    detail: str

    @property
    def good(self) -> bool:
        """True if nothing is left to do here."""
        return self.state in {CLOSED, AGREES, HOLDS, ALIKE}

    @property
    def text(self) -> str:
        """The line in columns."""
        detail = self.detail if len(self.detail) <= _WIDEST else f"{self.detail[:_WIDEST]}..."
        return f"{self.state:8} {self.place:26} {detail}".rstrip()


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer to one attempt; true if it *passed*.

    *summary* says in a sentence or two how the answer did, *lines* what was found
    at each place, *think* asks a question, *hints* are those given so far. It never
    says what to write.
    """

    name: str
    passed: bool
    summary: str
    lines: tuple[Line, ...] = ()
    think: str = ""
    hints: tuple[str, ...] = ()
    note: str = field(default="", compare=False)  # about progress.json

    def __bool__(self) -> bool:
        return self.passed

    @property
    def heading(self) -> str:
        """``Done.`` or ``Not yet.``, and the summary."""
        return f"{'Done.' if self.passed else 'Not yet.'} {self.summary}".strip()

    def __repr__(self) -> str:
        rows = [self.heading, *(line.text for line in self.lines)]
        rows += [f"{label + ':':8} {text}" for label, text in self._said()]
        return "\n".join([*rows, self.note] if self.note else rows)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr style="background:#fff"><td style="{_cell(line)}">{escape(line.state)}</td>'
            f'<td style="{_cell(line)}">{escape(line.place)}</td>'
            f'<td style="{_cell(line)};{_MONO}">{escape(line.detail)}</td></tr>'
            for line in self.lines
        )
        table = f'<table style="margin:8px 0;color:#222">{rows}</table>' if rows else ""
        said = "".join(
            f'<p style="margin:6px 0"><strong>{label}:</strong> {escape(text)}</p>'
            for label, text in self._said()
        )
        heading = "<br>".join(escape(self.heading).splitlines())
        note = f'<p style="margin:6px 0;{_GREY}">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<div style="{CARD}"><p style="margin:0;white-space:pre-wrap">'
            f"<strong>{heading}</strong></p>{table}{said}{note}</div>"
        )

    def _said(self) -> Iterator[tuple[str, str]]:
        if self.think:
            yield "Think", self.think
        for hint in self.hints:
            yield "Hint", hint
        if not self.passed:
            yield "More", f'hint("{self.name}")'


def _cell(line: Line) -> str:
    weight = "" if line.good else ";font-weight:bold"
    return f"text-align:left;vertical-align:top;padding:2px 14px 2px 0;font-size:14px{weight}"
