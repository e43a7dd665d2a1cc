"""Flights: what one side sent without waiting, as rows of a packet ladder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labapp.capture import Capture
from labapp.conversations import Conversation, Message, Part, conversations
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
    rebuilt = any(capture.frames[number].rebuilt for number in conversation.frames)
    yield Flight(f"{name} opened", rebuilt=rebuilt)
    spans = [(span, True) for span in conversation.sent.spans]
    spans += [(span, False) for span in conversation.received.spans]
    spans.sort(key=lambda pair: pair[0].frame)
    start = 0
    for index, (span, from_visitor) in enumerate(spans):
        if index and spans[index - 1][1] == from_visitor:
            continue
        start = span.start
        stop = span.stop
        for later, direction in spans[index + 1 :]:
            if direction != from_visitor:
                break
            stop = later.stop
        yield _flight(conversation, from_visitor, start, stop, secret, rebuilt=rebuilt)
    if conversation.sent.finished or conversation.received.finished:
        yield Flight(f"{name} closed", rebuilt=rebuilt)


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
            data[match.offset : match.offset + match.length].decode("utf-8", "backslashreplace"),
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
    line = messages[0].start_line if messages else b""
    return line.decode("utf-8", "backslashreplace") or "bytes of no readable message"


def _said(parts: tuple[Part, ...], offset: int, *, from_visitor: bool) -> str:
    name = next((part.name for part in parts if part.start <= offset < part.stop), "bytes")
    if name.endswith("line"):
        return name
    return f"request {name}" if from_visitor else f"answer's {name}"
