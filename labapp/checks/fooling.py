"""Fool a naive detector: a text that crosses, and that one line of Python misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import AGREES, ALARM, MISSES, Line, Verdict
from labapp.errors import LabError
from labapp.lab.laboratory import laboratory
from labapp.observers import WIRE
from labapp.show import shown


@dataclass(frozen=True, repr=False)
class FoolExercise(Exercise):
    """A sentence to find: ``sentence.encode() in bytes(packet)`` must miss it."""

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Send the sentence, and let both detectors look at the same packets."""
        sentence = answer[0] if answer else ""
        try:
            made = laboratory().visit(sentence)
        except LabError as error:
            return Verdict(self.name, passed=False, summary=str(error))
        needle = sentence.encode()
        where = [packet for packet in made.capture.packets if needle in bytes(packet)]
        sighted = [one for key in WIRE for one in made.findings[key].sightings]
        naive = Line(AGREES, "the one-liner", "finds nothing in any packet")
        lab = Line(MISSES, "the lab", "does not find it either")
        summary = "Nobody saw your sentence."
        if sighted:
            lab = Line(AGREES, "the lab", shown(sighted))
            summary = "Your sentence crossed, and only the lab saw it."
        think = ""
        if where:
            rows = bytes(where[0]["TCP"].payload).split(b"\n")
            row = next(row for row in rows if needle in row).decode("utf-8", "replace")
            naive = Line(ALARM, "the one-liner", f"finds it: {row.strip()}")
            summary = "The one-liner sees your sentence."
            think = "which letters does HTML write in another way, so that a page cannot break?"
        return Verdict(
            self.name,
            passed=bool(sighted) and not where,
            summary=summary,
            lines=(naive, lab),
            think=think,
        )
