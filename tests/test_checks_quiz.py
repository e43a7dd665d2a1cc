"""A quiz of hand-made questions: answers, replies, the form (test_checks_quizzes.py: real ones)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labapp.checks import card, quizzes
from labapp.checks.memory import forget, recall, remember
from labapp.checks.question import Choice, Question, Questions
from labapp.checks.quizzes import CHAPTERS, Quiz, questions_of, quiz
from labapp.errors import LabError
from labapp.evidence import Evidence
from labapp.lab.visits import Visit
from labapp.remedy import Remediation, post
from labapp.show.card import CARD
from labapp.site.application import Own


def visit(*applied: Remediation, own: Own | None = None) -> Visit:
    """Return a visit that left nothing."""
    return Visit("Rex sleeps at noon", applied, Evidence((), ""), "by hand", own=own or Own())


def choice(text: str, *, right: bool = False) -> Choice:
    """Return a choice whose evidence names the visits it was given."""
    return Choice(
        text,
        f"said of {text}",
        lambda *visits: "; ".join(one.title for one in visits),
        right,
    )


ASKED = (
    Question("who <reads>?", (choice("all"), choice("no<body>", right=True))),
    Question("what?", (choice("a word", right=True), choice("a line"), choice("a page"))),
)
QUESTIONS = Questions("before, after", ((), (post,)), ASKED)
VISITS = (visit(), visit(post))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of its own; leave no widget open. Chapter 02 has other questions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        quizzes, "import_module", lambda name: SimpleNamespace(QUESTIONS=QUESTIONS)
    )
    yield tmp_path
    forget()
    for shown in list(card._open.values()):
        card.close(shown)
    card._open.clear()


@pytest.fixture
def asked() -> Quiz:
    """The quiz of that chapter."""
    return quiz("02", *VISITS)


class TestAsking:
    """Visits that fit, and visits that do not."""

    @pytest.mark.parametrize(
        "visits",
        [
            (),
            VISITS[:1],
            VISITS[::-1],
            (*VISITS, visit()),
            ("before", "after"),
            (visit(), visit(post, own=Own(form="<form>"))),
        ],
    )
    def test_others_are_refused(self, visits: tuple[object, ...]) -> None:
        """The message says which are wanted."""
        with pytest.raises(LabError) as told:
            quiz("02", *visits)

        wanted = "before, after: visits with nothing; POST"
        assert str(told.value) == f'quiz("02", ...) wants {wanted}.'

    def test_what_is_no_visit_is_passed_over(self) -> None:
        """Beside the right ones it does no harm."""
        assert quiz("02", VISITS[0], "and", VISITS[1]).visits == VISITS

    def test_a_chapter_without_a_quiz(self) -> None:
        """The message lists those that have one."""
        with pytest.raises(LabError) as told:
            questions_of("01")

        assert str(told.value) == f"Chapter '01' has no quiz. Known: {', '.join(CHAPTERS)}."

    def test_each_chapter_has_a_module(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is found by the table of chapters."""
        names: list[str] = []

        def found(name: str) -> Any:
            names.append(name)
            return SimpleNamespace(QUESTIONS=QUESTIONS)

        monkeypatch.setattr(quizzes, "import_module", found)

        assert questions_of("10") is QUESTIONS
        assert names == ["labapp.checks.questions.cases"]

    def test_parts(self, asked: Quiz) -> None:
        """It keeps chapter, questions and visits."""
        assert (asked.chapter, asked.questions, asked.visits) == ("02", ASKED, VISITS)


class TestAnswering:
    """Typed answers."""

    @pytest.mark.parametrize("letter", ["b", " B "])
    def test_a_reply(self, asked: Quiz, letter: str) -> None:
        """It brings what is said to that choice, and evidence of these visits."""
        reply = asked.answer(1, letter)

        assert reply.choice is ASKED[0].choices[1]
        assert (reply.letter, reply.evidence) == ("b", "nothing; POST")

    @pytest.mark.parametrize(
        ("number", "letter", "says"),
        [
            (0, "a", "There is no question 0: choose a number, 1 to 2."),
            (3, "a", "There is no question 3: choose a number, 1 to 2."),
            ("1", "a", "There is no question '1': choose a number, 1 to 2."),
            (1, "C", "Question 1 has no choice 'C': choose a, b."),
            (2, "d", "Question 2 has no choice 'd': choose a, b, c."),
        ],
    )
    def test_no_such_answer(self, asked: Quiz, number: Any, letter: str, says: str) -> None:
        """The message says what can be chosen, and nothing is kept."""
        with pytest.raises(LabError) as told:
            asked.answer(number, letter)

        assert str(told.value) == says
        assert recall("quiz", "02") == {}

    def test_answers_are_kept(self, asked: Quiz) -> None:
        """In the order of trying, by question; the same one again is not a new try."""
        for letter in "abbab":
            asked.answer(1, letter)
        for letter in "ca":
            asked.answer(2, letter)

        tried = {"1": ["a", "b", "a", "b"], "2": ["c", "a"]}
        assert recall("quiz", "02") == {"answers": tried}
        assert recall("quiz", "03") == {}

    @pytest.mark.parametrize("damaged", ["ab", {"a": 1}, 7])
    def test_a_damaged_file_is_begun_anew(self, asked: Quiz, damaged: object) -> None:
        """What is no list of letters was never tried."""
        remember("quiz", "02", answers={"1": damaged})
        asked.answer(1, "a")

        assert recall("quiz", "02") == {"answers": {"1": ["a"]}}

    def test_letters_that_are_gone_are_forgotten(self, asked: Quiz) -> None:
        """A chapter may have fewer choices than before."""
        remember("quiz", "02", answers={"1": ["d", "a", 7]})
        asked.answer(1, "a")
        asked.answer(1, "b")

        assert recall("quiz", "02")["answers"] == {"1": ["a", "b"]}


