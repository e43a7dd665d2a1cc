"""Run a command in a network of its own that has nothing but loopback.

Usage, as root: python tests/loopback_only.py COMMAND [ARGUMENTS]
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path
from threading import Thread

CLONE_NEWNET = 0x40000000  # linux/sched.h
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1  # linux/sockios.h, linux/if.h


def main(command: list[str]) -> None:
    """Become *command*, in the new network."""
    _must(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    os.execvp(command[0], command)


def connect(process: int, port: int, timeout: float) -> socket.socket:
    """Return a TCP connection to *port* on loopback, in the network of *process*.

    As root. Only a thread enters that network, and ends; a socket stays in the
    network where it was made (network_namespaces(7)). Raises `OSError`.
    """
    made: list[socket.socket | OSError] = []

    def enter() -> None:
        try:
            with Path(f"/proc/{process}/ns/net").open("rb") as network:
                _must(ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET))
            made.append(socket.create_connection(("127.0.0.1", port), timeout))
        except OSError as error:
            made.append(error)

    thread = Thread(target=enter, name=f"in the network of {process}")
    thread.start()
    thread.join()
    (outcome,) = made
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


def _must(status: int) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
