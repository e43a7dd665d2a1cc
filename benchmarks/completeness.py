"""Whether captures miss anything: many, beside busy processes, long and large ones."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
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
    """A WSGI application that answers ``/NUMBER`` with as many random bytes (``/``: none)."""

    def __init__(self, largest: int) -> None:
        self.content = Random(largest).randbytes(largest)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        body = self.content[: int(environ["PATH_INFO"].strip("/") or 0)]
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@dataclass(frozen=True)
class Long:
    """One long capture, and how many frames tcpdump saw meanwhile (None: not asked)."""

    capture: Capture
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
        witness = None
        if isinstance(on.backend, Live):
            witness = stack.enter_context(tcpdump(on.backend.port))
        with on.backend.record() as recording:
            for _ in range(connections):
                on.captured.get(f"/{size}", secure=secure)
        counted = witness.frames_before(on) if witness else None
    capture = recording.capture
    found = problems(on, capture, connections, size, secure=secure)
    return Long(capture, found, counted)


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
def busy(number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep *number* processes busy for the block."""
    processes: list[subprocess.Popen[bytes]] = []
    with ExitStack() as stack:
        for _ in range(number):
            process = subprocess.Popen([sys.executable, "-c", BUSY])  # noqa: S603
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes.append(process)
        yield processes


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
                return
        raise LabError("tcpdump did not start: are you root, and is it installed?")

    def frames_before(self, on: Bench) -> int:
        """Return how many frames it has of what came before this call, and end it.

        A last request serves as a mark: tcpdump, too, is handed frames in order, and
        ended earlier it would lose those it had not written yet. Raises `LabError` if
        it dropped frames itself or does not write in time.
        """
        with on.backend.record() as recording:
            on.captured.get(f"/{SMALL}")
        mark = recording.capture.frames[0].data  # its SYN: ports and a random number
        deadline = monotonic() + PATIENCE
        while mark not in self._file.read_bytes():
            if monotonic() > deadline:
                raise LabError("tcpdump is no witness here: it did not write in time.")
            sleep(0.05)
        self._end()
        return [frame.data for frame in Capture.load(self._file).frames].index(mark)

    def _end(self) -> None:
        self._process.send_signal(signal.SIGINT)
        _, said = self._process.communicate(timeout=PATIENCE)
        dropped = re.search(r"(\d+) packets dropped by kernel", said)
        if dropped is None or int(dropped[1]):
            raise LabError(f"tcpdump is no witness here: {said}")

    def close(self) -> None:
        """Kill it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def tcpdump(port: int) -> Iterator[Tcpdump]:
    """Run tcpdump beside the block."""
    with (
        TemporaryDirectory(prefix="benchmarks-") as folder,
        closing(Tcpdump(port, Path(folder))) as running,
    ):
        yield running
