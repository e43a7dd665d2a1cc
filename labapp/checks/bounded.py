"""A learner's function, called so that the kernel outlives it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from labapp.interrupt import deferred, heard
from labapp.server.interruption import GivenUp, Interruptible

PATIENCE = 3.0  # seconds a learner's function may take


class Endless(Exception):
    """The function did not return in time."""


class Raised(Exception):
    """The function raised what is no `Exception`: it is the cause of this one."""


def call(function: Callable[..., Any], *arguments: Any, patience: float = PATIENCE) -> Any:
    """Return what *function* returns; it runs in a thread of its own.

    Raises `Endless` after *patience* seconds, and what the function raises. `SystemExit`
    and the like, which would end the caller, too, are raised as `Raised`.
    """
    work, over, outcome = Interruptible(), Event(), dict[str, Any]()

    def run() -> None:
        try:
            with work:
                if not over.is_set():
                    outcome["value"] = function(*arguments)
        except GivenUp:
            pass
        except BaseException as error:
            outcome["error"] = error

    thread = Thread(target=run, name="labapp learner's function", daemon=True)
    with deferred():
        thread.start()
        try:
            with heard():
                thread.join(patience)
            endless = thread.is_alive()
        finally:  # an interrupt ends the function, too
            over.set()
            work.interrupt()
    if endless:
        thread.join(patience)
        raise Endless
    if error := outcome.get("error"):
        raise error if isinstance(error, Exception) else Raised from error
    return outcome.get("value")
