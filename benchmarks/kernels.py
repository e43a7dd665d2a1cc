"""A chapter in its kernel: how soon its first cell is done, how much memory all of it takes."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.manager import start_new_kernel

from benchmarks.pairs import seconds
from benchmarks.row import Row, at_most, ms
from benchmarks.starting import IMPORTS
from labapp.errors import LabError
from tools.build_notebooks import SOURCES, build

PATIENCE = 120  # seconds for one cell; a bound, nothing waits for it
FIRST_CELL, MEMORY = 1.2, 1.2
ROUNDS = 7  # pairs of first cells, of each chapter; of three, one burst of other work tells
MIB = 1024**2
RESIDENT = "open('/proc/self/statm').read().split()[1]"  # pages: proc_pid_statm(5)
MODULES = "' '.join(__import__('sys').modules)"


@dataclass(frozen=True)
class Kernel:
    """A fresh kernel that is ready."""

    client: Any

    def run(self, code: str) -> None:
        """Run a cell as a notebook does; raises `LabError` if it fails."""
        self._execute(code)

    def modules(self) -> list[str]:
        """Return what it has loaded, in order; for what is left out see `starting.modules`."""
        left_out = {"__main__", "_openssl"}
        names = self._told(MODULES).split()
        return [name for name in names if name.partition(".")[0] not in left_out]

    def memory(self) -> int:
        """Return its resident set size in bytes, what it shares with others included."""
        return int(self._told(RESIDENT)) * os.sysconf("SC_PAGE_SIZE")

    def _told(self, expression: str) -> str:
        answer = self._execute("", user_expressions={"it": expression})["user_expressions"]
        return str(ast.literal_eval(answer["it"]["data"]["text/plain"]))

    def _execute(self, code: str, **options: object) -> Any:
        reply = self.client.execute_interactive(
            code,
            allow_stdin=False,
            timeout=PATIENCE,
            output_hook=lambda message: None,
            **options,
        )["content"]
        if reply["status"] != "ok":
            raise LabError(f"A cell ended with {reply['ename']}: {reply['evalue']}")
        return reply


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start a kernel as JupyterLab does, in a folder of its own; end it in any case."""
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        manager, client = start_new_kernel(
            startup_timeout=PATIENCE, cwd=folder, stderr=subprocess.DEVNULL
        )
        try:
            yield Kernel(client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel()  # asked first, so that its lab takes its folder along
            manager.cleanup_resources()


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield what the chapters ask of a kernel, against one that imports the same."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel
    names = sorted(path.stem for path in SOURCES.glob("[0-9]*.py"))
    chapters = {name[:2]: cells(name) for name in names[: max(1, round(len(names) * scale))]}
    yield _first_cells(chapters, max(1, round(ROUNDS * scale)))
    yield _memory(chapters)


def cells(name: str) -> list[str]:
    """Return the code cells of a chapter, with its solutions."""
    source = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
    notebook = nbformat.reads(build(source, solved=True), as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def first_cell(code: str) -> tuple[float, float]:
    """Return the seconds that a chapter's first cell takes, and its imports alone."""
    with kernel() as ran:
        needed = seconds(lambda: ran.run(code))
        names = ran.modules()
    with kernel() as bare:
        return needed, seconds(lambda: bare.run(importing(names)))


def memory(chapter: list[str]) -> tuple[int, int]:
    """Return the bytes of a kernel that ran a *chapter*, and of one that imported the same."""
    with kernel() as ran:
        for code in chapter:
            ran.run(code)
        used, names = ran.memory(), ran.modules()
    with kernel() as bare:
        bare.run(importing(names))
        return used, bare.memory()


def importing(names: list[str]) -> str:
    """Return a cell that loads the modules called *names*, and does nothing else."""
    return IMPORTS.replace("sys.argv[1:]", repr(names))


def _first_cells(chapters: dict[str, list[str]], rounds: int) -> Row:
    found = {
        number: [first_cell(code[0]) for _ in range(rounds)]
        for number, code in chapters.items()
    }
    ratios = {
        number: median(cell / bare for cell, bare in pairs) for number, pairs in found.items()
    }
    slowest = max(ratios, key=lambda number: ratios[number])
    every = [pair for pairs in found.values() for pair in pairs]
    needed, bare = (median(times) for times in zip(*every, strict=True))
    return at_most(
        "first cell / bare imports, slowest chapter",
        ratios[slowest],
        FIRST_CELL,
        f"{rounds} pairs of each of {len(chapters)} chapters",
        f"chapter {slowest}; median of all {median(ratios.values()):.2f}, "
        f"{ms(needed)} / {ms(bare)}",
    )


def _memory(chapters: dict[str, list[str]]) -> Row:
    found = {number: memory(code) for number, code in chapters.items()}
    ratios = {number: used / bare for number, (used, bare) in found.items()}
    largest = max(ratios, key=lambda number: ratios[number])
    used, bare = found[largest]
    return at_most(
        "memory after a whole chapter / bare imports, largest",
        ratios[largest],
        MEMORY,
        f"{len(chapters)} chapters",
        f"chapter {largest}: {used / MIB:.0f} / {bare / MIB:.0f} MiB; "
        f"median of all {median(ratios.values()):.2f}",
    )
