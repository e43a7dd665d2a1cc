"""What a capture adds to a request: captured and uncaptured, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import BACKENDS, Bench, bench
from benchmarks.pairs import Pairs, interleaved
from benchmarks.row import Row, at_most, ms
from labapp.backends import Backend
from labapp.backends.backend import Unavailable
from labapp.errors import LabError

PAIRS = 1000
MOST = {"live": (1.2, 1.15), "namespace": (1.2, 1.15), "relay": (1.45, 1.25)}  # HTTP, HTTPS


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield what every backend adds to an HTTP and to an HTTPS request."""
    for kind in BACKENDS:
        yield from _of(kind, max(2, round(PAIRS * scale)))


def measure(on: Bench, number: int, *, secure: bool = False) -> Pairs:
    """Time *number* pairs of the form page, uncaptured and captured.

    Raises `LabError` if one capture was not complete: a quick one that misses
    something would be worth nothing.
    """

    def captured() -> None:
        capture = on.capture(secure=secure)
        if not capture.complete:
            raise LabError(f"A capture missed something: {capture}")

    return interleaved(lambda: on.plain.get(secure=secure), captured, number)


def _of(kind: type[Backend], number: int) -> Iterator[Row]:
    try:
        with bench(kind) as on:
            for secure, most in zip((False, True), MOST[kind.name], strict=True):
                pairs = measure(on, number, secure=secure)
                what = f"captured / uncaptured {'HTTPS' if secure else 'HTTP'} request"
                plain, captured = map(ms, pairs.medians)
                yield at_most(
                    f"{what}, {kind.name}",
                    pairs.ratio,
                    most,
                    f"{number:,} pairs",
                    f"{captured} / {plain}; {ms(pairs.added)} added",
                )
    except Unavailable as reason:
        yield Row(f"captured / uncaptured request, {kind.name}", "not here", how=str(reason))
