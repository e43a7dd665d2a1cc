"""A tally: how a class answered the rows of its predictions, without a name."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from labapp.checks.asked import ASKED
from labapp.checks.receipts import Foreseen
from labapp.checks.roster import Learner
from labapp.checks.row import ROWS
from labapp.checks.tally import Tallied, tally, tally_text

POST = "after POST"  # of chapter 02
Rows = dict[str, Foreseen]


def learners(*rows: Rows, title: str = POST) -> list[Learner]:
    """Return a learner for each of *rows*."""
    return [Learner(f"0000-000{n}", [f"N{n}"], {}, {title: one}) for n, one in enumerate(rows)]


def listener(*said: str, measured: str | Iterable[str] = "yes") -> list[Learner]:
    """Return learners who said this of the listener, and measured something."""
    found = [measured] * len(said) if isinstance(measured, str) else measured
    pairs = zip(said, found, strict=True)
    return learners(*({"listener": Foreseen(*pair)} for pair in pairs))


@pytest.mark.parametrize(
    ("said", "measured", "expected"),
    [
        (
            ["yes, sure", "no, sure", "no, a guess", "not sure"],
            "yes",
            ((("no", 2), ("not sure", 1), ("yes", 1)), "yes", 2, 1, 4),
        ),
        (["no, sure"] * 3, "", ((("no", 3),), "", 0, 0, 3)),
        (["no, sure"] * 3, "unknown", ((("no", 3),), "", 0, 0, 3)),
        (["no, sure"] * 3, ["", "unknown", "yes"], ((("no", 3),), "yes", 3, 3, 3)),
        (
            ["no, a guess", "yes, sure", "yes, sure"],
            ["yes", "no", "no"],
            ((("no", 1), ("yes", 2)), "no", 2, 2, 3),
        ),
        (["not sure"] * 3, "yes", ((("not sure", 3),), "yes", 0, 0, 3)),
        (["12, a guess"] * 3, "3", ((("12", 3),), "3", 3, 0, 3)),
    ],
)
def test_a_row_is_counted(
    said: list[str], measured: str | list[str], expected: tuple[object, ...]
) -> None:
    """Each answer, what most measured, who said something else, and who was sure of it."""
    (row,) = tally(listener(*said, measured=measured))

    assert row == Tallied(POST, ROWS["listener"].label, *expected)  # type: ignore[arg-type]


def test_two_are_too_few() -> None:
    """They could be told apart; and who left a row open did not answer it."""
    two = listener("no, sure", "no, sure")
    other = learners({"log": Foreseen("no, sure", "no")})
    elsewhere = learners({"listener": Foreseen("no, sure", "no")}, title="with stars")

    assert list(tally([*two, *other, *elsewhere])) == []
    assert tally_text(two) == (
        "No prediction was answered by 3 learners or more: fewer are not shown."
    )
    assert len(list(tally([*two, *two]))) == 1


def test_no_name_and_no_code_is_told() -> None:
    """Only how many said what."""
    three = listener("no, sure", "no, sure", "no, sure")
    shown = tally_text(three)

    assert "no 3" in shown
    assert not [one for one in three if one.name in shown or one.code in shown]


def test_rows_come_in_the_order_of_the_chapters() -> None:
    """Whatever was answered first; a title of no notebook is in no tally."""
    first, second = list(ASKED)[:2]
    everybody = [
        learner
        for title in (second, first, "my own rows")
        for learner in learners(
            *[dict.fromkeys(reversed(ASKED.get(title, ("", ("x",)))[1]), Foreseen("not sure", ""))]
            * 3,
            title=title,
        )
    ]  # fmt: skip
    rows = list(tally(iter(everybody)))

    assert [row.title for row in rows] == [
        title for title in (first, second) for _ in ASKED[title][1]
    ]
    assert [row.label for row in rows] == [
        ROWS[row].label if row in ROWS else row
        for title in (first, second)
        for row in ASKED[title][1]
    ]


def test_the_text() -> None:
    """The chapter once, then each row: what was said, measured, and where to start."""
    said = {"listener": Foreseen("no, sure", "yes"), "log": Foreseen("no, a guess", "no")}
    everybody = [
        *learners(said, said, said),
        *learners(*[{"one": Foreseen("not sure", "")}] * 3),
    ]

    assert tally_text(everybody).splitlines() == [
        f"02  {POST}",
        f"  {ROWS['listener'].label}: no 3",
        "    measured yes; different 3 of 3 (3 sure)  <- start here",
        f"  {ROWS['log'].label}: no 3",
        "    measured no; different 0 of 3 (0 sure)",
    ]


@pytest.mark.parametrize(
    ("different", "of", "measured", "expected"),
    [
        (1, 3, "yes", True),
        (1, 4, "yes", False),
        (2, 6, "yes", True),
        (4, 12, "yes", True),
        (3, 10, "yes", False),
        (3, 3, "", False),
    ],
)
def test_a_third_is_where_to_start(
    different: int, of: int, measured: str, expected: bool
) -> None:
    """If anything was measured: else nobody was surprised."""
    row = Tallied(POST, "log", (("yes", of),), measured, different, 0, of)

    assert ("<- start here" in row.text) is expected
    assert (f"measured {measured or '?'};" in row.text) is True
