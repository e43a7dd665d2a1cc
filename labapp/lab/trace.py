"""A trace: capture and log of a visit, without what the clock and chance put there.

Two visits under the same remediations leave the same trace. So where the traces of two
combinations are equal, nobody who has just these two can tell the combinations apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labapp.capture import Capture
from labapp.conversations import Conversation, Message, conversations
from labapp.conversations.sizes import sizes
from labapp.evidence import SITE, Step

_CHANCE = (
    # Session keys have 32 signs, CSRF tokens 32, and 64 where they are masked.
    (re.compile(r"\b[A-Za-z0-9]{64}\b"), "<64 signs by chance>"),
    (re.compile(r"\b[A-Za-z0-9]{32}\b"), "<32 signs by chance>"),
    (re.compile(r"\b[A-Z][a-z]{2}, \d\d[ -][A-Z][a-z]{2}[ -]\d{4} [\d:]{8} GMT"), "<date>"),
    (re.compile(r"\[\d\d/[A-Z][a-z]{2}/\d{4}:[\d:]{8} \+0000\]"), "[<date>]"),
)


@dataclass(frozen=True)
class Trace:
    """The lines of what crossed, and those of the log."""

    wire: tuple[str, ...]
    log: tuple[str, ...]

    def differs(self, other: Trace) -> Iterator[tuple[str, str]]:
        """Yield each source in which *other* is different, and this one's first such line.

        The line is ``""`` where this one has ended and the other goes on.
        """
        for source, mine, theirs in (
            ("capture", self.wire, other.wire),
            ("access log", self.log, other.log),
        ):
            if mine != theirs:
                same = (a == b for a, b in zip(mine, theirs, strict=False))
                first = next((at for at, equal in enumerate(same) if not equal), None)
                shorter = min(len(mine), len(theirs))
                at = shorter if first is None else first
                yield source, mine[at] if at < len(mine) else ""


def trace(steps: Iterable[Step]) -> Trace:
    """Return the trace that *steps* left."""
    made = list(steps)
    capture = Capture.joined(step.capture for step in made)
    wire = [line for one in conversations(capture) for line in _crossed(one)]
    log = [line.text for step in made for line in step.log if line.host == SITE]
    port = re.compile(rf":{capture.port}\b")
    return Trace(_settled(wire, port), _settled(log, port))


def _settled(lines: Iterable[str], port: re.Pattern[str]) -> tuple[str, ...]:
    """Put a word in the place of all that would be another next time."""
    settled = []
    for line in lines:
        text = port.sub("", line)
        for pattern, word in _CHANCE:
            text = pattern.sub(word, text)
        settled.append(text)
    return tuple(settled)


def _crossed(conversation: Conversation) -> Iterator[str]:
    if conversation.tls:
        sent, received = sizes(conversation)
        yield f"TLS, server name {conversation.server_name}: {sent} bytes, back {received}"
    for exchange in conversation.exchanges:
        for message in exchange.messages:
            yield from _written(message)


def _written(message: Message) -> Iterator[str]:
    yield message.start_line.decode("latin-1")
    yield from (f"{name}: {value}" for name, value in message.headers)
    yield from filter(None, map(str.strip, message.body.decode("utf-8", "replace").split("\n")))
