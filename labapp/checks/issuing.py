"""Issuing: the receipt of a learner, made of what `progress.json` knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from labapp.checks import memory
from labapp.checks.asked import ASKED
from labapp.checks.receipts import (
    LONGEST_NAME,
    Done,
    Foreseen,
    Receipt,
    accept,
    chapters,
    exercises_of,
    foreseen,
    titles_of,
)
from labapp.errors import LabError
from labapp.show.card import CARD

NOBODY = "your name"  # as it stands in the notebooks


class Unnamed:
    """What `receipt` shows as long as nobody typed a name."""

    text = (
        "No receipt yet. If a teacher asks for one, write your name in place of "
        f'"{NOBODY}" and run this cell again. Alone, you need none.'
    )

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<div style="{CARD}">{escape(self.text)}</div>'


def receipt(chapter: str, name: str, /) -> Receipt | Unnamed:
    """Return the receipt of a *chapter* (``"02"``) for a learner called *name*.

    It says what ``progress.json`` knows: exercises passed and attempts, and
    predictions. Raises `LabError` for a chapter without exercises and for a name
    that is no line of text.
    """
    if chapter not in chapters():
        raise LabError(f"Chapter {chapter!r} has no receipt. Known: {', '.join(chapters())}.")
    try:
        typed = accept(name)
    except ValueError:
        raise LabError(
            f'Write your name in quotes, in at most {LONGEST_NAME} letters: receipt("02", "Mia").'
        ) from None
    if typed == NOBODY:
        return Unnamed()
    number, note = memory.recall("learner", "receipts").get("number", 0), ""
    if not 0 < number < 10**8:
        number = 10**7 + secrets.randbelow(9 * 10**7)  # `random` may have been seeded
        note = memory.remember("learner", "receipts", number=number)
    return of(memory.recall, chapter, typed, number, note)


def of(
    recall: Callable[[str, str], Mapping[str, Any]],
    chapter: str,
    name: str,
    number: int,
    note: str = "",
) -> Receipt:
    """Return the receipt of what *recall* knows, see `labapp.checks.memory.recall`."""
    tried = {}
    for exercise in exercises_of(chapter):
        known = recall("exercise", exercise)
        if known.get("attempts", 0) > 0:
            tried[exercise] = Done(
                min(known["attempts"], 9999),
                known.get("passed", False),
                min(max(known.get("hints", 0), 0), 3),
            )
    predicted = {
        title: _rows(recall("prediction", title), title) for title in titles_of(chapter)
    }
    kept = {title: rows for title, rows in predicted.items() if rows}
    return Receipt(chapter, name, number, tried, kept, note)


def _rows(known: Mapping[str, Any], title: str) -> dict[str, Foreseen]:
    said, measured = known.get("answers", {}), known.get("measured", {})
    rows = {}
    for row in ASKED[title][1]:
        try:
            rows[row] = foreseen([said.get(row), measured.get(row, "")])
        except ValueError:  # open, or of another version
            continue
    return rows
