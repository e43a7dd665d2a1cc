"""A side: what one end of a connection has sent, counted as it comes back."""

from __future__ import annotations

from dataclasses import dataclass

_WRAP = 1 << 32
_HALF = 1 << 31
_WINDOW = 1 << 15  # of our own packets, until the side has told its true one


@dataclass
class Side:
    """What is known of one side: the kernel's numbers, and our count of its bytes.

    *first* and *ack* are the numbers of the first packet with data that came back,
    *expected* is the number after the last; *counted* bytes came back without a gap.
    The kernel says that it sent *total* bytes; *ended* is FIN or RST once the side has
    sent that. *next* and *told* are those of the last packet handed out, *origin* is the
    number of the first byte of all.
    """

    descriptor: int | None = None  # its socket's, once this process has it
    first: int | None = None
    ack: int = 0
    expected: int = 0
    counted: int = 0
    total: int = 0
    ended: int = 0
    origin: int = 0
    next: int = 0
    told: int | None = None
    window: int = _WINDOW

    def count(self, seq: int, ack: int, size: int) -> None:
        """Take note that *size* bytes came back, the first one with number *seq*."""
        if self.first is None:
            self.first, self.ack, self.expected = seq, ack, seq
        new = (seq + size - self.expected + _HALF) % _WRAP - _HALF
        if new > 0:  # else it was sent again
            self.counted += min(new, size)
            self.expected = (seq + size) % _WRAP
