"""A verdict reads well as text and as HTML, and escapes what it shows."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from labapp.checks.verdict import (
    AGREES,
    ALARM,
    CLOSED,
    HOLDS,
    MISSES,
    MISSING,
    OPEN,
    SPARE,
    UNKNOWN,
    Line,
    Verdict,
)

VERDICT = Verdict(
    "keep it",
    passed=False,
    summary="The form still works.",
    lines=(Line(CLOSED, "access log", "(control)"), Line(OPEN, "cookies", "<b>Rex</b>" * 20)),
    think="who decodes it?",
    hints=("Look there.",),
    note="Kept in memory.",
)


def test_text() -> None:
    """Heading, a line for each place cut to one row, the question, the hints, the way on."""
    assert repr(VERDICT).splitlines() == [
        "Not yet. The form still works.",
        "closed   access log                 (control)",
        f"OPEN     cookies                    {('<b>Rex</b>' * 20)[:88]}...",
        "Think:   who decodes it?",
        "Hint:    Look there.",
        'More:    hint("keep it")',
        "Kept in memory.",
    ]


def test_after_the_last_hint_there_is_no_more() -> None:
    """The card does not send anybody for a hint that does not exist."""
    last = replace(VERDICT, more=False)
    assert "More:" not in repr(last)
    assert "More:" not in last._repr_html_()


def test_html_is_escaped() -> None:
    """Nothing a learner's view sent becomes markup."""
    html = VERDICT._repr_html_()
    assert "&lt;b&gt;Rex&lt;/b&gt;" in html
    assert "<b>Rex" not in html


def test_html_says_the_same() -> None:
    """Heading, lines, question, hints, the way on and the note, each in its place."""
    shown = replace(VERDICT, summary="It works.\nIs <it>?", lines=VERDICT.lines[:1])
    words = re.sub(r"(<[^>]*>)+", "|", shown._repr_html_()).strip("|").split("|")

    assert words == [
        "Not yet. It works.",
        "Is &lt;it&gt;?",
        *("closed", "access log", "(control)"),
        *("Think:", " who decodes it?"),
        *("Hint:", " Look there."),
        *("More:", " hint(&quot;keep it&quot;)"),
        "Kept in memory.",
    ]
    assert "It works.<br>Is" in shown._repr_html_()
    without = replace(shown, note="")._repr_html_()
    assert shown._repr_html_().startswith(without.removesuffix("</div>"))
    assert len(re.findall("<p ", without)) == 4


@pytest.mark.parametrize(
    ("passed", "summary", "heading"),
    [(True, "", "Done."), (False, "", "Not yet."), (True, "So it is.", "Done. So it is.")],
)
def test_a_heading(passed: bool, summary: str, heading: str) -> None:
    """How the answer did, and the summary if there is one."""
    assert Verdict("keep it", passed, summary).heading == heading


def test_a_pass_says_so_and_asks_nothing() -> None:
    """It is true, begins with Done, and has no hint."""
    passed = Verdict("keep it", passed=True, summary="The form still works.")
    assert passed
    assert repr(passed) == "Done. The form still works."
    assert not VERDICT


def test_only_what_is_closed_agrees_or_holds_is_good() -> None:
    """Unknown is not good enough."""
    states = (CLOSED, OPEN, UNKNOWN, MISSING, AGREES, MISSES, ALARM, HOLDS, SPARE)
    good = [state for state in states if Line(state, "", "").good]
    assert good == [CLOSED, AGREES, HOLDS]
