"""The packet ladder: who sent what, and where in it the secret stands."""

from __future__ import annotations

from collections.abc import Sequence

from labapp.conversations import missing
from labapp.figures.columns import listed
from labapp.figures.flight import HANDSHAKE, Flight, flights
from labapp.figures.lettering import cut
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.strip import STRIP, strip, where
from labapp.figures.style import GREY, INK, MARGIN, PAPER, WIDTH, WINE
from labapp.figures.table import Table
from labapp.lab import Visit
from labapp.observers import wire

_VISITOR, _SERVER = MARGIN + 0.4, 5.55  # inches: the two lifelines
_BYTES = 6.15  # inches: where the strips begin


def packet_ladder(visit: Visit, step: str = "submit") -> Picture:
    """Draw one step of *visit*: arrows on the left, the bytes they carry on the right.

    Time runs downwards, not to scale. Only conversations with site.test are
    drawn; what this lab rebuilt is dashed. `LabError` if there is no such step.
    """
    capture = visit.step(step).capture
    rows = list(flights(capture, visit.secret))
    finding = _finding(rows, visit, step)
    sheet = Sheet()
    line = sheet.style.line
    y = sheet.title(finding) + 0.2 + line / 2
    sheet.words(_VISITOR, y, "visitor", bold=True, align="center")
    sheet.words(_SERVER, y, "server", bold=True, align="center")
    sheet.words(_BYTES, y, "what crosses, from first byte to last", color=GREY)
    y += line / 2 + 0.06
    top = y
    for row in rows:
        # Half a line above for the label; the strip and its tags hang below.
        middle = y + line + 0.08 + STRIP / 2 if row.size else y + line * 0.75
        _step(sheet, row, middle)
        if row.size:
            y = strip(sheet, row, _BYTES, WIDTH - MARGIN - _BYTES, middle) + 0.1
        else:
            y = middle + line * 0.75
    for x in (_VISITOR, _SERVER):
        sheet.line([x, x], [top, y])
    dashes = " Dashed: rebuilt." if any(r.rebuilt for r in rows) else ""
    caption = (
        f"{capture.backend}: {capture.fidelity}. Time runs down, not to scale; "
        f"each strip to its own length.{dashes}"
    )
    return sheet.picture(sheet.caption(y + 0.12, caption), finding, _table(rows))


def _finding(rows: Sequence[Flight], visit: Visit, step: str) -> str:
    doubt = wire.doubt(visit.evidence, steps=(step,))
    if seen := [block.part for row in rows for block in row.blocks]:
        times = {1: "once", 2: "twice"}.get(len(seen), f"{len(seen)} times")
        places = listed([f"in the {part}" for part in dict.fromkeys(seen)])
        least = "at least " if doubt else ""
        return f"The secret crosses {least}{times} in the clear: {places}."
    looks = (wire.look(visit.evidence, visit.secret, part, (step,)) for part in wire.PARTS)
    if packed := [sighting.where for look in looks for sighting in look]:
        return f"The secret crosses packed: {listed(dict.fromkeys(packed))} can be unpacked."
    if missing(visit.step(step).capture):
        return "Unknown: packets are missing, and the secret may have crossed in them."
    if doubt:
        return f"Unknown: {doubt}."
    size = sum(row.size for row in rows)
    sealed = "encrypted " if any(row.sealed for row in rows) else ""
    return f"{size:,} {sealed}bytes cross; the secret cannot be read in them."


def _step(sheet: Sheet, row: Flight, y: float) -> None:
    """Draw an arrow with its label above, or a thin line with its label in it."""
    middle, room = (_VISITOR + _SERVER) / 2, _SERVER - _VISITOR - 0.3
    if row.size:
        start, end = (_VISITOR, _SERVER) if row.from_visitor else (_SERVER, _VISITOR)
        color = WINE if row.blocks else INK
        sheet.arrow(start, end, y, color=color, dashed=row.rebuilt)
        label = cut(row.label, room, sheet.style.text, mono=True)
        sheet.words(middle, y - sheet.style.line * 0.72, label, mono=True, align="center")
        return
    sheet.line([_VISITOR, _SERVER], [y, y], dashed=row.rebuilt)
    wide = sheet.width(row.label) + 0.16
    sheet.box(middle - wide / 2, y - 0.1, wide, 0.2, fill=PAPER)
    sheet.words(middle, y, row.label, color=GREY, align="center")


def _table(rows: Sequence[Flight]) -> Table:
    return Table(
        ("what crossed", "sent by", "bytes", "the secret"),
        [
            (
                row.label,
                "both" if not row.size else "visitor" if row.from_visitor else "server",
                f"{row.size:,}" if row.size else "no data",
                _said(row),
            )
            for row in rows
        ],
    )


def _said(row: Flight) -> str:
    if row.blocks:
        return "; ".join(
            f"seen in {block.part}, {where(block, row)}: {block.text}" for block in row.blocks
        )
    if row.lost:
        return "unknown: packets are missing"
    return "unreadable" if row.sealed and row.label != HANDSHAKE else "not seen"
