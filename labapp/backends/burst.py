"""A burst of frames: what a packet socket has queued, read in one call.

Python's own ``recvmsg_into`` lets other threads run each time it is called. After a
request the server's thread still has its tidying up to do, so ten frames read one by one
take as long as that; recvmmsg(2) reads them all, and nobody is let in between.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from errno import EAGAIN, ENOSYS

MOST = 16  # frames at a call; a request makes about ten
SO_TIMESTAMPNS = 35
# A control message (cmsg(3)): its length, level and type, then seconds and nanoseconds.
_STAMP = struct.Struct("Nii qq")


class _Vector(ctypes.Structure):
    """``struct iovec``: where the bytes of a frame go."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """``struct msghdr`` (recvmsg(2))."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint),
        ("vector", ctypes.POINTER(_Vector)),
        ("vectors", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """``struct mmsghdr``: a header, and how many bytes came (recvmmsg(2))."""

    _fields_ = (("header", _Header), ("size", ctypes.c_uint))


class Burst:
    """Room for up to 16 frames of *longest* bytes, filled again and again from *sock*.

    *sock* is to have SO_TIMESTAMPNS set. Raises `OSError` where the C library has no
    recvmmsg(2).
    """

    def __init__(self, sock: socket.socket, longest: int) -> None:
        try:
            # PyDLL keeps the interpreter's lock: with MSG_DONTWAIT the call never waits.
            self._receive = ctypes.PyDLL(None, use_errno=True).recvmmsg
        except AttributeError:
            raise OSError(ENOSYS, "the C library has no recvmmsg") from None
        self._number = sock.fileno()
        self._frames = [ctypes.create_string_buffer(longest) for _ in range(MOST)]
        self._stamps = [ctypes.create_string_buffer(_STAMP.size) for _ in range(MOST)]
        self._views = [memoryview(room) for room in self._frames]
        self._vectors = [_Vector(ctypes.addressof(room), longest) for room in self._frames]
        self._messages = (_Message * MOST)()
        for message, vector, stamp in zip(
            self._messages, self._vectors, self._stamps, strict=True
        ):
            header = message.header
            header.vector, header.vectors = ctypes.pointer(vector), 1
            header.control, header.control_size = ctypes.addressof(stamp), _STAMP.size

    def read(self) -> list[tuple[int, bytes]]:
        """Return the time of each queued frame, 0 if the kernel gave none, and its bytes.

        Never waits, and returns 16 frames at most. Raises `OSError`.
        """
        came = self._receive(self._number, self._messages, MOST, socket.MSG_DONTWAIT, None)
        if came >= 0:
            return [self._taken(index) for index in range(came)]
        number = ctypes.get_errno()
        if number == EAGAIN:
            return []
        raise OSError(number, os.strerror(number))

    def _taken(self, index: int) -> tuple[int, bytes]:
        message = self._messages[index]
        _, level, kind, seconds, nanoseconds = _STAMP.unpack(self._stamps[index])
        stamped = message.header.control_size == _STAMP.size
        if stamped and (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            time = seconds * 1_000_000_000 + nanoseconds
        else:
            time = 0
        message.header.control_size = _STAMP.size
        return time, self._views[index][: message.size].tobytes()
