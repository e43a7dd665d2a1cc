"""The exposure map is what the observers answered, drawn as windows."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import exposure_map
from labapp.figures.columns import columns
from labapp.figures.windows import ACTING, ALSO, LEFT_OUT, READING, Run, runs, until
from labapp.lab import Visit
from labapp.observers import PLACES
from labapp.remedy import hardening, https, mask_reports, post, redirect
from tests.drawn import story, texts, visit

Answers = list[bool | None]


def test_every_place_is_drawn_or_left_out_on_purpose() -> None:
    """A row, a word of the caption, or a reason: nothing is forgotten, nothing is there twice."""
    drawn = [place for row in (*READING, *ACTING) for place in row.places]

    assert sorted([*drawn, *ALSO, *LEFT_OUT]) == sorted(PLACES)


class TestMap:
    """What is drawn and said."""

    def test_its_table_is_the_measured_map(self) -> None:
        """Every word in the table is what the observers answered."""
        table = exposure_map(*story()[:7]).table
        words = {row[0]: list(row[1:8]) for row in table.rows}
        assert words["listens to the network"] == ["seen"] * 6 + ["not seen"]
        assert words["reads the server log"] == [
            "seen", "not seen", "not seen", "seen", "not seen", "not seen", "not seen",
        ]  # fmt: skip
        assert words["copies the database"] == ["not seen"] * 4 + ["seen"] * 3
        assert words["the form still works"] == ["yes"] * 7

    def test_a_window_that_opens_again_is_named(self) -> None:
        """Log and history open at the redirect, cookie and database at the session."""
        assert texts(exposure_map(*story()[:7])).count("opens") == 4
        assert "opens" not in texts(exposure_map(*story()[:3]))

    def test_it_says_until_when(self) -> None:
        """At the right stands the step that closed the window for good."""
        ends = {row[0]: row[-1] for row in exposure_map(*story()[:7]).table.rows}
        assert ends["reads the browser history"] == "until session"
        assert ends["listens to the network"] == "until HTTPS"
        assert ends["copies the database"] == "open to the end"

    def test_one_bar_explains_itself(self) -> None:
        """One long bar says what a bar means; where none has room, the caption does."""
        assert texts(exposure_map(*story())).count("has the secret") == 1
        alone = exposure_map(*(visit(one) for one in (post, mask_reports, redirect, https) * 2))
        assert "has the secret" not in texts(alone)
        assert any("Bar: has the secret." in text for text in texts(alone))

    def test_beyond_the_list_is_said(self) -> None:
        """What comes after the six stands apart; the control: before it nothing does."""
        assert "beyond the list" in texts(exposure_map(*story()))
        assert "beyond the list" not in texts(exposure_map(*story()[:7]))

    def test_unknown_is_marked_and_said(self) -> None:
        """A lost packet shows as a question mark, in the picture and in words."""
        whole = visit(https)
        picture = exposure_map(whole, whole.without_packet())
        assert "?" in texts(picture)
        assert picture.finding.startswith("Unknown: the network")
        assert "?" not in texts(exposure_map(whole))

    def test_a_form_that_does_not_work_is_said(self) -> None:
        """Safety by breaking the form is no safety."""
        picture = exposure_map(visit(hardening))
        assert "NO" in texts(picture)
        assert "the form no longer works" in picture.finding
        assert "NO" not in texts(exposure_map(visit(https)))

    def test_too_many_visits_give_one_line(self) -> None:
        """What could not be read is not drawn."""
        with pytest.raises(LabError, match="24 visits do not fit"):
            exposure_map(*story() * 3)

    def test_only_visits_can_be_drawn(self) -> None:
        """Anything else gets one line that says what to pass."""
        with pytest.raises(LabError, match=r"exposure_map\(before, after\)"):
            exposure_map("before")  # type: ignore[arg-type]
        with pytest.raises(LabError, match="takes visits"):
            exposure_map()


@pytest.mark.parametrize(
    ("step", "finding"),
    [
        (2, ("POST closes the history and the server log; still open: "
            "the error e-mail (text), the network and the old link.")),
        (3, ("Stars in reports close the error e-mail (text); still open: "
            "the network and the old link.")),
        (4, ("Redirect opens the history and the server log; still open: "
            "the network and the old link.")),
        (6, ("CSRF check closes the forged form; still open: "
            "the network, the reused cookie, the old link and the database.")),
        (7, ("HTTPS closes the network and the reused cookie; still open: "
            "the old link and the database.")),
        (8, "HSTS / Secure closes the old link; still open: the database."),
    ],
)  # fmt: skip
def test_the_finding_says_what_the_last_step_did(step: int, finding: str) -> None:
    """Closed, opened and still open: each in the title, each as measured."""
    assert exposure_map(*story()[:step]).finding == finding


def test_columns_name_what_was_added() -> None:
    """A column that grows from the one before is named by what it adds, others in full."""
    made = [visit(), visit(post, redirect), visit(https), visit(https).without_packet()]
    found = columns(made)
    assert [column.heading for column in found] == [
        "none",
        "+ POST + redirect",
        "HTTPS",
        "HTTPS (1 packet lost)",
    ]
    assert [column.grows for column in found] == [False, True, False, False]


def two() -> list[Visit]:
    """Return two visits of which the second grows from the first."""
    return [visit(), visit(https)]


def test_runs_join_equal_answers() -> None:
    """Neighbours with one answer are one run; None is an answer of its own."""
    names = columns(story()[:5])
    assert runs([True, True, None, False, True], names) == [
        Run(0, 1, True),
        Run(2, 2, None),
        Run(3, 3, False),
        Run(4, 4, True, opens=True),
    ]


def test_a_new_beginning_joins_nothing_and_opens_nothing() -> None:
    """Columns that do not follow from each other are compared by nobody."""
    names = columns([visit(post), visit(https), visit(redirect)])
    assert runs([False, True, True], names) == [
        Run(0, 0, False),
        Run(1, 1, True),
        Run(2, 2, True),
    ]
    assert until([False, True, True], names) == "open in 2 of 3"


def test_after_unknown_nothing_opens() -> None:
    """Whether a window was shut before is not known, so it is not said to open."""
    assert runs([None, True], columns(two()))[1] == Run(1, 1, True)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([True, True], "open to the end"),
        ([False, True], "open to the end"),
        ([True, False], "until HTTPS"),
        ([True, None], "then unknown"),
        ([False, False], "not open here"),
        ([False, None], "unknown"),
    ],
)
def test_until_is_said_in_words(answers: Answers, words: str) -> None:
    """Every way a window can end has its words."""
    assert until(answers, columns(two())) == words


@pytest.mark.parametrize(
    ("answer", "word"), [(True, "open"), (False, "closed"), (None, "unknown")]
)
def test_one_column_has_no_end(answer: bool | None, word: str) -> None:
    """Where there is one visit nothing is said to last."""
    assert until([answer], columns([visit()])) == word
