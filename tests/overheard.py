"""What was overheard, made by hand: records of chosen lengths, and the page that came back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from labapp.capture import Capture
from labapp.evidence import SITE, Answer, Evidence, Step
from labapp.lab.neighbour import Overheard
from labapp.lab.visits import Visit
from labapp.remedy import https, post
from tests.evidence_samples import client_hello
from tests.frames import CLIENT_PORT, Talk, capture

FORM = f"https://{SITE}:8000/sensitive"
CHANGE_CIPHER_SPEC = b"\x14\x03\x03\x00\x01\x01"


@dataclass(frozen=True)
class Sealed:
    """A TLS connection to *name*, with so many bytes in each record *sent* and *received*."""

    sent: tuple[int, ...]
    received: tuple[int, ...] = (900,)
    name: str = SITE

    def frames(self, port: int) -> list[bytes]:
        """The packets of the connection from the client's *port*."""
        talk = Talk(port).open().say(client_hello(self.name))
        talk.answer(CHANGE_CIPHER_SPEC + _record(70))
        talk.say(CHANGE_CIPHER_SPEC + _record(50) + b"".join(map(_record, self.sent)))
        return talk.answer(b"".join(map(_record, self.received))).close().frames


def page(text: str, status: int = 200, url: str = FORM) -> Answer:
    """Return an answer to the form that shows *text*."""
    return Answer("POST", url, status, (), text.encode())


def overheard(
    word: str, *connections: Sealed, answers: Iterable[Answer] = (), lost: bool = False
) -> Overheard:
    """Return what a listener has of *word*; the page that comes back repeats it.

    *answers* come instead of that page; with *lost* one packet was not captured.
    """
    frames: list[bytes] = []
    clients = range(CLIENT_PORT, CLIENT_PORT + len(connections))
    for port, one in zip(clients, connections, strict=True):
        frames += one.frames(port)
    crossed: Capture = capture(frames, clients=tuple(clients))
    if lost:
        crossed = replace(crossed, problems=("one packet was dropped",))
    came = tuple(answers) or (page(f"<p>{word}</p>"),)
    steps = (Step("open", capture([]), (page("<form>"),)), Step("submit", crossed, came))
    visit = Visit(word, (post, https), Evidence(steps, "control"), "made by hand")
    return Overheard(word, visit)


def _record(length: int) -> bytes:
    return b"\x17\x03\x03" + length.to_bytes(2, "big") + bytes(length)
