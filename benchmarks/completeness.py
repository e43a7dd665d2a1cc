"""Whether captures miss anything: many, beside busy processes, long and large ones."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from wsgiref.types import StartResponse, WSGIEnvironment

from benchmarks.bench import BACKENDS, PATIENCE, Bench, bench
from benchmarks.row import Row, all_of, none_of
from labapp.backends.backend import Unavailable
from labapp.backends.live import Live
from labapp.capture import Capture
from labapp.conversations import conversations, missing
from labapp.errors import LabError

CAPTURES, CONNECTIONS, LARGE = 1000, 2000, 20_000_000  # LARGE: bytes of one answer
SMALL = 2000  # bytes
BUSY = "while True: pass"


class Bytes:
    """A WSGI application that answers ``/NUMBER`` with as many random bytes."""

    def __init__(self, largest: int) -> None:
        self.content = Random(largest).randbytes(largest)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = self.content[: int(environ["PATH_INFO"].strip("/"))]
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@dataclass(frozen=True)
class Long:
    """One capture, the frames tcpdump counted meanwhile (None: it was not asked)."""

    capture: Capture
    connections: int
    problems: tuple[str, ...]
    tcpdump: int | None

    @property
    def lost(self) -> int:
        """What is known to be missing: frames by tcpdump's count, else problems."""
        fewer = 0 if self.tcpdump is None else abs(self.tcpdump - len(self.capture.frames))
        return max(fewer, len(self.problems))


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield how complete the captures of each backend are."""
    captures, connections, large = (
        max(1, round(number * scale)) for number in (CAPTURES, CONNECTIONS, LARGE)
    )
    app = Bytes(large)
    for kind in BACKENDS:
        try:
            with bench(kind, app) as on:
                yield from _of(on, captures, connections, large)
        except Unavailable as reason:
            yield Row(f"complete captures, {kind.name}", "not here", how=str(reason))


def _of(on: Bench, captures: int, connections: int, large: int) -> Iterator[Row]:
    name = on.backend.name
    yield all_of(f"complete captures, {name}", complete(on, captures), captures)
    with busy(4):
        found = complete(on, captures)
    yield all_of(f"complete captures beside 4 busy processes, {name}", found, captures)
    many = in_one(on, connections)
    how = _counted(many)
    yield none_of(
        f"{connections:,} connections in one capture, {name}",
        many.lost,
        len(many.capture.frames),
        how,
    )
    for secure in (False, True):
        one = in_one(on, 1, large, secure=secure)
        what = f"one {large / 1e6:g} MB answer over {'HTTPS' if secure else 'HTTP'}, {name}"
        yield none_of(what, one.lost, len(one.capture.frames), _counted(one))


def complete(on: Bench, number: int) -> int:
    """Return how many of *number* captures, one after another, held all of one request."""
    whole = 0
    for turn in range(number):
        capture = on.capture(f"/{turn % SMALL}")
        whole += not problems(on, capture, 1, turn % SMALL)
    return whole


def in_one(on: Bench, connections: int, size: int = SMALL, *, secure: bool = False) -> Long:
    """Make *connections* requests, one after another, in one capture.

    For backend live tcpdump counts the same frames.
    """
    with ExitStack() as stack:
        count = None
        if isinstance(on.backend, Live):
            count = stack.enter_context(tcpdump(on.backend.port))
        with on.backend.record() as recording:
            for _ in range(connections):
                on.captured.get(f"/{size}", secure=secure)
    capture = recording.capture
    found = problems(on, capture, connections, size, secure=secure)
    return Long(capture, connections, found, count.frames() if count else None)


def problems(
    on: Bench, capture: Capture, connections: int, size: int, *, secure: bool = False
) -> tuple[str, ...]:
    """Return sentences about what *capture* should hold and does not.

    Each answer is compared byte by byte; what is encrypted is checked for gaps,
    its handshake and its length.
    """
    found = [*missing(capture)]
    made = conversations(capture)
    if len(made) != connections:
        found.append(f"{len(made)} conversations of {connections}")
    expected = _content(on, size)
    for one in made:
        if secure:
            if not one.tls or len(one.received.data) < size:
                found.append(f"{one} is no TLS of {size} bytes")
            continue
        bodies = [each.response.body for each in one.exchanges if each.response]
        if bodies != [expected]:
            found.append(f"{one} does not hold its answer")
    return tuple(found)


def _content(on: Bench, size: int) -> bytes:
    return on.plain.get(f"/{size}")


def _counted(one: Long) -> str:
    if one.problems:
        return one.problems[0]
    if one.tcpdump is None:
        return f"{len(one.capture.frames):,} frames, no gap in the bytes"
    return f"{len(one.capture.frames):,} frames, tcpdump has {one.tcpdump:,}"


@contextmanager
def busy(number: int) -> Iterator[None]:
    """Keep *number* processes busy for the block."""
    with ExitStack() as stack:
        for _ in range(number):
            process = subprocess.Popen([sys.executable, "-c", BUSY])  # noqa: S603
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield


class Tcpdump:
    """tcpdump on ``lo``, writing the frames of one port to a file."""

    def __init__(self, port: int, folder: Path) -> None:
        self._file = folder / "truth.pcap"
        command = ["tcpdump", "-i", "lo", "-B", "262144", "-s", "0", "-U", "-Z", "root"]
        self._process = subprocess.Popen(  # noqa: S603
            [*command, "-w", str(self._file), f"tcp port {port}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "listening on" in line:
                break
        else:
            raise LabError("tcpdump did not start: are you root, and is it installed?")
        self._counted: int | None = None

    def stop(self) -> None:
        """End it once it has written what it had; `LabError` if it dropped frames."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        _, said = self._process.communicate(timeout=PATIENCE)
        dropped = re.search(r"(\d+) packets dropped by kernel", said)
        if dropped is None or int(dropped[1]):
            raise LabError(f"tcpdump is no witness here: {said}")
        self._counted = len(Capture.load(self._file).frames)

    def frames(self) -> int:
        """Return how many frames it saw."""
        assert self._counted is not None
        return self._counted


@contextmanager
def tcpdump(port: int) -> Iterator[Tcpdump]:
    """Run tcpdump beside the block."""
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        running = Tcpdump(port, Path(folder))
        try:
            yield running
        finally:
            running.stop()
