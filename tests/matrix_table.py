"""The table notebooks x environments, at the end of a run of the tests.

A column that this run left out is taken from an earlier one, if nothing that counts
has changed since: ``make test`` and ``make marked`` together fill the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.environments import ENVIRONMENTS
from tests.matrix import GUARANTEED, MB, Column
from tests.ordinary_user import ROOT

COUNTS = ("binder", "labapp", "sources", "tests/simulated_macos", "requirements.txt")
FILES = ("binder_image", "environments", "lab_server", "matrix", "ordinary_user")

Cells = dict[str, str]  # what a column shows, by row


def cells(column: Column) -> Cells:
    """Return what the table shows of *column*, from top to bottom."""
    environment = column.environment
    shown = {"backend": str(column.surroundings["backend"]), "edition": environment.edition}
    for name in sorted(column.runs):
        wrong = column.problems(name)
        shown[name] = "FAILED" if wrong else f"{column.runs[name].seconds:.1f} s"
    shown["all, two at a time"] = f"{column.seconds:.0f} s"
    shown["server, at its peak"] = megabytes(column.server)
    shown["server and largest kernel"] = megabytes(column.peak)
    return shown


def megabytes(size: int | None) -> str:
    """Return a size in bytes as text."""
    return "unknown" if size is None else f"{size / MB:.0f} MB"


def table(columns: Mapping[str, Cells]) -> str:
    """Return the table of *columns* by the environment's name."""
    rows = list(dict.fromkeys(row for shown in columns.values() for row in shown))
    # Those of all columns in the order of the first; notebooks of others in between.
    rows.sort(key=lambda row: (_part(row), row if _part(row) == 1 else ""))
    lines = [
        ["", *columns],
        *([row, *(c.get(row, "-") for c in columns.values())] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if not place else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _part(row: str) -> int:
    return 0 if row in {"backend", "edition"} else 1 if row[:1].isdigit() else 2


def digest(root: Path = ROOT) -> str:
    """Return a hash of all files that decide what a column says."""
    paths: Iterable[Path] = [
        *(path for name in COUNTS for path in [root / name, *(root / name).rglob("*")]),
        *(root / "tests" / f"{name}.py" for name in FILES),
    ]
    content = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file() and path.suffix != ".pyc"):
        content.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return content.hexdigest()


class Summary:
    """A plugin of pytest: remembers columns and prints the table at the end."""

    def __init__(self, config: pytest.Config) -> None:
        # Without the attribute: with -p no:cacheprovider.
        self._cache: pytest.Cache | None = getattr(config, "cache", None)
        self._digest = digest()
        self._now: dict[str, Cells] = {}

    def add(self, column: Column) -> None:
        """Show *column*, and keep it for a later run."""
        shown = self._now[column.environment.name] = cells(column)
        if self._cache:
            kept: dict[str, Any] = {"digest": self._digest, "cells": shown}
            self._cache.set(f"matrix/{column.environment.name}", kept)

    def columns(self) -> dict[str, Cells]:
        """Return this run's columns, and earlier ones of the same code with a star."""
        found: dict[str, Cells] = {}
        for name in (environment.name for environment in ENVIRONMENTS):
            kept = self._cache.get(f"matrix/{name}", {}) if self._cache else {}
            if name in self._now:
                found[name] = self._now[name]
            elif kept.get("digest") == self._digest:
                found[f"{name}*"] = kept["cells"]
        return found

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table; a hook of pytest."""
        terminalreporter.section("notebooks x environments")
        columns = self.columns()
        terminalreporter.write_line(table(columns))
        if any(name.endswith("*") for name in columns):
            terminalreporter.write_line("* from an earlier run of the same code")
        terminalreporter.write_line(
            f"MB: VmHWM of each process, added up; Binder guarantees {GUARANTEED} MB."
        )
