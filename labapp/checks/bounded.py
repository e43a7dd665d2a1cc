"""A learner's function, called so that the kernel outlives it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

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
    work, outcome = Interruptible(), dict[str, Any]()

    def run() -> None:
        try:
            with work:
                outcome["value"] = function(*arguments)
        except GivenUp:
            pass
        except BaseException as error:
            outcome["error"] = error

    thread = Thread(target=run, name="labapp learner's function", daemon=True)
    thread.start()
    thread.join(patience)
    if thread.is_alive():
        work.interrupt()
        thread.join(patience)
        raise Endless
    if error := outcome.get("error"):
        raise error if isinstance(error, Exception) else Raised from error
    return outcome.get("value")
