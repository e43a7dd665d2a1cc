"""A roster: every learner of a class and what their receipts say, as a table or CSV."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from labapp.checks.receipts import Done, Foreseen, Receipt, exercises_of

# A spreadsheet runs a cell that begins so (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass
class Learner:
    """One learner: all names typed, and what was done and predicted, by chapter."""

    code: str
    names: list[str] = field(default_factory=list)
    done: dict[str, dict[str, Done]] = field(default_factory=dict)
    predictions: dict[str, dict[str, Foreseen]] = field(default_factory=dict)

    def add(self, receipt: Receipt) -> None:
        """Take what *receipt* says; of two about one exercise, the further one counts."""
        if receipt.name not in self.names:
            self.names.append(receipt.name)
        known = self.done.setdefault(receipt.chapter, {})
        for name, new in receipt.exercises.items():
            old = known.get(name, Done())
            known[name] = Done(
                max(old.attempts, new.attempts),
                old.passed or new.passed,
                max(old.hints, new.hints),
            )
        for title, rows in receipt.predictions.items():
            self.predictions.setdefault(title, {}).update(rows)

    @property
    def name(self) -> str:
        """The name typed last."""
        return self.names[-1]

    def passed(self, chapter: str) -> int:
        """Return how many exercises of *chapter* are passed."""
        return sum(one.passed for one in self.done.get(chapter, {}).values())

    def attempts(self, chapter: str) -> int:
        """Return how many attempts *chapter* took."""
        return sum(one.attempts for one in self.done.get(chapter, {}).values())

    def hints(self, chapter: str) -> int:
        """Return how many hints were given in *chapter*."""
        return sum(one.hints for one in self.done.get(chapter, {}).values())


class Roster:
    """The learners of a class, by name; a receipt more or twice changes no other row."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        known: dict[str, Learner] = {}
        for receipt in receipts:
            known.setdefault(receipt.code, Learner(receipt.code)).add(receipt)
        self.learners = sorted(known.values(), key=lambda one: (one.name.casefold(), one.code))
        tried = {chapter for one in self.learners for chapter in one.done}
        self.chapters = sorted(chapter for chapter in tried if exercises_of(chapter))

    def table(self, *, anonymous: bool = False) -> str:
        """Return a row per learner, a column per chapter: exercises passed, of how many."""
        head = ["code" if anonymous else "learner", *([] if anonymous else ["code"])]
        rows = [[*head, *self.chapters, "passed", "attempts"]]
        for one in self.learners:
            who = [one.code] if anonymous else [one.name, one.code]
            cells = [
                f"{one.passed(chapter)}/{len(exercises_of(chapter))}"
                if chapter in one.done
                else "-"
                for chapter in self.chapters
            ]
            rows.append([*who, *cells, str(self._passed(one)), str(self._attempts(one))])
        if anonymous:
            rows[1:] = sorted(rows[1:])
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(_padded, row, widths)).rstrip() for row in rows]
        return "\n".join(
            [*lines, "2/3: passed, of the exercises of the chapter.  -: no receipt"]
        )

    def csv(self, *, anonymous: bool = False) -> str:
        """Return the same for a spreadsheet; what looks like a formula is written as text."""
        written = io.StringIO()
        out = csv.writer(written)
        counts = ("passed", "of", "attempts", "hints")
        columns = [f"{chapter} {count}" for chapter in self.chapters for count in counts]
        out.writerow([*([] if anonymous else ["name"]), "code", *columns, "passed", "attempts"])
        for one in (
            sorted(self.learners, key=lambda one: one.code) if anonymous else self.learners
        ):
            cells: list[str | int] = []
            for chapter in self.chapters:
                cells += _counted(one, chapter)
            who = [] if anonymous else [written_safely(one.name)]
            out.writerow([*who, one.code, *cells, self._passed(one), self._attempts(one)])
        return written.getvalue()

    def remarks(self) -> Iterator[str]:
        """Yield what a teacher should look at: a code with two names, a name with two codes."""
        codes = defaultdict(list)
        for one in self.learners:
            if len(one.names) > 1:
                yield (
                    f"Code {one.code} has more than one name: {', '.join(one.names)}. One "
                    "learner who typed two, or a progress.json that was passed on."
                )
            codes[one.name].append(one.code)
        for name, mine in codes.items():
            if len(mine) > 1:
                yield (
                    f"{name} has more than one code: {', '.join(mine)}. Two learners, or one "
                    "on two computers."
                )

    def _passed(self, learner: Learner) -> int:
        return sum(map(learner.passed, self.chapters))

    def _attempts(self, learner: Learner) -> int:
        return sum(map(learner.attempts, self.chapters))


def _counted(learner: Learner, chapter: str) -> Sequence[str | int]:
    if chapter not in learner.done:
        return ("", "", "", "")
    return (
        learner.passed(chapter),
        len(exercises_of(chapter)),
        learner.attempts(chapter),
        learner.hints(chapter),
    )


def written_safely(name: str) -> str:
    """Return *name* as a cell that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name


def _width(text: str) -> int:
    """Return how many columns of a terminal *text* takes."""
    return sum(
        0
        if unicodedata.category(sign) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(sign) in {"W", "F"}
        else 1
        for sign in text
    )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
