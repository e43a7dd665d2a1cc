"""The claims card: what was claimed, if it holds, and the line of evidence that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import cos, pi, sin

from labapp.errors import LabError
from labapp.figures.columns import listed
from labapp.figures.count import count
from labapp.figures.lettering import cut
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, INK, MARGIN, PALE, WIDTH, WINE
from labapp.figures.table import Table
from labapp.lab.claim import Claim

_VERDICT = 0.5  # inches from the edge to the verdict's word
_HALF = 0.13  # inches: half of a sign


def claims_card(claims: Sequence[Claim]) -> Picture:
    """Draw *claims* one below the other, each with its verdict and its evidence.

    Raises `LabError` if there is none.
    """
    if not claims or not all(isinstance(one, Claim) for one in claims):
        raise LabError("claims_card takes claims: claims_card(claims.judge(visit)).")
    finding = _finding(claims)
    sheet = Sheet()
    line, text = sheet.style.line, sheet.style.text
    said = MARGIN + _VERDICT + sheet.width("unknown", bold=True) + 0.25
    room = WIDTH - MARGIN - said
    y = sheet.title(finding) + 0.22
    for one in claims:
        sheet.line([MARGIN, WIDTH - MARGIN], [y, y], color=PALE)
        y += 0.09
        _sign(sheet, one.verdict, MARGIN + 0.2, y + line / 2)
        color = WINE if one.verdict == "fails" else INK
        sheet.words(MARGIN + _VERDICT, y + line / 2, one.verdict, bold=True, color=color)
        lines = sheet.wrap(one.text, room)
        sheet.words(said, y + line * len(lines) / 2, lines)
        y += line * len(lines)
        evidence = cut(one.evidence, room, text, mono=True)
        sheet.words(said, y + line / 2, evidence, mono=True, color=GREY)
        y += line + 0.09
    how = dict.fromkeys(one.how for one in claims if one.how)
    caption = " ".join(("The claims in our words, each with a line from this run.", *how))
    table = Table(
        ("claim", "verdict", "evidence"),
        [(one.text, one.verdict, one.evidence) for one in claims],
    )
    return sheet.picture(sheet.caption(y + 0.08, caption), finding, table)


def _finding(claims: Sequence[Claim]) -> str:
    found = Counter(one.verdict for one in claims)
    if found["holds"] == len(claims) > 1:
        return f"All {count(len(claims))} published claims hold."
    parts = [f"{count(found['holds'])} {_verb(found['holds'], 'hold')} whole"]
    if found["partly"]:
        parts.append(f"{count(found['partly'])} {_verb(found['partly'], 'hold')} in part")
    if found["unknown"]:
        parts.append(f"{count(found['unknown'])} {_verb(found['unknown'], 'stay')} unknown")
    noun = "claim" if len(claims) == 1 else "claims"
    return f"Of {count(len(claims))} published {noun}, {listed(parts)}."


def _verb(number: int, several: str) -> str:
    return several if number > 1 else f"{several}s"


def _sign(sheet: Sheet, verdict: str, x: float, y: float) -> None:
    """Draw a tick, a disc half full, a cross, or a question mark."""
    if verdict == "unknown":
        sheet.mark(x, y, None)
    elif verdict == "holds":
        xs = [x - _HALF, x - _HALF * 0.2, x + _HALF]
        sheet.line(xs, [y, y + _HALF * 0.8, y - _HALF * 0.9], color=INK, thick=3.4)
    elif verdict == "fails":
        for turn in (1, -1):
            sheet.line(
                [x - _HALF * 0.85, x + _HALF * 0.85],
                [y - turn * _HALF * 0.85, y + turn * _HALF * 0.85],
                color=WINE,
                thick=3.4,
            )
    else:
        turns = [step * pi / 18 - pi / 2 for step in range(38)]
        round_ = [(x - _HALF * cos(turn), y + _HALF * sin(turn)) for turn in turns]
        sheet.line(*zip(*round_, strict=True), color=INK, thick=2)
        sheet.shape(*zip(*round_[:19], strict=True), fill=INK)
