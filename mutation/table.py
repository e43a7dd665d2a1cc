"""The table of a run: one row for each module, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mutation.verdict import Verdict
from mutation.workshop import ROOT

DOCUMENT = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
HEAD = """\
| module | mutants | killed | explained | surviving | not run | date |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """What became of one module's mutants; *explained* survivors change nothing."""

    verdict: Verdict
    explained: int

    @property
    def surviving(self) -> int:
        """How many survived that nobody has explained."""
        return len(self.verdict.survivors) - self.explained

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of a row, in the order of the table."""
        one = self.verdict
        return (one.mutants, one.killed, self.explained, self.surviving, one.not_run)


def table(rows: Sequence[Row]) -> str:
    """Return *rows* as a table of Markdown; a module that was not run has no date."""
    lines = []
    for row in rows:
        one = row.verdict
        name = one.module.removeprefix("labapp/").removesuffix(".py")
        when = "" if one.not_run == one.mutants else f"{one.when:%d %B %Y}"
        lines.append(_line(f"`{name}`", row.counts, when))
    sums = [sum(column) for column in zip(*(row.counts for row in rows), strict=True)]
    return HEAD + "".join([*lines, _line("all", sums, "")])


def _line(name: str, counts: Sequence[int], when: str) -> str:
    shown = " | ".join(f"{count:,}" for count in counts)
    return f"| {name} | {shown} | {when} |\n"
