"""Exceptions that left a view, kept as data: Django itself only answers 500."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import django
from django.core.signals import got_request_exception
from django.http import HttpRequest

from labapp.evidence import Crash

# Whose lines are no help to whoever wrote the view: Django's, Python's, ours.
_OTHERS = (str(Path(django.__file__).parent.parent), str(Path(traceback.__file__).parent))
_OURS = str(Path(__file__).parent.parent)

_crashes: list[Crash] = []
_lock = Lock()


def watch() -> None:
    """Begin to keep crashes; again and again is safe."""
    got_request_exception.connect(keep, dispatch_uid="labapp.site.crashes")


def take_crashes() -> tuple[Crash, ...]:
    """Return the crashes since the last call, oldest first."""
    with _lock:
        taken = tuple(_crashes)
        _crashes.clear()
    return taken


def crash_of(error: BaseException, request: HttpRequest | None = None) -> Crash:
    """Return *error* as data, with only the lines of whoever wrote the view."""
    calls = traceback.extract_tb(error.__traceback__)
    own = [call for call in calls if not call.filename.startswith((*_OTHERS, _OURS))]
    return Crash(
        kind=type(error).__name__,
        message=str(error),
        lines=tuple(f"line {call.lineno}, in {call.name}: {call.line}" for call in own),
        starred=_starred(getattr(request, "sensitive_post_parameters", ())),
        view=_view(request),
    )


def _view(request: HttpRequest | None) -> str:
    """Return which view *request* was for, such as "in MyView.get, from line 3"."""
    match = getattr(request, "resolver_match", None)
    if request is None or match is None:
        return ""
    made_of = getattr(match.func, "view_class", None)
    called = getattr(made_of, (request.method or "").lower(), None) if made_of else match.func
    code = getattr(inspect.unwrap(called), "__code__", None) if called else None
    if called is None or code is None:
        return ""
    return f"in {called.__qualname__}, from line {code.co_firstlineno}"


def keep(request: HttpRequest | None = None, **signal: Any) -> None:
    """Keep the exception that is being handled."""
    if (error := sys.exception()) is not None:
        with _lock:
            _crashes.append(crash_of(error, request))


def _starred(parameters: str | Sequence[str]) -> tuple[str, ...]:
    # Django writes the text "__ALL__" where the decorator was given no name.
    return (parameters,) if isinstance(parameters, str) else tuple(parameters)
