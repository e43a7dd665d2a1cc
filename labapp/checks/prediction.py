"""A prediction: what a learner expects before it is measured. Kept, never graded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from labapp.checks import answer
from labapp.checks.answer import Answer
from labapp.checks.card import mimebundle
from labapp.checks.comparison import UNKNOWN, Comparison, Line
from labapp.checks.form import Field, form
from labapp.checks.memory import recall, remember
from labapp.checks.row import Row, row
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.show.card import CARD

YES_OR_NO = ("yes", "no")


class Prediction:
    """Rows, each with an answer or none yet; you receive it from `predict`.

    As the last line of a cell it is a small form; where there are no widgets, it
    is a text.
    """

    def __init__(self, title: str, rows: Iterable[Row], choices: Iterable[object]) -> None:
        self.title = title
        self.rows = tuple(rows)
        self.choices = tuple(str(choice) for choice in choices)
        self._note = ""
        self._answers = self._recalled()
        self._shown: Any = None

    @property
    def answers(self) -> dict[str, str]:
        """What was said, by row: ``{"log": "no, sure"}``; open rows are missing."""
        return {word: str(said) for word, said in self._answers.items()}

    def answer(self, word: str, text: object) -> None:
        """Set the answer of one row: ``"yes"``, ``"yes, sure"``, ``"not sure"``, ``"?"``.

        Raises `LabError` if it is none of the choices.
        """
        if said := Answer.read(text, self.choices):
            self._answers[word] = said
        else:
            self._answers.pop(word, None)
        kept = self._kept()
        mine = {one.word for one in self.rows}
        others = {other: said for other, said in kept.items() if other not in mine}
        if (answers := {**others, **self.answers}) != kept:
            self._note = remember("prediction", self.title, answers=answers) or self._note

    def beside(self, measured: object) -> Comparison:
        """Return the prediction beside what was *measured*.

        Rows of the map want a `Visit`. Rows of your own want a mapping from row
        to True, False, None (unknown) or one of the choices; a single row, that
        alone. Raises `LabError` if these do not fit.
        """
        values = {word: _word(value) for word, value in self._measured(measured).items()}
        lines = []
        for one in self.rows:
            said = self._answers.get(one.word, Answer(""))
            lines.append(Line(one.label, said.said, said.sure, values[one.word]))
        self._keep(values)
        return Comparison(self.title, self._corner or "Question", tuple(lines))

    def _measured(self, measured: object) -> Mapping[str, object]:
        words = [one.word for one in self.rows]
        if isinstance(measured, Visit):
            for one in self.rows:
                if not one.places:
                    raise LabError(
                        f"A visit does not say {one.word!r}: give beside() what was measured, "
                        f"such as {{{one.word!r}: True}}."
                    )
            return {one.word: one.measured(measured.seen) for one in self.rows}
        if not isinstance(measured, Mapping):
            if len(words) == 1:
                return {words[0]: measured}
            raise LabError("Give beside() a visit, or what was measured by row: {...: True}.")
        if set(words) != set(measured):
            raise LabError(
                f"This prediction has the rows {', '.join(map(repr, words))}; beside() was "
                f"given {', '.join(map(repr, measured)) or 'none'}."
            )
        return measured

    def _keep(self, values: Mapping[str, str]) -> None:
        """Remember what was measured beside an answer, for a teacher's tally."""
        known = {*self.choices, *YES_OR_NO, UNKNOWN}
        beside = {w: value for w, value in values.items() if w in self._answers}
        if beside and known.issuperset(beside.values()):
            kept = recall("prediction", self.title).get("measured", {})
            if (measured := {**kept, **beside}) != kept:
                self._note = remember("prediction", self.title, measured=measured) or self._note

    def _kept(self) -> dict[str, Any]:
        return dict(recall("prediction", self.title).get("answers", {}))

    def _recalled(self) -> dict[str, Answer]:
        kept = self._kept()
        recalled = {}
        for word in [one.word for one in self.rows if one.word in kept]:
            try:
                said = Answer.read(kept[word], self.choices)
            except LabError:  # the choices are others by now
                continue
            if said:
                recalled[word] = said
        return recalled

    # Shown -------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return mimebundle(repr(self), self._html, self._widget)

    def _widget(self) -> Any:
        if self._shown is None:
            said = self.answers
            self._shown = form(
                f"prediction {self.title}",
                f"<strong>{escape(self._heading)}</strong><br>{escape(self._corner)}",
                [Field(one.word, one.label, said.get(one.word, "")) for one in self.rows],
                [str(one) for one in answer.answers(self.choices)],
                self._chosen,
            )
        return self._shown

    def _chosen(self, word: str, text: str) -> str:
        if word:
            self.answer(word, text)
        return self._state

    @property
    def _heading(self) -> str:
        return f"Your prediction: {self.title}"

    @property
    def _corner(self) -> str:
        return "Someone who ..." if all(one.places for one in self.rows) else ""

    @property
    def _state(self) -> str:
        left = len(self.rows) - len(self._answers)
        state = f"{left} of {len(self.rows)} still open." if left else "All answered."
        return " ".join(filter(None, (state, "You get no grade.", self._note)))

    @property
    def _html(self) -> str:
        rows = "".join(
            f"<li>{escape(one.label)}: {escape(self.answers.get(one.word, '?'))}</li>"
            for one in self.rows
        )
        return (
            f'<div style="{CARD}"><strong>{escape(self._heading)}</strong>'
            f"<br>{self._corner}<ul>{rows}</ul>{escape(self._state)}</div>"
        )

    def __repr__(self) -> str:
        width = max(len(one.label) for one in self.rows)
        rows = [
            f"  {one.label:{width}}  {self.answers.get(one.word, '?')}" for one in self.rows
        ]
        return "\n".join([self._heading, *rows, self._state])


def predict(
    title: str,
    /,
    *rows: str | Mapping[str, object],
    choices: Iterable[object] = YES_OR_NO,
    **answers: object,
) -> Prediction:
    """Ask for a prediction, one answer per row; show the result to get the form.

    Rows of the exposure map are named by a word, rows of your own by a mapping
    from label to answer::

        predict("after POST", "listener", "log", "history")
        predict("after POST", listener="yes", log="no, sure", history="?")
        predict("how often", {"your sentence": "?"}, choices=(0, 1, 2))

    ``"?"`` is open, ``"not sure"`` always possible, ``", sure"`` marks what you
    would bet on. Answers are kept in ``progress.json`` under *title*. Raises
    `LabError` for a row that the map does not have and for what is no choice.
    """
    typed: dict[str, object] = {}
    asked: list[Row] = []
    for one in rows:
        if isinstance(one, Mapping):
            typed |= one
            asked += [Row(label, label) for label in one]
        else:
            asked.append(row(one))
    typed |= answers
    asked += [row(word) for word in answers]
    if not asked:
        raise LabError('Name at least one row: predict("after POST", "listener", "log").')
    prediction = Prediction(title, dict.fromkeys(asked), choices)
    for word, text in typed.items():
        if Answer.read(text, prediction.choices):  # an open one keeps what was chosen before
            prediction.answer(word, text)
    return prediction


def _word(value: object) -> str:
    """Return a measured value in the words of the choices."""
    if value is None:
        return UNKNOWN
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
