"""Lines of what was found, as text and as HTML."""

from __future__ import annotations

from labapp.observers import Sighting
from labapp.show.line import BROKEN, CLOSED, OPEN, WORKS, Line, lines_card, lines_html, shown

SEEN = Sighting(
    "submit", "access log", 7, "plain", b"a very long time ago ", b"<Rex>", b"\nend"
)


def test_what_needs_no_work_is_good() -> None:
    """Closed and works are good, open and broken are not."""
    states = (CLOSED, WORKS, OPEN, BROKEN)
    assert [Line(state, "log", "").good for state in states] == [True, True, False, False]


def test_a_long_detail_is_cut_in_the_text() -> None:
    """A line of text stays a line, in columns."""
    assert Line(OPEN, "log", "x").text == f"OPEN     log{' ' * 24}x"
    assert Line(OPEN, "log", "x" * 99).text.endswith("x" * 88 + "...")


def test_a_sighting_is_shown_in_one_line() -> None:
    """Where, at which byte, and the signs around it; nothing for none."""
    assert shown([SEEN]) == "access log, byte 7: ng time ago <Rex> end"
    assert shown([]) == ""


def test_everything_is_escaped() -> None:
    """State, place, detail, heading and the last line are text, whatever is in them."""
    lines = [Line("<1>", "<2>", "<3>")]
    html = lines_card("<4>", lines, "<5>")
    assert [f"&lt;{n}&gt;" in html and f"<{n}>" not in html for n in range(1, 6)] == [True] * 5
    assert lines_html([]) == ""
