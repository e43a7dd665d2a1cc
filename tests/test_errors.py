"""An error a learner can mend is one line, in a notebook too."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labapp.errors import LabError


def test_a_notebook_shows_the_line_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """IPython asks the exception how to render itself; another one shows its traceback."""
    shell = InteractiveShell()

    shell.run_cell("from labapp.errors import LabError\nraise LabError('Make it a sentence.')")
    ours = capsys.readouterr().out
    shell.run_cell("raise ValueError('no help')")
    other = capsys.readouterr().out

    assert "LabError: Make it a sentence." == ours.strip()
    assert "Traceback" in other


def test_it_is_an_exception_like_any_other() -> None:
    """Its text is what was said; who catches Exception catches it."""
    assert "Make it a sentence." == str(LabError("Make it a sentence."))
    assert issubclass(LabError, Exception)
