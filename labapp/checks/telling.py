"""Tell answers apart that nobody can decrypt: a function, graded on fresh neighbours."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from labapp.checks import bounded, mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import AGREES, MISSES, UNKNOWN, Line, Verdict
from labapp.conversations import missing
from labapp.lab.laboratory import laboratory
from labapp.lab.neighbour import ANSWERS
from labapp.site.application import Own

WORDS = ANSWERS[:2]
CERTAIN, MORE = 3, 4  # neighbours for each word, and more whom chance decides


@dataclass(frozen=True, repr=False)
class TellingExercise(Exercise):
    """A function ``read_answer(sent)`` to write, which says "yes" or "no".

    It is given how many bytes each encrypted record of a neighbour has. Ten neighbours
    answer, in an order that chance makes: whoever guesses passes one time in hundreds.
    """

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Let the learner's function read each neighbour's answer, and compare."""
        look = answer[0] if answer else None
        if not callable(look):
            return self._no("There is nothing to check yet: give your function, by its name.")
        words = [*WORDS * CERTAIN, *random.choices(WORDS, k=MORE)]
        random.shuffle(words)
        lines = []
        for number, word in enumerate(words, 1):
            heard = laboratory().overhear(word, Own())
            name = f"neighbour {number}"
            if gaps := missing(heard.capture):
                lines.append(Line(UNKNOWN, name, gaps[0]))
                continue
            try:
                said = bounded.call(look, heard.sent)
            except bounded.Endless:
                return self._no("Your function did not return. Is there a loop without end?")
            except Exception as error:
                return self._no(mistakes.raised(error))
            if said not in WORDS:
                return self._no(f'Your function returned {said!r}: return "yes" or "no".')
            state = AGREES if said == word else MISSES
            lines.append(Line(state, name, f"you say {said}, it was {word}"))
        good = sum(line.good for line in lines)
        passed = good == len(lines)
        return Verdict(
            self.name,
            passed=passed,
            summary=f"Your function reads {good} of {len(lines)} answers as they were.",
            lines=tuple(lines),
            think=""
            if passed
            else "what differs between two visits of your own, a yes and a no?",
        )

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)
