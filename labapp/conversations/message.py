"""A message: one HTTP request or response, and where its parts stand in the stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Side = Literal["request", "response"]
PartName = Literal["request line", "status line", "headers", "body"]


class Part(NamedTuple):
    """Bytes *start* to *stop* of a stream; the parts of a message lie end to end.

    A line ends with its CR LF, headers with the empty line; chunk sizes and
    trailers belong to the body.
    """

    name: PartName
    start: int
    stop: int


@dataclass(frozen=True, repr=False)
class Message:
    """One message of HTTP/1.x (RFC 9112), as far as it could be read.

    *headers* keep order and repetition, read as latin-1. *raw_body* is the body
    as it crossed, *body* without chunks and content codings. *parts* leaves out
    what is empty; bytes that belong to no readable message are a body alone.
    *problems* are sentences; an empty tuple means complete.
    """

    side: Side
    start_line: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw_body: bytes = b""
    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True if all of it was captured and could be decoded."""
        return not self.problems

    @property
    def start(self) -> int:
        """The offset of its first byte in the stream."""
        return self.parts[0].start if self.parts else 0

    @property
    def stop(self) -> int:
        """The offset after its last byte in the stream."""
        return self.parts[-1].stop if self.parts else 0

    @property
    def method(self) -> str:
        """The method of a request; empty if there is none."""
        return self._words[0] if self.side == "request" else ""

    @property
    def target(self) -> str:
        """The target of a request as it stands in the request line, latin-1."""
        return self._words[1] if self.side == "request" else ""

    @property
    def status(self) -> int | None:
        """The status code of a response; None if there is none whole."""
        code = self._words[1][:3] if self.side == "response" else ""
        return int(code) if len(code) == 3 and code.isascii() and code.isdigit() else None

    @property
    def host(self) -> str:
        """The Host header, with its port if it has one; empty if there is none."""
        return self.header("Host") or ""

    def header(self, name: str) -> str | None:
        """Return the first header called *name* (in any case), or None."""
        return next(iter(self.header_values(name)), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return all headers called *name* (in any case), in order."""
        wanted = name.lower()
        return tuple([value for known, value in self.headers if known.lower() == wanted])

    def part(self, name: PartName) -> Part | None:
        """Return the part called *name*, or None if it is empty."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def _words(self) -> tuple[str, str]:
        """The start line's first word, and what follows up to the version of a request."""
        first, _, rest = self.start_line.decode("latin-1").partition(" ")
        if self.side == "request":
            rest = rest.rpartition(" ")[0]
        return first, rest.strip()

    def __repr__(self) -> str:
        title = self.start_line[:60].decode("latin-1") or "not readable"
        state = "" if self.complete else ", INCOMPLETE: " + "; ".join(self.problems)
        return f"<{self.side} {title}, {self.stop - self.start} bytes{state}>"
