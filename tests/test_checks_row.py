"""Rows: how the places of the map are called in predictions."""

from __future__ import annotations

import pytest

from labapp.checks.row import ROWS, Row, _row
from labapp.observers import WIRE


@pytest.mark.parametrize(
    ("places", "label"),
    [
        (WIRE, "listens to the network"),
        (("store_raw", "store_decoded"), "copies the database"),
        (("store_raw",), "copies the database: literal bytes"),
        (("access_log",), "reads the server log"),
        (("cookie_jar",), "reads the browser's disk: cookies"),
    ],
)
def test_a_row_is_called_as_its_observer(places: tuple[str, ...], label: str) -> None:
    """If it has all of the observer's places; else the first of them is added."""
    assert _row("word", *places) == Row("word", label, tuple(places))


@pytest.mark.parametrize("places", [(), ("nowhere",)])
def test_a_row_of_nobody(places: tuple[str, ...]) -> None:
    """A row that looks at no place is a mistake of whoever wrote it, and named."""
    with pytest.raises(KeyError, match="'word'"):
        _row("word", *places)


def test_the_table_was_made_so() -> None:
    """Every row of the map is what its word and places give."""
    assert ROWS == {word: _row(word, *one.places) for word, one in ROWS.items()}
