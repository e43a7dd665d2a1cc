"""Tell answers apart: a function judged by neighbours made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from labapp.checks import bounded, telling
from labapp.checks.telling import TellingExercise
from labapp.checks.verdict import AGREES, MISSES, UNKNOWN, Line, Verdict
from labapp.lab.neighbour import Overheard
from labapp.site.application import Own
from tests.overheard import Sealed, overheard

EXERCISE = TellingExercise("tell", "06", "Tell.", ("a", "b", "c"))
SENT = {"yes": (303,), "no": (302,)}


def read(sent: tuple[int, ...]) -> str:
    """Tell them apart."""
    return "yes" if sent == SENT["yes"] else "no"


@dataclass
class Lab:
    """A lab whose neighbours send what `SENT` says; it keeps who answered, in order."""

    lost: str = ""  # of this one a packet is missing
    said: list[str] = field(default_factory=list)

    def overhear(self, word: str, own: Own) -> Overheard:
        """Let a neighbour answer on the lab's own site."""
        assert own == Own()
        self.said.append(word)
        return overheard(word, Sealed(SENT[word]), lost=word == self.lost)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The lab in which the exercise is graded."""
    made = Lab()
    monkeypatch.setattr(telling, "laboratory", lambda: made)
    return made


def test_whoever_reads_all_passes(lab: Lab) -> None:
    """Ten neighbours, each in a line of its own; nothing is left to ask."""
    verdict = EXERCISE.grade(read)

    assert len(lab.said) == 10
    assert verdict == Verdict(
        "tell",
        passed=True,
        summary="Your function reads 10 of 10 answers as they were.",
        lines=tuple(
            Line(AGREES, f"neighbour {number}", f"you say {word}, it was {word}")
            for number, word in enumerate(lab.said, 1)
        ),
    )


def test_whoever_misses_some_is_asked(lab: Lab) -> None:
    """Each miss stands in its line, and the sum is said."""
    verdict = EXERCISE.grade(lambda sent: "yes")

    yes = lab.said.count("yes")
    assert verdict.summary == f"Your function reads {yes} of 10 answers as they were."
    assert not verdict.passed
    assert verdict.think == "what differs between two visits of your own, a yes and a no?"
    assert [line.state for line in verdict.lines] == [
        AGREES if word == "yes" else MISSES for word in lab.said
    ]
    assert "you say yes, it was no" in {line.detail for line in verdict.lines}


def test_chance_makes_words_and_order(lab: Lab) -> None:
    """At least three of each word, and in many rounds no two alike, nor always as many."""
    rounds = []
    for _ in range(20):
        lab.said.clear()
        EXERCISE.grade(read)
        rounds.append(tuple(lab.said))

    assert {*SENT} == {word for one in rounds for word in one}
    assert all(one.count(word) >= 3 for one in rounds for word in SENT)
    assert len({one.count("yes") for one in rounds}) > 1
    # Two of the 20 are alike once in a few times, ten or more never.
    assert len(set(rounds)) > 10


def test_what_was_not_captured_is_unknown(lab: Lab) -> None:
    """Such a neighbour counts for nothing, and the others are judged all the same."""
    lab.lost = "no"
    verdict = EXERCISE.grade(read)

    unknown = [line for line in verdict.lines if line.state == UNKNOWN]
    assert {line.detail for line in unknown} == {"one packet was dropped"}
    assert [line.place for line in unknown] == [
        f"neighbour {number}" for number, word in enumerate(lab.said, 1) if word == "no"
    ]
    assert len(verdict.lines) == 10
    assert sum(line.state == AGREES for line in verdict.lines) == lab.said.count("yes")
    assert not verdict.passed


@pytest.mark.parametrize("given", [(), (None,), (...,), ("read",)])
def test_what_is_no_function(given: tuple[object, ...]) -> None:
    """It is asked for, before anybody answers."""
    assert EXERCISE.grade(*given) == Verdict(
        "tell",
        passed=False,
        summary="There is nothing to check yet: give your function, by its name.",
    )


def _raises(sent: tuple[int, ...]) -> str:
    raise KeyError(sent[0])


def _endless(sent: tuple[int, ...]) -> str:
    raise bounded.Endless


@pytest.mark.parametrize(
    ("look", "says"),
    [
        (lambda sent: True, 'Your function returned True: return "yes" or "no".'),
        (lambda sent: "maybe", 'Your function returned \'maybe\': return "yes" or "no".'),
        (_raises, "Your function raised KeyError: 30"),
        (_endless, "Your function did not return. Is there a loop without end?"),
    ],
)
def test_a_function_that_says_no_word(
    lab: Lab, look: Callable[[tuple[int, ...]], object], says: str
) -> None:
    """It is told in a sentence at the first neighbour."""
    verdict = EXERCISE.grade(look)

    assert verdict.summary.startswith(says)
    assert (verdict.name, verdict.passed, verdict.lines) == ("tell", False, ())
    assert len(lab.said) == 1
