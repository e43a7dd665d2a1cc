"""The classroom: what a teacher gets from the files and lines that learners hand in."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

from labapp.checks import issuing, memory
from labapp.checks.receipts import LONGEST, MARK, Receipt, accept, chapters
from labapp.checks.roster import Roster
from labapp.checks.tally import tally_text
from labapp.errors import LabError, unwritable, why

LARGEST = 4 * 2**20  # bytes of one file: thousands of receipts
_QUOTING = re.compile(r"[\s>|]+")  # what mail adds where it breaks a line or quotes one
_EVERYBODYS = re.compile(r"notebooks|secrets-on-the-wire|kept-\d{4}-\d\d-\d\d-\d{4}(-\d+)?")


def run(options: argparse.Namespace) -> tuple[str, list[str]]:
    """Return what to show, and a line for each thing that could not be read.

    Raises `LabError` if there is no receipt at all, or the CSV cannot be written.
    """
    receipts, problems = collect(options.files)
    if not receipts:
        found = problems[0] if problems else "none of these files holds one."
        raise LabError(f"There is no receipt here: {found}")
    roster = Roster(receipts)
    if options.predictions:
        shown = tally_text(roster.learners)
    else:
        remarks = [] if options.anonymous else list(roster.remarks())
        shown = "\n".join([roster.table(anonymous=options.anonymous), *remarks])
    if options.csv:
        try:
            # The mark at the beginning lets spreadsheets read it as UTF-8.
            Path(options.csv).write_bytes(
                roster.csv(anonymous=options.anonymous).encode("utf-8-sig")
            )
        except (OSError, ValueError) as error:
            raise unwritable(options.csv, error) from None
    return shown, problems


def collect(names: Iterable[str]) -> tuple[list[Receipt], list[str]]:
    """Return the receipts in the files *names*, and a line for each that is damaged."""
    receipts: list[Receipt] = []
    kept: list[Receipt] = []  # of files that nobody signed
    problems: list[str] = []
    for path in _files(names):
        try:
            written = _bytes(path)
        except (OSError, ValueError) as error:
            problems.append(f"{path}: it cannot be read ({why(error)}).")
            continue
        if len(written) > LARGEST:
            problems.append(f"{path}: it is too large for receipts.")
        elif path.suffix == ".json":
            try:
                kept += of_progress(path, written)
            except LabError as error:
                problems.append(f"{path}: {error}")
        else:
            found, damaged = in_text(written.decode("utf-8", "replace"))
            receipts += found
            problems += [f"{path}, line {line}: {reason}" for line, reason in damaged]
    typed = {one.number: one.name for one in receipts}
    receipts += [replace(one, name=typed.get(one.number, one.name)) for one in kept]
    return receipts, problems


def in_text(text: str) -> tuple[list[Receipt], list[tuple[int, str]]]:
    """Return the receipts that stand anywhere in *text*, and line and reason of the others."""
    receipts, damaged = [], []
    starts = [found.start() for found in re.finditer(re.escape(MARK), text)]
    for start, end in pairwise([*starts, len(text)]):
        piece = text[start : min(end, start + 2 * LONGEST)]
        try:
            receipts.append(Receipt.read(_QUOTING.sub("", piece)))
        except LabError as error:
            damaged.append((text.count("\n", 0, start) + 1, str(error)))
    return receipts, damaged


def of_progress(path: Path, written: bytes) -> list[Receipt]:
    """Return the receipts of a learner's ``progress.json``, named after its folder.

    Raises `LabError` if it is none.
    """
    try:
        records = memory.parse(written)
    except memory.Damaged:
        raise LabError("it is no progress.json of this version.") from None

    def recall(kind: str, name: str) -> dict[str, Any]:
        return records.get(kind, {}).get(name, {})

    where = path.resolve()
    called = where.stem if where.stem != "progress" else _folder(where)
    number = recall("learner", "receipts").get("number", 0)
    if not 0 < number < 10**8:
        number = crc32(os.fsencode(where)) % (10**8 - 1) + 1
    try:
        name = accept(called)
    except ValueError:
        raise LabError("its folder has no name that can be shown.") from None
    made = [issuing.of(recall, chapter, name, number) for chapter in chapters()]
    return [one for one in made if one.exercises or one.predictions]


def _folder(path: Path) -> str:
    """Return the folder that is a learner's: not one that all call the same."""
    names = (one.name for one in path.parents if one.name)  # the root has none
    return next((one for one in names if not _EVERYBODYS.fullmatch(one)), path.parent.name)


def _files(names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.suffix in {".txt", ".json"})
            yield from sorted(
                one for one in inside if one.is_file() and _handed_in(one.relative_to(path))
            )
        else:
            yield path


def _handed_in(path: Path) -> bool:
    """Return whether a learner made this, and not a program or the lab itself."""
    return not any(part.startswith(".") or part == "lab_config" for part in path.parts)


def _bytes(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
