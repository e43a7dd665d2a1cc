"""A strip: the bytes of one flight side by side, and the secret's block in them."""

from __future__ import annotations

from collections.abc import Sequence

from labapp.figures.flight import HANDSHAKE, Block, Flight
from labapp.figures.lettering import cut
from labapp.figures.sheet import Sheet
from labapp.figures.style import FAINT, GREY, PALE, PAPER, WINE

STRIP = 0.34  # inches high
_SHADES = {"request line": "#b4b4b4", "status line": "#b4b4b4", "headers": PALE, "body": FAINT}
_NARROWEST = 0.06  # inches of a block, so that one of few bytes is seen
_MOST = 4  # tags of one flight


def where(block: Block, flight: Flight) -> str:
    """Return a block's place in words: ``"bytes 30 to 47 of 196"``."""
    return f"bytes {block.start} to {block.stop - 1} of {flight.size:,}"


def strip_height(sheet: Sheet, flight: Flight) -> float:
    """Return how far a strip and its tags reach below the strip's middle, in inches."""
    lines = min(len(flight.blocks), _MOST + 1) if flight.blocks else 1
    return STRIP / 2 + 0.06 + lines * sheet.style.line


def strip(sheet: Sheet, flight: Flight, x: float, wide: float, y: float) -> None:
    """Draw *flight* from *x* on, *wide* inches for all its bytes, around height *y*."""
    scale, top = wide / flight.size, y - STRIP / 2
    if flight.sealed or not flight.parts:
        sheet.box(x, top, wide, STRIP, edge=GREY, hatch="////")
    else:
        for part in flight.parts:
            left, long = x + part.start * scale, (part.stop - part.start) * scale
            sheet.box(left, top, long, STRIP, fill=_SHADES[part.name], edge=PAPER)
            if long > sheet.width(part.name) + 0.12:
                _name(sheet, flight, part.name, left, long, y, scale, x)
    for start, stop in flight.lost:
        left, long = x + start * scale, (stop - start) * scale
        sheet.box(left, top, long, STRIP, edge=GREY, hatch="////").set_zorder(3)
        sheet.box(left + long / 2 - 0.12, top + 0.04, 0.24, STRIP - 0.08).set_zorder(3)
        sheet.mark(left + long / 2, y, None)
    _blocks(sheet, flight, x, wide, y)
    if not flight.blocks:
        sheet.words(x, top + STRIP + 0.06 + sheet.style.line / 2, _unmarked(flight))
