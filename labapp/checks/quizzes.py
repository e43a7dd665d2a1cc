"""A quiz: a few questions, every choice answered with the evidence of this run."""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import Any

from labapp.checks.card import card, html, mimebundle
from labapp.checks.memory import recall, remember
from labapp.checks.question import Question, Questions, Reply
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.show.card import CARD

# The chapters that have a quiz, and the module that holds its questions.
CHAPTERS = {
    "02": "post",
    "03": "reports",
    "04": "session",
    "05": "forgery",
    "06": "encryption",
    "07": "attacker",
    "08": "claims",
    "09": "combinations",
    "10": "cases",
}


class Quiz:
    """The questions of a chapter about the visits you made; you receive it from `quiz`.

    As the last line of a cell it is a small form; where there are no widgets, it
    is a text, and `answer` replies.
    """

    def __init__(
        self, chapter: str, questions: tuple[Question, ...], visits: tuple[Visit, ...]
    ) -> None:
        self.chapter = chapter
        self.questions = questions
        self.visits = visits
        self._note = ""
        self._shown: Any = None

    def answer(self, number: int, letter: str) -> Reply:
        """Answer question *number* (from 1) with a *letter*; the reply brings the evidence.

        Raises `LabError` if there is no such question or choice.
        """
        reply = self._reply(number, letter)
        tried = self._tried(number)
        if tried[-1:] != [reply.letter]:
            kept = recall("quiz", self.chapter).get("answers", {})
            answers = {**kept, str(number): [*tried, reply.letter]}
            self._note = remember("quiz", self.chapter, answers=answers) or self._note
        return reply

    def _reply(self, number: int, letter: str) -> Reply:
        if number not in range(1, len(self.questions) + 1):
            raise LabError(
                f"There is no question {number!r}: choose a number, 1 to {len(self.questions)}."
            )
        lettered = self.questions[number - 1].lettered
        chosen = str(letter).strip().lower()
        if chosen not in lettered:
            raise LabError(
                f"Question {number} has no choice {letter!r}: choose {', '.join(lettered)}."
            )
        choice = lettered[chosen]
        return Reply(choice, chosen, choice.evidence(*self.visits))

    def _tried(self, number: int) -> list[str]:
        """Return the letters chosen so far, the last one at the end; [] if damaged."""
        kept = recall("quiz", self.chapter).get("answers", {}).get(str(number))
        known = self.questions[number - 1].lettered
        return [one for one in kept if one in known] if isinstance(kept, list) else []

    # Shown -------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return mimebundle(repr(self), self._html, self._widget)

    def _widget(self) -> Any:
        if self._shown is None:
            asked = [self._asked(number) for number in range(1, len(self.questions) + 1)]
            self._shown = card(f"quiz {self.chapter}", *asked)
        return self._shown

    def _asked(self, number: int) -> Any:
        from ipywidgets import Button, RadioButtons, VBox

        question = self.questions[number - 1]
        tried = self._tried(number)
        field = RadioButtons(
            options=[
                (f"{key}) {choice.text}", key) for key, choice in question.lettered.items()
            ],
            value=tried[-1] if tried else None,
            description=f"{number}. {question.text}",
        )
        button = Button(description=f"Answer question {number}")
        shown = html(self._reply(number, tried[-1])._repr_html_() if tried else "")

        def answer(_: object) -> None:
            said = (
                self.answer(number, field.value)._repr_html_()
                if field.value
                else "Choose one of the answers first."
            )
            # An alert that appears is read out; a region that was there is not.
            note = f"<p>{escape(self._note)}</p>" if self._note else ""
            shown.value = f'<div role="alert">{said}{note}</div>'

        button.on_click(answer)
        return VBox([field, button, shown])

    @property
    def _html(self) -> str:
        asked = "".join(
            f"<p><strong>{number}. {escape(question.text)}</strong><br>"
            + "<br>".join(f"{k}) {escape(c.text)}" for k, c in question.lettered.items())
            + "</p>"
            for number, question in enumerate(self.questions, 1)
        )
        return f'<div style="{CARD}">{asked}</div>'

    def __repr__(self) -> str:
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   {key}) {choice.text}" for key, choice in question.lettered.items()]
        names = questions_of(self.chapter).names
        lines.append(f'Answer with quiz("{self.chapter}", {names}).answer(1, "a")')
        return "\n".join(lines)


def quiz(chapter: str, /, *visits: object) -> Quiz:
    """Ask the questions of a chapter about *visits* of your own; show it to get the form.

    ``quiz("02", before, after)``; in chapters 08 and 09 ``quiz("09", *seven)``.
    Answers are kept in ``progress.json``. Raises `LabError` for a chapter that
    has no quiz and for visits under other remediations than it is about.
    """
    wanted = questions_of(chapter)
    made = tuple(one for one in visits if isinstance(one, Visit) and not one.own.any)
    if [one.remediations for one in made] != list(wanted.visits):
        raise LabError(f'quiz("{chapter}", ...) wants {wanted.wanted}.')
    return Quiz(chapter, wanted.questions, made)


def questions_of(chapter: str) -> Questions:
    """Return the questions of a chapter (``"02"``); `LabError` lists those that have some."""
    if chapter not in CHAPTERS:
        raise LabError(f"Chapter {chapter!r} has no quiz. Known: {', '.join(CHAPTERS)}.")
    module = import_module(f"labapp.checks.questions.{CHAPTERS[chapter]}")
    questions: Questions = module.QUESTIONS
    return questions
