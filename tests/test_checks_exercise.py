"""An exercise shows what is asked, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import Verdict
from labapp.show.card import MONO


@dataclass(frozen=True, repr=False)
class Choice(Exercise):
    """One with something to choose from."""

    from_: str = ""

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Pass in any case."""
        return Verdict(self.name, passed=True, summary="")

    @property
    def material(self) -> str:
        """Given."""
        return self.from_


def exercise(material: str) -> Choice:
    return Choice("a < b", "02", "Choose & say.", ("a", "b", "c"), material)


@pytest.mark.parametrize(
    ("material", "text"),
    [("", "a < b: Choose & say."), ("1. <p>", "a < b: Choose & say.\n1. <p>")],
)
def test_as_text_it_is_its_task_and_its_material(material: str, text: str) -> None:
    """In lines of their own."""
    assert repr(exercise(material)) == text


def test_as_html_everything_is_escaped() -> None:
    """The material in a block of its own."""
    shown = exercise("1. <p>")._repr_html_()
    assert "<strong>a &lt; b</strong>: Choose &amp; say.</p>" in shown
    assert f'{MONO};white-space:pre-wrap">1. &lt;p&gt;</pre></div>' in shown


def test_without_material_there_is_no_block() -> None:
    """The sentence alone."""
    assert exercise("")._repr_html_().endswith("Choose &amp; say.</p></div>")
