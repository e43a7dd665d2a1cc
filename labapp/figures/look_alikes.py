"""Look-alikes: combinations of remediations that no evidence can tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from labapp.errors import LabError
from labapp.figures.closing import Combination, ordered
from labapp.figures.listing import Listing
from labapp.figures.table import Table
from labapp.lab import Visit
from labapp.remedy import together

LookAlike = tuple[Combination, ...]


def look_alikes(visits: Sequence[Visit]) -> Listing[LookAlike]:
    """Return the groups of *visits* in which every place gave the same answer.

    `found` has the groups, the largest first, each as combinations. A visit with an
    unknown answer is like no other: what was not seen there is not known. Raises
    `LabError` if there are no visits.
    """
    if not visits:
        raise LabError("look_alikes takes visits: look_alikes(every_combination(secret)).")
    answered = [visit for visit in visits if None not in visit.seen.values()]
    groups: dict[frozenset[tuple[str, bool | None]], list[Combination]] = {}
    for visit in answered:
        alike = groups.setdefault(frozenset(visit.seen.items()), [])
        alike.append(frozenset(visit.remediations))
    found = sorted(
        (tuple(ordered(set(alike))) for alike in groups.values()), key=len, reverse=True
    )
    found = [alike for alike in found if len(alike) > 1]
    several = sum(map(len, found))
    finding = f"{len(answered)} combinations give {len(groups)} different maps: " + (
        f"{several} look like another." if found else "none looks like another."
    )
    if missing := len(visits) - len(answered):
        finding = f"{finding[:-1]}; {missing} left out, for want of an answer."
    return Listing(finding, Table(_HEAD, [_row(alike) for alike in found]), tuple(found))


_HEAD = ("all of these have", "and look the same with any of these added", "combinations")


def said(combination: Combination) -> str:
    """Return a combination in a few words: ``"POST + HTTPS"``, ``"nothing"``."""
    return " + ".join(one.short for one in together(combination)) or "nothing"


def _row(alike: LookAlike) -> tuple[str, str, str]:
    shared = frozenset.intersection(*alike)
    added = " | ".join(said(combination - shared) for combination in alike)
    return said(shared), added, str(len(alike))
