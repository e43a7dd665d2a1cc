"""The wire: what somebody between browser and server can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from labapp.conversations import Conversation, Exchange, Message, conversations, missing
from labapp.evidence import (
    CONTROL,
    LOOKALIKES,
    MAIN_STEPS,
    SITE,
    STRANGER,
    THIRD_PARTY,
    Evidence,
    Step,
)
from labapp.observers.doubt import NO_CONTROL, unheard
from labapp.observers.machine import decoded
from labapp.observers.sighting import Sighting, sightings

REQUEST_LINE, REQUEST_HEADERS, REQUEST_BODY, RESPONSE = PARTS = (
    "request line",
    "request headers",
    "request body",
    "response",
)
_HOSTS = {SITE, STRANGER, *LOOKALIKES, THIRD_PARTY, CONTROL}

# Where a piece of a message stands, and its bytes: unpacked first, then as sent.
_Piece = tuple[str, tuple[bytes, ...]]


def look(
    evidence: Evidence,
    text: str,
    part: str,
    steps: Iterable[str] = MAIN_STEPS,
    host: str = SITE,
) -> Iterator[Sighting]:
    """Yield where *text* crossed to or from *host*, at *part* of its messages.

    Every byte is searched, and offsets count from the beginning of the part.
    What is no readable HTTP (TLS records, say) counts as a body.
    """
    for step in _chosen(evidence, steps):
        for where, readings in _pieces(step, part, host):
            for number, reading in enumerate(readings):
                there = where if number == 0 else f"{where}, as sent"
                if found := list(sightings(text, reading, step.name, there)):
                    yield from found
                    break


def doubt(
    evidence: Evidence, parts: Iterable[str] = PARTS, steps: Iterable[str] = MAIN_STEPS
) -> str:
    """Return why nothing may be called absent from *parts* in *steps*, or ``""``."""
    steps = tuple(steps)
    if reason := unheard(evidence, steps) or gaps(evidence, steps):
        return reason
    return "" if all(control(evidence, part) for part in parts) else NO_CONTROL


def gaps(evidence: Evidence, steps: Iterable[str] = MAIN_STEPS) -> str:
    """Return what was not captured or could not be read of *steps*, or ``""``."""
    problems = [
        f"{step.name}: {problem}"
        for step in _chosen(evidence, steps)
        for problem in (*missing(step.capture), *_unread(step), *_unseen(step))
    ]
    return "; ".join(problems)


def control(evidence: Evidence, part: str) -> bool:
    """Return whether this search finds the control text, sent in the clear."""
    return any(look(evidence, evidence.control, part, ("control",), CONTROL))


def cookies(evidence: Evidence, steps: Iterable[str] = MAIN_STEPS) -> dict[str, str]:
    """Return the site's cookies that crossed in the clear, name to value."""
    found: dict[str, str] = {}
    for step in _chosen(evidence, steps):
        for _, exchange in _exchanges(step, SITE):
            for message in exchange.messages:
                found |= _cookies(message)
    return {name: value for name, value in found.items() if value}


def _chosen(evidence: Evidence, steps: Iterable[str]) -> Iterator[Step]:
    wanted = set(steps)
    return (step for step in evidence if step.name in wanted)


def _concerns(name: str, host: str) -> bool:
    # What names no host of the lab cannot be told apart, so it counts.
    return name.partition(":")[0].lower() not in _HOSTS - {host}


def _exchanges(step: Step, host: str) -> Iterator[tuple[Conversation, Exchange]]:
    for conversation in conversations(step.capture):
        for exchange in conversation.exchanges:
            if _concerns(exchange.request.host, host):
                yield conversation, exchange


def _unread(step: Step) -> Iterator[str]:
    """What of the site's messages is there, but cannot be read."""
    for _, exchange in _exchanges(step, SITE):
        said = (exchange.request, *exchange.interim, exchange.response)
        for message in filter(None, said):
            for problem in message.problems:
                yield f"a {message.side}: {problem}"


def _unseen(step: Step) -> Iterator[str]:
    """What the browser was answered, but of which the capture shows nothing."""
    had = Counter(
        (one.method, urlsplit(one.url).netloc.lower(), _target(one.url))
        for one in step.answers
        if one.status and one.url.startswith("http://")
    )
    crossed = Counter(
        (exchange.request.method, exchange.request.host.lower(), exchange.request.target)
        for conversation in conversations(step.capture)
        for exchange in conversation.exchanges
        if exchange.response
    )
    for method, host, target in had - crossed:
        yield f"{method} {host}{target} is not in the capture"
    encrypted = any(one.status and one.url.startswith("https://") for one in step.answers)
    if encrypted and not any(one.tls for one in conversations(step.capture)):
        yield "the encrypted connection is not in the capture"


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _pieces(step: Step, part: str, host: str) -> Iterator[_Piece]:
    for conversation in conversations(step.capture):
        if conversation.tls and _concerns(conversation.server_name or "", host):
            if part == REQUEST_BODY:
                yield "encrypted bytes sent", (conversation.sent.data,)
            elif part == RESPONSE:
                yield "encrypted bytes received", (conversation.received.data,)
    for conversation, exchange in _exchanges(step, host):
        for message in exchange.messages:
            if message.side == "response" and part == RESPONSE:
                head = _raw(conversation, message, "status line", "headers")
                yield "head of the answer", (head,)
                yield from _unpacked_cookies(message)
                yield "body of the answer", (message.body, message.raw_body)
            elif message.side == "request" and part == REQUEST_BODY:
                yield part, (message.body, message.raw_body)
            elif message.side == "request" and part == REQUEST_HEADERS:
                yield part, (_raw(conversation, message, "headers"),)
                yield from _unpacked_cookies(message)
            elif message.side == "request" and part == REQUEST_LINE:
                yield part, (_raw(conversation, message, "request line"),)


def _raw(conversation: Conversation, message: Message, *names: str) -> bytes:
    data = conversation.stream(message).data
    return b"".join(data[one.start : one.stop] for one in message.parts if one.name in names)


def _cookies(message: Message) -> dict[str, str]:
    pairs = [pair for line in message.header_values("Cookie") for pair in line.split(";")]
    pairs += [line.partition(";")[0] for line in message.header_values("Set-Cookie")]
    split = (pair.partition("=") for pair in pairs)
    return {name.strip(): value.strip() for name, equals, value in split if equals}


def _unpacked_cookies(message: Message) -> Iterator[_Piece]:
    """A session that waits in a signed cookie may be packed; anybody can unpack it."""
    for name, value in _cookies(message).items():
        yield f"cookie {name}, unpacked", (decoded(value),)
