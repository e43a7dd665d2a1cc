"""HTTP/1.x: a stream of bytes cut into its messages (RFC 9112).

Whatever the bytes are, reading ends, in time proportional to their number, and
every byte but the line breaks between messages belongs to exactly one message.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property

from labapp.conversations.coding import LARGEST_BODY, dechunk, decode
from labapp.conversations.framing import codings, fields, framing, is_interim
from labapp.conversations.message import Message, Part, PartName, Side
from labapp.conversations.stream import Stream

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110, section 5.6.2
_LINE: dict[Side, PartName] = {"request": "request line", "response": "status line"}

# How a message begins where none is expected: after damage.
_BEGINNING: dict[Side, re.Pattern[bytes]] = {
    "request": re.compile(
        rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) [^\r\n ]+ HTTP/1\.\d\r?\n"
    ),
    "response": re.compile(rb"HTTP/1\.\d \d{3}(?=[ \r\n])"),
}
_START_LINE: dict[Side, re.Pattern[bytes]] = {
    # A target with spaces is wrong, yet servers take it, and so it may leak.
    "request": re.compile(rb"%s [^\n]* HTTP/1\.\d\r?\n" % _TOKEN),
    "response": _BEGINNING["response"],
}
_CUT_OFF: dict[Side, re.Pattern[bytes]] = {
    "request": re.compile(rb"[A-Z]{3,7} "),
    "response": re.compile(rb"HTTP/1\."),
}


def messages(
    stream: Stream, side: Side, method_at: Callable[[int], str] = lambda offset: ""
) -> Iterator[Message]:
    """Yield the messages of a stream in order, damaged ones too.

    A response to HEAD has no body, so reading responses needs the methods:
    *method_at* is called with the offset of each response that is not interim,
    once and in order. The bodies of one stream are unpacked to `LARGEST_BODY`
    bytes together and no more.
    """
    return _Reader(stream, side, method_at).messages()


class _Reader:
    def __init__(self, stream: Stream, side: Side, method_at: Callable[[int], str]) -> None:
        self.stream, self.data, self.side = stream, stream.data, side
        self.method_at = method_at
        self.room = LARGEST_BODY

    def messages(self) -> Iterator[Message]:
        at, size = 0, len(self.data)
        while at < size:
            if self.data[at] in b"\r\n":
                at += 1
                continue
            message = self._message(at)
            yield message
            at = message.stop

    @cached_property
    def _beginnings(self) -> list[int]:
        return [found.start() for found in _BEGINNING[self.side].finditer(self.data)]

    def _next_beginning(self, at: int) -> int:
        """The first place from *at* on that looks like a message, or else the end."""
        index = bisect_left(self._beginnings, at)
        return self._beginnings[index] if index < len(self._beginnings) else len(self.data)

    def _message(self, at: int) -> Message:
        data, side = self.data, self.side
        line_stop = data.find(b"\n", at) + 1
        if not line_stop or not _START_LINE[side].match(data, at):
            return self._unreadable(at, one_line=not line_stop)
        head_stop, ended = self._head(at, line_stop)
        headers, problem = fields(data[line_stop:head_stop])
        problems = [problem]
        head = Message(side, data[at:line_stop].rstrip(b"\r\n"), headers)
        interim = side == "request" or is_interim(head.status)
        method = "" if interim else self.method_at(at)
        body, stop = b"", head_stop
        if ended:
            body, stop, problem = self._body(head, method, head_stop)
            problems.append(problem)
        else:
            problems.append("its headers end early")
        raw_body = body if len(body) == stop - head_stop else data[head_stop:stop]
        if body and (names := codings(head)):
            body, problem = decode(body, names, self.room)
            self.room -= min(self.room, len(body))
            problems.append(problem)
        if self.stream.gaps and (
            lost := sum(gap.missing for gap in self.stream.lost(at, stop))
        ):
            problems.append(f"{lost} bytes of it were not captured")
        parts = [Part(_LINE[side], at, line_stop)]
        if head_stop > line_stop:
            parts.append(Part("headers", line_stop, head_stop))
        if stop > head_stop:
            parts.append(Part("body", head_stop, stop))
        return Message(
            side,
            head.start_line,
            headers,
            body,
            raw_body,
            tuple(parts),
            tuple(filter(None, problems)),
        )

    def _unreadable(self, at: int, *, one_line: bool) -> Message:
        """What begins at *at* as one message, up to where the next one begins."""
        if self.side == "response":
            self.method_at(at)
        stop = len(self.data) if one_line else self._next_beginning(at + 1)
        piece, line = self.data[at:stop], _LINE[self.side]
        if one_line and _CUT_OFF[self.side].match(piece):
            part, problem = Part(line, at, stop), f"its {line} ends early"
            return Message(self.side, piece, parts=(part,), problems=(problem,))
        part, problem = Part("body", at, stop), f"there is no {line} of HTTP/1.x"
        return Message(self.side, b"", (), piece, piece, (part,), (problem,))

    def _head(self, at: int, line_stop: int) -> tuple[int, bool]:
        """Where the headers stop, and whether that is the empty line that ends them."""
        limit = len(self.data)
        if lost := self.stream.first_lost(at):
            # The empty line may be what is missing: do not read into the next message.
            limit = self._next_beginning(max(lost.offset, line_stop))
        empty_line = _EMPTY_LINE.search(self.data, line_stop - 1, limit)
        return (empty_line.end(), True) if empty_line else (limit, False)

    def _body(self, head: Message, method: str, at: int) -> tuple[bytes, int, str]:
        """Return the body without chunks, where it stops, and a problem."""
        data, how = self.data, framing(head, method)
        if how == "chunked":
            body, stop, whole = dechunk(data, at)
        elif how == "until close":
            body, stop = data[at:], len(data)
            whole = self.stream.finished and not self.stream.lost(stop, stop + 1)
        else:
            length = 0 if how == "unknown" else how
            stop = min(at + length, len(data))
            body, whole = data[at:stop], how == stop - at
        if whole:
            return body, stop, ""
        if stop == len(data):
            return body, stop, "its body ends early"
        rest = self._next_beginning(stop)
        return body + data[stop:rest], rest, "where its body ends cannot be told"
