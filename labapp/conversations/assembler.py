"""An assembler: puts the segments of one side in order, as they were captured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import NamedTuple

from labapp.conversations.segment import FIN, RST, SYN, Segment
from labapp.conversations.stream import NO_FRAME, Gap, Stream

_SPACE = 1 << 32  # sequence numbers are counted modulo 2**32 (RFC 9293, section 3.4)
_HALF = _SPACE >> 1
_SPARE_FILL = 1 << 16
_RARE = SYN | FIN | RST


class _Piece(NamedTuple):
    start: int
    stop: int
    payload: bytes
    frame: int


class Assembler:
    """Takes segments as they come and holds on to their payloads only.

    Where copies of a byte differ, the one captured first counts. The time taken
    is proportional to n log n of the segments, in whatever order they are.
    """

    __slots__ = (
        "_carriers", "_chunks", "_edge", "_end", "_exact", "_late", "_next", "_reach",
        "acked", "opened", "origin", "reset",
    )  # fmt: skip

    def __init__(self) -> None:
        self.origin: int | None = None  # the sequence number of byte 0
        self.acked: int | None = None  # the last number that the other side acknowledged
        self.opened = self.reset = False
        self._exact = False  # nothing can come before byte 0
        self._chunks: list[bytes] = []  # what came in order, ...
        self._carriers: list[int] = []
        self._late: list[_Piece] = []  # ... and what did not
        self._edge = 0  # up to here all came in order, ...
        self._next: int | None = None  # ... and with this sequence number it goes on
        self._reach = 0  # up to here all was sent, as empty segments and ACKs tell
        self._end: int | None = None  # where the FIN stands

    def add(self, segment: Segment) -> None:
        """Take the next segment of this side."""
        _, seq, _, flags, payload, frame = segment
        if seq != self._next or flags & _RARE:
            self._add_any(seq, flags, payload, frame)
        elif payload:
            self._chunks.append(payload)
            self._carriers.append(frame)
            self._edge += len(payload)
            self._next = (seq + len(payload)) % _SPACE

    def _add_any(self, seq: int, flags: int, payload: bytes, frame: int) -> None:
        if flags & _RARE:
            seq += flags & SYN != 0  # a SYN takes one number, before any payload
            self.opened |= flags & SYN != 0
            self.reset |= flags & RST != 0
        if self.origin is None:
            self._begin(seq, exact=self.opened)
        start = self._offset(seq)
        stop = start + len(payload)
        if flags & FIN:
            self._end = stop
        if not payload:
            self._reach = max(self._reach, start)
        elif start == self._edge:
            self._chunks.append(payload)
            self._carriers.append(frame)
            self._edge = stop
            self._next = (seq + len(payload)) % _SPACE
        elif stop > self._edge or not self._exact:
            if self._exact and start < 0:  # bytes from before the stream began
                start, payload = 0, payload[-start:]
            self._late.append(_Piece(start, stop, payload, frame))

    def acknowledge(self, number: int) -> None:
        """Take note that the other side has received all up to *number*.

        That tells where a stream joined late begins, and whether its end was missed.
        """
        self.acked = number
        if number == self._next:
            return
        if self.origin is None:
            self._begin(number, exact=True)
        self._reach = max(self._reach, self._offset(number))

    def _begin(self, number: int, *, exact: bool) -> None:
        self.origin, self._exact = number, exact
        self._next = number % _SPACE

    def _offset(self, number: int) -> int:
        """The offset that a sequence number stands for: the one closest to the edge."""
        assert self.origin is not None
        edge = self._edge
        return (number - self.origin - edge + _HALF) % _SPACE - _HALF + edge

    def stream(self) -> Stream:
        """Return what has come so far."""
        if self._late:
            pieces = sorted([*self._in_order(), *self._late])
            chunks, carriers, gaps = _join(_first_copies(pieces))
            edge = max(piece.stop for piece in pieces)
        else:
            chunks, carriers, gaps = self._chunks, self._carriers, []
            edge = self._edge
        missing = self._reach - edge
        if self._end is not None and self._reach == self._end + 1:
            missing -= 1  # a FIN takes one number, after the last byte
        data = b"".join(chunks)
        if missing > 0:
            gaps.append(Gap(len(data), missing))
        finished = self._end is not None
        return Stream(
            data,
            _stops(chunks),
            tuple(carriers),
            tuple(gaps),
            self.opened,
            finished,
            self.reset,
        )

    def _in_order(self) -> Iterator[_Piece]:
        ends = pairwise((0, *_stops(self._chunks)))
        for (start, stop), chunk, frame in zip(ends, self._chunks, self._carriers, strict=True):
            yield _Piece(start, stop, chunk, frame)


def _first_copies(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Cut *pieces*, sorted by start, so that only the first copy of each byte is left."""
    waiting: list[tuple[int, int]] = []  # a heap of (frame, index): captured first on top
    at, taken = pieces[0].start, 0
    while taken < len(pieces) or waiting:
        if not waiting:
            at = max(at, pieces[taken].start)
        while taken < len(pieces) and pieces[taken].start <= at:
            heappush(waiting, (pieces[taken].frame, taken))
            taken += 1
        start, stop, payload, frame = pieces[waiting[0][1]]
        if stop <= at:
            heappop(waiting)
            continue
        while taken < len(pieces) and pieces[taken].start < stop:
            if pieces[taken].frame < frame:
                stop = pieces[taken].start
                break
            heappush(waiting, (pieces[taken].frame, taken))
            taken += 1
        yield _Piece(at, stop, payload[at - start : stop - start], frame)
        at = stop


def _join(
    pieces: Iterable[_Piece],
) -> tuple[list[bytes], list[int], list[Gap]]:
    """Put *pieces*, which do not overlap, end to end, with NUL bytes in the gaps."""
    chunks: list[bytes] = []
    carriers: list[int] = []
    gaps: list[Gap] = []
    edge, offset, room = 0, 0, _SPARE_FILL
    for start, stop, payload, frame in pieces:
        if start > edge:
            gaps.append(Gap(offset, start - edge))
            filler = max(1, min(start - edge, room))
            offset += filler
            room -= filler
            chunks.append(bytes(filler))
            carriers.append(NO_FRAME)
        offset += len(payload)
        room += len(payload)
        chunks.append(payload)
        carriers.append(frame)
        edge = stop
    return chunks, carriers, gaps


def _stops(chunks: list[bytes]) -> tuple[int, ...]:
    return tuple(accumulate(map(len, chunks)))
