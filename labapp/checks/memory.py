"""What a learner predicted, answered and tried: one ``progress.json``, or memory.

The file stands beside the notebook (in the working directory) and looks so::

    {
     "version": 1,
     "prediction": {"after POST": {"answers": {"log": "no, sure"}, "measured": {"log": "no"}}},
     "quiz": {"02": {"answers": {"1": ["a", "c"]}}},
     "exercise": {"keep it on the server": {"attempts": 2, "passed": false, "hints": 1}},
     "learner": {"receipts": {"number": 48217730}}
    }

It holds words that the learner chose from a list, counts, and a number by which
receipts are told apart: never the secret, never the text of a view. Nothing is
written before something happened.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from labapp.errors import why

FILE = "progress.json"
VERSION = 1
# The only facts there can be, and of what type each is.
FACTS: dict[str, dict[str, type]] = {
    "prediction": {"answers": dict, "measured": dict},
    "quiz": {"answers": dict},
    "exercise": {"attempts": int, "passed": bool, "hints": int},
    "learner": {"number": int},
}

Records = dict[str, dict[str, dict[str, Any]]]  # kind, name, facts

_unsaved: Records = {}
_said: set[str] = set()


class Damaged(Exception):
    """The file is there, but not as this version writes it."""


def remember(kind: str, name: str, **facts: object) -> str:
    """Keep *facts* about *name*; return a sentence to show the learner, mostly ``""``.

    *kind* is one of `FACTS`; facts that are not
    given stay as they were. What cannot be written stays in memory until the
    kernel stops; a damaged file is moved aside. Of both, the sentence tells once.
    Raises `TypeError` for a fact that `FACTS` does not know.
    """
    for fact, value in facts.items():
        if not isinstance(value, FACTS[kind].get(fact, ())):
            raise TypeError(f"{fact}={value!r} is nothing to remember of a {kind}")
    _unsaved.setdefault(kind, {}).setdefault(name, {}).update(facts)
    try:
        aside = _save()
    except OSError as error:
        return _once(
            "memory",
            f"Your answers are kept until this kernel stops: {FILE} cannot be written "
            f"({why(error)}).",
        )
    _unsaved.clear()
    return _once(aside, f"{FILE} could not be read; it is now called {aside}." if aside else "")


def recall(kind: str, name: str) -> dict[str, Any]:
    """Return what is known about *name*, ``{}`` if nothing is; see `FACTS`."""
    try:
        kept = _load().get(kind, {}).get(name, {})
    except (OSError, Damaged):
        kept = {}
    return {**kept, **_unsaved.get(kind, {}).get(name, {})}


def forget() -> None:
    """Remove ``progress.json`` and all that is in memory; notebooks stay as they are.

    Raises `OSError` if the file is there and cannot be removed.
    """
    _unsaved.clear()
    _said.clear()
    Path(FILE).unlink(missing_ok=True)


def _save() -> str:
    """Write what is in the file and what is not yet, together.

    Return the new name of a damaged file that was in the way, or ``""``.
    """
    path, aside = Path(FILE).resolve(), ""  # a link stays a link
    try:
        records = _load()
    except Damaged:
        records, aside = {}, _put_aside(path)
    for kind, named in _unsaved.items():
        for name, facts in named.items():
            records.setdefault(kind, {}).setdefault(name, {}).update(facts)
    text = json.dumps({"version": VERSION, **records}, indent=1) + "\n"
    temporary = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)  # whoever reads has the old file or the new one
    finally:
        temporary.unlink(missing_ok=True)
    return aside


def _load() -> Records:
    """Return what the file holds; one that is not there is empty.

    Raises `Damaged` as `parse` does, `OSError` if it cannot be opened.
    """
    try:
        return parse(Path(FILE).read_bytes())
    except FileNotFoundError:
        return {}


def parse(written: bytes) -> Records:
    """Return what a file with the bytes *written* holds.

    Raises `Damaged` if it is not as this version writes it.
    """
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        raise Damaged from None
    if not isinstance(found, dict) or found.pop("version", None) != VERSION:
        raise Damaged
    for kind, named in found.items():
        if kind not in FACTS or not isinstance(named, dict):
            raise Damaged
        for facts in named.values():
            if not isinstance(facts, dict) or any(
                not isinstance(value, FACTS[kind].get(fact, ()))
                for fact, value in facts.items()
            ):
                raise Damaged
    return found


def _put_aside(path: Path) -> str:
    aside, number = path.with_name(f"{path.name}.damaged"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged{number}")
    path.rename(aside)
    return aside.name


def _once(matter: str, sentence: str) -> str:
    if not sentence or matter in _said:
        return ""
    _said.add(matter)
    return sentence
