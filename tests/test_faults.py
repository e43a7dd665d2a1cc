"""When things go wrong in the middle of a visit: nothing leaks, and nothing false is said.

Silent and broken clients of the server, half requests, resets and views that never return:
tests/test_server_clients.py, tests/test_server.py. A full disk and a read-only folder:
tests/test_saving.py, tests/test_checks_memory.py. Ctrl-C: tests/test_interrupted.py. Cells
in random order: tests/test_notebooks_again.py.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.site.application import Own
from tests.relaying import only_linux
from tests.serving import half_a_hello, reset

SECRET = "Rex's fake café+otter 417"
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),
    pytest.param("errqueue", marks=only_linux),
    "relay",
]
every_backend = pytest.mark.parametrize("lab", BACKENDS, indirect=True)
Seen = dict[str, bool | None]


@pytest.fixture
def lab(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Laboratory]:
    monkeypatch.setenv("LABAPP_CAPTURE", getattr(request, "param", "relay"))
    with Laboratory() as running:
        yield running


def false(before: Visit, after: Visit) -> Seen:
    """Return what *after* says otherwise than *before*, but for "unknown"."""
    return {
        place: now
        for place, now in after.seen.items()
        if now is not None and now is not before.seen[place]
    }


# Strangers on the port --------------------------------------------------------------


@contextmanager
def strangers(lab: Laboratory) -> Iterator[list[int]]:
    """Have somebody else connect, again and again, and misbehave; count how often."""
    stop, count = threading.Event(), [0]
    starts = (
        b"",
        b"GET",
        b"GET / HTTP/1.1\r\nHost: site.test\r\n",
        half_a_hello(),
        b"\0\xff\r\n\r\n",
    )

    def misbehave() -> None:
        for start in itertools.cycle(starts):
            if stop.wait(0.01):
                return
            # Past the backend's book-keeping, as another program would come.
            with suppress(OSError), lab.backend._client() as client:
                client.settimeout(5)
                client.connect(("127.0.0.1", lab.backend.port))
                client.sendall(start)
                if count[0] % 2:
                    reset(client)
            count[0] += 1

    thread = threading.Thread(target=misbehave)
    thread.start()
    try:
        yield count
    finally:
        stop.set()
        thread.join(30)


@every_backend
@pytest.mark.parametrize("applied", [(), remedy.SIX], ids=["nothing", "six"])
def test_strangers_on_the_port_falsify_nothing(
    lab: Laboratory, applied: tuple[remedy.Remediation, ...]
) -> None:
    """Silent, half said, reset, garbage: what is said is as without them, or unknown."""
    before = lab.visit(SECRET, *applied)
    with strangers(lab) as count:
        disturbed = [lab.visit(SECRET, *applied) for _ in range(2)]
    assert count[0] > 3

    assert [{}] * 2 == [false(before, visit) for visit in disturbed]
    assert all(visit.works for visit in disturbed)
    assert {} == false(before, lab.visit(SECRET, *applied))


# A clock that jumps -----------------------------------------------------------------


@pytest.mark.parametrize(
    "lab", ["relay", pytest.param("errqueue", marks=only_linux)], indirect=True
)
@pytest.mark.parametrize("applied", [(), remedy.SIX], ids=["nothing", "six"])
def test_a_clock_that_jumps_falsifies_nothing(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch, applied: tuple[remedy.Remediation, ...]
) -> None:
    """An hour back, an hour on, at every look at it: captures stay whole and in order."""
    before = lab.visit(SECRET, *applied)
    random, now = Random(0), time.time

    def jumping() -> float:
        return now() + random.choice((-3600, 0, 3600))

    monkeypatch.setattr(time, "time", jumping)
    monkeypatch.setattr(time, "time_ns", lambda: int(jumping() * 1e9))
    after = lab.visit(SECRET, *applied)

    assert {} == false(before, after)
    assert after.capture.complete
    assert [] == [place for place, seen in after.seen.items() if seen is None]


# A database that is locked ----------------------------------------------------------


def test_a_database_that_somebody_else_has_locked(lab: Laboratory) -> None:
    """A cell left a transaction open on the file: the next visit has a file of its own."""
    before = lab.visit(SECRET, *remedy.SIX)
    with closing(sqlite3.connect(lab.folder / "site.sqlite3")) as held:
        held.execute("BEGIN EXCLUSIVE")
        after = lab.visit(SECRET, *remedy.SIX)

    assert {} == false(before, after)
    assert after.works


def test_a_view_that_locks_the_database_is_told_apart_from_a_safe_one(
    lab: Laboratory,
) -> None:
    """It keeps the lock for good: the visit ends in bounded time, and does not work."""
    held: list[sqlite3.Connection] = []

    def locking(request: HttpRequest) -> HttpResponse:
        if not held:
            path = Path(lab.folder) / "site.sqlite3"
            held.append(sqlite3.connect(path, check_same_thread=False))
            held[0].execute("BEGIN EXCLUSIVE")
        request.session["value"] = request.GET.get("sensitive_info", "")
        return HttpResponse("kept")

    begun = time.monotonic()
    try:
        made = lab.visit(SECRET, remedy.session, own=Own(view=locking))
    except LabError:
        made = None
    finally:
        held[0].close()
    assert time.monotonic() - begun < 60
    assert made is None or not made.works
    assert lab.visit(SECRET, remedy.session).works  # the next visit is as good as new


# A connection that breaks off -------------------------------------------------------


def breaks_off(request: HttpRequest) -> HttpResponse:
    """Announce more than is sent."""
    answer = HttpResponse(f"<p>{request.GET['sensitive_info']}")
    answer.headers["Content-Length"] = "100000"
    return answer


def shouts(request: HttpRequest) -> HttpResponse:
    """Leave by the way that ends a program."""
    raise SystemExit(request.GET["sensitive_info"])


@every_backend
def test_an_answer_that_breaks_off_is_not_called_safe(lab: Laboratory) -> None:
    """The form does not work, and where the answer was cut nothing is called absent."""
    made = lab.visit(SECRET, own=Own(view=breaks_off))

    assert not made.works
    assert made.seen["wire_request_line"] is True
    assert made.seen["wire_response"] is not False
    assert lab.visit(SECRET).works


def test_a_view_that_exits_ends_nothing(
    lab: Laboratory, capfd: pytest.CaptureFixture[str]
) -> None:
    """It gets an answer of 500, says nothing on the screen, and the lab goes on."""
    made = lab.visit(SECRET, own=Own(view=shouts))

    assert [500] == [answer.status for answer in made.step("submit").answers]
    assert not made.works
    assert capfd.readouterr() == ("", "")
    assert lab.visit(SECRET).works
