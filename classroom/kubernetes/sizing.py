"""``python -m classroom.kubernetes.sizing``: nodes and node-hours, from what was measured.

A node holds as many learners as its memory and its processors allow:

- memory: what the control group of a learner had at its peak, with two kernels open;
- processors: everybody starts within `START` seconds and runs the first two chapters
  in that time. That is the busiest quarter of an hour; later a learner reads.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from classroom.campaign import report

VALUES = Path(__file__).with_name("values.yaml")
BEGIN, END = "<!-- sizing: begin -->", "<!-- sizing: end -->"
CLASSES = (30, 300, 3000)

# Assumptions, not measurements. They stand in the guide, too.
START = 15 * 60  # seconds in which all start and run chapters 00 and 01
LENGTH = 3.0  # hours of class
BEFORE = 0.5  # hours that placeholders hold the nodes before it
AFTER = 1.25  # hours until idle servers end (cull.timeout) and empty nodes go
KEPT_MEMORY, KEPT_CORES = 0.15, 0.2  # of a node: for Kubernetes itself (share, cores)
MOST_PODS = 100  # on a node: Kubernetes' limit of 110, less its own
STEP = 64  # MiB: requests are rounded up to this


@dataclass(frozen=True)
class Node:
    """A kind of node: *cores*, and *memory* in GiB."""

    cores: int
    memory: int


@dataclass(frozen=True)
class Requests:
    """What one learner's pod asks for: MiB and cores."""

    memory: int
    memory_limit: int
    cores: float
    cores_limit: int


# Before a class of thirty was held: what two and three learners needed, with room.
ASSUMED = Requests(448, 896, 0.05, 2)


def requests(measured: dict[str, report.Figures]) -> Requests:
    """Return what a pod must ask for, from the greatest of all that was measured.

    `ASSUMED` if nothing was.
    """
    if not measured:
        return ASSUMED
    peak = max(
        max(form["memory"]["group"][1], form["memory"]["all"][1]) for form in measured.values()
    )
    cpu = max(form["cpu"]["all"][1] for form in measured.values())
    memory = ceil(peak / STEP) * STEP
    # One kernel more than two: a limit that is met by an accident, not by a lesson.
    return Requests(memory, 2 * memory, ceil(100 * cpu / START) / 100, 2)


def per_node(ask: Requests, node: Node) -> int:
    """Return how many learners a *node* holds."""
    by_memory = node.memory * 1024 * (1 - KEPT_MEMORY) / ask.memory
    by_cores = (node.cores - KEPT_CORES) / ask.cores
    return min(floor(by_memory), floor(by_cores), MOST_PODS)


def lines(ask: Requests, node: Node) -> list[tuple[int, int, int, float]]:
    """Return for each class: learners, nodes for them, all nodes, node-hours."""
    found = []
    for learners in CLASSES:
        users = ceil(learners / per_node(ask, node))
        # One more for hub, proxy and scheduler, which do not share with learners.
        found.append((learners, users, users + 1, (users + 1) * (BEFORE + LENGTH + AFTER)))
    return found


def table(measured: dict[str, report.Figures], nodes: Sequence[Node]) -> str:
    """Return nodes and node-hours as Markdown; what is missing if nothing was measured."""
    if not measured:
        return report.NOT_YET
    ask = requests(measured)
    asked = f"A pod asks for {ask.memory} MiB and {ask.cores:g} cores"
    text = [
        f"{asked}; it may use {ask.memory_limit} MiB and {ask.cores_limit} cores.\n",
        "| node | learners on it | class | nodes for learners | all nodes | node-hours |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for node in nodes:
        kind = f"{node.cores} cores, {node.memory} GiB | {per_node(ask, node)}"
        text += [
            f"| {kind} | {learners:,} | {users:,} | {nodes_:,} | {hours:,.0f} |"
            for learners, users, nodes_, hours in lines(ask, node)
        ]
    return "\n".join(text) + "\n"


NODES = (Node(4, 16), Node(16, 64))


def write_values(ask: Requests) -> None:
    """Put the requests into values.yaml."""
    text = VALUES.read_text(encoding="utf-8")
    numbers = {
        "memory": (f"{ask.memory}M", f"{ask.memory_limit}M"),
        "cpu": (f"{ask.cores:g}", str(ask.cores_limit)),
    }
    for name, (guarantee, limit) in numbers.items():
        place = re.compile(
            rf"(\n  {name}:\n(?:    #.*\n)*    guarantee: )\S+(\n    limit: )\S+\n"
        )
        text, times = place.subn(rf"\g<1>{guarantee}\g<2>{limit}\n", text)
        assert times == 1, f"{VALUES} has {times} places for {name}"
    VALUES.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> str | int:
    """Print the table; with --write, put it into the guide, and the requests into the values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int, help="of another kind of node")
    parser.add_argument("--memory", type=int, help="of it, in GiB")
    parser.add_argument("--write", action="store_true", help="into values.yaml and the guide")
    options = parser.parse_args(arguments)
    measured = report.read()
    if not measured:
        return "Nothing has been measured yet: run make class."
    other = (
        (Node(options.cores, options.memory),) if options.cores and options.memory else NODES
    )
    print(table(measured, other), end="")
    if options.write:
        report.put(report.DOCUMENT, (BEGIN, END), table(measured, NODES))
        write_values(requests(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
