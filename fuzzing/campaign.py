"""A campaign: many inputs for one target, each within a time and all within a memory."""

from __future__ import annotations

import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from types import FrameType

from fuzzing.targets import Target

PATIENCE = 5.0  # seconds for one input; the slowest takes some milliseconds
ROOM = 1 << 30  # bytes that the process may take beside what it has
PAGES = Path("/proc/self/statm")  # of address space that the process has
_MOST_FAILURES = 5
_EVERY = 10.0  # seconds between two lines of progress


class Hang(Exception):
    """One input took longer than `PATIENCE`."""


@dataclass
class Result:
    """What became of the inputs of one target; *failures* say how to make each again."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Inputs per second."""
        return self.inputs / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        said = ", ".join(f"{count:,} {name}" for name, count in sorted(self.outcomes.items()))
        return (
            f"{self.name}: {self.inputs:,} inputs in {self.seconds:,.0f} s "
            f"({self.rate:,.0f} a second), {said}; {len(self.failures)} failures"
        )


def run(
    target: Target,
    number: int,
    seed: str = "0",
    first: int = 0,
    tell: Callable[[str], object] = lambda line: None,
) -> Result:
    """Give *target* the inputs *first* to *first* + *number*; return what became of them.

    It ends early after some failures. `tell` is given a line of progress now and then.
    """
    result = Result(target.name)
    begun = told = monotonic()
    with ExitStack() as stack:
        stack.enter_context(target.inside())
        stack.enter_context(_bounded())
        for index in range(first, first + number):
            one = target.make(Random(f"{seed}:{target.name}:{index}"))
            before = monotonic()
            try:
                with _limited():
                    outcome = target.read(one)
            except Exception:  # whatever it is, it should not have come out
                outcome = "FAILED"
                result.failures.append(_failure(target, seed, index))
            now = monotonic()
            result.slowest = max(result.slowest, now - before)
            result.outcomes[outcome] += 1
            result.inputs += 1
            result.seconds = now - begun
            if now - told > _EVERY:
                told = now
                tell(str(result))
            if len(result.failures) >= _MOST_FAILURES:
                break
    return result


def _failure(target: Target, seed: str, index: int) -> str:
    last = traceback.format_exc(limit=-3).strip()
    again = f'python -m fuzzing 1 --only "{target.name}" --seed {seed} --first {index}'
    return f"{again}\n{last}"


@contextmanager
def _limited() -> Iterator[None]:
    """Raise `Hang` in the block if it takes too long; only in the main thread of a Unix."""
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _bounded() -> Iterator[None]:
    """Let the process take `ROOM` more memory, where it can be counted (on Linux).

    Beyond that comes `MemoryError`.
    """
    import resource

    def hang(number: int, frame: FrameType | None) -> None:
        raise Hang(f"longer than {PATIENCE:g} s")

    before = signal.signal(signal.SIGALRM, hang)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    if PAGES.exists():
        taken = int(PAGES.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGALRM, before)


def peak() -> int:
    """Return the most memory that the process ever had, in bytes."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
