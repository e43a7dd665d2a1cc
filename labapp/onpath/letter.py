"""A letter: one HTTP message in the hands of somebody who may change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

MOST = 16 * 2**20  # bytes of one message; no page of the lab comes near
PIECE = 65536  # bytes read at once
END = b"\r\n\r\n"  # of a head, RFC 9112, 2.1


@dataclass(frozen=True)
class Letter:
    """One request or answer: its *start* line, its *fields* in order, its *body*."""

    start: str
    fields: tuple[tuple[str, str], ...]
    body: bytes = b""

    @classmethod
    def read(cls, receive: Callable[[int], bytes], *, to_the_end: bool = False) -> Self:
        """Read one message; *receive* returns at most so many bytes, ``b""`` at the end.

        The body has the length that Content-Length says, or goes *to_the_end*. Raises
        `ConnectionError` if less comes, and for more than 16 MiB.
        """
        data = _until(receive, b"", lambda got: END in got)
        head, _, body = data.partition(END)
        start, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        letter = cls(start, tuple((name.strip(), value.strip()) for name, _, value in pairs))
        if to_the_end:
            return replace(letter, body=_until(receive, body, lambda got: False, hard=False))
        length = letter.field("Content-Length") or "0"
        wanted = int(length) if length.isascii() and length.isdigit() else 0
        return replace(letter, body=_until(receive, body, lambda got: len(got) >= wanted))

    def field(self, name: str) -> str:
        """Return the first header field called *name*, or ``""``."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")

    def values(self, name: str) -> list[str]:
        """Return every header field called *name*."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    @property
    def host(self) -> str:
        """The Host field without its port."""
        return self.field("Host").partition(":")[0].lower()

    def said_anew(self, name: str, value: str) -> Letter:
        """Return this letter with one field *name*, at the end."""
        rest = (pair for pair in self.fields if pair[0].lower() != name.lower())
        return replace(self, fields=(*rest, (name, value)))

    def __bytes__(self) -> bytes:
        lines = [self.start, *(f"{name}: {value}" for name, value in self.fields)]
        return "\r\n".join(lines).encode("latin-1") + END + self.body


def _until(
    receive: Callable[[int], bytes],
    data: bytes,
    enough: Callable[[bytes], bool],
    *,
    hard: bool = True,
) -> bytes:
    while not enough(data):
        piece = receive(PIECE)
        if not piece:
            if hard:
                raise ConnectionError("the message ended before it was whole")
            break
        data += piece
        if len(data) > MOST:
            raise ConnectionError(f"the message is larger than {MOST // 2**20} MiB")
    return data
