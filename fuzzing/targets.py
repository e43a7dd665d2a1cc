"""Targets: what reads bytes of others, each with valid samples and what must hold.

To add one, write a `Target` and put it into `TARGETS`: the command, the short form in CI and
the table all go by that list.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzing.disguises import PAIRS, written
from fuzzing.mutation import chosen, mutated
from fuzzing.samples import (
    DISGUISE_WORDS,
    FILE_WORDS,
    FILES,
    FRAME_WORDS,
    FRAMES,
    HTTP_WORDS,
    JSON_WORDS,
    PORT,
    RECEIPT,
    RECORDS,
    REQUESTS,
    RESPONSES,
    TALKS,
    TEXT,
    receipt,
)
from labapp import link
from labapp.capture import Capture, Frame
from labapp.checks import memory
from labapp.checks.receipts import Receipt
from labapp.conversations import Stream, conversations, missing
from labapp.conversations.http import messages
from labapp.conversations.segment import parse
from labapp.errors import LabError
from labapp.secret import find


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _folder() -> Iterator[None]:
    """A temporary folder as the working directory, in memory where that is possible."""
    quick = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
    link.is_known(105)  # scapy takes a second to come, which is no hang
    with tempfile.TemporaryDirectory(prefix="fuzzing-", dir=quick) as name, chdir(name):
        yield


@dataclass(frozen=True)
class Target:
    """One reader: *make* an input by chance, *read* it, and let nothing out but `LabError`.

    *read* asserts what must hold for any input, and returns what the reader said, to count
    how many inputs were good, damaged or refused. *inside* is entered for the campaign.
    """

    name: str
    make: Callable[[Random], object]
    read: Callable[[object], str]
    inside: Callable[[], AbstractContextManager[None]] = _nothing


# Readers ----------------------------------------------------------------------------


def read_frame(data: object) -> str:
    """A frame: a segment of it is a part of the frame, or there is none."""
    assert isinstance(data, bytes)
    segment = parse(data, 7)
    if segment is None:
        return "refused"
    assert segment.payload in data
    assert len(segment.ends) in (12, 36)
    return "good"


def read_conversations(frames: object) -> str:
    """Frames: each is in one conversation at most, and offsets lead into the streams."""
    assert isinstance(frames, list)
    made = (Frame(number, data) for number, data in enumerate(frames))
    capture = Capture(tuple(made), "fuzz", "damaged", PORT, (40000,), vouched=False)
    found = conversations(capture)
    numbers = [number for one in found for number in one.frames]
    assert len(numbers) == len(set(numbers)) <= len(frames)
    size = sum(map(len, frames))
    for one in found:
        assert len(one.sent.data) + len(one.received.data) <= 2 * size + (1 << 17)
        assert one.server_name is None or one.tls
        for exchange in one.exchanges:
            for message in exchange.messages:
                stream = one.stream(message)
                assert 0 <= message.start <= message.stop <= len(stream.data)
        assert repr(one)
    return "damaged" if missing(capture) else "good"


def read_http(data: object) -> str:
    """A stream: every byte but line breaks is in one message, whose parts lie end to end."""
    assert isinstance(data, bytes)
    good = False
    for side in ("request", "response"):
        at, problems = 0, False
        for message in messages(Stream(data, (len(data),), (0,)), side):
            assert data[at : message.start].strip(b"\r\n") == b""
            stops = [message.start, *(part.stop for part in message.parts)]
            assert stops == sorted(set(stops))
            at = message.stop
            assert message.method + message.target + message.host is not None
            assert repr(message)
            find(TEXT, message.body[:4096])
            problems = problems or bool(message.problems)
        assert data[at:].strip(b"\r\n") == b""
        good = good or not problems
    return "good" if good else "damaged"


def read_file(data: object) -> str:
    """A packet file: frames, with a problem where something is missing, or one line."""
    assert isinstance(data, bytes)
    path = Path("input.pcap")
    path.write_bytes(data)
    try:
        capture = Capture.load(path)
    except LabError as refusal:
        if "\n" in str(refusal):
            raise AssertionError("a refusal has more than one line") from None
        return "refused"
    assert sum(len(frame.data) for frame in capture.frames) <= 2 * len(data)
    assert all(isinstance(sentence, str) for sentence in missing(capture))
    return "good" if capture.complete else "damaged"


def read_progress(data: object) -> str:
    """progress.json: facts of the types this version writes, whatever the file holds."""
    assert isinstance(data, bytes)
    Path(memory.FILE).write_bytes(data)
    empty = True
    for kind, types in memory.FACTS.items():
        for name in ("02", "after POST", "keep it on the server"):
            known = memory.recall(kind, name)
            assert all(isinstance(value, types[fact]) for fact, value in known.items())
            empty = empty and not known
    return "refused" if empty else "good"


def read_receipt(data: object) -> str:
    """A receipt: one that is read says the same in its own line, or it is refused in one."""
    assert isinstance(data, bytes)
    try:
        found = Receipt.read(data.decode("latin-1"))
    except LabError as refusal:
        if "\n" in str(refusal):
            raise AssertionError("a refusal has more than one line") from None
        return "refused"
    assert Receipt.read(found.line) == found
    assert repr(found)
    return "good"


def search(data: object) -> str:
    """The search: matches are in order and apart, each within what was searched."""
    assert isinstance(data, bytes)
    at = 0
    for match in find(TEXT, data):
        assert at <= match.offset < match.offset + match.length <= len(data)
        at = match.offset + match.length
    return "good" if at else "refused"


# The list ---------------------------------------------------------------------------


def _changed(words: list[bytes]) -> Callable[[Random, bytes], bytes]:
    return lambda random, data: mutated(random, [data], words)


def _any_frames(random: Random) -> list[bytes]:
    talk = random.choice(TALKS)
    if random.random() < 0.1:
        talk = talk + random.choice(TALKS)
    return chosen(random, talk, _changed(HTTP_WORDS))


def _any_disguises(random: Random) -> bytes:
    """Some disguises of one text, whole or damaged, side by side: they may run together."""
    pieces = [written(TEXT, *random.choice(PAIRS)) for _ in range(random.randint(1, 5))]
    for at in range(len(pieces)):
        if random.random() < 0.7:
            pieces[at] = mutated(random, pieces, DISGUISE_WORDS)
    return random.choice(DISGUISE_WORDS).join(pieces)


def _any_receipt(random: Random) -> bytes:
    if random.random() < 0.5:
        return mutated(random, [receipt(RECEIPT)], [b".", b"labapp1.", b"=", b"A"])
    return receipt(mutated(random, [RECEIPT], JSON_WORDS))


TARGETS = (
    Target(
        "frame parser",
        lambda random: mutated(random, FRAMES, FRAME_WORDS),
        read_frame,
    ),
    Target("conversation builder", _any_frames, read_conversations),
    Target(
        "HTTP reader",
        lambda random: mutated(random, REQUESTS + RESPONSES, HTTP_WORDS),
        read_http,
    ),
    Target(
        "packet file reader",
        lambda random: mutated(random, FILES, FILE_WORDS),
        read_file,
        _folder,
    ),
    Target(
        "progress.json",
        lambda random: mutated(random, RECORDS, JSON_WORDS),
        read_progress,
        _folder,
    ),
    Target("receipts", _any_receipt, read_receipt),
    Target("search", _any_disguises, search),
)
