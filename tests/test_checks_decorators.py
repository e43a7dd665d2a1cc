"""Cells without a kernel: which frames belong to a decorator (test_checks_cells.py: real ones)."""

from __future__ import annotations

import sys
from types import SimpleNamespace, TracebackType
from typing import Any

import pytest

from labapp.checks import cells
from labapp.checks.cells import _decorated, _show, explain_decorators

IMPORTS = (
    "from django.utils.decorators import method_decorator\n"
    "from django.views import View\n"
    "from django.views.decorators.debug import sensitive_post_parameters\n"
)
REFUSED = (
    "x = 1\n@method_decorator(sensitive_post_parameters('a'))\nclass MyView(View):\n    pass"
)
OWN_DECORATOR = (
    "@method_decorator(lambda view: int('x'), name='dispatch')\nclass MyView(View):\n    pass"
)
NOT_CALLED = "\n@sensitive_post_parameters\ndef my_view(request):\n    pass"


def raised(*run: str) -> tuple[Exception, TracebackType | None, dict[str, Any]]:
    """Return what the last of these cells raised, its calls, and the names of all cells."""
    names: dict[str, Any] = {"__name__": "__main__"}
    *before, last = run
    exec(IMPORTS, names)
    for one in before:
        exec(one, names)
    try:
        exec(compile(last, "<cell>", "exec"), names)
    except Exception as error:
        return error, error.__traceback__, names
    raise AssertionError("nothing was raised")


class TestDecorated:
    """The line of a cell in which a decorator of Django raised."""

    @pytest.mark.parametrize(
        ("run", "line"),
        [
            ((REFUSED,), 2),
            ((NOT_CALLED,), 2),
            (("def deep():\n    " + REFUSED.replace("\n", "\n    "), "x = 1\n\ndeep()"), 3),
            (("int('seven')",), 0),
            (("raise ValueError('mine')",), 0),
            (("import json\njson.loads('{')",), 0),
            (("from django.utils.dateparse import parse_date\nparse_date('2026-13-99')",), 0),
            (
                (OWN_DECORATOR,),
                0,
            ),
        ],
        ids=[
            "of a class",
            "of a function",
            "in a function of another cell",
            "no call",
            "their own",
            "another library",
            "another part of Django",
            "a decorator of their own",
        ],
    )
    def test_line(self, run: tuple[str, ...], line: int) -> None:
        """Only the cell and the decorator may have had a part in it."""
        _, calls, names = raised(*run)

        assert _decorated(calls, names) == line

    def test_without_a_cell(self) -> None:
        """Calls of other names, and no calls at all."""
        _, calls, _ = raised(REFUSED)

        assert _decorated(calls, {}) == 0
        assert _decorated(None, {}) == 0


class Shell:
    """A kernel's shell, as far as it is asked; it keeps what it is told to show."""

    kernel = "there is one"

    def __init__(self, names: dict[str, Any] | None = None) -> None:
        self.user_ns = names or {}
        self.custom_exceptions: tuple[type[BaseException], ...] = ()
        self.handler: Any = None
        self.shown: list[tuple[object, object]] = []

    def set_custom_exc(self, kinds: tuple[type[BaseException], ...], handler: Any) -> None:
        """Keep who explains these."""
        self.custom_exceptions, self.handler = kinds, handler

    def showtraceback(self, told: object, **how: object) -> None:
        """Keep what is to be shown."""
        self.shown.append((told, how))


class TestShow:
    """What a cell shows."""

    def test_a_refusal_is_two_lines(self) -> None:
        """Django's sentence, and where in the cell it came from."""
        error, calls, names = raised(REFUSED)
        shell = Shell(names)
        _show(shell, type(error), error, calls, tb_offset=3)

        assert error._render_traceback_() == [  # type: ignore[attr-defined]
            f"ValueError: {error}",
            (
                "A decorator said so, in line 2 of this cell, before any visit. See "
                "'Decorating class-based views' in Django's documentation."
            ),
        ]
        how = {"tb_offset": 3, "running_compiled_code": True}
        assert shell.shown == [((ValueError, error, calls), how)]

    def test_everything_else_is_shown_as_always(self) -> None:
        """With its traceback, and without an offset if none is given."""
        error, calls, names = raised("int('seven')")
        shell = Shell(names)
        _show(shell, type(error), error, calls)

        assert not hasattr(error, "_render_traceback_")
        how = {"tb_offset": None, "running_compiled_code": True}
        assert shell.shown == [((ValueError, error, calls), how)]


class TestExplain:
    """Where the lab sets its handler."""

    @pytest.mark.parametrize("case", ["kernel", "theirs", "no kernel", "no shell"])
    def test_in_a_kernel_alone(self, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
        """And where nobody else has one."""
        shell: Any = Shell()
        if case == "theirs":
            shell.custom_exceptions = (KeyError,)
        if case == "no kernel":
            monkeypatch.delattr(Shell, "kernel")
        given = None if case == "no shell" else shell
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: given))
        explain_decorators()

        expected = cells._show if case == "kernel" else None
        assert shell.handler is expected
        if case == "kernel":
            assert shell.custom_exceptions == (ValueError, TypeError)

    def test_without_ipython(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing happens, and it is not loaded for this."""
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
        explain_decorators()

        assert "IPython" not in sys.modules
