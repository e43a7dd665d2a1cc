"""Ethernet, IPv4 and TCP headers of this lab's own making.

For bytes that a relay has seen, the bytes, ports, times and the order of closing
are real; sequence numbers, windows and the cut into segments are ours, so every
frame is marked rebuilt.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from labapp.capture import Frame

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
MSS = 1460  # bytes; as on Ethernet (RFC 9293, 3.7.1), so packets look like packets
WINDOW, SHIFT = 65535, 7  # RFC 7323: 8 MB, never full
_WRAP = 1 << 32
_ETHERNET = bytes(12) + b"\x08\x00"  # loopback has no hardware addresses
_LOCALHOST = bytes((127, 0, 0, 1))
_HOSTS = 2 * int.from_bytes(_LOCALHOST, "big")  # what both addresses add to a checksum
_HEADERS = struct.Struct("!14s HHHHHH4s4s HHIIHHHH").pack  # Ethernet, IPv4, TCP


def _random_numbers() -> dict[bool, int]:
    return {True: random.getrandbits(32), False: random.getrandbits(32)}


@dataclass
class Flow:
    """One relayed TCP connection, written down as frames, each later than the last.

    *client* and *server* are TCP ports on 127.0.0.1. Directions are named by
    who sends: True for the client.
    """

    client: int
    server: int
    _next: dict[bool, int] = field(default_factory=_random_numbers)
    _number: int = 0
    _time: int = 0

    def opened(self) -> Iterator[Frame]:
        """Yield the three-way handshake."""
        yield self._frame(True, SYN, options=_OPTIONS)
        yield self._frame(False, SYN | ACK, options=_OPTIONS)
        yield self._frame(True, ACK)

    def data(self, from_client: bool, payload: bytes) -> Iterator[Frame]:
        """Yield *payload* in segments, then the other side's acknowledgement."""
        for start in range(0, len(payload), MSS):
            part = payload[start : start + MSS]
            last = start + MSS >= len(payload)
            yield self._frame(from_client, ACK | (PSH if last else 0), part)
        yield self._frame(not from_client, ACK)

    def closed(self, from_client: bool) -> Iterator[Frame]:
        """Yield one side's FIN and its acknowledgement."""
        yield self._frame(from_client, FIN | ACK)
        yield self._frame(not from_client, ACK)

    def reset(self, from_client: bool) -> Iterator[Frame]:
        """Yield one side's RST."""
        yield self._frame(from_client, RST | ACK)

    def _frame(
        self, from_client: bool, flags: int, payload: bytes = b"", options: bytes = b""
    ) -> Frame:
        source, target = self.client, self.server
        if not from_client:
            source, target = target, source
        seq = self._next[from_client]
        # Before its own SYN is out, a side has nothing to acknowledge.
        ack = self._next[not from_client] if flags & ACK else 0
        self._number = (self._number + 1) % 65536
        data = packet(
            source, target, seq, ack, flags, payload, options=options, number=self._number
        )
        used = len(payload) + bool(flags & (SYN | FIN))
        self._next[from_client] = (self._next[from_client] + used) % _WRAP
        # The clock of a system may be set back, and some stand still for 16 ms.
        self._time = max(self._time + 1, time.time_ns())
        return Frame(self._time, data, rebuilt=True)


def packet(
    source: int,
    target: int,
    seq: int,
    ack: int,
    flags: int,
    payload: bytes = b"",
    *,
    options: bytes = b"",
    window: int = WINDOW,
    number: int = 0,
) -> bytes:
    """Return an Ethernet frame from TCP port *source* to *target*, both on 127.0.0.1.

    *number* is the IP packet's own.
    """
    rest = options + payload
    length = 20 + len(rest)
    marks = (20 + len(options)) << 10 | flags  # the offset of the data, and the flags
    return _HEADERS(
        _ETHERNET, 0x4500, 20 + length, number, 0x4000, 0x4006,
        _checksum(0x4500 + 20 + length + number + 0x4000 + 0x4006 + _HOSTS),
        _LOCALHOST, _LOCALHOST, source, target, seq, ack, marks, window,
        _checksum(
            _HOSTS + 6 + length + source + target + seq + ack + marks + window + _sum(rest)
        ),
        0,
    ) + rest  # fmt: skip


def syn_options(mss: int = MSS, shift: int = SHIFT) -> bytes:
    """Return a SYN's options: maximum segment size, a byte of padding, window scale."""
    return struct.pack("!BBHBBBB", 2, 4, mss, 1, 3, 3, shift)


_OPTIONS = syn_options()


def _sum(data: bytes) -> int:
    """Return what *data* adds to an Internet checksum (RFC 1071)."""
    return int.from_bytes(data + b"\0" if len(data) % 2 else data, "big")


def _checksum(total: int) -> int:
    """Return the Internet checksum of numbers of two bytes, or four, that make *total*."""
    # Adding with the carry brought round is adding modulo 65,535, and so a number may
    # be added whole; of its two zeros the sum of anything but zeros is the one with
    # all bits set.
    return 0xFFFF - (total % 0xFFFF or 0xFFFF)
