"""Openings: where one remediation more let somebody see what they had not seen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labapp.figures.closing import ROWS, Closing, Combination
from labapp.figures.columns import listed
from labapp.figures.listing import Listing
from labapp.figures.look_alikes import said
from labapp.figures.table import Table
from labapp.figures.windows import Row
from labapp.lab import Visit
from labapp.remedy import Remediation


@dataclass(frozen=True, repr=False)
class Opening:
    """*added* to each combination in *before* opened *row*; the smallest comes first."""

    added: Remediation
    row: Row
    before: tuple[Combination, ...]

    def __repr__(self) -> str:
        return f"<{said(self.before[0])}, then {self.added.short}: opens {self.row.name}>"


def openings(visits: Sequence[Visit]) -> Listing[Opening]:
    """Return every way in which adding one remediation made things worse for somebody.

    *visits* are one for every combination, as `every_combination(secret)` makes
    them; `LabError` if they are not. Where an answer is unknown nothing opens.
    """
    closing = Closing(visits, who="openings")
    found = tuple(
        Opening(one, row, before)
        for one in closing.remediations
        for row in ROWS
        if (before := closing.effect(row, one).opens)
    )
    pairs = len(visits) // 2
    rows = [
        (
            each.added.label,
            each.row.deed,
            said(each.before[0]),
            f"{len(each.before)} of {pairs}",
        )
        for each in found
    ]
    guilty = listed(dict.fromkeys(each.added.short for each in found)) if found else ""
    finding = (
        f"More is not always safer: {guilty} opened what was closed."
        if found
        else "No remediation opened what was closed."
    )
    return Listing(finding, Table(_HEAD, rows), found)


_HEAD = (
    "adding",
    "opens it to someone who",
    "the smallest case: added to",
    "in pairs of visits",
)
