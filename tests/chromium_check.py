"""The exposure map by the browser model and by a real Chromium, cell by cell.

``python -m tests.chromium_check`` makes all meaningful combinations with both
(some ten minutes; as root, so that the packets are the kernel's own) and prints
every cell that differs. ``--telling`` makes 24 of them, ``--styles`` lets Chromium
load style sheets, ``--write`` puts the result into docs/browser-model.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.lab.map import Combination, all_combinations
from labapp.observers import PLACES
from labapp.remedy import (
    ALL,
    SIX,
    csrf,
    hardening,
    https,
    post,
    redirect,
    session,
    title,
    together,
)
from tests.chromium_visit import chromium_visit

SECRET = "Rex sleeps at noon"
DOCUMENT = Path(__file__).parent.parent / "docs" / "browser-model.md"
MARKED = re.compile(r"(?<=<!-- result: begin -->\n).*(?=<!-- result: end -->)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """One place of one combination, as both have it; None is "unknown"."""

    combination: Combination
    place: str
    model: bool | None
    chromium: bool | None
    reason: str = ""  # why Chromium's is unknown

    @property
    def equal(self) -> bool:
        """Two answers that nobody knows are not equal."""
        return self.model is not None and self.model == self.chromium

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return (
            f"{title(self.combination)}: {self.place} is {self.model} by the model, "
            f"{self.chromium} by Chromium{reason}"
        )


def telling() -> tuple[Combination, ...]:
    """Return 24 combinations of which no two have the same wire and browser cells.

    They are those of redirect, session and HTTPS with a GET, with a POST, and with a
    POST and the CSRF check, without two in which POST changes nothing, and two with HSTS.
    """
    three = [
        group for size in range(4) for group in combinations((redirect, session, https), size)
    ]
    made = {
        together([*group, *form]) for form in ((), (post,), (post, csrf)) for group in three
    }
    made -= {(post, redirect, https), (post, redirect, session, https)}
    made |= {(session, https, hardening), (*SIX, hardening)}
    return tuple(sorted(made, key=lambda one: (len(one), [ALL.index(each) for each in one])))


def meaningful() -> Iterator[Combination]:
    """Yield the 64 combinations of the six, and 32 with HSTS: without HTTPS it shuts all out."""
    yield from all_combinations()
    for applied in all_combinations():
        if https in applied:
            yield (*applied, hardening)


def cells(model: Visit, chromium: Visit) -> Iterator[Cell]:
    """Yield every place of the map, and whether the form works, for one combination."""
    applied = model.remediations
    for place in PLACES:
        finding = chromium.findings[place]
        yield Cell(applied, place, model.seen[place], finding.seen, finding.reason)
    yield Cell(applied, "works", model.works, chromium.works)


def compare(
    lab: Laboratory, wanted: Iterable[Combination], *, styles: bool = False
) -> Iterator[Cell]:
    """Make each combination with both, at the same server, and yield every cell."""
    for applied in wanted:
        model = lab.visit(SECRET, *applied)
        yield from cells(model, chromium_visit(lab, SECRET, *applied, styles=styles))


def table(made: list[Cell]) -> str:
    """Return in Markdown, by place, how many cells are equal, different and seen."""
    lines = ["| place | equal | different | seen by Chromium |", "|---|---|---|---|"]
    for place in (*PLACES, "works"):
        of_place = [cell for cell in made if cell.place == place]
        equal = sum(cell.equal for cell in of_place)
        seen = sum(cell.chromium is True for cell in of_place)
        lines.append(f"| `{place}` | {equal} | {len(of_place) - equal} | {seen} |")
    equal = sum(cell.equal for cell in made)
    lines.append(f"| all | {equal} | {len(made) - equal} | |")
    return "\n".join(lines) + "\n"


def report(made: list[Cell], fidelity: str) -> str:
    """Return what the document says of one run."""
    version = subprocess.run(
        ["chromium", "--version"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    number = next(iter(re.findall(r"[0-9.]{3,}", version)), "")
    day = datetime.now(UTC)
    count = len({cell.combination for cell in made})
    different = [f"- {cell}\n" for cell in made if not cell.equal]
    return (
        f"\n{day.day} {day:%B %Y}: Chromium {number}, {platform.system()} "
        f"{platform.machine()}; {count} combinations; {fidelity}.\n\n"
        f"{table(made)}\n"
        + (
            "".join(["Cells that differ:\n\n", *different])
            if different
            else "No cell differs.\n"
        )
        + "\n"
    )


def main(arguments: list[str]) -> int:
    """Compare as *arguments* say; return 0 if every cell is equal, else 1."""
    parser = argparse.ArgumentParser(prog="tests.chromium_check", description=__doc__)
    parser.add_argument("--telling", action="store_true", help="24 combinations, not all 96")
    parser.add_argument("--styles", action="store_true", help="load style sheets in Chromium")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    chosen = parser.parse_args(arguments)
    if not shutil.which("chromium"):
        parser.error("chromium is not installed (Debian: apt-get install chromium)")
    # Another program cannot enter a network namespace of this one.
    os.environ.setdefault("LABAPP_CAPTURE", "live" if os.geteuid() == 0 else "relay")
    wanted = telling() if chosen.telling else tuple(meaningful())
    made: list[Cell] = []
    with Laboratory() as lab:
        fidelity = lab.backend.fidelity
        for number, one in enumerate(wanted, 1):
            fresh = list(compare(lab, [one], styles=chosen.styles))
            different = [cell for cell in fresh if not cell.equal]
            print(f"{number}/{len(wanted)} {title(one)}: {len(different)} differ", flush=True)
            made += fresh
    text = report(made, fidelity)
    print(text)
    if chosen.write:
        page = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(MARKED.sub(lambda _: text, page), encoding="utf-8")
    return int(not all(cell.equal for cell in made))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
