"""Frames made by hand: a TCP conversation is written down like a scene of a play."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable

from labapp.capture import Capture, Frame

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
CLIENT_PORT, SERVER_PORT = 40000, 8000
GET = b"GET /sensitive HTTP/1.1\r\nHost: site.test\r\n\r\n"


def frame(
    source: tuple[str, int],
    target: tuple[str, int],
    seq: int,
    *,
    ack: int = 0,
    flags: int = ACK,
    payload: bytes = b"",
) -> bytes:
    """Return one Ethernet frame with a TCP segment; checksums are left 0."""
    src, dst = (ipaddress.ip_address(host) for host, _ in (source, target))
    ports = (source[1], target[1])
    numbers = (seq % 2**32, ack % 2**32)
    tcp = struct.pack("!HHIIBBHHH", *ports, *numbers, 0x50, flags, 65535, 0, 0) + payload
    if src.version == 6:
        ip = struct.pack("!IHBB16s16s", 6 << 28, len(tcp), 6, 64, src.packed, dst.packed)
        return bytes(12) + b"\x86\xdd" + ip + tcp
    size = 20 + len(tcp)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, src.packed, dst.packed)
    return bytes(12) + b"\x08\x00" + ip + tcp


class Talk:
    """One TCP conversation; each method adds the frames of what happens next.

    *isn* are the first sequence numbers of client and server; *frames* is what
    has been written so far.
    """

    def __init__(
        self,
        client_port: int = CLIENT_PORT,
        server_port: int = SERVER_PORT,
        *,
        isn: tuple[int, int] = (1000, 5000),
        host: str = "127.0.0.1",
    ) -> None:
        self.frames: list[bytes] = []
        self._ends = ((host, client_port), (host, server_port))
        self._next = list(isn)

    def open(self) -> Talk:
        """SYN, SYN and ACK, ACK."""
        self.put(0, flags=SYN)
        self.put(1, flags=SYN | ACK)
        return self.put(0)

    def say(self, data: bytes, size: int = 1460) -> Talk:
        """The client sends *data* in segments of *size* bytes; the server acknowledges."""
        return self._send(0, data, size)

    def answer(self, data: bytes, size: int = 1460) -> Talk:
        """The server sends *data* in segments of *size* bytes; the client acknowledges."""
        return self._send(1, data, size)

    def close(self) -> Talk:
        """FIN of the server, FIN of the client, ACK."""
        self.put(1, flags=FIN | ACK)
        self.put(0, flags=FIN | ACK)
        return self.put(1)

    def put(self, side: int, payload: bytes = b"", flags: int = ACK, back: int = 0) -> Talk:
        """Add one frame of *side* (0: client), *back* bytes before its next number.

        A frame that goes back is a repetition and moves nothing forward.
        """
        acked = 0 if flags == SYN else self._next[1 - side]
        ends = (self._ends[side], self._ends[1 - side])
        self.frames.append(
            frame(*ends, self._next[side] - back, ack=acked, flags=flags, payload=payload)
        )
        if not back:
            self._next[side] += len(payload) + bool(flags & (SYN | FIN))
        return self

    def _send(self, side: int, data: bytes, size: int) -> Talk:
        for start in range(0, len(data), size):
            self.put(side, data[start : start + size], PSH | ACK)
            self.put(1 - side)
        return self


def response(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a response with these header lines before its Content-Length."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"HTTP/1.1 " + status, *headers, length, b"", body])


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a body in the chunked transfer coding."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def capture(
    frames: Iterable[bytes], *, port: int = SERVER_PORT, clients: tuple[int, ...] = ()
) -> Capture:
    """Return a capture of *frames*, one every microsecond."""
    timed = tuple(Frame(number * 1000, data) for number, data in enumerate(frames))
    return Capture(timed, "hand", "frames made by hand", port, clients)


def whole_talk(sent: bytes = GET, received: bytes = b"", size: int = 1460) -> list[bytes]:
    """Return the frames of a conversation with one thing said and one answered."""
    return Talk().open().say(sent, size).answer(received, size).close().frames
