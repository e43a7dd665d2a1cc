"""What a learner's processes use, as the kernel counts it (proc(5)); for root."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classroom.accounts import processes_of

TICKS = os.sysconf("SC_CLK_TCK")
_KINDS = (("server", b"jupyterhub.singleuser"), ("kernel", b"ipykernel_launcher"))


@dataclass(frozen=True)
class Process:
    """One process: *memory* is its share in bytes (PSS), *cpu* in seconds.

    A page that several processes have is divided among them, so that shares may be
    added up. *cpu* includes children that have ended.
    """

    pid: int
    kind: str
    memory: int
    cpu: float
    uid: int = 0


def of(uid: int) -> list[Process]:
    """Return the processes of the user *uid*."""
    return [found for pid in processes_of(uid) for found in _read(pid)]


def tree(pid: int) -> list[Process]:
    """Return a process and all its descendants."""
    return [found for one in (pid, *below(pid)) for found in _read(one)]


def alive(pid: int) -> bool:
    """Return whether a process is there and not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def below(pid: int) -> list[int]:
    """Return all descendants of a process."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text(encoding="ascii").split()):
            found += [child, *below(child)]
    return found


def memory(processes: list[Process]) -> dict[str, int]:
    """Return the memory of *processes* by kind, in bytes."""
    sums: Counter[str] = Counter()
    for one in processes:
        sums[one.kind] += one.memory
    return dict(sums)


def _read(pid: int) -> Iterator[Process]:
    folder = Path(f"/proc/{pid}")
    try:
        command = (folder / "cmdline").read_bytes()
        share = re.search(
            r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE
        )
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return  # it has just ended
    kind = next((kind for kind, word in _KINDS if word in command), "other")
    cpu = sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime, cstime
    yield Process(pid, kind, int(share[1]) * 1024 if share else 0, cpu, folder.stat().st_uid)
