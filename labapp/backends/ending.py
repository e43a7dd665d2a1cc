"""When a connection has ended, read off its frames as they come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from struct import Struct

from labapp.capture import Frame

_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_WRAP = 1 << 32
_PORTS = Struct("!HH").unpack_from
_HEADER = Struct("!HHIIBB").unpack_from
_LENGTH = Struct("!H").unpack_from


class Endings:
    """Watches the connections of some client ports until each has ended.

    A connection has ended with a RST, or once the FIN of either side has been
    acknowledged by the other (RFC 9293, 3.6). A port named twice stands for two
    connections, one after the other: the system uses free ports again.
    """

    def __init__(self, clients: Iterable[int]) -> None:
        self._left = Counter(clients)
        # What is known of the connection that a client port has now: by side
        # (True: the client), the number that acknowledges its FIN, and whether
        # it came. No entry: its SYN has not been seen, or it has ended.
        self._awaited: dict[int, dict[bool, int]] = {}
        self._acknowledged: dict[int, set[bool]] = {}
        self._closing = False  # no FIN was seen yet

    @property
    def open(self) -> tuple[int, ...]:
        """The client ports of which a connection has not ended."""
        return tuple(self._left)

    def see(self, frame: bytes) -> None:
        """Take note of one Ethernet frame with IPv4 and TCP in it."""
        rare = frame[_tcp(frame) + 13] & (_FIN | _SYN | _RST)
        if not (rare or self._closing):
            return
        source, target, seq, ack, flags, payload = _segment(frame)
        sent = source in self._left
        client = source if sent else target
        if client not in self._left:
            return
        if sent and flags & _SYN:
            self._awaited[client], self._acknowledged[client] = {}, set()
        if client not in self._awaited:
            return
        if flags & _RST:
            self._end(client)
            return
        awaited, acknowledged = self._awaited[client], self._acknowledged[client]
        if flags & _FIN:
            self._closing = True
            awaited[sent] = (seq + payload + 1) % _WRAP
        if flags & _ACK and awaited.get(not sent) == ack:
            acknowledged.add(not sent)
            if len(acknowledged) == 2:
                self._end(client)

    def _end(self, client: int) -> None:
        del self._awaited[client], self._acknowledged[client]
        self._left[client] -= 1
        if not self._left[client]:
            del self._left[client]

    def problems(self) -> list[str]:
        """Return a sentence for each connection that has not ended."""
        return [
            f"the connection from port {client} was not seen to end" for client in self.open
        ]


def without_tails(frames: Sequence[Frame], port: int) -> list[Frame]:
    """Return *frames* less the ends of connections to *port* that began before them.

    When a recording begins, an earlier connection's closing handshake may still
    be on its way: frames without a byte of data, before any SYN of their client.
    Data before a SYN is kept with its handshake, for it was said in this
    recording, by a connection that is not in it from its start.
    """
    tails: dict[int, list[int]] = {}
    begun: set[int] = set()
    for number, frame in enumerate(frames):
        source, target = _PORTS(frame.data, _tcp(frame.data))
        client = target if source == port else source
        if client in begun:
            continue
        _, _, _, _, flags, payload = _segment(frame.data)
        if flags & _SYN or payload:
            begun.add(client)
            if payload:
                tails.pop(client, None)
        else:
            tails.setdefault(client, []).append(number)
    if not tails:
        return list(frames)
    left_out = {number for numbers in tails.values() for number in numbers}
    return [frame for number, frame in enumerate(frames) if number not in left_out]


def _segment(frame: bytes) -> tuple[int, int, int, int, int, int]:
    """Return ports, numbers, flags and bytes of data of an Ethernet, IPv4 and TCP frame."""
    tcp = _tcp(frame)
    source, target, seq, ack, offset, flags = _HEADER(frame, tcp)
    # Zero where it does not fit into 16 bits (Linux's BIG TCP).
    length = _LENGTH(frame, 16)[0] or len(frame) - 14
    return source, target, seq, ack, flags, length - (tcp - 14) - (offset >> 4) * 4


def _tcp(frame: bytes) -> int:
    """Return where the TCP header of an Ethernet frame with IPv4 begins."""
    return 14 + (frame[14] & 0x0F) * 4
