"""A roster: what a class did, as a table, as CSV, and what to look at."""

from __future__ import annotations

import csv
import io

import pytest

from labapp.checks.receipts import Done, Foreseen, Receipt
from labapp.checks.roster import Learner, Roster, written_safely

READER, KEEP, FOOL = "be the log reader", "keep it on the server", "fool the one-liner"


def of(name: str, number: int, chapter: str = "02", **more: object) -> Receipt:
    """Return a receipt."""
    return Receipt(chapter, name, number, **more)  # type: ignore[arg-type]


MIA = of(
    "Mia",
    11112222,
    exercises={READER: Done(2, passed=True, hints=1), FOOL: Done(3, passed=True, hints=2)},
)
BEN = of("Ben", 33334444, "04", exercises={KEEP: Done(7, hints=3)})


class TestLearner:
    """What several receipts say of one learner."""

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            (Done(2, passed=True, hints=1), Done(1, hints=3), Done(2, passed=True, hints=3)),
            (Done(1), Done(5, passed=True), Done(5, passed=True)),
            (Done(1), Done(1), Done(1)),
        ],
    )
    @pytest.mark.parametrize("turned", [False, True])
    def test_the_further_one_counts(
        self, first: Done, second: Done, expected: Done, turned: bool
    ) -> None:
        """In either order."""
        learner = Learner("0000-0001")
        for one in (second, first) if turned else (first, second):
            learner.add(of("Mia", 1, exercises={READER: one}))

        assert learner.done == {"02": {READER: expected}}

    def test_receipts_of_other_chapters_and_exercises_are_added(self) -> None:
        """They take nothing away; names are kept once each, and the last new one counts."""
        learner = Learner("0000-0001")
        rows = {"listener": Foreseen("yes, sure", "yes")}
        for receipt in (
            MIA,
            of("Mia", 1, predictions={"after POST": rows}),
            of("Mia O.", 1, predictions={"after POST": {"log": Foreseen("not sure", "")}}),
            BEN,
            of("Mia", 1),
        ):
            learner.add(receipt)

        assert learner.names == ["Mia", "Mia O.", "Ben"]
        assert learner.name == "Ben"
        assert learner.done == {"02": MIA.exercises, "04": BEN.exercises}
        assert learner.predictions == {"after POST": rows | {"log": Foreseen("not sure", "")}}

    def test_counts_are_those_of_a_chapter(self) -> None:
        """Passed, attempts and hints, summed; of another chapter nothing."""
        learner = Learner("0000-0001")
        learner.add(MIA)
        counted = [
            (learner.passed(chapter), learner.attempts(chapter), learner.hints(chapter))
            for chapter in ("02", "04")
        ]

        assert counted == [(2, 5, 3), (0, 0, 0)]


def test_of_two_receipts_the_further_one_counts() -> None:
    """In either order, and twice the same changes nothing."""
    earlier = of("Mia", 11112222, exercises={READER: Done(1)})
    orders = ([MIA, earlier], [earlier, MIA], [MIA], [MIA, MIA])

    assert len({Roster(order).csv() for order in orders}) == 1


ROSTER = Roster([MIA, BEN, of("\u674e\u660e", 5), of("ada", 7)])
LEGEND = "2/3: passed, of the exercises of the chapter.  -: no receipt"


class TestTable:
    """A row per learner."""

    def test_by_name(self) -> None:
        """A column per chapter, sums, and columns that are straight in a terminal."""
        assert ROSTER.table().splitlines() == [
            "learner  code       02   04   passed  attempts",
            "ada      0000-0007  0/3  -    0       0",
            "Ben      3333-4444  -    0/2  0       7",
            "Mia      1111-2222  2/3  -    2       5",
            "\u674e\u660e     0000-0005  0/3  -    0       0",
            LEGEND,
        ]

    def test_by_code(self) -> None:
        """Without names, and in an order that does not tell them."""
        assert ROSTER.table(anonymous=True).splitlines() == [
            "code       02   04   passed  attempts",
            "0000-0005  0/3  -    0       0",
            "0000-0007  0/3  -    0       0",
            "1111-2222  2/3  -    2       5",
            "3333-4444  -    0/2  0       7",
            LEGEND,
        ]

    def test_two_of_one_name_are_in_the_order_of_their_codes(self) -> None:
        """Whoever handed in first."""
        codes = [
            one.code for one in Roster([of("Mia", 9), of("mia", 5), of("Mia", 7)]).learners
        ]

        assert codes == ["0000-0005", "0000-0007", "0000-0009"]

    def test_a_chapter_without_exercises_has_no_column(self) -> None:
        """What was predicted there is in the tally."""
        roster = Roster([MIA, of("Mia", 11112222, "00")])

        assert roster.chapters == ["02"]

    @pytest.mark.parametrize(
        ("name", "columns"),
        [
            ("Zoe\u0308", 3),  # a mark above a letter
            ("Nu\u200cr", 3),  # a joiner
            ("a\u20dd", 1),  # a circle around a letter
            ("\u674e", 2),
            ("\uff21", 2),  # a wide A
            ("Mia", 3),
        ],
    )
    def test_signs_have_their_width(self, name: str, columns: int) -> None:
        """None, one column of a terminal, or two."""
        (_, row, _) = Roster([of(name, 5)]).table().splitlines()

        assert row.index("0000-0005") - len(name) + columns == len("learner  ")


class TestCsv:
    """The same for a spreadsheet."""

    @pytest.mark.parametrize(
        ("anonymous", "head", "rows"),
        [
            (
                False,
                "name,code,",
                [
                    "Ada,0000-0007,,,,,,,,,0,0",
                    "Ben,3333-4444,,,,,0,2,7,3,0,7",
                    "Mia,1111-2222,2,3,5,3,,,,,2,5",
                ],
            ),
            (
                True,
                "code,",
                [
                    "0000-0007,,,,,,,,,0,0",
                    "1111-2222,2,3,5,3,,,,,2,5",
                    "3333-4444,,,,,0,2,7,3,0,7",
                ],
            ),
        ],
    )
    def test_four_columns_a_chapter(self, anonymous: bool, head: str, rows: list[str]) -> None:
        """Empty where no receipt came; lines end as RFC 4180 says."""
        roster = Roster([MIA, BEN, of("Ada", 7, "00")])
        counts = "02 passed,02 of,02 attempts,02 hints,04 passed,04 of,04 attempts,04 hints"
        written = roster.csv(anonymous=anonymous)

        assert written.split("\r\n") == [f"{head}{counts},passed,attempts", *rows, ""]

    @pytest.mark.parametrize("sign", [*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
    def test_what_looks_like_a_formula_is_text(self, sign: str) -> None:
        """Only at the beginning of a name."""
        assert written_safely(f"{sign}1") == f"'{sign}1"
        assert written_safely(f"1{sign}") == f"1{sign}"

    def test_a_name_is_written_safely(self) -> None:
        """In the table of the class, too."""
        (row,) = csv.DictReader(io.StringIO(Roster([of("=1+1", 5)]).csv()))

        assert row["name"] == "'=1+1"


def test_what_to_look_at() -> None:
    """A code with two names, and a name with two codes; of nobody else a word."""
    roster = Roster([of("Ben", 5), of("Mia", 7), MIA, of("Rosa", 5), of("Zoe", 6)])

    assert list(roster.remarks()) == [
        (
            "Code 0000-0005 has more than one name: Ben, Rosa. One learner who typed two, or a "
            "progress.json that was passed on."
        ),
        (
            "Mia has more than one code: 0000-0007, 1111-2222. Two learners, or one on two "
            "computers."
        ),
    ]
