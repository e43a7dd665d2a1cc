"""A line: one TCP connection of which we have both ends, and what each has sent."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from labapp.backends.headers import ACK, FIN, RST, SYN, packet
from labapp.backends.side import Side
from labapp.capture import Frame

_WRAP = 1 << 32
_HALF = 1 << 31
_TCP = struct.Struct("!HHIIBBH")  # up to the window
_LENGTH = struct.Struct("!H").unpack_from


@dataclass(eq=False)
class Line:
    """The connection from port *client* to port *server*, both on 127.0.0.1.

    Of all it carries the kernel gives back *syn* and every packet with data. The
    rest (its answer, pure acknowledgements, FIN and RST) is written here, with the
    numbers that the others tell. *opened* is when the client began to connect, in
    nanoseconds since 1970. Sides are named by who sends: True for the client.
    """

    client: int
    server: int
    syn: bytes = b""
    opened: int = 0
    options: bytes = b""
    sides: dict[bool, Side] = field(default_factory=lambda: {True: Side(), False: Side()})
    # Time, side, and a packet that came back; or none, and the flag of its end.
    _news: list[tuple[int, bool, bytes, int]] = field(default_factory=list)
    _begun: bool = False  # the handshake was handed out, or belongs to an earlier capture
    _time: int = 0

    @property
    def over(self) -> bool:
        """True once both sides have sent a FIN, or one a RST."""
        return self.broken or all(side.ended for side in self.sides.values())

    @property
    def strange(self) -> bool:
        """True if the client is none of ours."""
        return self.sides[True].descriptor is None

    @property
    def ended_here(self) -> bool:
        """True once nothing more of it can come back."""
        return self.over or (self.strange and self.sides[False].ended > 0)

    @property
    def broken(self) -> bool:
        """True once a side has sent a RST."""
        return any(side.ended == RST for side in self.sides.values())

    def came_back(self, time: int, from_client: bool, frame: bytes, *, kept: bool) -> None:
        """Take note of a *frame* that one side has sent."""
        seq, ack, _, size = _read(frame)
        self.sides[from_client].count(seq, ack, size)
        if kept:
            self._news.append((time, from_client, frame, 0))

    def ends(self, time: int, from_client: bool, flag: int) -> None:
        """Take note that one side says FIN or RST now, after all of its data."""
        self.sides[from_client].ended = flag
        # A clock may have been set back; what one side has said came before.
        last = max((when for when, *_ in self._news), default=time - 1)
        self._news.append((max(time, last + 1), from_client, b"", flag))

    def forget(self) -> None:
        """Drop all that was not handed out yet."""
        self._news.clear()
        if not self._begun:
            self._begin()
        for side, other in ((True, False), (False, True)):
            if self.sides[side].first is not None:
                self.sides[side].next = self.sides[other].told = self.sides[side].expected

    def missing(self) -> list[str]:
        """Return a sentence for each side that sent more than the kernel has given back."""
        return [
            f"of {side.total} bytes sent from port {port} the kernel gave {side.counted} back"
            for port, side in (
                (self.client, self.sides[True]),
                (self.server, self.sides[False]),
            )
            if side.counted < side.total
        ]

    def frames(self) -> Iterator[Frame]:
        """Yield what is new, in order of time; what is written here is marked rebuilt."""
        news, self._news = sorted(self._news), []
        if not self._begun:
            if news:  # or set on
                self.opened = min(self.opened, news[0][0] - 3)
            yield from self._begin()
        broken = False
        for number, (time, side, frame, flag) in enumerate(news):
            if frame:
                yield self._real(time, side, frame)
            elif not broken:
                own = self.sides[side]
                own.next = (own.origin + own.total) % _WRAP
                yield self._written(time, side, flag | ACK)
            broken = broken or flag == RST
            if broken:
                continue
            # Who is about to speak acknowledges by that.
            speaks = news[number + 1][1] if number + 1 < len(news) else None
            for other in (not side, side):
                if other is not speaks and self._owes(other):
                    yield self._written(time, other, ACK)

    def _owes(self, side: bool) -> bool:
        """Return whether *side* has not yet acknowledged all that the other has sent."""
        return self.sides[side].told != self.sides[not side].next

    def _begin(self) -> list[Frame]:
        """Return the handshake; where nothing tells a first number, chance does."""
        self._begun = True
        client, server = self.sides[True], self.sides[False]
        if self.syn:
            client.next = _TCP.unpack_from(self.syn, _tcp(self.syn))[2]
        else:
            client.next = _before(client.first)
        if server.first is None and client.first is not None:
            server.next = _before(client.ack)
        else:
            server.next = _before(server.first)
        syn = self._written(self.opened, True, SYN, self.options)
        frames = [
            Frame(self.opened, self.syn) if self.syn else syn,
            self._written(self.opened, False, SYN | ACK, self.options),
            self._written(self.opened, True, ACK),
        ]
        client.origin, server.origin = client.next, server.next
        server.told = client.next
        return frames

    def _real(self, time: int, from_client: bool, frame: bytes) -> Frame:
        seq, ack, window, size = _read(frame)
        side = self.sides[from_client]
        side.told, side.window = ack, window
        if (seq + size - side.next) % _WRAP < _HALF:  # else it was sent again
            side.next = (seq + size) % _WRAP
        self._time = max(self._time, time)
        return Frame(time, frame)

    def _written(self, time: int, from_client: bool, flags: int, options: bytes = b"") -> Frame:
        side, other = self.sides[from_client], self.sides[not from_client]
        ports = (self.client, self.server) if from_client else (self.server, self.client)
        ack = other.next if flags & ACK else 0
        data = packet(*ports, side.next, ack, flags, options=options, window=side.window)
        if flags & ACK:
            side.told = ack
        side.next = (side.next + bool(flags & (SYN | FIN))) % _WRAP
        self._time = max(self._time + 1, time)
        return Frame(self._time, data, rebuilt=True)


def _before(number: int | None) -> int:
    """Return the number before, or any if there is none."""
    return (random.getrandbits(32) if number is None else number - 1) % _WRAP


def _read(frame: bytes) -> tuple[int, int, int, int]:
    """Return both numbers, the window and how many bytes of data a frame has."""
    tcp = _tcp(frame)
    _, _, seq, ack, offset, _, window = _TCP.unpack_from(frame, tcp)
    return seq, ack, window, _LENGTH(frame, 16)[0] - (tcp - 14) - (offset >> 4) * 4


def _tcp(frame: bytes) -> int:
    """Return where the TCP header of an Ethernet frame with IPv4 begins."""
    return 14 + (frame[14] & 0x0F) * 4
