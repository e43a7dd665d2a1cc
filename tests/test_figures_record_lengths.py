"""Figure F: the record grows with the answer, or it does not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.errors import LabError
from labapp.figures import record_lengths
from labapp.lab.laboratory import Laboratory
from labapp.lab.neighbour import ANSWERS, Overheard
from labapp.site.application import Own
from tests.drawn import cut_off, overlapping, texts

FORM = (
    '<form action="/sensitive" method="post">'
    + "".join(
        f'<label><input type="radio" name="sensitive_info" value="{n}"> {word}</label>'
        for n, word in enumerate(ANSWERS)
    )
    + "<button>Go</button></form>"
)


def thanks(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody."""
    return HttpResponse("Thank you.")


@cache
def heard() -> tuple[list[Overheard], list[Overheard]]:
    """Return four answers as they are, and padded; made once, by relay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            own = Own(thanks, None, FORM)
            return (
                [lab.overhear(word, Own()) for word in ANSWERS],
                [lab.overhear(word, own) for word in ANSWERS],
            )


def test_its_title_is_what_was_measured() -> None:
    """The same figure says another thing of other evidence."""
    plain, padded = heard()
    one = "Each byte of the answer makes the encrypted record one byte longer"
    assert record_lengths(plain).finding == f"{one}."
    assert record_lengths(plain, padded).finding == f"{one}; on your site all have one length."
    assert record_lengths(plain, plain).finding == f"{one}; on your site they differ."
    assert record_lengths(padded).finding == (
        "All encrypted records have one length, whatever the answer."
    )
    assert record_lengths(plain[:1]).finding == "One answer, one encrypted record."
    uneven = [plain[0], replace(plain[1], answer="maybe not")]
    assert record_lengths(uneven).finding.startswith("The length of the encrypted record tells")


def test_its_table_has_every_answer() -> None:
    """With both lengths, in the order they were given."""
    plain, padded = heard()
    rows = record_lengths(plain, padded).table.rows
    assert [row[0] for row in rows] == [*ANSWERS, *ANSWERS]
    assert [int(row[2]) - int(row[1]) for row in rows[:4]] == [
        plain[0].sent[0] - plain[0].written
    ] * 4
    assert {row[2] for row in rows[4:]} == {str(padded[0].sent[0])}
    assert [row[3] for row in rows] == ["the lab's site"] * 4 + ["your site"] * 4


def test_yes_and_no_are_named() -> None:
    """One mark each; the others have no word beside them."""
    written = texts(record_lengths(heard()[0]))
    assert {"yes", "no"} <= set(written)
    assert "maybe" not in written
    assert "your site" not in written
    assert {"the lab's site", "your site"} <= set(texts(record_lengths(*heard())))


@pytest.mark.parametrize("style", ["notebook", "projector"])
@pytest.mark.parametrize("case", ["plain", "both", "the same twice", "one", "flat"])
def test_nothing_overlaps(case: str, style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not where two lines meet, and not with one mark alone."""
    monkeypatch.setenv("LABAPP_FIGURES", style)
    plain, padded = heard()
    picture = {
        "plain": lambda: record_lengths(plain),
        "both": lambda: record_lengths(plain, padded),
        "the same twice": lambda: record_lengths(plain, plain),
        "one": lambda: record_lengths(plain[:1]),
        "flat": lambda: record_lengths(padded),
    }[case]()
    assert overlapping(picture) == []
    assert cut_off(picture) == []


@pytest.mark.parametrize("given", [[], ["yes"]])
def test_only_what_was_overheard_can_be_drawn(given: list[Overheard]) -> None:
    """Anything else gets one line that says what to pass."""
    with pytest.raises(LabError, match="record_lengths takes what you overheard"):
        record_lengths(given)
