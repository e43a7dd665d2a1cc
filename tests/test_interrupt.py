"""Ctrl-C at any line: heard where work waits, and nothing is lost or left."""

from __future__ import annotations

import gc
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

import pytest
from django.http import HttpRequest, HttpResponse

import labapp.lab.laboratory as lab_module
from labapp.checks.bounded import call
from labapp.interrupt import deferred, heard
from labapp.lab.laboratory import Laboratory, laboratory
from labapp.remedy import https
from labapp.site.own import Own
from tests.conftest import held, more_than
from tests.interrupting import interrupt_at, lines
from tests.relaying import only_linux
from tests.waiting import PATIENCE, until

SENTENCE = "Rex sleeps at noon"
EACH = 7  # one line in so many: an opening takes long, and backends differ in a few lines


def press() -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def no_function_runs() -> bool:
    """Return whether every thread with a learner's function is gone."""
    return all("learner" not in thread.name for thread in threading.enumerate())


@contextmanager
def pressed(ready: threading.Event) -> Iterator[None]:
    """Press Ctrl-C once *ready* is set, until the block ends.

    Python loses sight of a press in the very instant in which it begins to wait (see
    `labapp.interrupt.heard`): here, too, whoever sees nothing happen presses again.
    """
    over, one_at_a_time = threading.Event(), threading.Lock()

    def press_until_over() -> None:
        ready.wait(PATIENCE)
        while ready.is_set() and not over.is_set():
            with one_at_a_time:  # never after the block, where it would end the test
                if not over.is_set():
                    os.kill(os.getpid(), signal.SIGINT)
            over.wait(1)

    thread = threading.Thread(target=press_until_over)
    thread.start()
    try:
        yield
    finally:
        with one_at_a_time:
            over.set()
        thread.join()


# The handler -----------------------------------------------------------------------


def test_an_interrupt_waits_for_the_end() -> None:
    """What stands in the block is done whole."""
    done = []

    @deferred()
    def work() -> None:
        press()
        done.append("the line after")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the line after"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("early", [True, False])
def test_it_is_heard_where_work_waits(early: bool) -> None:
    """At once, be it pressed before or meanwhile; a second one waits again."""
    done = []

    @deferred()
    def work() -> None:
        try:
            if early:
                press()
            with heard():
                press()
                done.append("not reached")
        finally:
            press()
            done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["cleaned up"]


def test_a_deferral_within_another_is_part_of_it() -> None:
    """Its end is not the end of the other."""
    done = []

    @deferred()
    def work() -> None:
        with deferred():
            press()
        done.append("still deferred")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done


def test_where_nothing_is_pressed_nothing_happens() -> None:
    """The handler is the one from before."""
    with deferred(), heard():
        pass
    with heard():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_somebody_else_is_called_later() -> None:
    """A program that uses the lab may have one that raises nothing."""
    called = []
    before = signal.signal(signal.SIGINT, lambda number, frame: called.append(number))
    try:
        with deferred():
            press()
            assert not called
        assert called == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_ignored_interrupt_stays_ignored() -> None:
    """So it is in a kernel between two cells."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred(), heard():
            press()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_defers_nothing() -> None:
    """Python tells the main thread only."""
    seen = []

    def run() -> None:
        with deferred(), heard():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


# The import ------------------------------------------------------------------------

IMPORT = """
import contextlib, signal, sys
import labapp
if len(sys.argv) > 1:
    labapp.deferred = contextlib.nullcontext

def press(frame, event, argument):
    if "django" in frame.f_code.co_filename:
        sys.settrace(None)
        signal.raise_signal(signal.SIGINT)

sys.settrace(press)
try:
    labapp.visit
except KeyboardInterrupt:
    print("labapp.lab" in sys.modules)
