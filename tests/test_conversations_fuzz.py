"""Laws of `labapp.conversations` that hold for any bytes at all."""

from __future__ import annotations

import gzip

from hypothesis import given, settings
from hypothesis import strategies as st

from labapp.conversations import Stream, conversations, missing
from labapp.conversations.http import messages
from labapp.conversations.message import Side
from tests.frames import GET, Talk, capture, chunked, response

SIDES = st.sampled_from(["request", "response"])
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"one", b"two")
PACKED = response(gzip.compress(b"one" * 20), b"Content-Encoding: gzip")
VALID = (
    Talk(isn=(2**32 - 50, 1))
    .open()
    .say(GET + GET, 20)
    .answer(CHUNKED + PACKED, 20)
    .close()
    .frames
)
# What messages are made of, so that chance builds half-valid ones.
WORDS = st.sampled_from(
    [b"GET ", b"/x ", b"HTTP/1.1", b"\r\n", b"\n", b" 200 OK", b"HTTP/1.1 304 x\r\n", b": ", b",",
     b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"5",
     b"0\r\n\r\n", b"\0", b"Rex", b"\x1f\x8b\x08", b"HTTP/1.1 100 Continue\r\n\r\n", GET, PACKED,
     CHUNKED]
)  # fmt: skip
LIKE_HTTP = st.lists(WORDS | st.binary(max_size=4), max_size=30).map(b"".join)


def _look_at_all(frames: list[bytes]) -> None:
    taken = capture(frames, clients=(40000,))
    numbers = [number for one in conversations(taken) for number in one.frames]
    assert len(numbers) == len(set(numbers)) <= len(frames)
    for one in conversations(taken):
        assert one.server_name is None or one.tls
        for message in one.messages:
            stream = one.stream(message)
            assert set(stream.frames(message.start, message.stop)) <= set(one.frames)
        assert repr(one)
    assert all(isinstance(sentence, str) for sentence in missing(taken))


@given(st.lists(st.binary(max_size=120), max_size=8))
def test_any_frames_are_read_without_an_error(frames: list[bytes]) -> None:
    """Whatever the frames are, there is an answer."""
    _look_at_all(frames)


@settings(max_examples=200)
@given(st.data())
def test_damaged_frames_are_read_without_an_error(data: st.DataObject) -> None:
    """Bytes changed, frames cut off, lost, doubled and in another order."""
    frames = data.draw(
        st.lists(st.sampled_from(VALID), max_size=2 * len(VALID)) | st.just(VALID)
    )
    damaged = list(frames)
    for _ in range(data.draw(st.integers(0, 5)) if damaged else 0):
        number = data.draw(st.integers(0, len(damaged) - 1))
        one = bytearray(damaged[number])
        for at in data.draw(st.lists(st.integers(0, 70), max_size=4)):
            if at < len(one):
                one[at] = data.draw(st.integers(0, 255))
        damaged[number] = bytes(one[: data.draw(st.sampled_from([len(one), 60, 40]))])
    _look_at_all(damaged)


@settings(max_examples=300)
@given(LIKE_HTTP, SIDES)
def test_any_bytes_are_cut_into_messages_that_leave_nothing_out(
    data: bytes, side: Side
) -> None:
    """Between messages there are line breaks only, and parts lie end to end."""
    at = 0
    for message in messages(Stream(data, (len(data),), (0,)), side):
        assert data[at : message.start].strip(b"\r\n") == b""
        stops = [message.start, *(part.stop for part in message.parts)]
        assert stops[:-1] == [part.start for part in message.parts]
        assert stops == sorted(set(stops))
        at = message.stop
        body = message.part("body")
        assert message.raw_body == (data[body.start : body.stop] if body else b"")
        assert repr(message)
        assert message.method + message.target + message.host is not None
    assert data[at:].strip(b"\r\n") == b""


@given(st.permutations(VALID[3:-3]))
def test_any_order_of_the_data_gives_the_same_streams(frames: list[bytes]) -> None:
    """Reordering between SYN and FIN changes no byte and hides nothing."""
    (expected,) = conversations(capture(VALID))
    (found,) = conversations(capture([*VALID[:3], *frames, *VALID[-3:]]))
    assert (expected.sent.data, expected.received.data) == (
        found.sent.data,
        found.received.data,
    )
    assert found.complete


@given(st.sets(st.integers(0, len(VALID) - 1)))
def test_a_capture_with_frames_lost_never_claims_to_be_whole(lost: set[int]) -> None:
    """If a conversation is complete, every byte of both streams is there."""
    (expected,) = conversations(capture(VALID))
    taken = capture(VALID, clients=(40000,)).without(*lost)
    if not missing(taken):
        (found,) = conversations(taken)
        assert (expected.sent.data, expected.received.data) == (
            found.sent.data,
            found.received.data,
        )
