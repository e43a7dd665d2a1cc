"""A prediction beside the measurement: what it says, and how it looks."""

from __future__ import annotations

import re

import pytest

from labapp.checks.comparison import DIFFERENT, UNKNOWN, Comparison, Line

YES = Line("log", "yes", True, "yes")
GUESSED = Line("log", "yes", False, "yes")
SURPRISE = Line("log", "yes", True, "no")
OTHER = Line("history", "no", True, "yes")
DIFFERENCE = Line("listener", "yes", False, "no")
LEFT_OPEN = Line("cache", "", False, "no")
NOT_SURE = Line("jar", "not sure", False, "yes")
NOBODY_KNOWS = Line("wire", "yes", True, UNKNOWN)


@pytest.mark.parametrize(
    ("line", "differs", "said", "agreement"),
    [
        (YES, False, "yes, sure", "as you said"),
        (GUESSED, False, "yes, a guess", "as you said"),
        (SURPRISE, True, "yes, sure", "a surprise"),
        (DIFFERENCE, True, "yes, a guess", "different"),
        (LEFT_OPEN, False, "you left this open", ""),
        (NOT_SURE, False, "not sure", ""),
        (NOBODY_KNOWS, False, "yes, sure", ""),
    ],
)
def test_a_line_says_how_the_two_agree(
    line: Line, differs: bool, said: str, agreement: str
) -> None:
    """Only what was said, and known, can differ."""
    assert line.differs is differs
    assert line.cells == (line.label, said, line.measured, agreement)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            (YES, SURPRISE, DIFFERENCE, OTHER),
            (
                "You were sure about \u201clog\u201d, \u201chistory\u201d, and something else was "
                "measured. Such a surprise teaches most: look for the reason in the evidence."
            ),
        ),
        (
            (YES, NOT_SURE, DIFFERENCE, NOBODY_KNOWS, LEFT_OPEN),
            "What is outlined differs from your guess. Now you have measured it.",
        ),
        (
            (LEFT_OPEN, LEFT_OPEN),
            "You predicted nothing here. You can still do it, and run this cell again.",
        ),
        (
            (YES, NOT_SURE, NOBODY_KNOWS),
            "Unknown is an honest answer: nobody could look properly.",
        ),
        ((YES, NOT_SURE), "You were not sure, and said so. Now it is measured."),
        ((YES, LEFT_OPEN), "It is as you said. Now you have evidence for it."),
        (
            (YES, Line("wire", "", False, UNKNOWN)),
            "It is as you said. Now you have evidence for it.",
        ),
    ],
)
def test_one_remark_about_all_lines(lines: tuple[Line, ...], expected: str) -> None:
    """The first that applies: a surprise, a difference, nothing said, unknown, not sure."""
    assert Comparison("after POST", "Who?", lines).remark == expected


SHOWN = Comparison("after <POST>", "Who & where?", (SURPRISE, LEFT_OPEN, NOT_SURE))


def test_text() -> None:
    """Columns as wide as their widest cell, two spaces between them."""
    assert repr(SHOWN).splitlines() == [
        "Your prediction beside the measurement: after <POST>",
        "Who & where?  You said            Measured  Compared",
        "log           yes, sure           no        a surprise",
        "cache         you left this open  no",
        "jar           not sure            yes",
        SHOWN.remark,
    ]


def test_html_says_the_same() -> None:
    """Caption, heads, cells and remark in this order, escaped; without its tags it is text."""
    words = re.sub(r"(<[^>]*>)+", "|", SHOWN._repr_html_()).strip("|").split("|")

    assert words == [
        "Your prediction beside the measurement: after &lt;POST&gt;",
        *("Who &amp; where?", "You said", "Measured", "Compared"),
        *("log", "yes, sure", "no", "a surprise"),
        *("cache", "you left this open", "no"),
        *("jar", "not sure", "yes"),
        SHOWN.remark,
    ]


def test_what_differs_is_outlined() -> None:
    """The measured cell, and no other; its head and its neighbours stay as they are."""
    cells = re.findall(r'<t[dh][^>]*style="([^"]*)"[^>]*>([^<]*)', SHOWN._repr_html_())
    plain = cells[0][0]

    assert [text for style, text in cells if DIFFERENT in style] == ["no"]
    assert cells.index((plain + DIFFERENT, "no")) == 6
    assert {style.removeprefix(plain) for style, _ in cells} == {
        "",
        DIFFERENT,
        ";font-weight:normal",
    }
