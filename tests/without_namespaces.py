"""Run a command where no user namespace can be made, as in many a container.

Usage, as root: python tests/without_namespaces.py COMMAND [ARGUMENTS]

The limit is set in a user namespace that holds this one command; nothing outside
changes (user_namespaces(7), namespaces(7): /proc/sys/user).
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
ALL_IDS = "0 0 65536"  # as outside
LIMIT = Path("/proc/sys/user/max_user_namespaces")


def main(command: list[str]) -> int:
    """Run *command* and return its status."""
    entered_read, entered = os.pipe()
    mapped_read, mapped = os.pipe()
    child = os.fork()
    if not child:
        _enter(entered, mapped_read)
        os.execvp(command[0], command)
    assert os.read(entered_read, 1), "the child could not enter a user namespace"
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{child}/{kind}").write_text(ALL_IDS, encoding="ascii")
    os.write(mapped, b"x")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _enter(entered: int, mapped: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        os._exit(125)
    os.write(entered, b"x")
    os.read(mapped, 1)
    LIMIT.write_text("0", encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
