"""Lines of what was found, as text and as HTML."""

from __future__ import annotations

from labapp.observers import Sighting
from labapp.show.line import (
    BROKEN,
    CLOSED,
    OPEN,
    UNKNOWN,
    WORKS,
    Line,
    lines_card,
    lines_html,
    lines_text,
    shown,
)

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


DONE = [Line(CLOSED, f"done {n}", "") for n in range(7)] + [Line(WORKS, "feature", "")]
LEFT = [Line(OPEN, "log", "byte 7")]
WAITING = [Line(UNKNOWN, "cache", "nobody can say", waits=True)]


def test_few_lines_are_one_table_in_their_order() -> None:
    """Whatever there is to do."""
    few = [DONE[0], *WAITING, *LEFT]
    assert lines_text(few) == [line.text for line in few]
    assert "<details" not in lines_html(few)
    assert lines_text([]) == []


def test_of_many_lines_what_is_left_comes_first_and_the_rest_is_folded() -> None:
    """The text has all of them, with captions that count."""
    assert lines_text([*DONE, *WAITING, *LEFT]) == [
        LEFT[0].text,
        "-- for later, when the lines above work: 1 unknown",
        WAITING[0].text,
        "-- nothing to do here: 7 closed, 1 works",
        *(line.text for line in DONE),
    ]
    html = lines_html([*DONE, *WAITING, *LEFT])
    assert html.count("<details ") == html.count("<summary ") == 2
    assert html.index("byte 7") < html.index("<details") < html.index("nobody can say")
    assert html.index("nobody can say") < html.index("done 0")
    assert " open>" not in html


def test_where_nothing_is_left_nothing_is_folded() -> None:
    """There is nothing to look at before it."""
    assert " open>" in lines_html([*DONE, DONE[0]])


def test_a_place_alone_has_the_room_of_its_detail() -> None:
    """Its words are not broken while there is nothing beside them."""
    alone, beside = Line(WORKS, "log in", ""), Line(OPEN, "log", "x")
    assert [html.count("colspan") for html in (lines_html([alone]), lines_html([beside]))] == [
        1,
        0,
    ]
