"""What closes what is drawn as it was measured, and its title is a finding."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import what_closes_what
from labapp.figures.count import count
from labapp.figures.lanes import lanes
from labapp.figures.what_closes_what import Sign
from labapp.lab import Visit
from labapp.remedy import csrf, https, mask_reports, post, redirect, session
from tests.combined import all_64, some
from tests.drawn import texts, visit


def cell(visits: list[Visit], deed: str, remediation: str) -> str:
    """Return what the table says of one remediation and one row."""
    table = what_closes_what(visits).table
    (row,) = [row for row in table.rows if row[0] == deed]
    return row[list(table.head).index(remediation)]


@pytest.mark.parametrize(
    ("deed", "remediation", "words"),
    [
        ("listens to the network", "HTTPS", "closes it alone"),
        ("listens to the network", "POST", "nothing"),
        ("gets the error e-mail (text)", "POST", "closes it with stars in error reports"),
        ("gets the error e-mail (text)", "stars in error reports", "closes it with POST"),
        ("can submit in your name", "CSRF check", "closes it with POST"),
        ("can submit in your name", "server session", "nothing"),
        ("reads the server log", "redirect", "opens it beside POST and 7 more"),
        (
            "reads the server log",
            "server session",
            "closes it again after POST and redirect",
        ),
        (
            "reads the browser history",
            "redirect",
            "closes it with server session; opens it beside POST and 7 more",
        ),
        ("copies the database", "server session", "opens it and 31 more"),
        ("has debug page, HTML report or cache", "HTTPS", "nothing"),
        ("copies the database", "with all of them", "open"),
        ("listens to the network", "with all of them", "closed"),
    ],
)
def test_its_table_says_what_was_measured(deed: str, remediation: str, words: str) -> None:
    """Alone, with whom, beside what: in words, for all 64."""
    assert cell(list(all_64()), deed, remediation) == words


@pytest.mark.parametrize(
    ("remediations", "finding"),
    [
        (
            (post, mask_reports, redirect, session, csrf, https),
            (
                "Three of the six close something alone, three only together with another; "
                "redirect and session open something."
            ),
        ),
        ((post, https), "Two of the two close something alone; none opens anything."),
        (
            (post, csrf),
            (
                "One of the two closes something alone, one only together with another; "
                "none opens anything."
            ),
        ),
        (
            (post, redirect),
            "Two of the two close something alone; redirect opens something.",
        ),
        ((csrf,), "None of the one closes anything alone; none opens anything."),
    ],
)
def test_its_title_is_measured(remediations: tuple[object, ...], finding: str) -> None:
    """Other visits, other finding."""
    assert what_closes_what(some(*remediations)).finding == finding  # type: ignore[arg-type]


def test_unknown_is_drawn_and_said() -> None:
    """A lost packet is a question mark in picture, table and title; else there is none."""
    whole = some(post, https)
    torn = [v.without_packet() if v.remediations == (https,) else v for v in whole]
    picture = what_closes_what(torn)
    assert "?" in texts(picture)
    assert "; in part unknown: the network" in picture.finding
    assert cell(torn, "listens to the network", "HTTPS") == "unknown"
    assert cell(torn, "listens to the network", "POST") == "unknown"
    assert "?" not in texts(what_closes_what(whole))


def test_all_of_them_may_be_unknown() -> None:
    """The last column has a word for that, and it is not "closed"."""
    torn = [v.without_packet() if len(v.remediations) == 2 else v for v in some(post, https)]
    assert cell(torn, "listens to the network", "with all of them") == "unknown"


def test_the_caption_counts_what_was_measured() -> None:
    """How many visits, in how many the form works, and how the packets were had."""
    (caption,) = [text for text in texts(what_closes_what(all_64())) if "64 visits" in text]
    assert caption.startswith("64 visits; the form works in 64 of them. relay: ")


def test_some_visits_are_not_enough() -> None:
    """One line says what to pass."""
    with pytest.raises(LabError, match=r"what_closes_what\(every_combination\(secret\)\)"):
        what_closes_what([visit(), visit(post, https)])


def test_what_would_touch_stands_below() -> None:
    """Signs share a lane only where no column is under both."""
    one, two = Sign("closes", (0,)), Sign("closes", (2, 3))
    below, inside = Sign("opens", (3,)), Sign("opens", (1,))
    assert lanes([one, two, below]) == [[one, two], [below]]
    assert lanes([Sign("closes", (0, 4)), inside]) == [[Sign("closes", (0, 4))], [inside]]
    assert lanes([]) == []


def test_small_counts_are_words() -> None:
    """Up to ten; beyond that digits are read faster."""
    assert [count(0), count(7), count(10), count(11)] == ["none", "seven", "ten", "11"]
