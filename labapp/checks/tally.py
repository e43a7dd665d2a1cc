"""A tally: how a class answered each row of its predictions, without a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from labapp.checks.answer import NOT_SURE
from labapp.checks.asked import ASKED
from labapp.checks.receipts import Foreseen
from labapp.checks.roster import Learner
from labapp.checks.row import ROWS

FEWEST = 3  # learners; fewer can be told apart
START = 1 / 3  # of the class: where so many were surprised, a discussion is worth it


@dataclass(frozen=True)
class Tallied:
    """One row: how many gave each answer, what was *measured*, and who was surprised.

    *different* learners said something else than was measured, and *sure* of them
    would have bet on it; *of* answered at all.
    """

    title: str
    label: str
    answers: tuple[tuple[str, int], ...]
    measured: str
    different: int
    sure: int
    of: int

    @property
    def start(self) -> bool:
        """True if a third or more were surprised."""
        return self.different >= self.of * START

    @property
    def text(self) -> str:
        """The row in columns."""
        given = ", ".join(f"{said} {count}" for said, count in self.answers)
        surprised = f"different {self.different} of {self.of} ({self.sure} sure)"
        mark = "  <- start here" if self.start and self.measured else ""
        return (
            f"  {self.label}: {given}\n    measured {self.measured or '?'}; {surprised}{mark}"
        )


def tally(learners: Iterable[Learner]) -> Iterator[Tallied]:
    """Yield each row that `FEWEST` learners or more answered, in the order of the chapters."""
    everybody = list(learners)
    for title, (_, rows) in ASKED.items():
        for row in rows:
            given = [
                one.predictions[title][row]
                for one in everybody
                if row in one.predictions.get(title, {})
            ]
            if len(given) >= FEWEST:
                yield _counted(title, row, given)


def tally_text(learners: Iterable[Learner]) -> str:
    """Return the whole tally as text."""
    lines: list[str] = []
    for one in tally(learners):
        heading = f"{ASKED[one.title][0]}  {one.title}"
        if heading not in lines:
            lines.append(heading)
        lines.append(one.text)
    if not lines:
        return f"No prediction was answered by {FEWEST} learners or more: fewer are not shown."
    return "\n".join(lines)


def _counted(title: str, row: str, given: list[Foreseen]) -> Tallied:
    measured = Counter(one.measured for one in given if one.measured not in ("", "unknown"))
    truth = max(measured, key=measured.__getitem__, default="")
    other = [one for one in given if truth and _word(one) not in (truth, NOT_SURE)]
    return Tallied(
        title,
        ROWS[row].label if row in ROWS else row,
        tuple(sorted(Counter(map(_word, given)).items())),
        truth,
        len(other),
        sum(one.said.endswith(", sure") for one in other),
        len(given),
    )


def _word(one: Foreseen) -> str:
    """Return what was said, without how sure."""
    return one.said.partition(",")[0]
