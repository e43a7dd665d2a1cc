"""The claims card: a row for each claim, and a title that counts the verdicts."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import claims_card
from labapp.lab.claim import Claim, Verdict
from tests.drawn import texts

HOW = "relay: rebuilt."


def claim(verdict: Verdict, evidence: str = "log: POST /sensitive 200") -> Claim:
    """Return a claim with a verdict."""
    return Claim(f"This {verdict}", verdict, evidence, HOW)


@pytest.mark.parametrize(
    ("verdicts", "finding"),
    [
        (
            ("partly", *["fails"] * 6),
            "Of seven published claims, none holds whole and one holds in part.",
        ),
        (["holds"] * 7, "All seven published claims hold."),
        (["fails"] * 2, "Of two published claims, none holds whole."),
        (("holds", "holds", "fails"), "Of three published claims, two hold whole."),
        (
            ("holds", "partly", "partly", "unknown"),
            (
                "Of four published claims, one holds whole, two hold in part "
                "and one stays unknown."
            ),
        ),
        (["holds"], "Of one published claim, one holds whole."),
    ],
)
def test_its_title_counts(verdicts: list[Verdict], finding: str) -> None:
    """Nothing in it is written beforehand."""
    assert claims_card([claim(verdict) for verdict in verdicts]).finding == finding


def test_every_claim_has_verdict_and_evidence() -> None:
    """In the picture as words, in the table as cells."""
    found = [claim("holds"), claim("partly"), claim("fails"), claim("unknown")]
    picture = claims_card(found)
    written = texts(picture)
    for one in found:
        assert {one.text, one.verdict, one.evidence} <= set(written)
    assert picture.table.rows == [(one.text, one.verdict, one.evidence) for one in found]
    assert "?" in written
    assert "?" not in texts(claims_card(found[:3]))


def test_long_evidence_is_cut_in_the_picture_alone() -> None:
    """One line in the picture, ending in dots; the whole of it in the table."""
    long = claim("fails", "log: " + "sleeps " * 40)
    picture = claims_card([long])
    (shown,) = [text for text in texts(picture) if text.startswith("log: sleeps")]
    assert shown.endswith("...")
    assert long.evidence.startswith(shown.removesuffix("..."))
    assert picture.table.rows[0][2] == long.evidence


def test_the_caption_says_how_packets_were_had() -> None:
    """Once, however many claims rest on it."""
    assert HOW in texts(claims_card([claim("holds"), claim("fails")]))[-1]
    assert texts(claims_card([claim("holds"), claim("fails")]))[-1].count(HOW) == 1


@pytest.mark.parametrize("given", [[], ["POST is safer"]])
def test_only_claims_can_be_drawn(given: list[Claim]) -> None:
    """Anything else gets one line that says what to pass."""
    with pytest.raises(LabError, match=r"claims_card\(claims.judge\(visit\)\)"):
        claims_card(given)
