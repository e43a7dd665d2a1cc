"""When a connection has ended, read off its frames as they come in."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_FIN, _RST, _ACK = 0x01, 0x04, 0x10
_WRAP = 1 << 32


class Endings:
    """Watches the connections of some client ports until each has ended.

    A connection has ended with a RST, or once the FIN of either side has been
    acknowledged by the other (RFC 9293, 3.6).
    """

    def __init__(self, clients: Iterable[int]) -> None:
        self.open = set(clients)
        # By (client port, sent by the client): the number that acknowledges its FIN.
        self._awaited: dict[tuple[int, bool], int] = {}
        self._acknowledged: set[tuple[int, bool]] = set()

    def see(self, frame: bytes) -> None:
        """Take note of one Ethernet frame with IPv4 and TCP in it."""
        if not self.open or len(frame) < 54:
            return
        tcp = 14 + (frame[14] & 0x0F) * 4
        source, target, seq, ack, offset, flags = struct.unpack_from("!HHIIBB", frame, tcp)
        sent = source in self.open
        client = source if sent else target
        if client not in self.open:
            return
        if flags & _RST:
            self.open.discard(client)
            return
        if flags & _FIN:
            length = struct.unpack_from("!H", frame, 16)[0] - (tcp - 14) - (offset >> 4) * 4
            self._awaited[client, sent] = (seq + length + 1) % _WRAP
        if flags & _ACK:
            # The other side's FIN, if that is what this segment acknowledges.
            if self._awaited.get((client, not sent)) == ack:
                self._acknowledged.add((client, not sent))
            if {(client, True), (client, False)} <= self._acknowledged:
                self.open.discard(client)

    def problems(self) -> list[str]:
        """Return a sentence for each connection that has not ended."""
        return [f"the connection from port {client} was not seen to end" for client in self.open]
