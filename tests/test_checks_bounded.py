"""A learner's function ends, whatever it does."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from labapp.checks import bounded


def endless() -> None:
    """Never return."""
    while True:
        pass


def test_a_result_comes_back() -> None:
    """With its arguments, and None is a result like any other."""
    assert bounded.call(divmod, 7, 3) == (2, 1)
    assert bounded.call(lambda: None) is None


def test_an_exception_comes_back() -> None:
    """As it was raised, with the lines of the function."""
    with pytest.raises(ZeroDivisionError) as raised:
        bounded.call(lambda: 1 / 0)
    assert str(raised.traceback[-1].path) == __file__


@pytest.mark.parametrize("error", [SystemExit("bye"), KeyboardInterrupt(), GeneratorExit()])
def test_what_would_end_the_caller_comes_back_as_raised(error: BaseException) -> None:
    """A notebook's cell reports it like any other; its cause is what the function raised."""

    def leave() -> None:
        raise error

    with pytest.raises(bounded.Raised) as raised:
        bounded.call(leave)
    assert raised.value.__cause__ is error


def test_an_endless_loop_is_ended(no_leaks: None) -> None:
    """It raises `Endless`, and its thread is gone."""
    with pytest.raises(bounded.Endless):
        bounded.call(endless, patience=0.05)
    assert not [t for t in threading.enumerate() if "learner" in t.name]


def test_its_thread_is_named_and_keeps_nobody() -> None:
    """A stack that shows it says whose it is; a kernel that ends does not wait for it."""
    thread = bounded.call(threading.current_thread)
    assert (thread.name, thread.daemon) == ("labapp learner's function", True)


def test_who_cannot_be_interrupted_is_left_behind() -> None:
    """After twice the patience the caller goes on, whatever the function holds on to."""
    free = threading.Event()

    def stubborn() -> None:
        while not free.is_set():
            with suppress(BaseException):
                free.wait(0.01)

    done: list[object] = []

    def caller() -> None:
        with pytest.raises(bounded.Endless):
            bounded.call(stubborn, patience=0.05)
        done.append(True)

    beside = threading.Thread(target=caller)
    beside.start()
    beside.join(30)
    free.set()
    beside.join()
    assert done
