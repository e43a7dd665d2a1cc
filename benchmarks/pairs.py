"""Pairs: two things timed one right after the other, many times over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Pairs:
    """Seconds that each took; the two of one index ran side by side."""

    plain: tuple[float, ...]
    other: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of how many times longer *other* took, pair by pair."""
        return median(b / a for a, b in zip(self.plain, self.other, strict=True))

    @property
    def added(self) -> float:
        """The median of the seconds by which *other* took longer, pair by pair."""
        return median(b - a for a, b in zip(self.plain, self.other, strict=True))

    @property
    def medians(self) -> tuple[float, float]:
        """The medians of *plain* and *other*, in seconds."""
        return median(self.plain), median(self.other)

    def __len__(self) -> int:
        return len(self.plain)


def interleaved(
    plain: Callable[[], object],
    other: Callable[[], object],
    number: int,
    warm_up: int = 3,
    before: Callable[[], object] = lambda: None,
) -> Pairs:
    """Time *plain* and *other* in *number* pairs; every second pair begins with *other*.

    What a load on the machine, or one of the two, leaves behind then falls on
    both alike. *before* is called before each and not timed.
    """
    for _ in range(warm_up):
        plain()
        other()
    both = (plain, other)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(number):
        for which in (0, 1) if turn % 2 == 0 else (1, 0):
            before()
            times[which].append(seconds(both[which]))
    return Pairs(tuple(times[0]), tuple(times[1]))


def seconds(act: Callable[[], object]) -> float:
    """Return how long *act* takes."""
    begun = perf_counter()
    act()
    return perf_counter() - begun
