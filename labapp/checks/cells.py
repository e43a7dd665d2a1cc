"""Cells: what Django's decorators say of a class in a cell, without the long traceback.

A decorator speaks when the class is made, so before any `check` can answer.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import django

_DJANGO = Path(django.__file__).parent
_DECORATORS = (str(_DJANGO / "utils" / "decorators.py"), str(_DJANGO / "views" / "decorators"))
_KINDS = (ValueError, TypeError)  # what these decorators raise


def explain_decorators() -> None:
    """Let the cells of this kernel say in two lines what a decorator of Django refused.

    Every other exception is shown as always. Does nothing outside of an IPython
    kernel, and where somebody else has a handler of their own.
    """
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and hasattr(shell, "kernel") and not shell.custom_exceptions:
        shell.set_custom_exc(_KINDS, _show)


def _show(
    shell: Any,
    kind: type[BaseException],
    error: Any,
    calls: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    if line := _decorated(calls, shell.user_ns):
        # IPython asks an exception for this before it shows a traceback
        # ("Custom exception rendering" in its integrating guide).
        error._render_traceback_ = lambda: [
            f"{kind.__name__}: {error}",
            (
                f"A decorator said so, in line {line} of this cell, before any visit. See "
                "'Decorating class-based views' in Django's documentation."
            ),
        ]
    shell.showtraceback((kind, error, calls), tb_offset=tb_offset, running_compiled_code=True)


def _decorated(calls: TracebackType | None, names: dict[str, Any]) -> int:
    """Return the line of a cell in which a decorator of Django raised, 0 if none did.

    *names* are the global names that all cells share. Nothing but the cell and the
    decorator may have had a part in it.
    """
    frames = list(traceback.walk_tb(calls))
    mine = [at for at, (frame, _) in enumerate(frames) if frame.f_globals is names]
    if not mine:
        return 0
    inner = frames[mine[-1] + 1 :]
    theirs = all(frame.f_code.co_filename.startswith(_DECORATORS) for frame, _ in inner)
    return frames[mine[-1]][1] if inner and theirs else 0
