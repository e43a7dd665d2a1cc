"""An account: what the kernel itself says of a TCP socket, by its descriptor.

All of it is for Linux (linux/tcp.h, asm-generic/socket.h); any number of a descriptor
may be asked about, also of one that is closed by now.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from functools import cache
from typing import NamedTuple

from labapp.backends.headers import FIN, RST, syn_options

_OPEN, _FIN_WAIT, _CLOSE = (1, 8), (4, 5), 7  # ESTABLISHED and CLOSE_WAIT; linux/tcp_states.h
INFO = 216  # bytes of struct tcp_info up to tcpi_bytes_retrans, since 4.19
SO_MEMINFO = 55  # since 4.12
_FIONREAD = 0x541B  # asm-generic/ioctls.h
_OPTION_TIMESTAMPS = 1
_Answer = ctypes.c_char * INFO  # the longest


class Account(NamedTuple):
    """The *state* of a connection, and how many bytes of data its side has *sent*.

    What it has still to send counts, unless a RST came first; what it has sent again does
    not. *options* are those of its SYN: maximum segment size and window scale.
    """

    state: int
    sent: int
    options: bytes


def account(descriptor: int) -> Account:
    """Return what the kernel knows of a connection; `OSError` if it is none."""
    info = _ask(descriptor, socket.IPPROTO_TCP, socket.TCP_INFO, INFO)
    if len(info) < INFO:
        raise OSError("this kernel does not count the bytes of a connection")
    (size,) = struct.unpack_from("=I", info, 84)  # tcpi_advmss: without the timestamps
    size += 12 * (info[5] & _OPTION_TIMESTAMPS)
    (unsent,) = struct.unpack_from("=I", info, 144)  # tcpi_notsent_bytes
    if info[0] == _CLOSE:
        unsent = 0  # a RST came; the kernel goes on counting what it has dropped
    elif unsent and info[0] not in _OPEN:
        unsent -= 1  # a FIN waits behind the data, and has a number, too (RFC 9293, 3.4)
    sent, again = struct.unpack_from("=QQ", info, 200)  # tcpi_bytes_sent, _retrans
    scale = info[6] >> 4 if sys.byteorder == "little" else info[6] & 0xF
    return Account(info[0], sent - again + unsent, syn_options(size & 0xFFFF, scale))


def is_half_full(descriptor: int) -> bool:
    """Return whether half of a socket's room is taken by what it was sent."""
    told = _ask(descriptor, socket.SOL_SOCKET, SO_MEMINFO, 8)
    taken, room = struct.unpack("=II", told)
    return bool(taken > room >> 1)


def can_send(descriptor: int) -> bool:
    """Return whether a connection still takes bytes from its side."""
    return account(descriptor).state in _OPEN


def farewell(descriptor: int, state: int, *, closing: bool) -> int:
    """Return what goes out when a socket in *state* is shut down, or closed: FIN, RST, or 0.

    Where a FIN has gone out already, it is told again for *closing*.
    """
    if not closing:
        return FIN if state in _OPEN else 0
    return RST if state in (*_OPEN, *_FIN_WAIT) and _is_rude(descriptor) else FIN


def _is_rude(descriptor: int) -> bool:
    """Return whether closing leaves bytes unread, or was asked not to linger."""
    import fcntl  # Windows has none

    unread = bytearray(4)
    fcntl.ioctl(descriptor, _FIONREAD, unread)
    told = _ask(descriptor, socket.SOL_SOCKET, socket.SO_LINGER, 8)
    lingers, seconds = struct.unpack("=ii", told)
    return any(unread) or bool(lingers and not seconds)


def _ask(descriptor: int, level: int, option: int, size: int) -> bytes:
    """Return an option of a socket, as ``socket.getsockopt`` does for its own."""
    answer, length = _Answer(), ctypes.c_uint(size)
    if _libc().getsockopt(descriptor, level, option, answer, ctypes.byref(length)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer.raw[: length.value]


@cache
def _libc() -> ctypes.PyDLL:
    return ctypes.PyDLL(None, use_errno=True)  # no call waits
