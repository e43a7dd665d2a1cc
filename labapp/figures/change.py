"""A change in one sentence: what the last column closed and opened, what stays open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labapp.figures.columns import Column, listed
from labapp.figures.windows import READING, Answers, Row


def change(names: Sequence[Column], answers: Mapping[Row, Answers], *, works: bool) -> str:
    """Return the finding of a map: its title, and its text for who cannot see it.

    "HTTPS closes the network; still open: the old link and the database."
    """
    now = {row: found[-1] for row, found in answers.items()}
    unsure = [row.name for row, answer in now.items() if answer is None]
    opened = [row.name for row in READING if now[row]]
    parts = []
    if unsure:
        parts.append(f"unknown: {listed(unsure)}")
    elif names[-1].grows:
        step, added = _step(names[-1], answers)
        parts.append(step)
        opened = [name for name in opened if name not in added]
    elif len(names) > 1:
        parts.append(f"the last column is {names[-1].heading}")
    if opened:
        parts.append(f"still open: {listed(opened)}")
    elif not any(now[row] for row in READING) and not unsure:
        parts.append("nobody listed here has the secret")
    if not works:
        parts.append("the form no longer works")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _step(name: Column, answers: Mapping[Row, Answers]) -> tuple[str, list[str]]:
    """Say what a step did; return also the names of what it opened."""
    shut = [row.name for row, (*_, was, now) in answers.items() if was and now is False]
    added = [row.name for row, (*_, was, now) in answers.items() if was is False and now]
    step = name.heading.removeprefix("+ ")
    ending = "" if " + " in step or step.startswith("stars") else "s"
    deeds = [
        f"{verb}{ending} {listed(rows)}"
        for verb, rows in (("close", shut), ("open", added))
        if rows
    ]
    return f"{step} {' and '.join(deeds) or f'close{ending} nothing here'}", added
