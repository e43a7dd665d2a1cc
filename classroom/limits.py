"""Limits that hold: a control group of the kernel for each learner.

An address-space limit (``ulimit -v``) is no substitute: it counts what is reserved, not
what is used, and for each process alone. After one visit and one figure a process
had reserved 536 MiB and used 137.

Sources: cgroups(7); the kernel's admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
SYSTEMD = Path("/run/systemd/system")  # there if systemd runs the machine: sd_booted(3)
PATIENCE = 10.0  # seconds, for killed processes to leave


class NoLimits(Exception):
    """The kernel's control groups cannot be used here; the message says why."""


@dataclass(frozen=True)
class Group:
    """The control group of one learner."""

    folder: Path

    def limit(self, memory: int) -> None:
        """Make the group, and let the kernel hold it to *memory* bytes; `NoLimits`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / _file(self.folder)).write_text(str(memory))
        except OSError as error:
            raise NoLimits(str(error)) from None

    def enter(self) -> None:
        """Put the calling process into the group; those it starts are born there."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    @property
    def peak(self) -> int | None:
        """The most memory the group ever had, in bytes, files' pages in memory included."""
        for name in ("memory.peak", "memory.max_usage_in_bytes"):
            if (self.folder / name).exists():
                return int((self.folder / name).read_text())
        return None  # cgroup v2 before Linux 5.19

    def close(self) -> None:
        """End what is left in the group, and remove it."""
        deadline = time.monotonic() + PATIENCE
        while self.folder.exists():
            for process in (self.folder / "cgroup.procs").read_text().split():
                try:
                    os.kill(int(process), signal.SIGKILL)
                except ProcessLookupError:
                    continue
            try:
                self.folder.rmdir()
            except OSError:  # a killed process has not left yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def group(name: str, mount: Path = MOUNT) -> Group:
    """Return the group for *name*, not yet made; `NoLimits` if there can be none."""
    return Group(_parent(mount) / "secrets-on-the-wire" / name)


def why_not(mount: Path = MOUNT) -> str:
    """Return why memory limits would not hold here, or ``""``; found out by making one."""
    try:
        trial = group(f"trial-{os.getpid()}", mount)
        trial.limit(2**30)
        trial.close()
    except (NoLimits, OSError) as error:
        return str(error) or type(error).__name__
    return ""


def _parent(mount: Path) -> Path:
    controllers = mount / "cgroup.controllers"
    if controllers.exists():  # version 2
        if "memory" not in controllers.read_text().split():
            raise NoLimits("This system's control groups do not count memory.")
        for folder in (mount, mount / "secrets-on-the-wire"):
            try:
                folder.mkdir(exist_ok=True)
                (folder / "cgroup.subtree_control").write_text("+memory")
            except OSError as error:
                raise NoLimits(f"{folder}: {error.strerror}") from None
        return mount
    if (mount / "memory" / "memory.limit_in_bytes").exists():  # version 1
        return mount / "memory"
    raise NoLimits(f"No control groups in {mount}.")


def _file(folder: Path) -> str:
    v1 = "memory.limit_in_bytes"
    return v1 if (folder / v1).exists() else "memory.max"
