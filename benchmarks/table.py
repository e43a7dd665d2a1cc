"""The table: in a terminal, and in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.row import Row

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
TITLES = ("what", "measured", "target", "met", "samples", "how")


def cells(row: Row) -> tuple[str, ...]:
    """Return *row* as texts, in the order of `TITLES`."""
    return row.what, row.measured, row.target, row.verdict, row.samples, row.how


def text(row: Row) -> str:
    """Return one line for a terminal."""
    what, measured, target, met, samples, how = cells(row)
    return f"{met:>3}  {what:66} {measured:>14}  {target:22} {how} ({samples})"


def markdown(rows: Iterable[Row], above: str) -> str:
    """Return all *rows* as a table of Markdown, with the line *above* it."""
    lines = [
        f"{above}\n",
        f"| {' | '.join(TITLES)} |",
        f"|{'---|' * len(TITLES)}",
        *(f"| {' | '.join(map(_cell, cells(row)))} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Return a sentence about when and where this runs."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores "
        f"({platform.machine()}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, load {load:.1f} before it began."
    )


def write(document: Path, table: str) -> None:
    """Put *table* between the two marks of *document*; the rest stays."""
    content = document.read_text(encoding="utf-8")
    before, _, rest = content.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}", encoding="utf-8")


def _cell(value: str) -> str:
    return value.replace("|", "\\|")