"""


@pytest.mark.parametrize(("undeferred", "whole"), [([], "True"), (["undeferred"], "False")])
def test_what_is_imported_when_it_is_first_used_is_imported_whole(
    undeferred: list[str], whole: str
) -> None:
    """Half of it may keep the locks of modules, for which other threads wait for ever."""
    command = [sys.executable, "-c", IMPORT, *undeferred]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ran.stdout.strip(), ran.stderr) == (whole, "")


# The lab ---------------------------------------------------------------------------


@pytest.fixture
def lab(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laboratory]:
    """A lab whose Django and backend have been used once."""
    monkeypatch.setenv("LABAPP_CAPTURE", request.param)
    with Laboratory() as opened:
        opened.visit(SENTENCE, https)
        yield opened


def spoiled(lab: Laboratory, each: int = 1, module: str = "") -> Iterator[str]:
    """Interrupt a visit at *each* of its lines (in *module*), and yield what that has left."""

    def visit() -> None:
        lab.visit(SENTENCE, https)

    before = held()
    pressed = 0
    for line in [one for one in lines(visit) if module in one[0]][::each]:
        try:
            kept = interrupt_at(line, visit)
        except Exception as error:
            yield f"{line}: {error!r}"
            continue
        pressed += kept is not None
        if not until(lambda: not more_than(before)):
            yield f"{line} left {more_than(before)}"
    assert pressed > 100


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("lab", "each"),
    [
        ("relay", 1),
        pytest.param("errqueue", EACH, marks=only_linux),
        pytest.param("namespace", EACH, marks=pytest.mark.root),
        pytest.param("live", EACH, marks=pytest.mark.root),
    ],
    indirect=["lab"],
)
def test_a_visit_may_be_interrupted_at_every_line(
    no_leaks: None, lab: Laboratory, each: int
) -> None:
    """Nothing is left each time, and the next visit is as if nothing had been."""
    before = lab.visit(SENTENCE, https)
    assert next(spoiled(lab, each), None) is None
    after = lab.visit(SENTENCE, https)
    assert after.works
    assert (after.seen, after.capture.problems) == (before.seen, before.capture.problems)


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # there is one, yes
@pytest.mark.parametrize("lab", ["relay"], indirect=True)
def test_undeferred_an_interrupt_spoils_the_lab(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: this is what the tests above would have seen."""
    monkeypatch.setattr("labapp.lab.turn.deferred", nullcontext)
    assert re.search(r"left .*'files': .*socket", next(spoiled(lab, module="transport")))
    assert "A recording runs already" in next(spoiled(lab, module="backends"))
    gc.collect()  # what was left is gone before anybody else looks


@pytest.mark.timeout(400)
def test_the_opening_of_a_lab_may_be_interrupted(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is open all the same, or it is not there at all."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")

    def opened() -> None:
        fresh = cache(lab_module._laboratory_of.__wrapped__)
        monkeypatch.setattr(lab_module, "_laboratory_of", fresh)
        laboratory()

    def close() -> None:
        if lab_module._laboratory_of.cache_info().currsize:
            laboratory().close()

    found = lines(opened)
    close()
    before, pressed = held(), 0
    for line in found[::EACH]:
        kept = interrupt_at(line, opened)
        pressed += kept is not None
        close()
        assert until(lambda: not more_than(before)), (line, more_than(before))
    assert pressed > 50
    opened()
    assert laboratory().visit(SENTENCE, https).works
    close()


@pytest.mark.parametrize("lab", ["relay"], indirect=True)
def test_a_view_that_sleeps_is_not_waited_for(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is heard while its answer is waited for."""
    monkeypatch.setattr(lab_module, "PATIENCE", 2 * PATIENCE)
    asleep, wake, awake = threading.Event(), threading.Event(), list[str]()

    def view(request: HttpRequest) -> HttpResponse:
        asleep.set()
        wake.wait(PATIENCE)
        awake.append("it woke")
        return HttpResponse()

    with pytest.raises(KeyboardInterrupt), pressed(asleep):
        lab.visit(SENTENCE, own=Own(view))
    assert not awake
    wake.set()
    assert lab.visit(SENTENCE).works


def test_a_function_that_sleeps_is_not_waited_for(no_leaks: None) -> None:
    """Ctrl-C is heard while it sleeps."""
    asleep, wake, awake = threading.Event(), threading.Event(), list[str]()

    def sleep() -> None:
        asleep.set()
        wake.wait(PATIENCE)
        awake.append("it woke")

    with pytest.raises(KeyboardInterrupt), pressed(asleep):
        call(sleep, patience=2 * PATIENCE)
    assert not awake
    wake.set()
    assert until(no_function_runs)


def test_an_interrupt_ends_a_function_of_the_learners(no_leaks: None) -> None:
    """It would go on, in a thread of its own, until the kernel ends."""
    running = threading.Event()

    def endless() -> None:
        running.set()
        while True:
            pass

    with pytest.raises(KeyboardInterrupt), pressed(running):
        call(endless, patience=PATIENCE)
    assert until(no_function_runs)
