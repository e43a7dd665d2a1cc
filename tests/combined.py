"""What tests of combinations share: the 64 visits, made once, and truth tables by law."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations

import pytest

from labapp.figures.closing import Combination
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.lab.map import all_combinations
from labapp.remedy import Remediation, csrf, post, redirect
from tests.drawn import SECRET

THREE = (post, redirect, csrf)
Law = Callable[[Combination], bool | None]


@cache
def all_64() -> tuple[Visit, ...]:
    """Return one visit for each combination of the six, by relay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            return tuple(lab.visit(SECRET, *applied) for applied in all_combinations())


def some(*remediations: Remediation) -> list[Visit]:
    """Return those of the 64 visits that have no other than *remediations*."""
    return [v for v in all_64() if set(v.remediations) <= set(remediations)]


def truth(
    law: Law, remediations: tuple[Remediation, ...] = THREE
) -> dict[Combination, bool | None]:
    """Return the truth table of *law* over all combinations, the largest first."""
    every = [
        frozenset(group)
        for size in range(len(remediations), -1, -1)
        for group in combinations(remediations, size)
    ]
    return {combination: law(combination) for combination in every}