class TestForm:
    """The quiz as widgets, text and HTML."""

    def parts(self, asked: Quiz, number: int) -> tuple[Any, Any, Any]:
        """Return field, button and reply of question *number*."""
        field, button, reply = asked._widget().children[number].children
        return field, button, reply

    def test_parts(self, asked: Quiz) -> None:
        """Each question has its choices, a button with its number, and room for a reply."""
        field, button, reply = self.parts(asked, 2)

        assert field.description == "2. what?"
        assert field.options == (("a) a word", "a"), ("b) a line", "b"), ("c) a page", "c"))
        assert field.value is None
        assert button.description == "Answer question 2"
        assert reply.value == ""
        assert len(asked._widget().children) == 3  # with the style sheet

    def test_answered(self, asked: Quiz) -> None:
        """The reply is an alert, which is read out, and the answer is kept."""
        field, button, reply = self.parts(asked, 1)
        button.click()
        assert reply.value == '<div role="alert">Choose one of the answers first.</div>'

        field.value = "b"
        button.click()
        said = asked.answer(1, "b")._repr_html_()
        assert reply.value == f'<div role="alert">{said}</div>'
        assert recall("quiz", "02") == {"answers": {"1": ["b"]}}

    def test_what_was_answered_is_shown_again(self, asked: Quiz) -> None:
        """The last choice and its reply, without an alert."""
        asked.answer(2, "a")
        asked.answer(2, "c")
        asked.answer(2, "b")
        field, _, reply = self.parts(asked, 2)

        assert field.value == "b"
        assert reply.value == asked.answer(2, "b")._repr_html_()
        assert self.parts(asked, 1)[0].value is None

    def test_a_full_disk_is_said_below(
        self, asked: Quiz, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And stays said, when something else is answered that needs no writing."""
        field, button, reply = self.parts(asked, 1)

        def no_space(*_: object, **__: object) -> int:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr(Path, "write_text", no_space)
            field.value = "a"
            button.click()
        note = reply.value.removesuffix("</div>").rpartition("<p>")[2]
        button.click()

        assert "kept until this kernel stops" in note
        assert reply.value.endswith(f"<p>{note}</div>")

    def test_shown_twice_is_one_form(self, asked: Quiz) -> None:
        """And the form of another chapter stays beside it."""
        first = asked._widget()

        assert asked._widget() is first
        other = quiz("03", *VISITS)._widget()
        assert (first.comm is None, other.comm is None) == (False, False)
        again = quiz("02", *VISITS)._widget()
        assert (first.comm is None, again.comm is None) == (True, False)

    def test_bundle(self, asked: Quiz) -> None:
        """A notebook gets the form, others HTML or text; whatever else it asks for."""
        bundle = asked._repr_mimebundle_(include=None, exclude=None)

        assert bundle["text/plain"] == repr(asked)
        assert bundle["text/html"] == asked._html
        assert "application/vnd.jupyter.widget-view+json" in bundle

    def test_html(self, asked: Quiz) -> None:
        """All questions and choices, escaped."""
        assert asked._html == (
            f'<div style="{CARD}">'
            "<p><strong>1. who &lt;reads&gt;?</strong><br>"
            "a) all<br>b) no&lt;body&gt;</p>"
            "<p><strong>2. what?</strong><br>a) a word<br>b) a line<br>c) a page</p></div>"
        )

    def test_text(self, asked: Quiz) -> None:
        """All questions and choices, and how to answer."""
        assert repr(asked).splitlines() == [
            "1. who <reads>?",
            "   a) all",
            "   b) no<body>",
            "2. what?",
            "   a) a word",
            "   b) a line",
            "   c) a page",
            'Answer with quiz("02", before, after).answer(1, "a")',
        ]


def test_the_file_says_no_more_than_letters(asked: Quiz, here: Path) -> None:
    """Neither secret nor evidence is written."""
    asked.answer(1, "a")
    kept = json.loads((here / "progress.json").read_text())

    assert kept["quiz"] == {"02": {"answers": {"1": ["a"]}}}
