"""Positions: everybody stands somewhere, with one mark for each visit."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import exposure_map, positions
from labapp.figures.style import WINE
from labapp.figures.windows import ACTING, READING
from tests.drawn import story, texts


def marks(*colors: str, count: int) -> list[int]:
    """Return how many discs of each of *colors* the positions of *count* visits have."""
    (axes,) = positions(*story()[:count]).figure.axes
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    return [faces.count(color) for color in colors]


def test_everybody_of_the_map_stands_somewhere() -> None:
    """Both figures know the same people."""
    stands = {row[0] for row in positions().table.rows}
    assert stands == {row.deed for row in (*READING, *ACTING)}


def test_without_visits_nobody_has_a_mark() -> None:
    """The geography alone; the inset says what loopback is."""
    assert marks(WINE, "#ffffff", count=0) == [0, 0]
    assert "not who is there." in " ".join(texts(positions()))


def test_marks_are_the_observers_answers() -> None:
    """As many full discs as the map has windows open, and rings for the rest."""
    table = exposure_map(*story()[:7]).table
    words = [word for row in table.rows[:-1] for word in row[1:-1]]
    assert marks(WINE, "#ffffff", count=7) == [words.count("seen"), words.count("not seen")]


def test_unknown_is_a_question_mark() -> None:
    """A lost packet leaves a question, not a ring; the control: none where nothing is lost."""
    whole = story()[6]
    assert texts(positions(whole.without_packet())).count("?") == 2
    assert "?" not in texts(positions(whole))


def test_its_table_has_a_column_for_each_visit() -> None:
    """Who, where, and what each visit showed them."""
    table = positions(*story()[:2]).table
    assert list(table.head) == ["someone who ...", "stands", "none", "POST"]
    rows = {row[0]: tuple(row[1:]) for row in table.rows}
    assert rows["reads the server log"] == ("at the server's log", "seen", "not seen")


def test_what_cannot_be_drawn_is_refused() -> None:
    """One line for what is no visit, and for more than fit."""
    with pytest.raises(LabError, match="positions takes visits"):
        positions("here")  # type: ignore[arg-type]
    with pytest.raises(LabError, match="room for 8 visits"):
        positions(*story(), story()[0])
