"""The result of a lesson: as data, for a terminal, and as a table in the guide."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from classroom.campaign.lesson import Lesson

ROOT = Path(__file__).resolve().parent.parent.parent
MEASURED = ROOT / "classroom" / "measured.json"
DOCUMENT = ROOT / "docs" / "machine-room.md"
BEGIN, END = "<!-- class: begin -->", "<!-- class: end -->"
FORMS = ("undisturbed", "kernels killed")
NOT_YET = "Not measured yet with thirty learners: `make class` writes this table.\n"
MIB = 1024**2

Figures = dict[str, Any]


def machine() -> str:
    """Return a sentence about when and where this runs."""
    return (
        f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before it began"
    )


def figures(held: Lesson, where: str) -> Figures:
    """Return what a lesson came to, as JSON keeps it: MiB, seconds, medians and maxima."""
    names = [one.name for one in held.afternoons]
    phases = list(held.afternoons[0].seconds)
    kernels = max(1, len({chapter[:2] for chapter in held.expected}))
    pairs = {(who, whose) for who, found in held.found.items() for whose in found}
    return {
        "form": FORMS[held.killed],
        "where": where,
        "learners": len(names),
        "right": held.right,
        "own": sum((name, name) in pairs for name in names),
        "others": sum(who != whose for who, whose in pairs),
        "pairs": len(names) * (len(names) - 1),
        "searched": round(sum(held.searched.values()) / MIB, 1),
        "reached": len(held.reached),
        "backends": sorted(set().union(*(one.backends for one in held.afternoons))),
        "killed": sum(one.killed for one in held.afternoons),
        "restarted": sum(one.restarted for one in held.afternoons),
        "left": sum(len(one.left) for one in held.afternoons),
        "impostors": len(held.impostors),
        "strays": held.strays,
        "greedy": held.greedy,
        "wall": round(held.wall, 1),
        "arrived": round(held.started, 1),
        "seconds": {
            phase: _spread(one.seconds.get(phase, 0.0) for one in held.afternoons)
            for phase in phases
        },
        "memory": {
            "server": _spread(used.get("server", 0) / MIB for used in held.usage.values()),
            "kernel": _spread(
                used.get("kernel", 0) / kernels / MIB for used in held.usage.values()
            ),
            "all": _spread(sum(used.values()) / MIB for used in held.usage.values()),
            "group": _spread((peak or 0) / MIB for peak in held.peak.values()),
        },
        "cpu": {
            "server": _spread(held.cpu_start.values()),
            "all": _spread(held.cpu.values()),
        },
        "hub": round(held.hub / MIB),
    }


def rows(figures: Figures) -> list[tuple[str, str]]:
    """Return *figures* as lines: what, and how much."""
    n, memory, seconds = figures["learners"], figures["memory"], figures["seconds"]
    return [
        ("finished with the right result", f"{figures['right']} of {n}"),
        ("captures that hold the learner's own secret (control)", f"{figures['own']} of {n}"),
        (
            "captures that hold somebody else's secret",
            f"{figures['others']} of {figures['pairs']} pairs, in {figures['searched']} MiB",
        ),
        ("neighbours' servers that let a learner in", f"{figures['reached']} of {n}"),
        ("way to capture", ", ".join(figures["backends"])),
        (
            "kernels killed; their processes that stayed",
            f"{figures['killed']}; {figures['left']}",
        ),
        ("kernels that a learner had to restart", str(figures["restarted"])),
        (
            "names that another's slip opened, root's included",
            f"{figures['impostors']} of {n + 1}",
        ),
        ("learners' files outside of their homes", str(figures["strays"])),
        ("a kernel that takes more memory than the limit", figures["greedy"]),
        ("all have a server and the notebooks after", f"{figures['arrived']:.0f} s"),
        ("all have finished both chapters after", f"{figures['wall']:.0f} s"),
        *(
            (f"{_PHASES[phase]}, median / slowest", _two(seconds[phase], "s"))
            for phase in seconds
        ),
        ("memory of a server, median / most", _two(memory["server"], "MiB")),
        ("memory of a kernel, median / most", _two(memory["kernel"], "MiB")),
        ("memory of a learner, two kernels open", _two(memory["all"], "MiB")),
        ("the same as the control group counts it, at the peak", _two(memory["group"], "MiB")),
        ("memory of hub and proxy", f"{figures['hub']} MiB"),
        ("processor time of a server's start", _two(figures["cpu"]["server"], "s")),
        ("processor time of a learner in all", _two(figures["cpu"]["all"], "s")),
    ]


def text(figures: Figures) -> str:
    """Return *figures* for a terminal."""
    lines = [f"{figures['learners']} learners, {figures['form']}: {figures['where']}"]
    return "\n".join([*lines, *(f"  {what:58} {much}" for what, much in rows(figures))])


def table(measured: dict[str, Figures]) -> str:
    """Return all forms side by side, as a table of Markdown; `NOT_YET` if there is none."""
    if not measured:
        return NOT_YET
    forms = [measured[form] for form in FORMS if form in measured]
    dates = [
        f"**{one['form'].capitalize()}**: {one['learners']} learners; {one['where']}.\n"
        for one in forms
    ]
    head = ["what", *(one["form"] for one in forms)]
    lines = [
        [what, *(dict(rows(one)).get(what, "-") for one in forms)] for what, _ in rows(forms[0])
    ]
    body = [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines)]
    return "\n".join([*dates, *body]) + "\n"


def write(figures: Figures) -> None:
    """Keep *figures* in `MEASURED`, and put the table into the guide."""
    measured = read()
    measured[figures["form"]] = figures
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    put(DOCUMENT, (BEGIN, END), table(measured))


def read() -> dict[str, Figures]:
    """Return what was measured last, by form."""
    if not MEASURED.exists():
        return {}
    measured: dict[str, Figures] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return measured


def put(document: Path, marks: tuple[str, str], table: str) -> None:
    """Put *table* between two *marks* of a *document*; the rest stays."""
    before, _, rest = document.read_text(encoding="utf-8").partition(marks[0])
    after = rest.partition(marks[1])[2]
    document.write_text(f"{before}{marks[0]}\n\n{table}\n{marks[1]}{after}", encoding="utf-8")


_PHASES = {
    "sign in": "to sign in",
    "server": "until the server is up",
    "handout": "to get the notebooks",
    "00": "chapter 00, kernel included",
    "01": "chapter 01, kernel included",
}


def _spread(values: Iterable[float]) -> list[float]:
    known = list(values) or [0.0]
    return [round(median(known), 1), round(max(known), 1)]


def _two(spread: list[float], unit: str) -> str:
    return (
        f"{spread[0]:.0f} / {spread[1]:.0f} {unit}"
        if unit == "MiB"
        else f"{spread[0]:.1f} / {spread[1]:.1f} {unit}"
    )
