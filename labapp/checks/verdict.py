"""A verdict: what a check found, said to whoever wrote the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from labapp.show.card import CARD, GREY
from labapp.show.line import (
    AGREES,
    ALARM,
    ALIKE,
    BROKEN,
    CLOSED,
    HOLDS,
    MISSES,
    MISSING,
    OPEN,
    SPARE,
    UNKNOWN,
    WORKS,
    Line,
    lines_html,
    lines_text,
)

__all__ = [
    "AGREES",
    "ALARM",
    "ALIKE",
    "BROKEN",
    "CLOSED",
    "HOLDS",
    "MISSES",
    "MISSING",
    "OPEN",
    "SPARE",
    "UNKNOWN",
    "WORKS",
    "Line",
    "Verdict",
]


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer to one attempt; true if it *passed*.

    *summary* says in a sentence or two how the answer did, *lines* what was found
    at each place, *think* asks a question, *hints* are those given so far, and *more*
    is false after the last of them. It never says what to write.
    """

    name: str
    passed: bool
    summary: str
    lines: tuple[Line, ...] = ()
    think: str = ""
    hints: tuple[str, ...] = ()
    more: bool = True
    note: str = field(default="", compare=False)  # about progress.json

    def __bool__(self) -> bool:
        return self.passed

    @property
    def heading(self) -> str:
        """``Done.`` or ``Not yet.``, and the summary."""
        return f"{'Done.' if self.passed else 'Not yet.'} {self.summary}".strip()

    def __repr__(self) -> str:
        rows = [self.heading, *lines_text(self.lines)]
        rows += [f"{label + ':':8} {text}" for label, text in self._said()]
        return "\n".join([*rows, self.note] if self.note else rows)

    def _repr_html_(self) -> str:
        said = "".join(
            f'<p style="margin:6px 0"><strong>{label}:</strong> {escape(text)}</p>'
            for label, text in self._said()
        )
        heading = "<br>".join(escape(self.heading).splitlines())
        note = (
            f'<p style="margin:6px 0;color:{GREY}">{escape(self.note)}</p>' if self.note else ""
        )
        return (
            f'<div style="{CARD}"><p style="margin:0;white-space:pre-wrap">'
            f"<strong>{heading}</strong></p>{lines_html(self.lines)}{said}{note}</div>"
        )

    def _said(self) -> Iterator[tuple[str, str]]:
        if self.think:
            yield "Think", self.think
        for hint in self.hints:
            yield "Hint", hint
        if self.more and not self.passed:
            yield "More", f'hint("{self.name}")'
