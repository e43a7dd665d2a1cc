"""Two tours of the Hat Club, as it was found and repaired, made once for all tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

from labapp.evidence import Evidence, Step
from labapp.lab.tour import told
from labapp.lab.toured import Toured
from labapp.site.application import Repair
from tests.answers import graded_with
from tests.answers.repairing import GOOD, SETTINGS, TEMPLATES

GOOD_VIEWS = {name: view for name, view in GOOD.items() if "reset" in name or callable(view)}


class Tours(NamedTuple):
    """A tour of the club as it was found, and one of the club repaired."""

    guilty: Toured
    innocent: Toured


@cache
def tours() -> Tours:
    """Return the two tours, told the same words; their lab is closed again.

    They are kept, and not only for one module: tests of several modules in any order, as
    mutmut runs them, do not wait for them again and again.
    """
    with graded_with("relay") as lab:
        return Tours(
            lab.tour(told("observers"), Repair()),
            lab.tour(told("observers"), Repair(GOOD_VIEWS, TEMPLATES, SETTINGS, tls=True)),
        )


def without(evidence: Evidence, *names: str) -> Evidence:
    """Return *evidence* as if the steps called *names* had not been made."""
    return replace(evidence, steps=tuple(one for one in evidence if one.name not in names))


def changed(evidence: Evidence, name: str, **parts: object) -> Evidence:
    """Return *evidence* with other *parts* of the step called *name*."""
    steps: list[Step] = [
        replace(one, **parts) if one.name == name else one  # type: ignore[arg-type]
        for one in evidence
    ]
    return replace(evidence, steps=tuple(steps))
