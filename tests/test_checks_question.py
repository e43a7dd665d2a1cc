"""Questions with choices, and what is said to one who chose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labapp.checks.question import Choice, Question, Questions, Reply
from labapp.remedy import csrf, post

CHOICE = Choice("in the body", "The body has it.", lambda: "unused", right=True)
REPLY = Reply(CHOICE, "b", "[POST] request body\n[POST] byte 17")


def test_a_reply_in_words() -> None:
    """Yes, or a look at the evidence; nobody is told that they were wrong."""
    other = replace(REPLY, choice=replace(CHOICE, right=False))

    assert REPLY.text == "b) Yes. The body has it."
    assert other.text == "b) Look at the evidence. The body has it."


def test_a_reply_as_text() -> None:
    """The evidence stands below, line by line, set in."""
    assert repr(REPLY) == (
        "b) Yes. The body has it.\n   [POST] request body\n   [POST] byte 17"
    )


@pytest.mark.parametrize(("right", "side"), [(True, "#222"), (False, "#b0b0b0")])
def test_a_reply_as_html(right: bool, side: str) -> None:
    """A dark edge says yes; words and evidence are escaped."""
    choice = replace(CHOICE, said="<b>", right=right)
    shown = replace(REPLY, choice=choice, evidence="<i>")._repr_html_()

    assert f"border-left:4px solid {side};" in shown
    assert ">b) " in shown
    assert "&lt;b&gt;</p>" in shown
    assert ">&lt;i&gt;</pre>" in shown


def test_letters_and_names() -> None:
    """Choices have letters in their order; visits are named by what they had applied."""
    question = Question("where?", (CHOICE, replace(CHOICE, text="nowhere")))
    asked = Questions("before, after", ((), (post, csrf)), (question,))

    assert [(key, one.text) for key, one in question.lettered.items()] == [
        ("a", "in the body"),
        ("b", "nowhere"),
    ]
    assert asked.wanted == "before, after: visits with nothing; POST, CSRF check"
