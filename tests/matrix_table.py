"""The table notebooks x environments, at the end of a run of the tests.

Usage, after the tests ran: python -m tests.matrix_table

A column that this run left out is taken from another one, if nothing that counts has
changed since: ``make test`` and ``make marked`` together fill the table. As a command
it prints what they left, and fails unless all of it is there and green.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.environments import ENVIRONMENTS
from tests.matrix import GUARANTEED, MB, Column
from tests.ordinary_user import ROOT
from tools.build_notebooks import NOTEBOOKS

COUNTS = ("binder", "labapp", "sources", "tests/simulated_macos", "requirements.txt")
FILES = ("binder_image", "environments", "lab_server", "matrix", "ordinary_user")

MEMORY = f"MB: VmHWM of each process, added up; Binder guarantees {GUARANTEED} MB."
CACHE = ROOT / ".pytest_cache" / "v"  # where pytest keeps what plugins ask it to

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


def kept_columns(get: Callable[[str], Any], current: str) -> dict[str, Cells]:
    """Return the columns that *get* has by their key, of the code with the digest *current*."""
    found = {one.name: get(f"matrix/{one.name}") for one in ENVIRONMENTS}
    return {
        name: kept["cells"] for name, kept in found.items() if kept.get("digest") == current
    }


def missing(columns: Mapping[str, Cells], notebooks: Iterable[str]) -> list[str]:
    """Return what is not green: columns that are not there, notebooks that did not run well."""
    wrong = [f"{one.name}: not run" for one in ENVIRONMENTS if one.name not in columns]
    wrong += [
        f"{name}: {notebook}: {shown.get(notebook, 'not run')}"
        for name, shown in columns.items()
        for notebook in notebooks
        if not shown.get(notebook, "").endswith(" s")
    ]
    return wrong


def main() -> str | int:
    """Print the table; return 0, or what is missing or wrong in it."""

    def get(key: str) -> Any:
        path = CACHE / key
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    columns = kept_columns(get, digest())
    print(table(columns), MEMORY, sep="\n")
    names = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    return "\n".join(missing(columns, names)) or 0


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

    def _kept(self, key: str) -> Any:
        return self._cache.get(key, {}) if self._cache else {}

    def columns(self) -> dict[str, Cells]:
        """Return this run's columns, and those of another run with a star."""
        others = kept_columns(self._kept, self._digest)
        return {
            name if name in self._now else f"{name}*": self._now.get(name) or others[name]
            for name in (environment.name for environment in ENVIRONMENTS)
            if name in self._now or name in others
        }

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table; a hook of pytest."""
        terminalreporter.section("notebooks x environments")
        columns = self.columns()
        terminalreporter.write_line(table(columns))
        if any(name.endswith("*") for name in columns):
            terminalreporter.write_line("* from another run of the same code")
        terminalreporter.write_line(MEMORY)


if __name__ == "__main__":
    sys.exit(main())
