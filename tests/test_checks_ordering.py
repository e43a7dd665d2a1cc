"""Order these lines: what becomes of the letters, whoever grades the view they make."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import RequestFactory

from labapp.checks.ordering import OrderExercise
from labapp.checks.verdict import CLOSED, Line, Verdict
from labapp.checks.views import ViewExercise
from labapp.site.configuration import configure

PIECES = (
    'first = request.POST["sensitive_info"]',
    'second = first + " again"',
    "request.seen = second",
    "return None",
    "request.seen = 7",
)
KNOWN = "Use letters from A, B, C, D, E, each at most once."
GRADED = Verdict("inner", True, "It works.", (Line(CLOSED, "place", "well"),), "why?")


@dataclass(frozen=True, repr=False)
class Grader(ViewExercise):
    """Keeps the views it is given, and says of each what `GRADED` says."""

    given: list[Any] = field(default_factory=list)

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Pass it, if it is one view and nothing more."""
        self.given.extend(answer)
        assert not parts
        return GRADED


@pytest.fixture
def exercise() -> Iterator[OrderExercise]:
    """An exercise with a grader of its own; the lines it ran are forgotten afterwards."""
    before = set(linecache.cache)
    hints = ("a", "b", "c")
    yield OrderExercise(
        "order", "04", "Order.", hints, PIECES, Grader("inner", "04", "Write.", hints)
    )
    for name in set(linecache.cache) - before:
        del linecache.cache[name]


def submission() -> Any:
    """Return the form, sent by POST."""
    configure()
    return RequestFactory().post("/sensitive", {"sensitive_info": "Rex"})


def letters(exercise: OrderExercise, *numbers: int) -> list[str]:
    """Return the letters of these pieces."""
    rows = [row.split("  ", 1) for row in exercise.material.splitlines()]
    known = {line: letter for letter, line in rows}
    return [known[PIECES[number]] for number in numbers]


def given(exercise: OrderExercise) -> Any:
    """Return the last view that the grader got."""
    assert isinstance(exercise.graded, Grader)
    return exercise.graded.given[-1]


def test_the_lines_are_a_method_in_that_order(exercise: OrderExercise) -> None:
    """A POST runs them, and the verdict on that view is given under the exercise's name."""
    word = "".join(letters(exercise, 0, 1, 2, 3))
    verdict = exercise.grade(word)

    request = submission()
    assert given(exercise).as_view()(request) is None
    assert request.seen == "Rex again"
    assert verdict == Verdict("order", True, "It works.", GRADED.lines, "why?")


def test_another_order_is_another_view(exercise: OrderExercise) -> None:
    """It is run as given, mistakes and all: a line too early knows nothing."""
    exercise.grade("".join(letters(exercise, 1, 0)))

    request = submission()
    with pytest.raises(UnboundLocalError) as told:
        given(exercise).as_view()(request)
    assert str(told.traceback[-1].statement).strip() == PIECES[1]  # quoted


def test_its_source_can_be_shown(exercise: OrderExercise) -> None:
    """Python finds the lines, each run under a name of its own."""
    word = "".join(letters(exercise, 0, 2))
    exercise.grade(word)
    view = given(exercise)
    name = view.post.__code__.co_filename

    assert name == f"<the lines {word}>"
    assert "".join(linecache.getlines(name)).splitlines()[-2:] == [
        f"        {PIECES[0]}",
        f"        {PIECES[2]}",
    ]
    assert linecache.getlines(name)[-1].endswith("\n")
    linecache.checkcache(name)
    assert linecache.getlines(name)  # no file is looked for
    assert view.__module__ == "ordered"


def test_it_asks_for_stars(exercise: OrderExercise) -> None:
    """The view is decorated: a report of a crash hides the field."""
    exercise.grade("".join(letters(exercise, 0, 3)))
    request = submission()
    given(exercise).as_view()(request)

    assert request.sensitive_post_parameters == ("sensitive_info",)


@pytest.mark.parametrize("spelt", ["word", "small letters", "commas", "list", "tuple", "gaps"])
def test_how_letters_may_be_written(exercise: OrderExercise, spelt: str) -> None:
    """In a word or a list, small or large, with what people put between them."""
    chosen = letters(exercise, 0, 2, 3)
    word = {
        "word": "".join(chosen),
        "small letters": "".join(chosen).lower(),
        "commas": ", ".join(chosen),
        "list": chosen,
        "tuple": tuple(chosen),
        "gaps": " ; ".join(chosen) + " ",
    }[spelt]

    assert exercise.grade(word).passed
    assert given(exercise).post.__code__.co_filename == f"<the lines {''.join(chosen)}>"


def test_all_lines_are_too_many(exercise: OrderExercise) -> None:
    """One of them is never needed; the view works, and does not pass."""
    verdict = exercise.grade("".join(letters(exercise, 0, 1, 2, 3, 4)))

    says = "It works, but not every line is needed: which one is never reached?"
    assert verdict == Verdict("order", passed=False, summary=says)
    assert exercise.grade("".join(letters(exercise, 0, 1, 2, 3))).passed


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((), f"There is nothing to check yet. {KNOWN}"),
        (("",), f"There is nothing to check yet. {KNOWN}"),
        ((" ",), f"There is nothing to check yet. {KNOWN}"),
        ((7,), f"There is nothing to check yet. {KNOWN}"),
        ((...,), f"There is nothing to check yet. {KNOWN}"),
        (([],), f"There is nothing to check yet. {KNOWN}"),
        (("ABA",), KNOWN),
        (("ABF",), KNOWN),
        (("ABX",), KNOWN),
        (("A+B",), KNOWN),
        (([1, 2],), KNOWN),
    ],
)
def test_what_is_no_order(
    exercise: OrderExercise, answer: tuple[object, ...], says: str
) -> None:
    """It is told in a sentence, and no line is run."""
    assert exercise.grade(*answer) == Verdict("order", passed=False, summary=says)
    assert isinstance(exercise.graded, Grader)
    assert exercise.graded.given == []


def test_a_view_that_does_not_pass_is_not_told_of_lines(
    exercise: OrderExercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all lines the verdict on the view is given as it is, if that is a "not yet"."""
    not_yet = Verdict("inner", False, "It does not work.")
    monkeypatch.setattr(Grader, "grade", lambda *_: not_yet)

    verdict = exercise.grade("".join(letters(exercise, 0, 1, 2, 3, 4)))
    assert verdict == Verdict("order", False, "It does not work.")


def test_the_lines_are_mixed_by_the_name(exercise: OrderExercise) -> None:
    """The same every time, each once, in rows of a letter and the line; not as they belong."""
    rows = [row.split("  ", 1) for row in exercise.material.splitlines()]

    assert exercise.material == exercise.material
    assert [letter for letter, _ in rows] == ["A", "B", "C", "D", "E"]
    assert sorted(line for _, line in rows) == sorted(PIECES)
    assert [line for _, line in rows] != list(PIECES)
    other = OrderExercise("other", "04", "Order.", ("a", "b", "c"), PIECES)
    assert other.material != exercise.material
