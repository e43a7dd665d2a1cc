"""A reading: what one person reads of a visit, part by part, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labapp.conversations import Conversation, Message, conversations
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab import Visit
from labapp.observers import Finding, Sighting, wire

Key = tuple[int, str]

# The observers' words for where it stood, as a reader of URLs and pages says them.
_PLACES = {
    "request line": "URL",
    "request headers": "request headers",
    "request body": "body",
    "encrypted bytes sent": "encrypted bytes",
    "head of the answer": "answer's headers",
    "body of the answer": "answer's body",
    "encrypted bytes received": "encrypted bytes",
    "error report, text part": "error e-mail (text)",
    "access log": "server log",
}


@dataclass(frozen=True)
class Part:
    """Lines that belong together; *key* tells which part of another visit is the same."""

    key: Key
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What was read: *parts*, and by the observers' answers *places* with the secret.

    *unknown* says why nothing can be called absent; empty if it can.
    """

    secret: str
    parts: tuple[Part, ...]
    places: tuple[str, ...]
    unknown: str = ""


def read(visit: Visit, what: str, step: str) -> Reading:
    """Return what is read of *visit*: a conversation, an error report or the log.

    Raises `LabError` for any other *what*, and for a step that was not made.
    """
    if what not in _READERS:
        raise LabError(f"There is no {what!r} to compare; known: {', '.join(_READERS)}.")
    return _READERS[what](visit, step)


def _conversation(visit: Visit, step: str) -> Reading:
    evidence = visit.evidence
    capture = evidence.step(step).capture
    found = [
        _place(sighting)
        for part in wire.PARTS
        for sighting in wire.look(evidence, visit.secret, part, (step,))
    ]
    unknown = wire.doubt(evidence, steps=(step,))
    parts = tuple(
        part for conversation in conversations(capture) for part in _parts(conversation)
    )
    return Reading(visit.secret, parts, tuple(dict.fromkeys(found)), unknown)


def _place(sighting: Sighting) -> str:
    where = sighting.where.removesuffix(", as sent")
    return _PLACES.get(where, where)


def _parts(conversation: Conversation) -> Iterator[Part]:
    if conversation.tls:
        if conversation.server_name in (SITE, None):
            sides = (("request", conversation.sent), ("answer", conversation.received))
            for side, stream in sides:
                line = f"{len(stream.data):,} bytes of TLS, unreadable"
                yield Part((1, f"{side} line"), f"{side}: first line", (line,))
        return
    mine = [e for e in conversation.exchanges if e.request.host.partition(":")[0] == SITE]
    for number, exchange in enumerate(mine, 1):
        for side, message in (("request", exchange.request), ("answer", exchange.response)):
            if message is not None:
                name = f"{side} {number}" if number > 1 else side
                yield from _of(message, number, side, name)


def _of(message: Message, number: int, side: str, name: str) -> Iterator[Part]:
    first = message.start_line.decode("utf-8", "backslashreplace")
    yield Part((number, f"{side} line"), f"{name}: first line", (first,))
    headers = tuple(f"{field}: {value}" for field, value in message.headers)
    yield Part((number, f"{side} headers"), f"{name}: headers", headers)
    if message.body:
        body = message.body.decode("utf-8", "backslashreplace")
        lines = tuple(line.strip() for line in body.splitlines() if line.strip())
        yield Part((number, f"{side} body"), f"{name}: body", lines)


def _report(visit: Visit, step: str) -> Reading:
    reports = visit.step("outage").reports
    lines = tuple(line for report in reports for line in report.text.splitlines() if line)
    return _found(visit, "report_text", Part((1, "text"), "error e-mail, text part", lines))


def _log(visit: Visit, step: str) -> Reading:
    lines = tuple(line.text for line in visit.log)
    return _found(visit, "access_log", Part((1, "log"), "access log of site.test", lines))


def _found(visit: Visit, place: str, part: Part) -> Reading:
    finding: Finding = visit.findings[place]
    places = dict.fromkeys(_place(sighting) for sighting in finding.sightings)
    return Reading(visit.secret, (part,), tuple(places), finding.reason)


_READERS: dict[str, Callable[[Visit, str], Reading]] = {
    "conversation": _conversation,
    "report": _report,
    "log": _log,
}
