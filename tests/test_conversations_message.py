"""Laws of `labapp.conversations.message`."""

from __future__ import annotations

import pytest

from labapp.conversations.message import Message, Part

REQUEST = Message(
    "request",
    b"POST /a b?c=%20 HTTP/1.1",
    (("Host", "site.test:8000"), ("Cookie", "a=1"), ("cookie", "b=2")),
    b"body",
    b"body",
    (Part("request line", 10, 36), Part("headers", 36, 90), Part("body", 90, 94)),
)
RESPONSE = Message("response", b"HTTP/1.1 404 Not Found", parts=(Part("headers", 0, 2),))


def test_a_request_has_method_target_and_host() -> None:
    """The words of the request line come out as they stand, spaces in the target too."""
    assert (REQUEST.method, REQUEST.target) == ("POST", "/a b?c=%20")
    assert REQUEST.host == "site.test:8000"
    assert REQUEST.status is None


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 404 Not Found", b"HTTP/1.1 404", b"HTTP/1.1 404 ", b"HTTP/1.0  404 x y"]
)
def test_a_response_has_a_status_and_nothing_of_a_request(line: bytes) -> None:
    """The status code is a number; the reason may be missing."""
    message = Message("response", line)
    assert message.status == 404
    assert (message.method, message.target, message.host) == ("", "", "")


@pytest.mark.parametrize("code", ["", "2", "20", '"00', "2a0", "\xb2\xb2\xb2", "-10", " + "])
def test_what_is_no_status_code_is_none(code: str) -> None:
    """A status line may be cut off or damaged anywhere; nothing is made up, nothing breaks."""
    assert Message("response", f"HTTP/1.1 {code}".encode("latin-1")).status is None


def test_headers_are_found_in_any_case_and_keep_their_repetitions() -> None:
    """The first is `header`, all are `header_values`."""
    assert REQUEST.header("COOKIE") == "a=1"
    assert REQUEST.header_values("Cookie") == ("a=1", "b=2")
    assert REQUEST.header("Referer") is None
    assert REQUEST.header_values("Referer") == ()


def test_a_message_stands_where_its_parts_stand() -> None:
    """It begins with its first part and stops with its last."""
    assert (REQUEST.start, REQUEST.stop) == (10, 94)
    assert REQUEST.part("headers") == Part("headers", 36, 90)
    assert RESPONSE.part("body") is None


def test_a_message_without_problems_is_complete() -> None:
    """One problem is enough to make it incomplete."""
    assert REQUEST.complete
    assert not Message("request", problems=("its body ends early",)).complete


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize("line", [b"", b" ", b"GET", b"HTTP/1.1"])
def test_a_message_without_a_start_line_has_no_words(side: str, line: bytes) -> None:
    """What could not be read is empty or None, never an error."""
    message = Message("request", line) if side == "request" else Message("response", line)
    assert message.target == ""
    assert message.status is None
    assert (message.start, message.stop) == (0, 0)


def test_a_repr_is_one_short_line() -> None:
    """It shows the start line, the size and what is wrong."""
    assert repr(REQUEST) == "<request POST /a b?c=%20 HTTP/1.1, 84 bytes>"
    broken = Message("response", problems=("its body ends early",))
    assert repr(broken) == "<response not readable, 0 bytes, INCOMPLETE: its body ends early>"
    long = Message("request", b"GET /" + b"x" * 500 + b" HTTP/1.1", problems=("one", "two"))
    assert repr(long) == f"<request GET /{'x' * 55}, 0 bytes, INCOMPLETE: one; two>"
