"""An interrupt (Ctrl-C) at one line of the lab's own code, and the lines there are."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import labapp

ROOT = str(Path(labapp.__file__).parent)
Line = tuple[str, int]  # of a file


def lines(act: Callable[[], object]) -> list[Line]:
    """Return each line of labapp that *act* goes through in this thread, in that order."""
    watch = _Watch()
    watch.run(act)
    return list(watch.lines)


def interrupt_at(line: Line, act: Callable[[], object]) -> KeyboardInterrupt | None:
    """Run *act*, press Ctrl-C where it first comes to *line*, and return what that raised.

    None if it does not come there. Whoever keeps the error keeps what its frames hold, as
    a notebook does.
    """
    watch = _Watch(line)
    try:
        watch.run(act)
    except KeyboardInterrupt as raised:
        if line not in watch.lines:
            raise
        return raised
    assert line not in watch.lines, f"nobody heard the interrupt at {line}"
    return None


class _Watch:
    def __init__(self, stop: Line | None = None) -> None:
        self.lines: dict[Line, None] = {}
        self._stop = stop

    def run(self, act: Callable[[], object]) -> None:
        before = sys.gettrace()  # coverage.py's, perhaps
        sys.settrace(self._enter)
        try:
            act()
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if frame.f_code.co_filename.startswith(ROOT) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        line = frame.f_code.co_filename, frame.f_lineno
        if event == "line" and line not in self.lines:
            self.lines[line] = None
            if line == self._stop:
                signal.raise_signal(signal.SIGINT)
        return self._line
