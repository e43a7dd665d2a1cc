"""Figure G: bars where a stripper reads, rings where it does not; the title is measured."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from labapp.errors import LabError
from labapp.figures import first_visit
from labapp.lab import laboratory as lab_module
from labapp.lab.attack import Attack
from labapp.lab.attacked import first_visits
from labapp.lab.laboratory import Laboratory
from labapp.onpath import Notes
from tests.drawn import SECRET, Elements, cut_off, overlapping, sizes, texts


@cache
def attacks() -> tuple[Attack, ...]:
    """Return the sixteen attacks, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
            return first_visits.__wrapped__(SECRET)


def test_title_says_what_was_measured() -> None:
    """It names the site that closes, and that it runs out."""
    assert first_visit(attacks()).finding == (
        "A stripper reads every first visit; redirect + HSTS of 30 days closes later ones, "
        "until it runs out."
    )


@pytest.mark.parametrize(
    ("chosen", "finding"),
    [
        (
            slice(0, 8),
            "A stripper reads every first visit; none of these sites closes later ones.",
        ),
        (
            slice(8, 11),
            (
                "A stripper reads every first visit; redirect + HSTS of 30 days closes later "
                "ones."
            ),
        ),
    ],
    ids=["open", "not run out"],
)
def test_title_follows_the_attacks(chosen: slice, finding: str) -> None:
    """Other attacks, another title."""
    assert first_visit(attacks()[chosen]).finding == finding


def test_a_closed_first_visit_is_counted() -> None:
    """A title never says "every" where one was not read."""
    sealed = attacks()[9]
    mixed = [replace(sealed, when="first visit"), *attacks()[:1]]
    assert first_visit(mixed).finding.startswith("A stripper reads 1 of 2 first visits; ")


def test_unknown_is_drawn_as_unknown() -> None:
    """A visit that nobody saw pass is neither a bar nor a ring."""
    lost = [replace(one, notes=Notes()) for one in attacks()[:4]]
    picture = first_visit(lost)
    assert "?" in texts(picture)
    assert picture.finding.endswith("(4 unknown).")
    assert "unknown" in picture.table.html


def test_table() -> None:
    """The same in words, with header scopes."""
    table = first_visit(attacks()).table
    assert [row[1:] for row in table.rows][2] == ("read", "not read", "not read", "read")
    assert Elements(table.html).scopes() == {"col", "row"}


def test_bars_that_open_again_say_so() -> None:
    """Once, in the lane with HSTS."""
    assert texts(first_visit(attacks())).count("opens") == 1


@pytest.mark.parametrize("style", ["notebook", "projector"])
def test_legible(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing overlaps, nothing is cut off, nothing is smaller than 13 points."""
    monkeypatch.setenv("LABAPP_FIGURES", style)
    picture = first_visit(attacks())
    assert overlapping(picture) == []
    assert cut_off(picture) == []
    assert min(sizes(picture)) >= 15


def test_other_things_are_refused() -> None:
    """No attacks, or sites attacked at different times."""
    for some in ((), attacks()[:6]):
        with pytest.raises(LabError, match="at the same times"):
            first_visit(some)
