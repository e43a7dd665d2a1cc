"""A flow: the segments of one TCP connection, told apart from all others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labapp.capture import Frame
from labapp.conversations.assembler import Assembler
from labapp.conversations.segment import ACK, SYN, End, Segment, both_ends, parse, turned

_SPACE = 1 << 32


class Lane(Assembler):
    """One direction of a flow: the assembler of what is sent, and who sends it."""

    __slots__ = ("first", "frames", "sender", "syn")

    def __init__(self, sender: End) -> None:
        super().__init__()
        self.sender = sender
        self.frames: list[int] = []
        self.first: int | None = None  # its first sequence number of all
        self.syn: Segment | None = None


@dataclass(frozen=True)
class Flow:
    """Both directions of a connection; *first* is the one seen first."""

    first: Lane
    second: Lane

    def ends(self, port: int) -> tuple[Lane, Lane]:
        """Return the lanes of client and server.

        The client is who sent the SYN. If neither that nor its answer was
        seen, *port* or else the lower port is taken for the server's.
        """
        first, second = self.first, self.second
        for client, server in ((first, second), (second, first)):
            if client.syn and not client.syn.flags & ACK:
                return client, server
        for client, server in ((first, second), (second, first)):
            if server.syn:
                return client, server
        ports = first.sender.port, second.sender.port
        serves = ports[0] == port if port in ports else ports[0] < ports[1]
        return (second, first) if serves else (first, second)


def flows(frames: Iterable[Frame]) -> list[Flow]:
    """Return the TCP connections among *frames*, in order of their first segment.

    A connection is its addresses, its ports and the first sequence number of
    its client: ports come round again, that number hardly ever.
    """
    found: list[Flow] = []
    lanes: dict[bytes, tuple[Lane, Lane]] = {}
    for number, (_, data, _) in enumerate(frames):
        segment = parse(data, number)
        if segment is None:
            continue
        ends, seq, ack, flags, _, _ = segment
        both = lanes.get(ends)
        if both is None or (flags & SYN and not _belongs(segment, *both)):
            sender, receiver = both_ends(ends)
            both = lane, other = Lane(sender), Lane(receiver)
            lanes[turned(ends)], lanes[ends] = (other, lane), both
            found.append(Flow(lane, other))
        lane, other = both
        if flags & SYN and lane.syn is None:
            lane.syn = segment
        if lane.first is None:
            lane.first = seq
        lane.add(segment)
        lane.frames.append(number)
        if ack != other.acked and flags & ACK:
            other.acknowledge(ack)
    return found


def _belongs(syn: Segment, lane: Lane, other: Lane) -> bool:
    """Whether a SYN is part of the flow that these lanes are already in."""
    if lane.syn:
        return lane.syn.seq == syn.seq
    # Where order was lost, its own side or the other may have been captured first.
    after = (syn.seq + 1) % _SPACE
    if lane.first == after:
        return True
    if syn.flags & ACK:
        begun = other.first if other.syn is None else (other.syn.seq + 1) % _SPACE
        return syn.ack == begun
    return other.syn is not None and other.syn.ack == after


def is_refusal(client: Lane, server: Lane) -> bool:
    """Return whether the SYN was answered by RST alone: nothing else can have crossed.

    RFC 9293, section 3.10.7.1: such a RST has the sequence number 0.
    """
    return client.syn is not None and server.reset and not server.opened and server.origin == 0
