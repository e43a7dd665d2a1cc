"""Closing: which remediations close a row, alone or only together, and which open it.

Everything here is read off truth tables: a row, and whether it was seen under each
combination. What is unknown is taken for nothing else, neither closed nor open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from labapp.errors import LabError
from labapp.figures.windows import ACTING, ALSO, READING, Row, seen
from labapp.lab import Visit
from labapp.remedy import ALL, Remediation, together

Combination = frozenset[Remediation]
Truth = Mapping[Combination, bool | None]

KEPT = Row("the reports and the cache", "has debug page, HTML report or cache", tuple(ALSO))
RELOAD = Row("the reload", "sends it again by a reload", ("reload_resubmits",))
WATCHING = (*READING, KEPT)
DOING = (*ACTING, RELOAD)
ROWS = (*WATCHING, *DOING)


def closers(truth: Truth) -> tuple[Combination, ...]:
    """Return the smallest combinations that close a row, in the taught order.

    Such a one is not seen, and with any part of it taken away, down to nothing, it
    is seen. One member closes alone, several only together.
    """
    return tuple(
        combination
        for combination in ordered(truth)
        if combination
        and truth[combination] is False
        and all(truth[part] is True for part in truth if part < combination)
    )


def opened_from(truth: Truth, one: Remediation) -> tuple[Combination, ...]:
    """Return the combinations to which *one* was added and made unseen seen, smallest first."""
    return tuple(
        before
        for before, after in _steps(truth, one)
        if truth[before] is False and truth[after]
    )


def shut_from(truth: Truth, one: Remediation) -> tuple[Combination, ...]:
    """Return where *one* closed what the rest had opened: to what it was added, smallest first.

    That the rest had opened it is known where a part of the rest had it closed.
    """
    return tuple(
        before
        for before, after in _steps(truth, one)
        if truth[before]
        and truth[after] is False
        and any(truth[part] is False for part in truth if part < before)
    )


def doubtful(truth: Truth, one: Remediation) -> bool:
    """Return whether "*one* does nothing here" cannot be said: an answer is unknown."""
    return any(truth[side] is None for step in _steps(truth, one) for side in step)


def ordered(combinations: Iterable[Combination]) -> list[Combination]:
    """Return *combinations* smaller first, then in the taught order."""
    return sorted(combinations, key=lambda one: (len(one), _places(one)))


@dataclass(frozen=True)
class Effect:
    """What one remediation does to one row.

    *alone*: it closes it. *beside*: the other members of each group that closes it
    only together. *opens*: what it was added to where it opened it, smallest first.
    *again*: the same where it closed what another had opened, if it closes it in no
    other way. *unknown*: none of these, but an answer is missing.
    """

    alone: bool
    beside: tuple[Combination, ...]
    opens: tuple[Combination, ...]
    again: tuple[Combination, ...]
    unknown: bool


def effect(truth: Truth, one: Remediation) -> Effect:
    """Return what *one* does to the row of which *truth* tells."""
    groups = [group for group in closers(truth) if one in group]
    alone = frozenset((one,)) in groups
    beside = tuple(group - {one} for group in groups if len(group) > 1)
    opens = opened_from(truth, one)
    again = () if groups else shut_from(truth, one)
    unknown = not (groups or opens or again) and doubtful(truth, one)
    return Effect(alone, beside, opens, again, unknown)


class Closing:
    """The truth tables of all rows, and the *remediations* that were combined.

    Raises `LabError` unless *visits* are every combination of some remediations,
    each once, of the lab's own site.
    """

    def __init__(self, visits: Sequence[Visit], *, who: str) -> None:
        valid = all(isinstance(visit, Visit) for visit in visits)
        ours = [visit for visit in visits if not visit.own.any] if valid else []
        made = {frozenset(visit.remediations): visit for visit in ours}
        self.remediations = together(chain.from_iterable(made))
        if not (self.remediations and len(visits) == len(made) == self._all()):
            raise LabError(
                f"{who} takes one visit for every combination: {who}(every_combination(secret))."
            )
        self.truth: dict[Row, Truth] = {
            row: {combination: seen(visit, row) for combination, visit in made.items()}
            for row in ROWS
        }

    def _all(self) -> int:
        return 1 << len(self.remediations)

    def effect(self, row: Row, one: Remediation) -> Effect:
        """Return what *one* does to *row*."""
        return effect(self.truth[row], one)

    def with_all(self, row: Row) -> bool | None:
        """Return whether *row* has it still when everything is applied."""
        return self.truth[row][frozenset(self.remediations)]


def _steps(truth: Truth, one: Remediation) -> list[tuple[Combination, Combination]]:
    """Return the pairs of combinations that differ by *one* alone."""
    return [
        (before, before | {one})
        for before in ordered(truth)
        if one not in before and before | {one} in truth
    ]


def _places(combination: Combination) -> list[int]:
    return [ALL.index(one) for one in together(combination)]
