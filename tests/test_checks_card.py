"""The white card: what it is made of, and that nothing of it stays open."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from ipywidgets import HTML, Button, Dropdown, VBox, Widget

from labapp.checks import card as module
from labapp.checks.card import STYLE, card, close, html, mimebundle


def open_widgets() -> set[str]:
    """Return the ids of all widgets that the front end knows."""
    return set(Widget.get_manager_state()["state"])


@pytest.fixture(autouse=True)
def nothing_open() -> Iterator[None]:
    """Close all cards afterwards."""
    yield
    for shown in list(module._open.values()):
        close(shown)
    module._open.clear()


def test_a_card_has_its_colours_and_then_its_parts() -> None:
    """One below the other, in an element that the style sheet is about."""
    first, second = html("<p>one</p>"), html("two")
    box = card("a", first, second)

    assert isinstance(box, VBox)
    assert [one.value for one in box.children] == [STYLE, "<p>one</p>", "two"]
    assert box._dom_classes == ("labapp-card",)
    assert ".labapp-card {" in STYLE
    assert isinstance(first, HTML)


def test_a_card_closes_the_one_before_it() -> None:
    """The one of the same name, and no other."""
    before = open_widgets()
    other = card("b")
    kept = open_widgets()
    card("a", Dropdown(options=["one"]), Button())
    shown = open_widgets() - kept
    card("a")

    assert kept - before
    assert len(shown) > 3
    assert not shown & open_widgets()
    assert kept < open_widgets()
    assert module._open["b"] is other


def test_to_close_a_widget_closes_its_parts() -> None:
    """Each layout and style has a comm of its own."""
    before = open_widgets()
    box = VBox([Button(description="go"), VBox([Dropdown(options=["one"])])])
    assert len(open_widgets() - before) > 5  # the control
    close(box)

    assert open_widgets() == before


class Shown:
    """What a front end shows of a form."""

    def _repr_mimebundle_(self) -> dict[str, Any]:
        return {"application/form": "form", "text/plain": "not for readers"}


def test_a_bundle_has_text_html_and_form() -> None:
    """The form's own text does not take the place of what can be read."""
    assert mimebundle("text", "<p>html", Shown) == {
        "application/form": "form",
        "text/plain": "text",
        "text/html": "<p>html",
    }


def test_a_bundle_without_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ipywidgets is missing, text and HTML are enough."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)

    assert mimebundle("text", "<p>html", lambda: html("x")) == {
        "text/plain": "text",
        "text/html": "<p>html",
    }
