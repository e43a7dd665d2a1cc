"""Columns: each visit named by what it adds to the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labapp import remedy
from labapp.lab import Visit
from labapp.remedy import Remediation

# Above a column there is no room for the whole label.
_SHORTER = {
    remedy.mask_reports.name: "stars in reports",
    remedy.hardening.name: "HSTS / Secure",
}


@dataclass(frozen=True)
class Column:
    """One visit: its *heading*, and in a word or two what was *added* for it.

    *grows* is true if it has all of the column before it, and more; *beyond* if
    it is the first to go beyond the six taught remediations.
    """

    heading: str
    added: str
    grows: bool = False
    beyond: bool = False


def columns(visits: Sequence[Visit]) -> list[Column]:
    """Name each visit: what it adds to the one before it, else all it has."""
    found = [_whole(visit) for visit in visits]
    for index in range(1, len(visits)):
        before, now = visits[index - 1].remediations, visits[index].remediations
        added = [one for one in now if one not in before]
        if added and set(before) <= set(now) and not visits[index].lost:
            found[index] = Column(
                "+ " + " + ".join(name(one) for one in added),
                " + ".join(one.short for one in added),
                grows=True,
                beyond=before == remedy.SIX and not set(added) <= set(remedy.SIX),
            )
    return found


def name(one: Remediation) -> str:
    """Return what a figure calls a remediation."""
    return _SHORTER.get(one.name, one.label)


def said(visit: Visit) -> str:
    """Return what a figure calls a visit: ``"none"``, ``"POST, stars in reports"``."""
    return _whole(visit).heading


def how(visits: Iterable[Visit]) -> str:
    """Say which backends had the packets of *visits*, and how real these are."""
    captures = (visit.capture for visit in visits)
    return " ".join(dict.fromkeys(f"{one.backend}: {one.fidelity}." for one in captures))


def listed(names: Iterable[str]) -> str:
    """Return *names* as a reader lists them: ``"a, b and c"``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _whole(visit: Visit) -> Column:
    names = ", ".join(name(one) for one in visit.remediations) or "none"
    # What else the visit's title says: that a packet of it was lost.
    more = visit.title.removeprefix(remedy.title(visit.remediations))
    return Column(names + more, names + more)
