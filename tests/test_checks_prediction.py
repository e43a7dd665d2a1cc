"""Predictions: what can be said, where it is kept, and beside what it is shown."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ipywidgets import Dropdown, Widget

from labapp import remedy
from labapp.checks import card, comparison, prediction
from labapp.checks.answer import answers
from labapp.checks.comparison import Comparison, Line
from labapp.checks.memory import forget, recall, remember
from labapp.checks.prediction import Prediction, predict
from labapp.checks.row import ROWS
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.observers import PLACES

HOSTILE = "<script>alert(1)</script> & 'co'"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of its own; leave no widget open."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget()
    for shown in list(card._open.values()):
        card.close(shown)
    card._open.clear()


@pytest.fixture(scope="module")
def after() -> Iterator[Visit]:
    """One visit with HTTPS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            yield lab.visit("Rex sleeps at noon", remedy.https)


def fields(prediction: Prediction) -> list[Dropdown]:
    """Return the lists of the form, in order."""
    shown = prediction._widget()
    return [child for child in shown.children if isinstance(child, Dropdown)]


def open_widgets() -> set[str]:
    """Return the ids of all widgets that the front end knows."""
    return set(Widget.get_manager_state()["state"])


class TestTyped:
    """Answers as strings in the cell."""

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("yes", "yes, a guess"),
            ("No, sure", "no, sure"),
            (" NO ,  a guess ", "no, a guess"),
            ("yes, guess", "yes, a guess"),
            ("not sure", "not sure"),
            ("not sure, sure", "not sure"),
        ],
    )
    def test_what_can_be_said(self, typed: str, kept: str) -> None:
        """Yes, no and not sure; with or without a bet; in any case."""
        assert predict("after POST", log=typed).answers == {"log": kept}

    @pytest.mark.parametrize("open_", ["?", "-", "", " ? "])
    def test_open(self, open_: str, here: Path) -> None:
        """A row may be left open, and then nothing is written."""
        assert predict("after POST", log=open_).answers == {}
        assert list(here.iterdir()) == []

    @pytest.mark.parametrize("typed", ["maybe", "yes, very", "yes no", "1", "ja, sure"])
    def test_anything_else_is_refused_with_the_choices(self, typed: str) -> None:
        """The message says what can be written."""
        with pytest.raises(LabError, match=r"yes, no, not sure.*bet"):
            predict("after POST", log=typed)

    def test_a_choice_with_a_comma(self) -> None:
        """What comes behind the last comma says how sure somebody is."""
        guess = predict("which", {"two": "A, B, sure"}, choices=("a, b", "b, a"))

        assert guess.answers == {"two": "a, b, sure"}

    def test_the_message_shows_how_to_bet(self) -> None:
        """It lists the choices, and takes the first for its example."""
        with pytest.raises(LabError) as told:
            predict("left", {"left": "many"}, choices=(3, 8))

        assert str(told.value) == (
            "'many' is no answer: write 3, 8, not sure. If you would bet on it: \"3, sure\"."
        )

    @pytest.mark.parametrize("choice", [0, "0", "0, sure", "11"])
    def test_choices_of_its_own(self, choice: object) -> None:
        """Numbers can be asked for, and typed as numbers."""
        guess = predict("left of 11", {"left": choice}, choices=(0, 3, 8, 11))

        assert guess.answers["left"].split(",")[0] == str(choice).split(",")[0]

    def test_unknown_row_lists_the_known(self) -> None:
        """A misspelt word of the map is told at once."""
        with pytest.raises(LabError, match=r"no row .netwerk.\. Known: listener, cookie"):
            predict("after POST", netwerk="yes")

    def test_no_row(self) -> None:
        """A prediction about nothing is refused."""
        with pytest.raises(LabError) as told:
            predict("after POST")

        assert str(told.value) == (
            'Name at least one row: predict("after POST", "listener", "log").'
        )

    def test_rows_may_come_in_several_pieces(self) -> None:
        """Words, mappings and names, in the order in which they are written."""
        guess = predict("after POST", {"a": "yes"}, "log", {"b": "no", "log": "?"}, cache="yes")

        assert [one.word for one in guess.rows] == ["a", "log", "b", "log", "cache"]
        assert guess.answers == {
            "a": "yes, a guess",
            "b": "no, a guess",
            "cache": "yes, a guess",
        }

    def test_an_open_row_may_be_left_open_again(self) -> None:
        """To take back what was never said changes nothing."""
        guess = predict("after POST", "log")
        guess.answer("log", "?")

        assert guess.answers == {}


