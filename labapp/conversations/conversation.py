"""A conversation: one TCP connection of a capture, put together again."""

from __future__ import annotations

import socket
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from labapp.capture import Capture
from labapp.conversations import checksum, tls
from labapp.conversations.exchange import Exchange, exchanges
from labapp.conversations.flow import Flow, Lane, flows, is_refusal
from labapp.conversations.message import Message
from labapp.conversations.stream import Stream


class Endpoint(NamedTuple):
    """An address and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, repr=False)
class Conversation:
    """Two ends, and what each sent to the other.

    *sent* went from client to server, *received* back. *time* is that of the
    first frame, in nanoseconds since 1970; *frames* are the numbers of all its
    frames, from 0. *problems* are sentences; an empty tuple means complete:
    from SYN to FIN or RST, without a gap.
    """

    client: Endpoint
    server: Endpoint
    time: int
    frames: tuple[int, ...]
    sent: Stream
    received: Stream
    problems: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True if every byte of it was captured, from the first to the last."""
        return not self.problems

    @property
    def tls(self) -> bool:
        """True if it is encrypted: either side begins with a TLS handshake."""
        return tls.is_tls(self.sent.data) or tls.is_tls(self.received.data)

    @property
    def server_name(self) -> str | None:
        """The name that the client asked for in its ClientHello, in the clear."""
        return tls.server_name(self.sent.data) if self.tls else None

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Requests with their responses, in order; none if it is encrypted."""
        return () if self.tls else exchanges(self.sent, self.received)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All requests and responses, exchange by exchange."""
        return tuple(message for one in self.exchanges for message in one.messages)

    def stream(self, message: Message) -> Stream:
        """Return the stream in which the offsets of *message* count."""
        return self.sent if message.side == "request" else self.received

    def __repr__(self) -> str:
        state = "complete" if self.complete else "INCOMPLETE: " + "; ".join(self.problems)
        return (
            f"<Conversation {self.client} > {self.server}, {len(self.sent.data)} bytes sent, "
            f"{len(self.received.data)} received, {state}>"
        )


_KNOWN: dict[int, tuple[Conversation, ...]] = {}


def conversations(capture: Capture) -> tuple[Conversation, ...]:
    """Return the TCP conversations of a capture, in order of time.

    Put together once for each capture object and kept as long as that lives.
    """
    # By identity: to hash a frozen capture is to hash all of its bytes.
    key = id(capture)
    if key not in _KNOWN:
        found = [_conversation(flow, capture) for flow in flows(capture.frames)]
        _KNOWN[key] = tuple(sorted(found, key=lambda conversation: conversation.time))
        weakref.finalize(capture, _KNOWN.pop, key, None).atexit = False
    return _KNOWN[key]


def missing(capture: Capture) -> tuple[str, ...]:
    """Return sentences that name all that is not in a capture but should be.

    These are its own problems, the problems of its conversations, the lab's
    connections of which there is no conversation, and frames of a file that may have
    changed since. Only if there is none may anything be called absent from the wire.
    """
    found = conversations(capture)
    unseen = Counter(capture.clients)
    unseen.subtract(Counter(conversation.client.port for conversation in found))
    return (
        *capture.problems,
        *(() if capture.vouched else checksum.doubts(capture.frames)),
        *(
            f"{one.client} > {one.server}: {problem}"
            for one in found
            for problem in one.problems
        ),
        *(f"no conversation of client port {port}" for port in sorted((+unseen).elements())),
    )


def _conversation(flow: Flow, capture: Capture) -> Conversation:
    client, server = flow.ends(capture.port)
    sent, received = client.stream(), server.stream()
    frames = tuple(sorted(client.frames + server.frames))
    sides = [("client", sent)]
    if not is_refusal(client, server):
        sides.append(("server", received))
    return Conversation(
        _endpoint(client),
        _endpoint(server),
        capture.frames[frames[0]].time,
        frames,
        sent,
        received,
        tuple(_problems(sides, closed=sent.reset or received.reset)),
    )


def _endpoint(lane: Lane) -> Endpoint:
    host, port = lane.sender
    family = socket.AF_INET if len(host) == 4 else socket.AF_INET6
    return Endpoint(socket.inet_ntop(family, host), port)


def _problems(sides: list[tuple[str, Stream]], *, closed: bool) -> Iterator[str]:
    for name, stream in sides:
        if not stream.opened:
            yield f"joined late: no SYN from the {name}"
    for name, stream in sides:
        for gap in stream.gaps:
            yield f"gap of {gap.missing} bytes at byte {gap.offset} from the {name}"
    for name, stream in sides:
        if not (closed or stream.finished):
            yield f"never closed: no FIN from the {name}"
