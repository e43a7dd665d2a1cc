"""A claim put to the test: what was said, if it holds, and the line that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from labapp.evidence import SITE, Answer, LogLine, Step
from labapp.lab.visits import Visit
from labapp.observers import Sighting
from labapp.observers.sighting import AROUND

Verdict = Literal["holds", "partly", "fails", "unknown"]
_PORT = re.compile(r"(?<=\.test):\d+")


@dataclass(frozen=True, repr=False)
class Claim:
    """*text* says what is claimed, *verdict* what became of it, *evidence* shows why.

    *how* says how the packets were had that this rests on.
    """

    text: str
    verdict: Verdict
    evidence: str
    how: str = ""

    def __repr__(self) -> str:
        return f"{self.verdict:8}{self.text}\n        {self.evidence}"


def claim(visit: Visit, text: str, verdict: Verdict, evidence: str) -> Claim:
    """Return a claim that was put to the evidence of *visit*."""
    capture = visit.capture
    one_line = " ".join(_PORT.sub("", evidence).split())
    return Claim(text, verdict, one_line, f"{capture.backend}: {capture.fidelity}.")


def weigh(*halves: bool | None) -> Verdict:
    """Return the verdict on a claim that has several halves; None is an unknown one."""
    if None in halves:
        return "unknown"
    return "holds" if all(halves) else "partly" if any(halves) else "fails"


# Lines cut from the evidence ----------------------------------------------------------


def sighted(visit: Visit, places: Iterable[str]) -> str:
    """Return the line in which the secret stood at the first of *places* that has it.

    Where none has it, why that is unknown, if it is, else ``""``.
    """
    found = [visit.findings[place] for place in places]
    for finding in found:
        if finding.sightings:
            return _line(finding.sightings[0])
    reasons = (finding.reason.partition(";")[0] for finding in found if finding.reason)
    return next(reasons, "")


def logged(step: Step, referer: str = "") -> str:
    """Return the first request of *step* in the site's log that is not for the form page.

    With *referer*, of those that a page of this host sent; ``""`` if there is none.
    """
    for line in step.log:
        if line.host == SITE and f"//{referer}" in line.referer and '"GET / ' not in line.text:
            return _request(line) + (f" from {line.referer}" if referer else "")
    return ""


def header(answer: Answer, name: str) -> str:
    """Return the header *name* of an answer as it stood there, or which it has instead."""
    for key, value in answer.headers:
        if key.lower() == name.lower():
            return f"{key}: {value}"
    names = ", ".join(key for key, _ in answer.headers)
    return f"{answer.status} without {name}, with {names}"


def _line(sighting: Sighting) -> str:
    *_, before = lines = sighting.before.split(b"\n")
    after = sighting.after.partition(b"\n")[0]
    text = (before + sighting.found + after).decode("utf-8", "replace").strip()
    # Where the sighting begins amid a line, say so.
    dots = "..." if len(lines) == 1 and len(before) == AROUND else ""
    return f"{sighting.where}: {dots}{text}"


def _request(line: LogLine) -> str:
    found = re.search(r'"(\S+ .*?) HTTP/[\d.]+" (\d+)', line.text)
    return f"log: {' '.join(found.groups()) if found else line.text}"
