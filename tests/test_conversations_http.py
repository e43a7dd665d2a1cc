"""Laws of `labapp.conversations.http`."""

from __future__ import annotations

import gzip

import pytest

from labapp.conversations import http
from labapp.conversations.http import messages
from labapp.conversations.message import Message, Part, Side
from labapp.conversations.stream import Gap, Stream
from tests.frames import GET, chunked, response

POST = b"POST /sensitive HTTP/1.1\r\nHost: site.test\r\nContent-Length: 4\r\n\r\nRex!"
ANSWER = response(b"one", b"Content-Type: text/plain")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"one", b"two")


def _read(
    data: bytes, side: Side = "request", method: str = "GET", *gaps: Gap, finished: bool = False
) -> list[Message]:
    stream = Stream(data, (len(data),), (0,), gaps, opened=True, finished=finished)
    return list(messages(stream, side, lambda offset: method))


def test_a_message_is_cut_into_parts_end_to_end() -> None:
    """Line, headers and body stand at their offsets in the stream."""
    first, second = _read(GET + POST)
    head = len(GET) + POST.index(b"\r\n\r\n") + 4
    assert first.parts == (Part("request line", 0, 25), Part("headers", 25, len(GET)))
    assert second.parts == (
        Part("request line", len(GET), len(GET) + 26),
        Part("headers", len(GET) + 26, head),
        Part("body", head, head + 4),
    )
    assert (second.body, second.raw_body) == (b"Rex!", b"Rex!")
    assert second.headers == (("Host", "site.test"), ("Content-Length", "4"))
    assert second.start_line == b"POST /sensitive HTTP/1.1"


def test_a_chunked_body_has_a_raw_body() -> None:
    """`body` is without chunks, `raw_body` as it crossed."""
    (message,) = _read(CHUNKED, "response")
    assert (message.body, message.raw_body) == (b"onetwo", chunked(b"one", b"two"))
    assert message.complete


def test_a_packed_body_is_unpacked() -> None:
    """Content and transfer codings both come off."""
    packed = gzip.compress(b"one")
    (message,) = _read(response(packed, b"Content-Encoding: gzip"), "response")
    assert (message.body, message.raw_body, message.problems) == (b"one", packed, ())
    transferred = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    (message,) = _read(transferred + chunked(packed), "response")
    assert (message.body, message.problems) == (b"one", ())


def test_a_body_that_cannot_be_unpacked_makes_the_message_incomplete() -> None:
    """It must not pass for a body in which a secret was looked for."""
    (message,) = _read(response(b"\1\2", b"Content-Encoding: br"), "response")
    assert not message.complete
    assert message.body == b"\1\2"


@pytest.mark.parametrize(
    ("status", "method"),
    [(b"200 OK", "HEAD"), (b"204 No Content", "GET"), (b"304 Not Modified", "GET")],
)
def test_some_responses_have_no_body_whatever_they_say(status: bytes, method: str) -> None:
    """What follows their headers is the next response."""
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: 30\r\n\r\n"
    first, second = _read(head + head, "response", method)
    assert (first.body, second.body) == (b"", b"")
    assert second.start == len(head)


def test_an_interim_response_asks_for_no_method() -> None:
    """100 Continue answers no request of its own."""
    data = b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER
    asked: list[int] = []

    def method_at(offset: int) -> str:
        asked.append(offset)
        return "POST"

    interim, final = messages(Stream(data), "response", method_at)
    assert (interim.status, final.status) == (100, 200)
    assert asked == [25]


@pytest.mark.parametrize("finished", [True, False])
def test_a_body_until_close_is_whole_if_the_close_was_seen(finished: bool) -> None:
    """Without FIN nobody knows whether more was to come."""
    data = b"HTTP/1.0 200 OK\r\n\r\none"
    (message,) = _read(data, "response", finished=finished)
    assert message.body == b"one"
    assert finished == message.complete


def test_bytes_lost_at_the_end_cut_a_body_until_close() -> None:
    """A FIN alone does not make it whole."""
    data = b"HTTP/1.0 200 OK\r\n\r\none"
    (message,) = _read(data, "response", "GET", Gap(len(data), 5), finished=True)
    assert message.problems == ("its body ends early",)


