"""The form of a prediction: one list to choose from per row, as widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from labapp.checks.card import card, html


@dataclass(frozen=True)
class Field:
    """One row of a form: its *word*, the *label* tied to its list, and the *value* chosen."""

    word: str
    label: str
    value: str


def form(
    name: str,
    heading: str,
    fields: Sequence[Field],
    options: Sequence[str],
    answer: Callable[[str, str], str],
) -> Any:
    """Return the widget: *heading* is HTML, *options* are what every list offers.

    *answer* is called with a row's word and what was chosen (``""`` for nothing);
    what it returns stands below the lists, and so does what it returns for
    ``("", "")``.
    """
    from ipywidgets import Dropdown

    status = html(escape(answer("", "")))

    def chosen(word: str) -> Callable[[Mapping[str, Any]], None]:
        def changed(change: Mapping[str, Any]) -> None:
            status.value = escape(answer(word, change["new"]))

        return changed

    lists = []
    for field in fields:
        choices = [("choose ...", ""), *((option, option) for option in options)]
        one = Dropdown(options=choices, value=field.value, description=field.label)
        one.observe(chosen(field.word), names="value")
        lists.append(one)
    return card(name, html(heading), *lists, status)
