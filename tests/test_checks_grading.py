"""`check` and `hint`: names, attempts, hints, and what is remembered of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labapp.checks import Verdict, check, grading, hint, memory
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import OPEN, Line
from labapp.errors import LabError


@dataclass(frozen=True, repr=False)
class Echo(Exercise):
    """An exercise that passes whoever answers "right"."""

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Compare, as no real exercise may."""
        lines = () if answer == ("no view",) else (Line(OPEN, "log", ""),)
        given = "".join(f": {name}={value!r}" for name, value in parts.items())
        return Verdict(self.name, answer == ("right",), f"So it is{given}.", lines)


@pytest.fixture(autouse=True)
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One exercise, and a folder without progress."""
    exercise = Echo("say it", "00", "Say it <loudly>.", ("Where?", "Why?", "How?"))
    monkeypatch.setattr(grading, "exercises", lambda: {"say it": exercise})
    monkeypatch.chdir(tmp_path)
    memory.forget()


def test_an_unknown_name_lists_the_known() -> None:
    """In one line, with the one that was meant."""
    for word in (check, hint):
        with pytest.raises(LabError, match=r"Did you mean .say it."):
            word("sayit")


@pytest.mark.parametrize("word", [check, hint])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ("sayit",),
            "There is no exercise 'sayit'. Did you mean \"say it\"? Known: hear it, say it.",
        ),
        (
            ("he",),
            "There is no exercise 'he'. Did you mean \"hear it\"? Known: hear it, say it.",
        ),
        (("xyz",), "There is no exercise 'xyz'. Known: hear it, say it."),
        ((), "There is no exercise ''. Known: hear it, say it."),
        ((7,), "There is no exercise 7. Known: hear it, say it."),
    ],
)
def test_an_unknown_name(
    monkeypatch: pytest.MonkeyPatch,
    word: Callable[..., object],
    given: tuple[object, ...],
    said: str,
) -> None:
    """The one that is near is meant, if one is; all are named, in order."""
    known = dict.fromkeys(("say it", "hear it"), Echo("it", "00", "", ("", "", "")))
    monkeypatch.setattr(grading, "exercises", lambda: known)
    with pytest.raises(LabError) as raised:
        word(*given)

    assert str(raised.value) == said


def test_parts_are_an_answer_too() -> None:
    """Given by their names they reach the exercise, and the attempt counts."""
    verdict = check("say it", "right", form="aloud")

    assert isinstance(verdict, Verdict)
    assert verdict.summary == "So it is: form='aloud'."
    assert isinstance(check("say it", form="aloud"), Verdict)
    assert memory.recall("exercise", "say it")["attempts"] == 2


def test_without_an_answer_the_task_is_shown() -> None:
    """And no attempt is counted."""
    task = check("say it")
    assert repr(task) == "say it: Say it <loudly>."
    assert "Say it &lt;loudly&gt;." in task._repr_html_()
    assert memory.recall("exercise", "say it") == {}


def test_attempts_are_counted_and_a_pass_stays() -> None:
    """Passing once is enough, whatever is tried afterwards."""
    assert [bool(check("say it", word)) for word in ("no", "right", "no")] == [
        False,
        True,
        False,
    ]
    kept = json.loads(Path("progress.json").read_text())["exercise"]["say it"]
    assert kept == {"attempts": 3, "hints": 0, "passed": True}


def test_the_first_hint_comes_by_itself_after_two_tries() -> None:
    """Not before, and never a second one unasked."""
    hints = [check("say it", "no").hints for _ in range(5)]
    assert hints == [(), (), ("Where?",), ("Where?",), ("Where?",)]
    assert check("say it", "right").hints == ()


def test_a_hint_does_not_come_where_nothing_was_graded() -> None:
    """It is about a place; who only forgot a return is told that, and no more."""
    assert [check("say it", "no view").hints for _ in range(5)] == [()] * 5
    hint("say it")
    assert check("say it", "no view").hints == ()
    assert check("say it", "no").hints == ("Where?",)


def test_hints_come_one_by_one_and_stay() -> None:
    """Asking again gives one more; those before are still there; so they are in a verdict."""
    assert [tuple(hint("say it")) for _ in range(4)] == [
        ("Where?",),
        ("Where?", "Why?"),
        ("Where?", "Why?", "How?", grading.LAST),
        ("Where?", "Why?", "How?", grading.LAST),
    ]
    assert repr(hint("say it")) == "1. Where?\n2. Why?\n3. How?\nThat was the last hint."
    assert "Hint:    How?" in repr(check("say it", "no"))


def test_the_card_offers_more_hints_until_the_last() -> None:
    """Not after it; but where no hint is shown, it says how to see them again."""
    offers = []
    for _ in range(3):
        hint("say it")
        offers.append('More:    hint("say it")' in repr(check("say it", "no")))
    assert offers == [True, True, False]
    assert 'More:    hint("say it")' in repr(check("say it", "no view"))


def test_a_folder_that_cannot_be_written_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attempt counts all the same, in memory."""

    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    first, second = check("say it", "no"), check("say it", "no")
    assert "progress.json cannot be written (Permission denied)" in repr(first)
    assert "progress.json" not in repr(second)
    assert memory.recall("exercise", "say it")["attempts"] == 2
