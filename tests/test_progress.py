"""The bar that shows how far a measurement is."""

from __future__ import annotations

import io
import sys

import pytest

from labapp.lab.progress import bar, progress


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        """Say that somebody is watching."""
        return True


@pytest.mark.parametrize(
    ("done", "total", "line"),
    [
        (0, 64, f"[{'.' * 32}]  0 of 64"),
        (16, 64, f"[{'#' * 8}{'.' * 24}] 16 of 64"),
        (64, 64, f"[{'#' * 32}] 64 of 64"),
        (0, 0, f"[{'#' * 32}] 0 of 0"),
    ],
)
def test_the_bar_is_as_long_as_what_is_done(done: int, total: int, line: str) -> None:
    """Half done is half a bar; nothing to do is all done."""
    assert bar(done, total) == line


def test_a_terminal_sees_it_move_and_go_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line is written over and over, and left empty."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress("abc")) == ["a", "b", "c"]
    written = terminal.getvalue().split("\r")
    assert [line[-6:] for line in written if "of" in line] == ["0 of 3", "1 of 3", "2 of 3"]
    assert written[-1] == ""
    assert written[-2].strip() == ""


def test_a_pipe_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A log is not filled with bars; the items come all the same."""
    assert list(progress([1, 2])) == [1, 2]
    assert capsys.readouterr() == ("", "")
