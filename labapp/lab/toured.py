"""What a tour of the Hat Club says: what is open, what works, and what went wrong first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from labapp import show
from labapp.capture import Capture
from labapp.evidence import Evidence, Step
from labapp.observers import Finding
from labapp.observers.club import EXPOSURES, FEATURES, WITHOUT, Cause, Told, first_cause
from labapp.show.line import BROKEN, CLOSED, OPEN, UNKNOWN, WORKS, Line
from labapp.site import application as site


@dataclass(frozen=True, repr=False, eq=False)
class Toured:
    """One tour, and what it says; you receive it from `labapp.lab.touring.tour`."""

    told: Told
    repair: site.Repair
    evidence: Evidence
    how: str

    @cached_property
    def capture(self) -> Capture:
        """The packets from logging in to reading the hiding place back."""
        return Capture.joined(step.capture for step in self.evidence.main)

    def step(self, name: str) -> Step:
        """Return one step, such as ``"submit"``; `LabError` lists those there are."""
        return self.evidence.step(name)

    @cached_property
    def exposures(self) -> Mapping[str, Finding]:
        """What was found of each exposure, by its key."""
        return {one.key: one.ask(self.evidence, self.told) for one in EXPOSURES}

    @cached_property
    def features(self) -> Mapping[str, str]:
        """What came in the place of each feature, ``""`` where it works."""
        return {one.key: one.ask(self.evidence, self.told) for one in FEATURES}

    @property
    def closed(self) -> list[str]:
        """The labels of the exposures that were looked for, and not found."""
        found = zip(EXPOSURES, self.exposures.values(), strict=True)
        return [one.label for one, finding in found if finding.seen is False]

    @cached_property
    def cause(self) -> Cause | None:
        """What went wrong first, None where every feature works."""
        return first_cause(self.evidence) if any(self.features.values()) else None

    @property
    def lines(self) -> tuple[Line, ...]:
        """A line for each feature that does not work, each exposure, and the other features."""
        found = tuple(
            exposure_line(
                finding, one.label, show.shown(finding.sightings) or one.deed(finding)
            )
            for one, finding in zip(EXPOSURES, self.exposures.values(), strict=True)
        )
        return in_order((*found, *feature_lines(self).values()))

    @property
    def heading(self) -> str:
        """How many are open, and how many work, in a sentence; then the first cause."""
        left = sum(finding.seen is not False for finding in self.exposures.values())
        work = sum(not said for said in self.features.values())
        what = "with your repair" if self.repair.any else "as it was found"
        counted = (
            f"The Hat Club {what}: {left} of {len(EXPOSURES)} exposures left, "
            f"{work} of {len(FEATURES)} features work."
        )
        return f"{counted}\n{self.cause.text}" if self.cause else counted

    def __repr__(self) -> str:
        return "\n".join([self.heading, *show.lines_text(self.lines), self.how])

    def _repr_html_(self) -> str:
        return show.lines_card(self.heading, self.lines, self.how)


def exposure_line(finding: Finding, label: str, detail: str) -> Line:
    """Return the line about an exposure; *detail* says how it shows where it is open."""
    if finding.seen is None:  # nobody can say before a feature works: that comes first
        waits = finding.reason.startswith(WITHOUT)
        return Line(UNKNOWN, label, finding.reason, waits=waits)
    return Line(OPEN if finding.seen else CLOSED, label, detail if finding.seen else "")


def feature_lines(toured: Toured) -> dict[str, Line]:
    """Return a line for each of the club's features, by its key.

    Of those that are broken, all but the first wait if the first cause is known, or if
    nobody can log in.
    """
    broken = [key for key, said in toured.features.items() if said]
    waiting = broken[1:] if toured.cause or "log_in" in broken else []
    return {
        one.key: Line(
            BROKEN if (said := toured.features[one.key]) else WORKS,
            one.label,
            said,
            waits=one.key in waiting,
        )
        for one in FEATURES
    }


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return *lines* with what is left to do first: broken, open, unknown, then the rest."""
    ranks = (BROKEN, OPEN, UNKNOWN, CLOSED, WORKS)
    return tuple(sorted(lines, key=lambda one: (one.good, one.waits, ranks.index(one.state))))
