"""Laws of `labapp.conversations.exchange`."""

from __future__ import annotations

import pytest

from labapp.conversations.exchange import NOT_CAPTURED, Exchange, exchanges
from labapp.conversations.message import Message
from labapp.conversations.stream import Gap, Stream
from tests.frames import response


def _asked(*names: bytes, method: bytes = b"GET") -> bytes:
    return b"".join(method + b" /" + name + b" HTTP/1.1\r\n\r\n" for name in names)


def _answered(*bodies: bytes) -> bytes:
    return b"".join(map(response, bodies))


def _stream(data: bytes, frame: int = 0, *gaps: Gap, opened: bool = True) -> Stream:
    return Stream(data, (len(data),), (frame,), gaps, opened)


def _pairs(found: tuple[Exchange, ...]) -> list[tuple[str, bytes | None]]:
    return [(one.request.target, one.response.body if one.response else None) for one in found]


def test_responses_answer_requests_in_order() -> None:
    """The first response belongs to the first request, and so on."""
    found = exchanges(_stream(_asked(b"1", b"2")), _stream(_answered(b"one", b"two"), 1))
    assert _pairs(found) == [("/1", b"one"), ("/2", b"two")]


def test_a_request_without_a_response_has_none() -> None:
    """What was not answered is an exchange all the same."""
    found = exchanges(_stream(_asked(b"1", b"2")), _stream(_answered(b"one"), 1))
    assert _pairs(found) == [("/1", b"one"), ("/2", None)]


def test_interim_responses_stand_beside_the_response() -> None:
    """100 and 103 come before the response that counts."""
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    (found,) = exchanges(_stream(_asked(b"1")), _stream(hints + _answered(b"one"), 1))
    assert [message.status for message in found.interim] == [100, 103]
    assert found.response is not None
    assert found.messages == (found.request, *found.interim, found.response)
    (alone,) = exchanges(_stream(_asked(b"1")), _stream(hints, 1))
    assert (alone.request.target, alone.response, len(alone.interim)) == ("/1", None, 2)


def test_a_response_to_head_has_no_body() -> None:
    """The method that counts is that of the request it answers."""
    asked = _asked(b"1", method=b"HEAD") + _asked(b"2")
    answered = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + _answered(b"two")
    assert _pairs(exchanges(_stream(asked), _stream(answered, 1))) == [
        ("/1", b""),
        ("/2", b"two"),
    ]


def test_joined_late_a_response_may_answer_what_nobody_saw() -> None:
    """It is kept, and does not answer a request that was captured later."""
    asked = _stream(_asked(b"2"), 5, opened=False)
    answered = _answered(b"one", b"two")
    received = Stream(answered, (len(answered) // 2, len(answered)), (4, 6))
    first, second = exchanges(asked, received)
    assert first.request is NOT_CAPTURED
    assert first.response is not None
    assert (first.response.body, first.messages) == (b"one", (first.response,))
    assert _pairs((second,)) == [("/2", b"two")]


def test_a_whole_conversation_needs_no_frame_numbers() -> None:
    """If every request was captured, order alone decides, whatever came first."""
    found = exchanges(_stream(_asked(b"1"), 9), _stream(_answered(b"one"), 1))
    assert _pairs(found) == [("/1", b"one")]


def test_a_lost_request_takes_its_response_with_it() -> None:
    """The gap where a request was is paired with that request's response."""
    gap = bytes(len(_asked(b"1")))
    asked = Stream(
        gap + _asked(b"2"), (len(gap), 2 * len(gap)), (-1, 1), (Gap(0, len(gap)),), True
    )
    first, second = exchanges(asked, _stream(_answered(b"one", b"two"), 2))
    assert (first.request.complete, first.response and first.response.body) == (False, b"one")
    assert _pairs((second,)) == [("/2", b"two")]


def test_a_lost_response_takes_its_request_with_it() -> None:
    """The gap where a response was is paired with that response's request."""
    gap, second = bytes(40), _answered(b"two")
    stops = (len(gap), len(gap + second))
    received = Stream(gap + second, stops, (-1, 1), (Gap(0, len(gap)),))
    found = exchanges(_stream(_asked(b"1", b"2")), received)
    assert _pairs(found) == [("/1", gap), ("/2", b"two")]
    assert [one.response is not None and one.response.complete for one in found] == [
        False,
        True,
    ]


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n"])
def test_no_messages_make_no_exchange(data: bytes) -> None:
    """A conversation may say nothing."""
    assert exchanges(_stream(data), _stream(data)) == ()


def test_a_repr_is_one_short_line() -> None:
    """It shows what was asked and how it was answered."""
    request = Message("request", b"GET /" + b"x" * 100 + b" HTTP/1.1")
    answered = Exchange(NOT_CAPTURED, Message("response", b"HTTP/1.1 200 OK"))
    assert repr(answered) == "<Exchange not captured: 200>"
    assert repr(Exchange(request)) == f"<Exchange GET /{'x' * 55}: no response>"


def test_an_interim_response_may_be_all_that_was_captured() -> None:
    """Then neither the request nor the response is there."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    (found,) = exchanges(Stream(), _stream(hints, 1, opened=False))
    assert (found.request, found.response) == (NOT_CAPTURED, None)
    assert [message.status for message in found.interim] == [103]
