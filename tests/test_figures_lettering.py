"""Lettering: every sign can be drawn, every width is known before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labapp.figures.lettering import balance, cut, drawable, width, wrap


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("café + $5 Ω → ✓", "café + $5 Ω → ✓"),
        ("中文", "\\u4e2d\\u6587"),
        ("\N{DOG FACE}", "\\U0001f436"),
        ("ظ", "\\u0638"),
        ("a\u202eb", "a\\u202eb"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_cannot_be_drawn_is_escaped(text: str, drawn: str) -> None:
    """Signs without a glyph, and signs from right to left, which would be set wrongly."""
    assert drawable(text) == drawn


@given(st.text(max_size=60))
def test_escapes_can_be_drawn(text: str) -> None:
    """What was made drawable stays as it is."""
    assert drawable(drawable(text)) == drawable(text)


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=12), min_size=1, max_size=12))
def test_wrapping_loses_no_word(words: list[str]) -> None:
    """The lines together are the text, and only a single word may be too wide."""
    lines = wrap(" ".join(words), 1.2, 13)
    assert " ".join(lines).split() == words
    assert [line for line in lines if " " in line and width(line, 13) > 1.2] == []


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=12), min_size=1, max_size=12))
def test_balanced_lines_are_no_more(words: list[str]) -> None:
    """Balancing loses no word, adds no line, and makes no line wider than there is room."""
    text = " ".join(words)
    lines, wrapped = balance(text, 2, 13), wrap(text, 2, 13)
    assert " ".join(lines).split() == words
    assert len(lines) == len(wrapped)
    assert max(width(line, 13) for line in lines) <= max(width(line, 13) for line in wrapped)


def test_no_word_is_left_alone() -> None:
    """A last word takes others with it onto its line."""
    text = "A stripper reads every first visit until it runs out"
    assert [len(line.split()) for line in wrap(text, 4.1, 13)] == [9, 1]
    assert [len(line.split()) for line in balance(text, 4.1, 13)] == [5, 5]


@given(st.text("abc中 ", max_size=90), st.floats(0.5, 4))
def test_a_cut_text_fits(text: str, inches: float) -> None:
    """Whatever is too wide ends in three dots and fits; whatever fits is left whole."""
    found = cut(text, inches, 13)
    assert width(found, 13) <= inches
    assert found == drawable(text) or found.endswith("...")
