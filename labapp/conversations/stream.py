"""A stream: the bytes of one direction of a TCP connection, in order, each once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

NO_FRAME = -1


class Span(NamedTuple):
    """Bytes *start* to *stop* of a stream, and the number of the frame that had them."""

    start: int
    stop: int
    frame: int


class Gap(NamedTuple):
    """*missing* bytes that no frame carried, from byte *offset* of a stream on."""

    offset: int
    missing: int


@dataclass(frozen=True, repr=False)
class Stream:
    """What one side sent.

    Where bytes are missing, *data* has NUL bytes in their place, so that later
    offsets stay true; only a gap larger than all the rest is filled shorter.
    *opened*, *finished* and *reset*: its SYN, its FIN, a RST of its own was
    seen. *stops* and *carriers* say up to which offset which frame carried the
    data (`NO_FRAME`: none did); `spans` shows the same at more length.
    """

    data: bytes = b""
    stops: tuple[int, ...] = ()
    carriers: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()
    opened: bool = False
    finished: bool = False
    reset: bool = False

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Which frame carried which bytes, in order of the bytes."""
        spans = map(Span, (0, *self.stops), self.stops, self.carriers)
        return tuple(span for span in spans if span.frame != NO_FRAME)

    def frame_at(self, offset: int) -> int:
        """Return the number of the frame that carried the byte at *offset*.

        Raises `IndexError` if no frame did.
        """
        index = bisect_right(self.stops, offset)
        if offset < 0 or index == len(self.stops) or self.carriers[index] == NO_FRAME:
            raise IndexError(f"no frame carried byte {offset} of this stream")
        return self.carriers[index]

    def frames(self, start: int, stop: int) -> tuple[int, ...]:
        """Return the numbers of the frames that carried bytes *start* to *stop*, each once."""
        if stop <= start:
            return ()
        first, last = bisect_right(self.stops, start), bisect_left(self.stops, stop)
        carriers = dict.fromkeys(self.carriers[first : last + 1])
        return tuple(frame for frame in carriers if frame != NO_FRAME)

    def lost(self, start: int, stop: int) -> tuple[Gap, ...]:
        """Return the gaps from *start* up to, but not at, *stop*."""
        first = bisect_left(self.gaps, (start, 0))
        return self.gaps[first : bisect_left(self.gaps, (stop, 0))]

    def first_lost(self, start: int) -> Gap | None:
        """Return the first gap from *start* on, or None."""
        first = bisect_left(self.gaps, (start, 0))
        return self.gaps[first] if first < len(self.gaps) else None

    def __repr__(self) -> str:
        lost = f", {sum(gap.missing for gap in self.gaps)} missing" if self.gaps else ""
        return f"<Stream of {len(self.data)} bytes in {len(self.spans)} spans{lost}>"
