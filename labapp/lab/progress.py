"""How far a long measurement is: a bar in a terminal or a notebook, else nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

WIDTH = 32  # signs of a terminal's bar
Item = TypeVar("Item")


def progress(items: Sequence[Item]) -> Iterator[Item]:
    """Yield *items* one by one, showing how many of them are done.

    In a terminal the bar stands on stderr, in a notebook it is a widget; both go
    away at the end. Where neither is, in a pipe or a log, nothing is shown.
    """
    if _in_notebook():
        yield from _widget(items)
    elif sys.stderr.isatty():
        yield from _terminal(items)
    else:
        yield from items


def bar(done: int, total: int) -> str:
    """Return a line such as ``"[########........]  8 of 16"``."""
    filled = WIDTH * done // total if total else WIDTH
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done:>{len(str(total))}} of {total}"


def _terminal(items: Sequence[Item]) -> Iterator[Item]:
    try:
        for done, item in enumerate(items):
            sys.stderr.write(f"\r{bar(done, len(items))}")
            sys.stderr.flush()
            yield item
    finally:
        sys.stderr.write(f"\r{' ' * len(bar(0, len(items)))}\r")
        sys.stderr.flush()


def _widget(items: Sequence[Item]) -> Iterator[Item]:
    from IPython.display import display
    from ipywidgets import IntProgress

    shown = IntProgress(max=len(items), description=f"0 of {len(items)}")
    display(shown)
    try:
        for done, item in enumerate(items):
            shown.value, shown.description = done, f"{done} of {len(items)}"
            yield item
    finally:
        # close() leaves the parts, which have a connection each.
        for part in (shown, shown.layout, shown.style):
            part.close()


def _in_notebook() -> bool:
    # A kernel has IPython loaded already; whoever has not is no notebook.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
