"""A sighting: where and how somebody found the secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labapp.secret import Match, find

AROUND = 24  # bytes shown to either side


@dataclass(frozen=True)
class Sighting:
    """One place where the secret stood.

    *where* is said to a reader ("answer to submit, headers"), *offset* counts
    bytes from its beginning; *before*, *found* and *after* are the bytes there.
    """

    step: str
    where: str
    offset: int
    encoding: str
    before: bytes
    found: bytes
    after: bytes

    def __str__(self) -> str:
        text = (self.before + self.found + self.after).decode("utf-8", "replace")
        return (
            f"{self.step}, {self.where}, byte {self.offset}: ...{text!r}... ({self.encoding})"
        )


@dataclass(frozen=True)
class Finding:
    """What one look at one place gave.

    *seen* is True, False, or None for unknown; *reason* says why it is unknown.
    """

    place: str
    seen: bool | None
    sightings: tuple[Sighting, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        if self.seen is None:
            return f"unknown: {self.reason}"
        return "seen" if self.seen else "not seen"


def sightings(
    text: str,
    haystack: bytes,
    step: str,
    where: str,
    search: Callable[[str, bytes], list[Match]] = find,
) -> Iterator[Sighting]:
    """Yield every sighting of *text* in *haystack* that *search* finds."""
    for match in search(text, haystack):
        start, stop = match.offset, match.offset + match.length
        yield Sighting(
            step=step,
            where=where,
            offset=start,
            encoding=match.encoding,
            before=haystack[max(0, start - AROUND) : start],
            found=haystack[start:stop],
            after=haystack[stop : stop + AROUND],
        )
