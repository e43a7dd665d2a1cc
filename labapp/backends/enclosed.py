"""The child process of backend `namespace`: sockets out of a network of its own.

Started by its file's path (``python -I -S enclosed.py FD``), never forked from
a kernel with threads, and so it imports the standard library alone. It enters a
new user namespace and a new network namespace, in which an ordinary user may
open packet sockets (user_namespaces(7)), and hands sockets over by SCM_RIGHTS
(unix(7)) for as long as its parent asks: ``p`` for a packet socket, ``t`` for a
TCP socket. It ends when the parent does.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1  # linux/sockios.h, linux/if.h
READY, REFUSED = b"+", b"-"


def main(descriptor: int) -> None:
    """Serve sockets over the Unix socket *descriptor* until it is closed."""
    parent = socket.socket(fileno=descriptor)
    try:
        enter()
    except OSError as error:
        parent.send(REFUSED + (error.strerror or str(error)).encode())
        return
    parent.send(READY)
    while wish := parent.recv(1):
        try:
            with make(wish) as made:
                socket.send_fds(parent, [READY], [made.fileno()])
        except OSError as error:
            parent.send(REFUSED + (error.strerror or str(error)).encode())


def enter() -> None:
    """Enter namespaces of our own and bring their loopback interface up."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        (flags,) = struct.unpack_from("16xH", fcntl.ioctl(control, SIOCGIFFLAGS, request))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def make(wish: bytes) -> socket.socket:
    """Return a new socket of this namespace, of the kind *wish* asks for."""
    if wish == b"p":
        return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


if __name__ == "__main__":
    main(int(sys.argv[1]))
