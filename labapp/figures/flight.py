"""Flights: what one side sent without waiting, as rows of a packet ladder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from labapp.capture import Capture
from labapp.conversations import Conversation, Message, Part, Stream, conversations
from labapp.evidence import SITE
from labapp.secret import find

HANDSHAKE = "TLS handshake"
_HANDSHAKE = b"\x16"  # ContentType of the record, RFC 8446, 5.1


@dataclass(frozen=True)
class Block:
    """Where the secret stands in a flight: bytes *start* to *stop*, in *part*.

    *part* is said to a reader: "request line", "answer's body" and so on.
    """

    start: int
    stop: int
    part: str
    text: str


@dataclass(frozen=True)
class Flight:
    """One row: an event of the connection, or bytes that crossed one way.

    *from_visitor* is the direction; *size* counts payload bytes, 0 for an event.
    *parts*, *blocks* and *lost* (bytes that no packet of the capture carried)
    count their offsets from the flight's first byte.
    """

    label: str
    from_visitor: bool = True
    size: int = 0
    parts: tuple[Part, ...] = ()
    blocks: tuple[Block, ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    sealed: bool = False
    rebuilt: bool = False


def flights(capture: Capture, secret: str, host: str = SITE) -> Iterator[Flight]:
    """Yield the flights of every conversation with *host*, in order of time."""
    chosen = [one for one in conversations(capture) if _host(one) in (host, "")]
    for number, conversation in enumerate(chosen, 1):
        name = f"connection {number}" if len(chosen) > 1 else "connection"
        yield from _of(conversation, capture, secret, name)


def _host(conversation: Conversation) -> str:
    if conversation.tls:
        return conversation.server_name or ""
    hosts = [exchange.request.host.partition(":")[0] for exchange in conversation.exchanges]
    return hosts[0] if hosts else ""


def _of(
    conversation: Conversation, capture: Capture, secret: str, name: str
) -> Iterator[Flight]:
    streams = conversation.sent, conversation.received
    carriers = {span.frame for stream in streams for span in stream.spans}

    def written_here(numbers: Iterable[int]) -> bool:
        return any(capture.frames[number].rebuilt for number in numbers)

    bare = written_here(number for number in conversation.frames if number not in carriers)
    yield Flight(f"{name} opened", rebuilt=bare)
    pieces = sorted([*_pieces(conversation.sent, True), *_pieces(conversation.received, False)])
    for from_visitor, together in groupby(pieces, key=lambda piece: piece.from_visitor):
        several = list(together)
        start, stop = several[0].start, several[-1].stop
        if start == stop:
            lost = several[0].lost
            label = f"? {lost:,} bytes are not in the capture"
            rebuilt = written_here(carriers)
            yield Flight(label, from_visitor, lost=((0, lost),), rebuilt=rebuilt)
        else:
            rebuilt = written_here(streams[not from_visitor].frames(start, stop))
            yield _flight(conversation, from_visitor, start, stop, secret, rebuilt=rebuilt)
    if conversation.sent.finished or conversation.received.finished:
        yield Flight(f"{name} closed", rebuilt=bare)


class _Piece(NamedTuple):
    """Bytes *start* to *stop* of a stream, in order of *when*: the number of their frame.

    *lost* counts those that no frame carried; at the end of a stream they have
    no place in its data.
    """

    when: float
    start: int
    stop: int
    from_visitor: bool
    lost: int = 0


def _pieces(stream: Stream, from_visitor: bool) -> Iterator[_Piece]:
    for span in stream.spans:
        yield _Piece(span.frame, span.start, span.stop, from_visitor)
    for gap in stream.gaps:
        # What was lost crossed before what follows it, else last of all.
        later = [span.frame for span in stream.spans if span.start > gap.offset]
        stop = min(gap.offset + gap.missing, len(stream.data))
        when = min(later, default=math.inf) - 0.5
        yield _Piece(when, gap.offset, stop, from_visitor, gap.missing)


def _flight(
    conversation: Conversation,
    from_visitor: bool,
    start: int,
    stop: int,
    secret: str,
    *,
    rebuilt: bool,
) -> Flight:
    stream = conversation.sent if from_visitor else conversation.received
    messages = [
        message
        for message in conversation.messages
        if (message.side == "request") == from_visitor
        and message.start < stop
        and message.stop > start
    ]
    parts = tuple(
        Part(part.name, max(part.start, start) - start, min(part.stop, stop) - start)
        for message in messages
        for part in message.parts
        if part.start < stop and part.stop > start
    )
    data = stream.data[start:stop]
    blocks = tuple(
        Block(
            match.offset,
            match.offset + match.length,
            _said(parts, match.offset, from_visitor=from_visitor),
            data[match.offset : match.offset + match.length].decode(
                "utf-8", "backslashreplace"
            ),
        )
        for match in find(secret, data)
    )
    lost = tuple(
        (gap.offset - start, min(gap.offset + gap.missing, stop) - start)
        for gap in stream.lost(start, stop)
    )
    return Flight(
        label=_label(conversation, messages, data),
        from_visitor=from_visitor,
        size=stop - start,
        parts=parts,
        blocks=blocks,
        lost=lost,
        sealed=conversation.tls,
        rebuilt=rebuilt,
    )


def _label(conversation: Conversation, messages: Sequence[Message], data: bytes) -> str:
    if conversation.tls:
        return HANDSHAKE if data[:1] == _HANDSHAKE else "encrypted bytes"
    line = messages[0].start_line.strip(b"\0") if messages else b""
    return line.decode("utf-8", "backslashreplace") or "no message can be read"


def _said(parts: tuple[Part, ...], offset: int, *, from_visitor: bool) -> str:
    name = next((part.name for part in parts if part.start <= offset < part.stop), "bytes")
    if name.endswith("line"):
        return name
    return f"request {name}" if from_visitor else f"answer's {name}"
