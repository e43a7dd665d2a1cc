"""The wire: what somebody between browser and server can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from labapp.capture import Capture
from labapp.conversations import Conversation, Message, conversations, missing
from labapp.evidence import CONTROL, MAIN_STEPS, SITE, Evidence, Step
from labapp.observers.sighting import Sighting, sightings

_read: WeakKeyDictionary[Capture, tuple[Conversation, ...]] = WeakKeyDictionary()

REQUEST_LINE, REQUEST_HEADERS, REQUEST_BODY, RESPONSE = (
    "request line",
    "request headers",
    "request body",
    "response",
)


def conversations_of(capture: Capture) -> tuple[Conversation, ...]:
    """Return the conversations of *capture*, reassembled once."""
    if capture not in _read:
        _read[capture] = conversations(capture)
    return _read[capture]


def gaps(evidence: Evidence, steps: Iterable[str] = MAIN_STEPS) -> str:
    """Return why nothing can be called absent from *steps*, or ``""``."""
    wanted = set(steps)
    problems = [
        f"{step.name}: {problem}"
        for step in evidence
        if step.name in wanted
        for problem in missing(step.capture)
    ]
    return "; ".join(problems)


def look(
    evidence: Evidence,
    text: str,
    part: str,
    steps: Iterable[str] = MAIN_STEPS,
    host: str = SITE,
) -> Iterator[Sighting]:
    """Yield where *text* crossed to or from *host*, at *part* of its messages.

    Bytes that are no readable HTTP (TLS records, say) count as a body: they are
    searched like everything else.
    """
    wanted = set(steps)
    for step in evidence:
        if step.name in wanted:
            for piece, where in _pieces(step, part, host):
                yield from sightings(text, piece, step.name, where)


def control(evidence: Evidence, part: str) -> bool:
    """Return whether this search finds the control text, sent in the clear."""
    return any(look(evidence, evidence.control, part, ("control",), CONTROL))


def cookies(evidence: Evidence, steps: Iterable[str] = MAIN_STEPS) -> dict[str, str]:
    """Return the site's cookies that crossed in the clear, name to value."""
    wanted, found = set(steps), {}
    for step in evidence:
        if step.name not in wanted:
            continue
        for request, response in _exchanges(step, SITE):
            for pair in "; ".join(request.header_values("Cookie")).split("; "):
                name, equals, value = pair.partition("=")
                if equals:
                    found[name] = value
            for header in response.header_values("Set-Cookie") if response else ():
                name, _, value = header.partition(";")[0].partition("=")
                found[name] = value
    return found


def _exchanges(step: Step, host: str) -> Iterator[tuple[Message, Message | None]]:
    for conversation in conversations_of(step.capture):
        for exchange in conversation.exchanges:
            if exchange.request.host.partition(":")[0].lower() == host:
                yield exchange.request, exchange.response


def _pieces(step: Step, part: str, host: str) -> Iterator[tuple[bytes, str]]:
    for conversation in conversations_of(step.capture):
        if conversation.tls:
            if (conversation.server_name or host) == host:
                if part == REQUEST_BODY:
                    yield conversation.sent.data, "encrypted bytes sent"
                elif part == RESPONSE:
                    yield conversation.received.data, "encrypted bytes received"
            continue
        for exchange in conversation.exchanges:
            request, response = exchange.request, exchange.response
            # What names no host cannot be told apart, so it counts.
            if request.host.partition(":")[0].lower() not in (host, ""):
                continue
            if part == RESPONSE and response is not None:
                yield _head(response), "head of the answer"
                yield response.body, "body of the answer"
                if response.raw_body != response.body:
                    yield response.raw_body, "body of the answer as sent"
            elif part == REQUEST_LINE:
                yield request.start_line, "request line"
            elif part == REQUEST_HEADERS:
                yield _fields(request), "request headers"
            elif part == REQUEST_BODY:
                yield request.body, "request body"
                if request.raw_body != request.body:
                    yield request.raw_body, "request body as sent"


def _fields(message: Message) -> bytes:
    lines = (f"{name}: {value}" for name, value in message.headers)
    return "\r\n".join(lines).encode("latin-1")


def _head(message: Message) -> bytes:
    return message.start_line + b"\r\n" + _fields(message)
