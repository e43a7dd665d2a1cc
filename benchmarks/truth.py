"""Whether what came back to its senders is what crossed: beside a packet socket, as root."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from benchmarks.bench import Bench, bench
from benchmarks.completeness import CAPTURES, LARGE, SMALL, Bytes, busy
from benchmarks.row import Row, none_of
from labapp.backends.backend import Unavailable
from labapp.backends.errqueue import Errqueue
from labapp.backends.loopback import LoopbackSocket
from labapp.conversations import missing
from labapp.conversations.segment import SYN, parse


@dataclass(frozen=True)
class Compared:
    """Frames with data, and SYNs of clients, that a packet socket saw.

    *lost* of them are not in the captures, *extra* are in the captures alone. *open*:
    how many captures said that they were incomplete, *hidden*: how many lacked something
    and did not say so.
    """

    frames: int
    lost: int
    extra: int
    open: int = 0
    hidden: int = 0


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield how many of the kernel's frames each kind of traffic lost."""
    captures, large = (max(1, round(number * scale)) for number in (CAPTURES, LARGE))
    try:
        with bench(Errqueue, Bytes(large)) as on, LoopbackSocket(on.backend.port) as witness:
            for secure in (False, True):
                for processes in (0, 4):
                    with busy(processes) if processes else nullcontext():
                        yield from _of(
                            on, witness, captures, large, secure=secure, beside=processes
                        )
    except (Unavailable, PermissionError) as reason:
        yield Row("frames of errqueue beside a packet socket's", "not here", how=str(reason))


def _of(
    on: Bench, witness: LoopbackSocket, captures: int, large: int, *, secure: bool, beside: int
) -> Iterator[Row]:
    over = f"over {'HTTPS' if secure else 'HTTP'}{f' beside {beside} busy processes' * bool(beside)}"
    for what, paths in (
        (f"{captures:,} requests", [f"/{turn % SMALL}" for turn in range(captures)]),
        (f"one {large / 1e6:g} MB answer", [f"/{large}"]),
    ):
        found = compare(on, witness, paths, secure=secure)
        how = f"{found.extra} of its own, {found.open} captures incomplete, {found.hidden} silently"
        yield none_of(
            f"errqueue beside a packet socket, {what} {over}",
            found.lost + found.extra + found.open,
            found.frames,
            how,
        )


def compare(
    on: Bench, witness: LoopbackSocket, paths: Iterable[str], *, secure: bool = False
) -> Compared:
    """Make a capture of a request for each of *paths*; compare its frames byte by byte."""
    total = Compared(0, 0, 0)
    list(witness.frames())
    for path in paths:
        capture = on.capture(path, secure=secure)
        true = real(frame.data for frame in witness.frames())
        had = real(frame.data for frame in capture.frames if not frame.rebuilt)
        lost, extra = (true - had).total(), (had - true).total()
        complete = not missing(capture)
        total = Compared(
            total.frames + true.total(),
            total.lost + lost,
            total.extra + extra,
            total.open + (not complete),
            total.hidden + (complete and lost > 0),
        )
    return total


def real(frames: Iterable[bytes]) -> Counter[bytes]:
    """Return those *frames* that have data or begin a connection."""
    found: Counter[bytes] = Counter()
    for frame in frames:
        segment = parse(frame)
        if segment and (segment.payload or segment.flags == SYN):
            found[frame] += 1
    return found