class TestKept:
    """Answers live as long as progress.json."""

    def test_for_the_next_kernel(self) -> None:
        """A cell that is run again finds what was answered, typed or chosen."""
        predict("after POST", "history", listener="yes", log="no, sure")

        again = predict("after POST", "log", "listener", "history")

        assert again.answers == {"log": "no, sure", "listener": "yes, a guess"}

    def test_typed_answers_win(self) -> None:
        """Whoever edits the cell means it."""
        predict("after POST", log="yes")

        assert predict("after POST", log="no").answers == {"log": "no, a guess"}

    def test_answers_of_other_rows_stay(self) -> None:
        """Two predictions under one title do not overwrite each other."""
        predict("after POST", log="yes")
        predict("after POST", history="no")

        kept = {"log": "yes, a guess", "history": "no, a guess"}
        assert recall("prediction", "after POST") == {"answers": kept}

    def test_what_is_no_choice_any_more_is_open(self) -> None:
        """A chapter may change its question."""
        predict("left", {"left": 3}, choices=(0, 3))

        assert predict("left", {"left": "?"}, choices=(0, 8)).answers == {}

    @pytest.mark.parametrize("choices", [("None", "some"), ("", "some"), ("open", "some")])
    def test_what_was_never_said_is_open(self, choices: tuple[str, ...]) -> None:
        """Whatever the choices are called."""
        predict("which", {"a": "some"}, choices=choices)

        assert predict("which", "log", {"a": "?"}, choices=choices).answers == {
            "a": "some, a guess"
        }

    def test_the_others_are_kept_beside_one_that_is_no_choice(self) -> None:
        """One answer too old does not throw away those below it."""
        predict("left", {"a": "3"}, choices=(3, 8))
        predict("left", {"b": "8"}, choices=(3, 8))

        again = predict("left", {"a": "?", "b": "?"}, choices=(8, 11))

        assert again.answers == {"b": "8, a guess"}

    @pytest.mark.parametrize("kept", ["?", "", "many", 7])
    def test_a_damaged_answer_is_open(self, kept: object) -> None:
        """Whatever somebody wrote into the file."""
        remember("prediction", "after POST", answers={"log": kept, "history": "no"})

        assert predict("after POST", "log", "history").answers == {"history": "no, a guess"}

    def test_only_chosen_words_are_written(self, here: Path) -> None:
        """The file holds the title, the row and the choice."""
        predict("after POST", log="no, sure")

        (path,) = here.iterdir()
        assert set(re.findall(r'"(.*?)"', path.read_text())) == {
            "version",
            "prediction",
            "after POST",
            "answers",
            "log",
            "no, sure",
        }


class TestRows:
    """The words for the rows of the map."""

    def test_every_place_has_one(self) -> None:
        """All places can be predicted, and no other."""
        assert {place for one in ROWS.values() for place in one.places} == set(PLACES)

    def test_labels(self) -> None:
        """A row is called as its observer; with the place if that is a part only."""
        assert ROWS["listener"].label == "listens to the network"
        assert ROWS["cache"].label == "reads the browser's disk: cache"
        assert len({one.label for one in ROWS.values()}) == len(ROWS)

    @pytest.mark.parametrize(
        ("answers", "together"),
        [
            ((False, True), True),
            ((None, True), True),
            ((False, None), None),
            ((False,) * 2, False),
        ],
    )
    def test_seen_at_one_place_is_seen(
        self, answers: tuple[bool | None, ...], together: bool | None
    ) -> None:
        """Of several places one is enough; unknown at one is unknown, if nothing was seen."""
        seen = dict(zip(ROWS["database"].places, answers, strict=True))

        assert together is ROWS["database"].measured(seen)


