"""What the site's own code prints and logs while it answers, kept as data."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from threading import Lock, get_ident
from typing import Any, TextIO, cast

from labapp.evidence import LogLine

# Follows a request into the thread that runs an async view, as no thread-local would.
_host: ContextVar[str] = ContextVar("labapp_host", default="")


@contextmanager
def speaking_for(host: str) -> Iterator[None]:
    """Count what this context prints and logs as the words of *host*."""
    token = _host.set(host)
    try:
        yield
    finally:
        _host.reset(token)


class Output:
    """Keeps what is said for a host, on standard output or error or by logging.

    Only while `listening()`; what anybody else prints goes its usual way.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._lines: list[LogLine] = []
        self._begun: dict[tuple[int, str], str] = {}  # by thread and host

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Stand between the site's code and this process's output for the block."""
        handler, django = _Handler(self), logging.getLogger("django")
        root = logging.getLogger()
        level = root.level
        with ExitStack() as stack:
            stack.enter_context(redirect_stdout(cast("TextIO", _Tee(self, sys.stdout))))
            stack.enter_context(redirect_stderr(cast("TextIO", _Tee(self, sys.stderr))))
            stack.callback(root.setLevel, level)
            # Django's own logger passes nothing on to the root.
            for logger in (root, django):
                stack.callback(logger.removeHandler, handler)
                logger.addHandler(handler)
            # A project that logs sets a level like this one: Django's default, WARNING,
            # would hide what a view says to logger.info().
            root.setLevel(min(level, logging.INFO) or logging.INFO)
            yield

    def keep(self, text: str) -> bool:
        """Keep *text* if it is said for a host; False if it is somebody else's."""
        if not (host := _host.get()):
            return False
        with self._lock:
            # print() writes piece by piece; a line is told by its end.
            speaker = get_ident(), host
            *lines, rest = (self._begun.pop(speaker, "") + text).split("\n")
            self._lines += [LogLine(host, line) for line in lines if line.strip()]
            if rest:
                self._begun[speaker] = rest
        return True

    def take(self) -> tuple[LogLine, ...]:
        """Return what was said since the last call, oldest first."""
        with self._lock:
            lines = (
                *self._lines,
                *(LogLine(host, rest) for (_, host), rest in self._begun.items()),
            )
            self._lines.clear()
            self._begun.clear()
        return lines


class _Tee:
    """A stream that keeps the site's words and passes on everything else."""

    def __init__(self, output: Output, stream: Any) -> None:
        self._output, self._stream = output, stream

    def write(self, text: str | bytes) -> int:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        if self._output.keep(said):
            return len(text)
        return int(self._stream.write(text))

    def writelines(self, texts: Iterable[str | bytes]) -> None:
        for text in texts:
            self.write(text)

    @property
    def buffer(self) -> _Tee:
        """The bytes below, watched as well."""
        return _Tee(self._output, self._stream.buffer)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Handler(logging.Handler):
    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._output.keep(f"{record.levelname} {record.name}: {record.getMessage()}\n")
        except Exception:
            self.handleError(record)
