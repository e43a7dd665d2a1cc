"""A burst of frames: what a socket has queued, read in one call.

Python's own ``recvmsg_into`` lets other threads run each time it is called. After a
request the server's thread still has its tidying up to do, so ten frames read one by one
take as long as that; recvmmsg(2) reads them all, and nobody is let in between.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
from errno import EAGAIN, ENOSYS

MOST = 16  # frames at a call; a request makes about ten
SO_TIMESTAMPNS = 35
SO_TIMESTAMPING = 37  # its stamp is three times; the first is that of the software
# A control message (cmsg(3)): its length, level and type, then seconds and nanoseconds.
_STAMP = struct.Struct("Nii qq")
# As plain numbers: flags of an enum cost more than the call (`Flag.__or__`).
DONTWAIT, ERRQUEUE = int(socket.MSG_DONTWAIT), int(getattr(socket, "MSG_ERRQUEUE", 0))
_CONTROL = 256  # bytes; on an error queue another message follows
_STAMPS = ((socket.SOL_SOCKET, SO_TIMESTAMPNS), (socket.SOL_SOCKET, SO_TIMESTAMPING))


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
    """Room for up to 16 frames of *longest* bytes, filled again and again.

    Raises `OSError` where the C library has no recvmmsg(2).
    """

    def __init__(self, longest: int) -> None:
        try:
            # PyDLL keeps the interpreter's lock: with MSG_DONTWAIT the call never waits.
            self._receive = ctypes.PyDLL(None, use_errno=True).recvmmsg
        except AttributeError:
            raise OSError(ENOSYS, "the C library has no recvmmsg") from None
        # Frames are mostly short: of a mapping, only the pages that they fill take memory.
        room = memoryview(mmap.mmap(-1, longest * MOST))
        self._frames = [room[longest * turn : longest * (turn + 1)] for turn in range(MOST)]
        self._controls = [ctypes.create_string_buffer(_CONTROL) for _ in range(MOST)]
        self._vectors = [
            _Vector(ctypes.addressof(ctypes.c_char.from_buffer(frame)), longest)
            for frame in self._frames
        ]
        self._messages = (_Message * MOST)()
        for message, vector, control in zip(
            self._messages, self._vectors, self._controls, strict=True
        ):
            header = message.header
            header.vector, header.vectors = ctypes.pointer(vector), 1
            header.control, header.control_size = ctypes.addressof(control), _CONTROL

    def read(self, descriptor: int, flags: int = 0) -> list[tuple[int, bytes]]:
        """Return the time of each queued frame, 0 if the kernel gave none, and its bytes.

        *descriptor* is a socket's, to be asked for times with SO_TIMESTAMPNS or
        SO_TIMESTAMPING. Never waits, and returns 16 frames at most. Raises `OSError`.
        """
        flags |= DONTWAIT
        came = self._receive(descriptor, self._messages, MOST, flags, None)
        if came >= 0:
            return [self._taken(index) for index in range(came)]
        number = ctypes.get_errno()
        if number == EAGAIN:
            return []
        raise OSError(number, os.strerror(number))

    def _taken(self, index: int) -> tuple[int, bytes]:
        message = self._messages[index]
        _, level, kind, seconds, nanoseconds = _STAMP.unpack_from(self._controls[index])
        stamped = message.header.control_size >= _STAMP.size
        if stamped and (level, kind) in _STAMPS:
            time = seconds * 1_000_000_000 + nanoseconds
        else:
            time = 0
        message.header.control_size = _CONTROL
        return time, self._frames[index][: message.size].tobytes()
