"""Cells: in a real kernel, two lines for a decorator's refusal and nothing else changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

IMPORTS = (
    "from django.utils.decorators import method_decorator\n"
    "from django.views import View\n"
    "from django.views.decorators.debug import sensitive_post_parameters\n"
)
REFUSED = {
    "without name=": (
        (
            "x = 1\n@method_decorator(sensitive_post_parameters('a'))\n"
            "class MyView(View):\n    pass"
        ),
        "ValueError: The keyword argument `name` must be the name of a method",
        "in line 2 of this cell",
    ),
    "name of no method": (
        (
            "@method_decorator(sensitive_post_parameters('a'), name='dispach')\n"
            "class MyView(View):\n    pass"
        ),
        "ValueError: The keyword argument `name` must be the name of a method",
        "in line 1 of this cell",
    ),
    "not called": (
        (
            "class MyView(View):\n"
            "    @method_decorator(sensitive_post_parameters)\n"
            "    def post(self, request):\n        pass"
        ),
        "TypeError: sensitive_post_parameters() must be called to use it as a decorator",
        "in line 2 of this cell",
    ),
    "not called, on a function": (
        "@sensitive_post_parameters\ndef my_view(request):\n    pass",
        "TypeError: sensitive_post_parameters() must be called to use it as a decorator",
        "in line 1 of this cell",
    ),
}
AS_ALWAYS = [
    "int('seven')",
    "raise ValueError('mine')",
    "import json\njson.loads('{')",
    "len(5)",
    "def f():\n    raise TypeError('deep')\nf()",
    "try:\n    int('x')\nexcept ValueError as error:\n    raise ValueError('again') from error",
    "1 / 0",
    "x = (",
    "await __import__('asyncio').sleep('x')",
    "from labapp import LabError\nraise LabError('one line')",
    # Django raises, but it is not a decorator that refuses the cell's own class:
    "from django.utils.dateparse import parse_date\nparse_date('2026-13-99')",
    (
        "@method_decorator(lambda view: view.nothing.more, name='dispatch')\n"
        "class MyView(View):\n    pass"
    ),
    "@method_decorator(lambda view: int('x'), name='dispatch')\nclass MyView(View):\n    pass",
]


@pytest.fixture(autouse=True)
def own_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this environment's kernel."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)


def shown(cells: list[str], folder: Path) -> list[tuple[str, str, list[str]]]:
    """Return what each cell of a fresh kernel showed: the error's name, text and lines."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", allow_errors=True, resources=resources
    ).execute()
    return [
        (output.ename, output.evalue, output.traceback)
        for cell in notebook.cells
        for output in cell.outputs
        if output.output_type == "error"
    ]


def test_a_refusal_of_a_decorator_is_two_lines(tmp_path: Path) -> None:
    """Django's own sentence, and where in the cell it came from; no traceback."""
    cells = [f"{IMPORTS}import labapp.checks", *(cell for cell, _, _ in REFUSED.values())]

    errors = shown(cells, tmp_path)

    assert len(errors) == len(REFUSED)
    for (_, sentence, where), (name, text, lines) in zip(REFUSED.values(), errors, strict=True):
        assert len(lines) == 2
        assert lines[0].startswith(sentence)
        assert lines[0] == f"{name}: {text}"
        assert where in lines[1]


def test_everything_else_is_shown_as_always(tmp_path: Path) -> None:
    """Byte for byte what a kernel without the lab's handler shows."""
    plain = shown([f"{IMPORTS}import labapp", *AS_ALWAYS], tmp_path)
    watched = shown([f"{IMPORTS}import labapp.checks", *AS_ALWAYS], tmp_path)

    assert len(plain) == len(AS_ALWAYS)
    assert plain == watched


def test_a_handler_that_was_there_stays(tmp_path: Path) -> None:
    """Whoever set one before keeps it."""
    theirs = (
        "def mine(shell, kind, error, calls, tb_offset=None):\n    return ['mine']\n"
        "get_ipython().set_custom_exc((ValueError,), mine)\n"
        "import labapp.checks\n"
        "assert get_ipython().custom_exceptions == (ValueError,)"
    )

    assert shown([theirs], tmp_path) == []


def test_outside_of_a_kernel_nothing_happens() -> None:
    """A plain Python loads no IPython for it."""
    code = "import sys, labapp.checks; print('IPython' in sys.modules)"

    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
