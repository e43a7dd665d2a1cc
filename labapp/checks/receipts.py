"""A receipt: what one learner did in one chapter, in a line that can be pasted anywhere.

The line is ``labapp1.`` and JSON in base64 (RFC 4648, section 5) and a checksum
(CRC-32), so that neither a mail's quotes nor its line ends matter, and a lost
letter is noticed. It holds a name that was typed, a number drawn by chance, and
counts and words of `labapp.checks.memory`: no secret, no view, no time. It is a
convenience and no proof: who reads this module can write any receipt.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from labapp.checks.asked import ASKED
from labapp.checks.exercises import exercises
from labapp.errors import LabError
from labapp.show.card import CARD, MONO

MARK = "labapp1."
LONGEST = 8192  # signs of a receipt; a real one has a few hundred
LONGEST_NAME = 60

Value = TypeVar("Value")

_LINE = re.compile(r"labapp1\.(?P<body>[A-Za-z0-9_=-]{1,8192})\.(?P<sum>[0-9a-f]{8})")
_SAID = re.compile(r"not sure|(?:yes|no|[0-9]{1,2})(?:, sure|, a guess)")
_MEASURED = re.compile("|yes|no|unknown|[0-9]{1,2}")
_JOINERS = "\u200c\u200d"  # letters of some scripts are joined by what cannot be seen


class Done(NamedTuple):
    """What happened to one exercise: how often it was tried, if it passed, hints given."""

    attempts: int = 0
    passed: bool = False
    hints: int = 0


class Foreseen(NamedTuple):
    """One row of a prediction: what was *said* (``"no, sure"``), and what was *measured*."""

    said: str
    measured: str


@dataclass(frozen=True, repr=False)
class Receipt:
    """What one learner did in one *chapter*; as the last line of a cell it shows itself.

    *number* tells two learners of one *name* apart. *exercises* are by name,
    *predictions* by title and row; what was not tried is missing.
    """

    chapter: str
    name: str
    number: int
    exercises: Mapping[str, Done] = field(default_factory=dict)
    predictions: Mapping[str, Mapping[str, Foreseen]] = field(default_factory=dict)
    note: str = field(default="", compare=False)  # about progress.json

    @property
    def code(self) -> str:
        """The number as it is read aloud: ``4821-7730``."""
        return f"{self.number // 10_000:04}-{self.number % 10_000:04}"

    @property
    def line(self) -> str:
        """The receipt as one line, to be pasted."""
        known = {
            "chapter": self.chapter,
            "name": self.name,
            "number": self.number,
            "exercises": self.exercises,
            "predictions": self.predictions,
        }
        written = json.dumps(known, separators=(",", ":"), ensure_ascii=False).encode()
        return f"{MARK}{urlsafe_b64encode(written).decode()}.{crc32(written):08x}"

    @classmethod
    def read(cls, line: str) -> Receipt:
        """Return the receipt that *line* holds; `LabError` says what keeps it from being one."""
        found = _LINE.match(line)
        if found is None:
            raise LabError("it is cut off: paste the whole line.")
        try:
            written = urlsafe_b64decode(found["body"])
        except ValueError:  # letters are missing: 4 signs are 3 bytes
            written = None
        if written is None or f"{crc32(written):08x}" != found["sum"]:
            raise LabError("a letter was lost or changed on the way: paste it again.")
        try:
            return cls._of(json.loads(written))
        except (ValueError, RecursionError):
            raise LabError("this version of the lab did not write it.") from None

    @classmethod
    def _of(cls, given: Any) -> Receipt:
        """Return the receipt made of *given*; `ValueError` if it is not as `line` writes it."""
        names = ("chapter", "name", "number", "exercises", "predictions")
        if not isinstance(given, dict) or set(given) != set(names):
            raise ValueError
        chapter, name, number, tried, predicted = (given[one] for one in names)
        if chapter not in chapters() or accept(name) != name or type(number) is not int:
            raise ValueError
        if not 0 < number < 10**8:
            raise ValueError
        return cls(
            chapter,
            name,
            number,
            _each(tried, exercises_of(chapter), _done),
            {
                title: _each(rows, ASKED[title][1], foreseen)
                for title, rows in _each(predicted, titles_of(chapter), lambda one: one).items()
            },
        )

    # Shown -------------------------------------------------------------------------

    def _rows(self) -> Iterator[str]:
        for name in exercises_of(self.chapter):
            done = self.exercises.get(name)
            yield f"{name}: {'not tried' if done is None else _words(done)}"
        for title, rows in self.predictions.items():
            said = "; ".join(f"{row}: {one.said}" for row, one in rows.items())
            yield f"prediction {title}, counted without your name: {said}"

    @property
    def _heading(self) -> str:
        return f"Receipt of chapter {self.chapter} for {self.name}, code {self.code}"

    def __repr__(self) -> str:
        rows = [self._heading, *(f"  {row}" for row in self._rows()), HAND_IN, self.line]
        return "\n".join([*rows, self.note] if self.note else rows)

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(row)}</li>" for row in self._rows())
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f'<div style="{CARD}"><strong>{escape(self._heading)}</strong><ul>{rows}</ul>'
            f'<p style="margin:0">{HAND_IN}</p><pre style="white-space:pre-wrap;'
            "overflow-wrap:anywhere;user-select:all;color:#222;background:#fff;"
            f'{MONO}">{escape(self.line)}</pre>{note}</div>'
        )


HAND_IN = "If your teacher asks for it, hand in this line. It holds what stands above, encoded."


def chapters() -> list[str]:
    """Return the chapters that have exercises or predictions, in order."""
    asked = {chapter for chapter, _ in ASKED.values()}
    return sorted(asked | {one.chapter for one in exercises().values()})


def accept(name: object) -> str:
    """Return *name* with single spaces; `ValueError` if it is no line of letters."""
    typed = " ".join(name.split()) if isinstance(name, str) else ""
    hidden = any(
        unicodedata.category(sign)[0] == "C" and sign not in _JOINERS for sign in typed
    )
    if not typed or hidden or len(typed) > LONGEST_NAME:
        raise ValueError
    return typed


def _words(done: Done) -> str:
    tries = "1 try" if done.attempts == 1 else f"{done.attempts} tries"
    hints = f", hints {done.hints}" if done.hints else ""
    return f"{'done' if done.passed else 'not yet done'}, {tries}{hints}"


def exercises_of(chapter: str) -> list[str]:
    """Return the names of the exercises of a chapter."""
    return [one.name for one in exercises().values() if one.chapter == chapter]


def titles_of(chapter: str) -> list[str]:
    """Return the titles of the predictions of a chapter."""
    return [title for title, (where, _) in ASKED.items() if where == chapter]


def _each(given: Any, known: Sequence[str], read: Callable[[Any], Value]) -> dict[str, Value]:
    if not isinstance(given, dict) or not set(given) <= set(known):
        raise ValueError
    return {name: read(given[name]) for name in known if name in given}


def _done(given: Any) -> Done:
    if not isinstance(given, list) or list(map(type, given)) != [int, bool, int]:
        raise ValueError
    done = Done(*given)
    if not (0 <= done.attempts <= 9999 and 0 <= done.hints <= 3):
        raise ValueError
    return done


def foreseen(given: Any) -> Foreseen:
    """Return the pair *given* as a list; `ValueError` if it says what no row can say."""
    if not isinstance(given, list) or list(map(type, given)) != [str, str]:
        raise ValueError
    said, measured = given
    if not (_SAID.fullmatch(said) and _MEASURED.fullmatch(measured)):
        raise ValueError
    return Foreseen(said, measured)