class TestBeside:
    """The prediction beside what was measured."""

    def test_a_visit(self, after: Visit) -> None:
        """Rows of the map are read from the visit."""
        guess = predict("after HTTPS", listener="yes, sure", log="no", history="yes")

        assert [line.cells for line in guess.beside(after).lines] == [
            ("listens to the network", "yes, sure", "no", "a surprise"),
            ("reads the server log", "no, a guess", "yes", "different"),
            ("reads the browser history", "yes, a guess", "yes", "as you said"),
        ]

    def test_what_was_measured_is_kept_beside_an_answer(self, after: Visit) -> None:
        """For answered rows, in words of the choices, and for no other row."""
        predict("after HTTPS", listener="yes, sure", log="?").beside(after)
        predict("my words", {"a": "yes"}).beside({"a": "Rex sleeps at noon"})

        assert recall("prediction", "after HTTPS")["measured"] == {"listener": "no"}
        assert "measured" not in recall("prediction", "my words")

    def test_what_was_measured_before_stays(self) -> None:
        """Two predictions under one title have their measurements side by side."""
        predict("two", {"a": "yes"}).beside(True)
        predict("two", {"b": "no"}).beside(True)

        assert recall("prediction", "two")["measured"] == {"a": "yes", "b": "yes"}

    def test_the_same_measurement_is_written_once(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A cell that is run again leaves the file alone."""
        predict("two", {"a": "yes"}).beside(True)
        kept = (here / "progress.json").read_text()
        monkeypatch.setattr(prediction, "remember", lambda *_, **__: pytest.fail("written"))
        predict("two", {"a": "yes"}).beside(True)

        assert (here / "progress.json").read_text() == kept

    def test_title_and_corner(self) -> None:
        """A row of the map completes a sentence, one of your own answers a question."""
        of_the_map = predict("after POST", log="yes").beside({"log": True})
        own = predict("mine", {"a": "yes"}).beside(True)

        assert (of_the_map.title, of_the_map.corner) == ("after POST", "Someone who ...")
        assert (own.title, own.corner) == ("mine", "Question")

    def test_an_open_row_has_said_nothing(self) -> None:
        """In the comparison it is an empty text."""
        (line,) = predict("mine", {"a": "?"}).beside(True).lines

        assert line == Line("a", "", False, "yes")

    def test_a_torn_visit_is_unknown(self, after: Visit) -> None:
        """Where nothing can be said, nothing differs."""
        guess = predict("after HTTPS", listener="yes, sure")
        (line,) = guess.beside(after.without_packet()).lines

        assert (line.measured, line.differs) == ("unknown", False)

    def test_rows_of_its_own(self) -> None:
        """A mapping gives what was measured: yes and no, numbers, words."""
        rows = {"none": "yes", "token": "no, sure", "both": "?"}
        found = predict("refused?", rows).beside({"none": False, "token": None, "both": True})

        assert [line.cells[1:] for line in found.lines] == [
            ("yes, a guess", "no", "different"),
            ("no, sure", "unknown", ""),
            ("you left this open", "yes", ""),
        ]

    @pytest.mark.parametrize(("measured", "differs"), [(8, False), ("8", False), (3, True)])
    def test_a_single_row_needs_no_name(self, measured: object, differs: bool) -> None:
        """One question, one value."""
        guess = predict("left of 11", {"exposures left": 8}, choices=(0, 3, 8, 11))

        assert guess.beside(measured).lines[0].differs is differs

    @pytest.mark.parametrize(
        ("measured", "message"),
        [
            ({"none": True}, "has the rows 'none', 'both'; beside.. was given 'none'."),
            ({"none": True, "both": True, "token": True}, "was given 'none', 'both', 'token'."),
            ({}, "given none."),
            (
                True,
                re.escape("Give beside() a visit, or what was measured by row: {...: True}."),
            ),
        ],
    )
    def test_what_does_not_fit_is_refused(self, measured: object, message: str) -> None:
        """Nothing is measured by accident."""
        with pytest.raises(LabError, match=f"{message}$") as told:
            predict("refused?", {"none": "?", "both": "?"}).beside(measured)
        assert re.match("This prediction has|Give", str(told.value))

    def test_a_visit_says_nothing_about_rows_of_its_own(self, after: Visit) -> None:
        """The message shows what to give instead."""
        with pytest.raises(
            LabError, match=r"A visit does not say 'none': give.*{'none': True}"
        ):
            predict("refused?", {"none": "?"}).beside(after)

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ([Line("a", "yes", True, "no"), Line("b", "yes", False, "no")], "sure about .a."),
            ([Line("a", "yes", False, "no")], "outlined differs from your guess"),
            ([Line("a", "", False, "no")], "predicted nothing here"),
            ([Line("a", "yes", True, "unknown")], "Unknown is an honest answer"),
            ([Line("a", "not sure", False, "no")], "were not sure, and said so"),
            ([Line("a", "yes", True, "yes")], "as you said"),
        ],
    )
    def test_the_remark_is_kind(self, lines: list[Line], words: str) -> None:
        """It speaks of what differs, first of a confident surprise, and never grades."""
        shown = Comparison("after", "Question", tuple(lines))

        assert re.search(words, shown.remark)
        for text in (repr(shown), shown._repr_html_()):
            assert not re.search(r"wrong|fail|simply|correct|score", text.lower())

    def test_differences_are_outlined_and_said(self) -> None:
        """A difference has a border and a word; what agrees has neither."""
        agreed = Comparison("t", "Question", (Line("a", "yes", False, "yes"),))
        differing = Comparison("t", "Question", (Line("a", "yes", False, "no"),))

        assert (comparison.DIFFERENT in agreed._repr_html_(), "different" in repr(agreed)) == (
            False,
            False,
        )
        assert (
            comparison.DIFFERENT in differing._repr_html_(),
            "different" in repr(differing),
        ) == (
            True,
            True,
        )

    def test_html_is_a_real_table(self) -> None:
        """It has a caption, header scopes, and everything is escaped."""
        line = Line(HOSTILE, HOSTILE, True, HOSTILE)
        html = replace(
            Comparison("t", "c", (line,)), title=HOSTILE, corner=HOSTILE
        )._repr_html_()

        assert [html.count(part) for part in ("<figcaption", 'scope="col"', 'scope="row"')] == [
            1,
            4,
            1,
        ]
        assert "<script>" not in html

    def test_text_has_the_same_words(self) -> None:
        """The twin says all that the table says."""
        shown = Comparison("after", "Question", (Line("a", "yes", True, "no"),))

        for cell in (*shown.head, *shown.lines[0].cells, shown.heading, shown.remark):
            assert cell in repr(shown)


class TestForm:
    """The form as widgets."""

    def test_one_labelled_list_per_row(self) -> None:
        """Each list is described by its row and offers every answer."""
        guess = predict("after POST", "log", listener="no, sure")
        first, second = fields(guess)

        assert (first.description, second.description) == (
            "reads the server log",
            "listens to the network",
        )
        assert (first.value, second.value) == ("", "no, sure")
        assert [value for _, value in first.options[1:]] == [
            "yes, sure",
            "yes, a guess",
            "no, sure",
            "no, a guess",
            "not sure",
        ]

    def test_choosing_answers(self, after: Visit) -> None:
        """What is chosen is kept, compared, and can be taken back."""
        guess = predict("after HTTPS", "log")
        (field,) = fields(guess)
        field.value = "no, sure"
        assert guess.beside(after).lines[0].cells[1] == "no, sure"
        assert recall("prediction", "after HTTPS")["answers"] == {"log": "no, sure"}

        field.value = ""
        assert recall("prediction", "after HTTPS")["answers"] == {}

    def test_status_says_what_is_open(self) -> None:
        """Below the lists stands how many rows are open, and that nobody is graded."""
        guess = predict("after POST", "log")
        shown = guess._widget()
        assert shown.children[-1].value == "1 of 1 still open. You get no grade."

        fields(guess)[0].value = "not sure"
        assert shown.children[-1].value == "All answered. You get no grade."

    def test_a_disk_that_is_full_is_said_below(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A widget has no cell to print into."""
        guess = predict("after POST", "log")
        (field,) = fields(guess)

        def no_space(*_: object, **__: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_text", no_space)
        field.value = "yes, sure"

        assert "kept until this kernel stops" in guess._widget().children[-1].value

    def test_a_disk_that_fills_when_it_is_measured(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """That is said below as well."""
        guess = predict("after POST", log="yes")

        def no_space(*_: object, **__: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_text", no_space)
        assert "kernel" not in repr(guess)
        guess.beside({"log": True})

        assert "kept until this kernel stops" in repr(guess)

    def test_run_again_closes_what_was_shown(self) -> None:
        """As many widgets are open after ten runs as after one."""
        before = open_widgets()
        predict("after POST", "log", "history")._repr_mimebundle_()
        once = open_widgets() - before
        for _ in range(9):
            predict("after POST", "log", "history")._repr_mimebundle_()

        assert once  # the control: there are widgets to be seen
        assert len(open_widgets() - before) == len(once)
        assert not once & open_widgets()

    def test_two_predictions_are_shown_side_by_side(self) -> None:
        """Another title is another form: it does not close the first."""
        predict("after POST", "log")._repr_mimebundle_()
        first = open_widgets()
        predict("after HTTPS", "log")._repr_mimebundle_()

        assert first < open_widgets()

    def test_heading(self) -> None:
        """Above the lists stands what is predicted, and how the rows are read."""
        shown = predict("after POST", "log")._widget()
        own = predict("mine", {"a": "?"})._widget()

        assert shown.children[1].value == (
            "<strong>Your prediction: after POST</strong><br>Someone who ..."
        )
        assert own.children[1].value == "<strong>Your prediction: mine</strong><br>"

    def test_shown_twice_is_one_form(self) -> None:
        """A prediction shown in two cells has one set of lists."""
        guess = predict("after POST", "log")
        guess._repr_mimebundle_()
        once = open_widgets()
        guess._repr_mimebundle_()

        assert open_widgets() == once

    def test_bundle(self) -> None:
        """A notebook gets the form, others HTML or text."""
        bundle = predict("after POST", "log")._repr_mimebundle_()

        assert set(bundle) == {
            "text/plain",
            "text/html",
            "application/vnd.jupyter.widget-view+json",
        }
        assert bundle["text/html"].startswith('<div style="')
        assert "<li>reads the server log: ?</li>" in bundle["text/html"]

    def test_text(self) -> None:
        """Each row in a line, in columns, with a question mark if it is open."""
        assert repr(predict("after POST", "log", listener="no, sure")).splitlines() == [
            "Your prediction: after POST",
            "  reads the server log    ?",
            "  listens to the network  no, sure",
            "1 of 2 still open. You get no grade.",
        ]

    def test_without_ipywidgets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The typed form is enough."""
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
        bundle = predict("after POST", log="no, sure")._repr_mimebundle_()

        assert set(bundle) == {"text/plain", "text/html"}
        assert bundle["text/plain"].splitlines()[1] == "  reads the server log  no, sure"

    def test_everything_is_escaped(self) -> None:
        """Titles and rows may hold anything."""
        guess: Any = predict(HOSTILE, {HOSTILE: "?"})
        shown = guess._widget()

        assert "<script>" not in guess._html
        assert "<script>" not in shown.children[1].value


def test_answers_in_order() -> None:
    """Each choice with and without a bet, not sure last."""
    assert [str(one) for one in answers(("8",))] == ["8, sure", "8, a guess", "not sure"]
