"""Laws of `labapp.conversations` as a whole: hard cases, and what scapy makes of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from labapp import conversations as package
from labapp.conversations import conversations
from tests.frames import ACK, PSH, Talk, capture, chunked, response

PORT = 80  # scapy dissects HTTP on this port unasked
SECRET = b"Rex's fake secret, and a little more text around it. " * 4
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


class Case(NamedTuple):
    """Frames, the targets asked for, and the status and body of each answer."""

    frames: list[bytes]
    targets: list[str]
    answers: list[tuple[int, bytes]]


def _get(target: bytes = b"/", *headers: bytes, method: bytes = b"GET") -> bytes:
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: site.test", *headers, b"", b""]
    return b"\r\n".join(lines)


def _talk(isn: tuple[int, int] = (1000, 5000)) -> Talk:
    return Talk(40000, PORT, isn=isn).open()


def _with_answer(answer: bytes, body: bytes = SECRET, size: int = 1460) -> Case:
    return Case(_talk().say(_get()).answer(answer, size).close().frames, ["/"], [(200, body)])


def keep_alive() -> Case:
    """Two exchanges, one after the other."""
    talk = _talk().say(_get(b"/1")).answer(response(b"one"))
    talk.say(_get(b"/2")).answer(response(b"two")).close()
    return Case(talk.frames, ["/1", "/2"], [(200, b"one"), (200, b"two")])


def pipelining() -> Case:
    """Three requests before the first answer."""
    talk = _talk().say(_get(b"/1") + _get(b"/2") + _get(b"/3"))
    talk.answer(response(b"one") + response(b"two") + response(b"three")).close()
    answers = [(200, b"one"), (200, b"two"), (200, b"three")]
    return Case(talk.frames, ["/1", "/2", "/3"], answers)


def chunks() -> Case:
    """The chunked transfer coding."""
    return _with_answer(CHUNKED + b"\r\n" + chunked(SECRET[:10], SECRET[10:]))


def chunk_data_like_an_end() -> Case:
    """A chunk with the very bytes that end a chunked body."""
    body = b"a\r\n0\r\n\r\n"
    head = CHUNKED + b"\r\n"
    # The segment ends where the body seems to.
    size = len(head + b"f0\r\n" + body)
    return _with_answer(head + chunked(body + SECRET), body + SECRET, size)


def gzip_body() -> Case:
    """A body packed by gzip."""
    return _with_answer(response(gzip.compress(SECRET), b"Content-Encoding: gzip"))


def gzip_in_chunks() -> Case:
    """A gzip body whose chunks cut it anywhere."""
    packed = gzip.compress(SECRET)
    head = CHUNKED + b"Content-Encoding: gzip\r\n\r\n"
    return _with_answer(head + chunked(packed[:20], packed[20:]))


def deflate_body() -> Case:
    """A body packed by deflate."""
    return _with_answer(response(zlib.compress(SECRET), b"Content-Encoding: deflate"))


def head_then_get() -> Case:
    """An answer to HEAD: a length, and no body."""
    talk = _talk().say(_get(b"/1", method=b"HEAD"))
    talk.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
    talk.say(_get(b"/2")).answer(response(b"two")).close()
    return Case(talk.frames, ["/1", "/2"], [(200, b""), (200, b"two")])


def not_modified_then_get() -> Case:
    """304, which has no body, with another answer behind it."""
    talk = _talk().say(_get(b"/1")).answer(b"HTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n")
    talk.say(_get(b"/2")).answer(response(b"two")).close()
    return Case(talk.frames, ["/1", "/2"], [(304, b""), (200, b"two")])


def until_close() -> Case:
    """A body that lasts until the connection is closed."""
    return _with_answer(b"HTTP/1.0 200 OK\r\n\r\n" + SECRET, size=50)


def headers_and_body_apart() -> Case:
    """Headers in one segment, the body in the next."""
    answer = response(SECRET)
    split = answer.index(b"\r\n\r\n") + 4
    talk = _talk().say(_get()).answer(answer[:split]).answer(answer[split:]).close()
    return Case(talk.frames, ["/"], [(200, SECRET)])


def one_byte_segments() -> Case:
    """Every byte in a segment of its own."""
    talk = _talk().say(_get(b"/1"), size=1).answer(response(SECRET), size=1).close()
    return Case(talk.frames, ["/1"], [(200, SECRET)])


def retransmission() -> Case:
    """The whole answer, sent twice."""
    answer = response(SECRET)
    talk = _talk().say(_get()).answer(answer)
    talk.put(1, answer, PSH | ACK, back=len(answer)).close()
    return Case(talk.frames, ["/"], [(200, SECRET)])


def body_before_headers() -> Case:
    """The first two segments in the wrong order."""
    return _reordered(lambda data: [data[1], data[0], *data[2:]])


def overlap() -> Case:
    """A segment with the end of the last one and more."""
    answer = response(SECRET)
    talk = _talk().say(_get()).answer(answer[:100])
    talk.put(1, answer[60:150], PSH | ACK, back=40)
    return Case(talk.answer(answer[100:]).close().frames, ["/"], [(200, SECRET)])


def _reordered(order: Callable[[list[bytes]], list[bytes]], size: int = 60) -> Case:
    talk = _talk().say(_get())
    before = len(talk.frames)
    answer = response(SECRET)
    for start in range(0, len(answer), size):
        talk.put(1, answer[start : start + size], PSH | ACK)
    data = order(talk.frames[before:])
    talk.frames[before:] = data
    return Case(talk.put(0).close().frames, ["/"], [(200, SECRET)])


def two_swapped() -> Case:
    """The second and third segment in the wrong order."""
    return _reordered(lambda data: [data[0], data[2], data[1], *data[3:]])


def last_one_first() -> Case:
    """The end of the answer captured first."""
    return _reordered(lambda data: [data[-1], *data[:-1]])


def all_reversed() -> Case:
    """All segments of the answer in the wrong order."""
    return _reordered(lambda data: data[::-1])


def wrap_around() -> Case:
    """Sequence numbers that pass 2**32 on both sides."""
    talk = _talk(isn=(2**32 - 20, 2**32 - 50))
    talk.say(_get(b"/1"), size=10).answer(response(SECRET), size=30).close()
    return Case(talk.frames, ["/1"], [(200, SECRET)])


def joined_late() -> Case:
    """A capture that begins in the middle."""
    talk = _talk().say(_get(b"/1")).answer(response(b"one"))
    before = len(talk.frames)
    talk.say(_get(b"/2")).answer(response(SECRET)).close()
    return Case(talk.frames[before:], ["/2"], [(200, SECRET)])


def same_ports_again() -> Case:
    """Two connections between the same ports."""
    first = _talk().say(_get(b"/1")).answer(response(b"one")).close()
    second = _talk(isn=(900, 4000)).say(_get(b"/2")).answer(response(SECRET)).close()
    return Case(first.frames + second.frames, ["/1", "/2"], [(200, b"one"), (200, SECRET)])


WRONG_IN_SCAPY = (
    pipelining,
    one_byte_segments,
    chunk_data_like_an_end,
    not_modified_then_get,
    retransmission,
    body_before_headers,
    last_one_first,
    all_reversed,
    wrap_around,
)
RIGHT_IN_SCAPY = (
    keep_alive,
    chunks,
    gzip_body,
    gzip_in_chunks,
    deflate_body,
    head_then_get,
    until_close,
    headers_and_body_apart,
    two_swapped,
    overlap,
    joined_late,
    same_ports_again,
)
Make = Callable[[], Case]


@pytest.mark.parametrize("make", WRONG_IN_SCAPY + RIGHT_IN_SCAPY)
def test_every_hard_case_is_read_right(make: Make) -> None:
    """Requests and answers of each hard case come out as they went in."""
    case = make()
    found = conversations(capture(case.frames, port=PORT))
    exchanges = [exchange for conversation in found for exchange in conversation.exchanges]
    assert case.targets == [exchange.request.target for exchange in exchanges]
    answers = [exchange.response for exchange in exchanges if exchange.response]
    assert case.answers == [(answer.status, answer.body) for answer in answers]
    assert all(message.complete for one in found for message in one.messages)


@pytest.mark.parametrize("make", WRONG_IN_SCAPY + RIGHT_IN_SCAPY)
def test_hard_cases_are_complete_but_for_the_one_joined_late(make: Make) -> None:
    """No hard case looks as if bytes were missing, unless they are."""
    found = conversations(capture(make().frames, port=PORT))
    assert (make is not joined_late) == all(conversation.complete for conversation in found)


@pytest.mark.parametrize("make", WRONG_IN_SCAPY + RIGHT_IN_SCAPY)
def test_each_frame_twice_changes_nothing(make: Make) -> None:
    """A capture that has each frame twice says the same as one that has it once."""
    frames = make().frames
    once = conversations(capture(frames, port=PORT))
    twice = conversations(capture([data for data in frames for _ in range(2)], port=PORT))
    assert [(one.sent.data, one.received.data, one.problems) for one in once] == [
        (one.sent.data, one.received.data, one.problems) for one in twice
    ]


@pytest.mark.parametrize("make", RIGHT_IN_SCAPY)
def test_scapy_is_right_in_the_other_cases(make: Make, tmp_path: Path) -> None:
    """The way scapy is asked here is a fair one: twelve cases it reads right."""
    case = make()
    assert (case.targets, case.answers) == _read_by_scapy(case, tmp_path)


@pytest.mark.parametrize("make", WRONG_IN_SCAPY)
def test_scapy_is_wrong_in_the_cases_the_docstring_counts(make: Make, tmp_path: Path) -> None:
    """The package's docstring does scapy no injustice."""
    case = make()
    assert (case.targets, case.answers) != _read_by_scapy(case, tmp_path)


def test_the_docstring_counts_the_cases_of_this_module() -> None:
    """The numbers in the docstring are those of the tables above."""
    cases = len(WRONG_IN_SCAPY) + len(RIGHT_IN_SCAPY)
    assert f"wrong in {len(WRONG_IN_SCAPY)} of {cases}" in str(package.__doc__)


def _read_by_scapy(case: Case, folder: Path) -> tuple[list[str], list[tuple[int, bytes]]]:
    from scapy.layers.http import HTTPRequest, HTTPResponse
    from scapy.packet import Raw
    from scapy.sendrecv import sniff
    from scapy.sessions import TCPSession

    path = capture(case.frames, port=PORT).save(folder / "case.pcap")
    targets, answers = [], []
    for packet in sniff(offline=str(path), session=TCPSession, quiet=True):
        if HTTPRequest in packet:
            targets.append(packet[HTTPRequest].Path.decode())
        if HTTPResponse in packet:
            answer = packet[HTTPResponse]
            body = answer[Raw].load if Raw in answer else b""
            answers.append((int(answer.Status_Code), body))
    return targets, answers