@pytest.mark.parametrize("length", range(1, len(POST)))
def test_a_request_cut_off_anywhere_is_read_as_far_as_it_goes(length: int) -> None:
    """It is one message, incomplete, with all of its bytes."""
    (message,) = _read(POST[:length])
    assert not message.complete
    assert (message.start, message.stop) == (0, length)
    if length > len(b"POST /sensitive HTTP/1.1\r\n"):
        assert message.method == "POST"


@pytest.mark.parametrize("length", range(1, len(CHUNKED)))
def test_a_response_cut_off_anywhere_is_read_as_far_as_it_goes(length: int) -> None:
    """What there is of the body is the beginning of the body."""
    (message,) = _read(CHUNKED[:length], "response")
    assert not message.complete
    assert (message.start, message.stop) == (0, length)
    if length > len(b"HTTP/1.1 200 OK\r\n"):
        assert message.status == 200
        assert b"onetwo".startswith(message.body)


def test_a_cut_off_start_line_is_a_part_of_that_name() -> None:
    """Half a request line is a request line, where a secret may stand."""
    (request,) = _read(b"GET /sensitive?sensitive_info=Rex")
    assert request.parts == (Part("request line", 0, 33),)
    assert request.target == ""
    (answer,) = _read(b"HTTP/1.1 2", "response")
    assert answer.parts == (Part("status line", 0, 10),)


@pytest.mark.parametrize("target", [b"/a b", b"*", b"http://site.test/", b"/\xc3\xa9"])
def test_a_strange_target_is_read_all_the_same(target: bytes) -> None:
    """Servers take what RFC 9112 forbids, and so it may leak."""
    (message,) = _read(b"GET " + target + b" HTTP/1.1\r\n\r\n")
    assert message.target == target.decode("latin-1")
    assert message.complete


def test_bare_line_feeds_and_empty_lines_between_messages_are_accepted() -> None:
    """RFC 9112, section 2.2, asks for both."""
    for between in (b"\r\n", b"\n", b"\r", b"\n\n\n"):
        first, second = _read(between + b"GET /1 HTTP/1.1\nA: 1\n\n" + between + GET)
        assert (first.start_line, first.header("A")) == (b"GET /1 HTTP/1.1", "1")
        assert second.start_line == b"GET /sensitive HTTP/1.1"
        assert first.complete
        assert second.complete


@pytest.mark.parametrize(
    "rubbish", [b"\0" * 50, b"X\r\n", b"nothing of HTTP\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\n"]
)
def test_reading_goes_on_after_what_cannot_be_read(rubbish: bytes) -> None:
    """Unreadable bytes are one message with a body alone; the next one is found."""
    damaged, request = _read(rubbish + GET)
    assert damaged.parts == (Part("body", 0, len(rubbish)),)
    assert (damaged.body, damaged.raw_body) == (rubbish, rubbish)
    assert (damaged.headers, damaged.method, damaged.complete) == ((), "", False)
    assert (request.target, request.complete) == ("/sensitive", True)


@pytest.mark.parametrize("length", [b"x", b"-1", b"4\r\nContent-Length: 5"])
def test_a_body_of_unknown_length_goes_up_to_the_next_message(length: bytes) -> None:
    """An impossible length does not hide what follows."""
    head = b"POST /1 HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n"
    first, second = _read(head + b"Rex!" + GET)
    assert (first.body, first.complete) == (b"Rex!", False)
    assert (second.target, second.complete) == ("/sensitive", True)


def test_damaged_chunks_go_up_to_the_next_message() -> None:
    """Chunk sizes that cannot be read do not hide what follows."""
    damaged = CHUNKED.replace(b"3\r\ntwo", b"?\r\ntwo")
    first, second = _read(damaged + ANSWER, "response")
    assert first.body.startswith(b"one?\r\ntwo")
    assert first.problems == ("where its body ends cannot be told",)
    assert (second.body, second.complete) == (b"one", True)


def test_a_gap_makes_incomplete_only_the_message_it_is_in() -> None:
    """A body with a hole has its length, and the next message is whole."""
    head = POST.index(b"Rex!")
    data = POST.replace(b"Rex!", b"R\0\0!") + GET
    first, second = _read(data, "request", "", Gap(head + 1, 2))
    assert first.problems == ("2 bytes of it were not captured",)
    assert (second.target, second.complete) == ("/sensitive", True)


