"""The form of a prediction: lists, and what is said below them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ipywidgets import HTML, Dropdown

from labapp.checks import card
from labapp.checks.form import Field, form


@pytest.fixture(autouse=True)
def nothing_open() -> Iterator[None]:
    """Close all cards afterwards."""
    yield
    for shown in list(card._open.values()):
        card.close(shown)
    card._open.clear()


def test_each_row_has_a_list_and_one_line_answers_them_all() -> None:
    """First for nothing chosen yet, then for each choice; escaped."""
    asked: list[tuple[str, str]] = []

    def answer(word: str, chosen: str) -> str:
        asked.append((word, chosen))
        return f"<{word}: {chosen}>"

    fields = [Field("log", "the log", "yes"), Field("wire", "the wire", "")]
    heading, log, wire, status = form(
        "a", "<b>Who?</b>", fields, ["yes", "no"], answer
    ).children[1:]

    assert isinstance(heading, HTML)
    assert heading.value == "<b>Who?</b>"
    assert status.value == "&lt;: &gt;"
    assert isinstance(log, Dropdown)
    assert [(one.description, one.value) for one in (log, wire)] == [
        ("the log", "yes"),
        ("the wire", ""),
    ]
    assert log.options == (("choose ...", ""), ("yes", "yes"), ("no", "no"))

    wire.value = "no"
    assert status.value == "&lt;wire: no&gt;"
    log.value = ""
    assert status.value == "&lt;log: &gt;"
    assert asked == [("", ""), ("wire", "no"), ("log", "")]
