"""Laws of `labapp.conversations.framing`."""

from __future__ import annotations

import pytest

from labapp.conversations.framing import Framing, codings, fields, framing, is_interim
from labapp.conversations.message import Message

Headers = tuple[tuple[str, str], ...]
LENGTH: Headers = (("content-length", "5"),)
CHUNKED: Headers = (("Transfer-Encoding", "Chunked"),)


def _answer(status: int, headers: Headers = ()) -> Message:
    return Message("response", b"HTTP/1.1 %d x" % status, headers)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), 0),
        (LENGTH, 5),
        (CHUNKED, "chunked"),
        (LENGTH + CHUNKED, "chunked"),
        (LENGTH + LENGTH, 5),
        ((("Content-Length", "5, 5"),), 5),
        ((("Content-Length", "5"), ("Content-Length", "6")), "unknown"),
        ((("Content-Length", "-5"),), "unknown"),
        ((("Content-Length", "+5"),), "unknown"),
        ((("Content-Length", "²"),), "unknown"),
        ((("Content-Length", "9" * 5000),), "unknown"),
        ((("Transfer-Encoding", "gzip, chunked"),), "chunked"),
        ((("Transfer-Encoding", "gzip"), *CHUNKED), "chunked"),
        ((("Transfer-Encoding", "chunked, gzip"),), "unknown"),
    ],
)
def test_the_body_of_a_request_is_told_by_its_headers(
    headers: Headers, expected: Framing
) -> None:
    """Chunks win over a length; without either there is no body."""
    assert expected == framing(Message("request", b"POST / HTTP/1.1", headers), "")


@pytest.mark.parametrize(
    ("status", "method", "headers", "expected"),
    [
        (200, "GET", LENGTH, 5),
        (200, "GET", CHUNKED, "chunked"),
        (200, "GET", (), "until close"),
        (200, "GET", (("Transfer-Encoding", "gzip"),), "until close"),
        (200, "GET", (("Content-Length", "x"),), "unknown"),
        (200, "HEAD", LENGTH, 0),
        (200, "HEAD", CHUNKED, 0),
        (204, "GET", LENGTH, 0),
        (304, "GET", LENGTH, 0),
        (100, "POST", LENGTH, 0),
        (103, "GET", LENGTH, 0),
        (101, "GET", LENGTH, "until close"),
        (200, "CONNECT", LENGTH, "until close"),
        (300, "CONNECT", LENGTH, 5),
        (404, "CONNECT", LENGTH, 5),
    ],
)
def test_the_body_of_a_response_depends_on_status_and_method(
    status: int, method: str, headers: Headers, expected: Framing
) -> None:
    """The order of the rules is that of RFC 9112, section 6.3."""
    assert expected == framing(_answer(status, headers), method)


def test_interim_is_1xx_but_not_101() -> None:
    """After 101 no other HTTP response follows."""
    found = [status for status in (None, 0, 99, 100, 101, 103, 199, 200) if is_interim(status)]
    assert found == [100, 103, 199]


def test_codings_are_those_of_both_headers_but_chunked() -> None:
    """The content is coded first, then what is transferred."""
    headers = (("Transfer-Encoding", "deflate, chunked"), ("Content-Encoding", " gzip,, br"))
    assert codings(_answer(200, headers)) == ["gzip", "br", "deflate"]
    assert codings(_answer(200)) == []


def test_fields_keep_order_repetition_and_bytes() -> None:
    """Names and values lose the white space around them and nothing else."""
    block = b"A: 1\r\nb:\t\xe9:x \r\nA:\r\n : odd\r\nB: 2\n\r\n"
    expected = (("A", "1"), ("b", "é:x"), ("A", " : odd"), ("B", "2"))
    assert fields(block) == (expected, "")
    # What is white space elsewhere is none here, and an X is a letter.
    block = b"X-MaX: XeroX\r\nC\xa0:\x0cd\xa0\r\n\x85E\x85: \xa0\r\n"
    assert fields(block) == (
        (("X-MaX", "XeroX"), ("C\xa0", "\x0cd\xa0"), ("\x85E\x85", "\xa0")),
        "",
    )


def test_a_folded_line_belongs_to_the_one_before() -> None:
    """So header lines were continued once (RFC 9112, section 5.2)."""
    assert fields(b"A: one\r\n two\r\n\tthree\r\nB: 1\r\n\r\n") == (
        (("A", "one two three"), ("B", "1")),
        "",
    )


def test_a_line_without_a_colon_is_a_problem() -> None:
    """The other lines are read all the same."""
    assert fields(b"A: 1\r\nnothing\r\nB: 2\r\n") == (
        (("A", "1"), ("B", "2")),
        "a header line has no colon",
    )


def test_the_number_of_headers_is_bounded() -> None:
    """Of thousands of lines the first 2000 are read, and the cut is named."""
    lines = [b"A: %d\r\n" % number for number in range(5000)]
    found, problem = fields(b"".join(lines))
    assert found == tuple(("A", str(number)) for number in range(2000))
    assert problem == "it has more than 2000 header lines"
    found, problem = fields(b"".join(lines[:2000]).removesuffix(b"\r\n"))
    assert (len(found), problem) == (2000, "")