def test_headers_that_lost_their_end_do_not_swallow_the_next_message() -> None:
    """If the empty line is in a gap, headers stop where a message begins."""
    lost = b"POST /1 HTTP/1.1\r\nHost: site" + bytes(20)
    first, second = _read(lost + GET, "request", "", Gap(28, 20))
    assert (first.target, first.part("headers")) == ("/1", Part("headers", 18, 48))
    assert first.problems == ("its headers end early", "20 bytes of it were not captured")
    assert (second.target, second.complete) == ("/sensitive", True)


def test_a_gap_in_headers_leaves_the_body() -> None:
    """If the empty line is there, the body is found behind it."""
    data = POST.replace(b"site", b"\0\0\0\0")
    (message,) = _read(data, "request", "", Gap(data.index(b"\0"), 4))
    assert (message.body, message.complete) == (b"Rex!", False)


def test_after_101_the_rest_is_a_body() -> None:
    """Another protocol's bytes are kept, not read as HTTP."""
    data = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + ANSWER
    (message,) = _read(data, "response", finished=True)
    assert message.body == ANSWER


def test_all_bodies_of_a_stream_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small bombs are no better than one large one."""
    monkeypatch.setattr(http, "LARGEST_BODY", 25_000)
    bomb = response(gzip.compress(bytes(10_000)), b"Content-Encoding: gzip")
    found = _read(bomb * 5, "response")
    assert [len(message.body) for message in found] == [10_000, 10_000, 5_000, 0, 0]
    assert [message.complete for message in found] == [True, True, False, False, False]


def test_what_cannot_be_read_ends_where_a_message_begins() -> None:
    """Even one byte later; a beginning without any line break is not trusted."""
    begun = b"HTTP/1.1 204 No\r\n\r\n"
    unreadable, read = messages(Stream(b"x" + begun), "response")
    assert (unreadable.side, unreadable.body, unreadable.start_line) == ("response", b"x", b"")
    assert read.status == 204
    (alone,) = messages(Stream(b"x" + begun.rstrip()), "response")
    assert alone.body == b"x" + begun.rstrip()


def test_a_first_line_that_was_cut_off_is_kept_as_one() -> None:
    """What is there of it may hold a secret; its side is known."""
    (found,) = messages(Stream(b"GET /sensitive?info=Rex"), "request")
    assert (found.side, found.start_line) == ("request", b"GET /sensitive?info=Rex")
    assert found.problems == ("its request line ends early",)


def test_a_length_that_is_no_number_takes_nothing_of_the_next_message() -> None:
    """Where the body ends cannot be told; where a message begins, it has ended."""
    first, second = messages(
        Stream(b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n" + GET), "request"
    )
    assert (first.body, first.problems) == (b"", ("where its body ends cannot be told",))
    assert (second.method, second.complete) == ("GET", True)


@pytest.mark.parametrize("line", [b"HTTP/1.1 200 ", b"HTTP/1.1 200 MAX", b"HTTP/1.1 200"])
def test_a_first_line_is_kept_whole(line: bytes) -> None:
    """Nothing but its line break is taken away, not even a space at its end."""
    (found,) = _read(line + b"\r\nContent-Length: 0\r\n\r\n", "response")
    assert (found.start_line, found.status) == (line, 200)


def test_a_message_that_ends_with_its_first_line_has_no_headers() -> None:
    """There is no part of no bytes."""
    (found,) = _read(b"GET /a HTTP/1.1\r\n")
    assert found.parts == (Part("request line", 0, 17),)


def test_a_body_that_is_not_coded_is_kept_once() -> None:
    """Large answers take no more memory than they have bytes."""
    (found,) = _read(POST)
    assert found.body is found.raw_body


def test_only_for_responses_is_a_method_asked() -> None:
    """With the place of each, also of one that cannot be read."""
    asked: list[int] = []

    def method_at(offset: int) -> str:
        asked.append(offset)
        return "GET"

    list(messages(Stream(GET + POST), "request", method_at))
    assert asked == []
    list(messages(Stream(ANSWER + b"rubbish" + ANSWER), "response", method_at))
    assert asked == [0, len(ANSWER), len(ANSWER) + len(b"rubbish")]
