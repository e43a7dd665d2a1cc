"""A strip: the bytes of one flight side by side, and the secret's block in them."""

from __future__ import annotations

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
    return f"bytes {block.start:,} to {block.stop - 1:,} of {flight.size:,}"


def strip(sheet: Sheet, flight: Flight, x: float, wide: float, y: float) -> float:
    """Draw *flight* from *x* on, *wide* inches for all its bytes, around height *y*.

    Returns the height where its tags end.
    """
    scale, top = wide / flight.size, y - STRIP / 2
    blocks = [
        (x + block.start * scale, max((block.stop - block.start) * scale, _NARROWEST))
        for block in flight.blocks
    ]
    if flight.sealed or not flight.parts:
        sheet.box(x, top, wide, STRIP, edge=GREY, hatch="////")
    else:
        _parts(sheet, flight, x, y, scale, blocks)
    for start, stop in flight.lost:
        left, long = x + start * scale, (stop - start) * scale
        sheet.box(left, top, long, STRIP, edge=GREY, hatch="xx", line=1.4)
    for left, long in blocks:
        sheet.box(left, top - 0.04, long, STRIP + 0.08, fill=WINE, edge="#000000", line=1.6)
    return _tags(sheet, flight, x, wide, top + STRIP + 0.08, blocks)


def _parts(
    sheet: Sheet,
    flight: Flight,
    x: float,
    y: float,
    scale: float,
    blocks: list[tuple[float, float]],
) -> None:
    """Shade each part; name it where no block stands in the way."""
    for part in flight.parts:
        left, right = x + part.start * scale, x + part.stop * scale
        sheet.box(left, y - STRIP / 2, right - left, STRIP, fill=_SHADES[part.name], edge=PAPER)
        inside = [(at, long) for at, long in blocks if left <= at < right]
        begins = [left, *(at + long for at, long in inside)]
        ends = [*(at for at, _ in inside), right]
        for begin, end in zip(begins, ends, strict=True):
            if end - begin > sheet.width(part.name) + 0.1 and not flight.lost:
                sheet.words(begin + 0.07, y, part.name)
                break


def _tags(
    sheet: Sheet,
    flight: Flight,
    x: float,
    wide: float,
    top: float,
    blocks: list[tuple[float, float]],
) -> float:
    """Write below the strip what each block is; return where the words end."""
    line = sheet.style.line
    lines: list[str] = []
    for number, block in enumerate(flight.blocks[:_MOST], 1):
        place = f"{block.part}, {where(block, flight)}"
        if len(blocks) > 1:
            place = f"{number}  {place}"
        room = wide - sheet.width(f"{place}   ")
        if room > wide / 3:
            lines.append(f"{place}   {cut(block.text, room, sheet.style.text)}")
        else:
            lines += [place, cut(block.text, wide, sheet.style.text)]
    if len(blocks) > _MOST:
        lines.append(f"and {len(blocks) - _MOST} more")
    left = x
    if len(blocks) == 1:  # one tag may stand below its block
        left = min(blocks[0][0], x + wide - max(sheet.width(text) for text in lines))
    elif blocks:
        _numbers(sheet, top - STRIP / 2 - 0.08, blocks)
    color = WINE
    if not blocks:
        lines, color = [_unmarked(flight)], GREY
    sheet.words(left, top + len(lines) * line / 2, lines, color=color)
    return top + len(lines) * line


def _numbers(sheet: Sheet, y: float, blocks: list[tuple[float, float]]) -> None:
    """Number blocks above the strip, moving a number that would touch the one before."""
    least, last = sheet.width("0") * 1.4, 0.0
    for number, (left, long) in enumerate(blocks[:_MOST], 1):
        last = max(left + long / 2, last + least)
        above = y - STRIP / 2 - 0.05 - sheet.style.line / 2
        sheet.words(last, above, str(number), color=WINE, bold=True, align="center")


def _unmarked(flight: Flight) -> str:
    size = f"{flight.size:,} bytes"
    if flight.lost:
        return f"{size}, crossed out: not in the capture"
    # A handshake is not all unreadable: the server's name stands in it.
    return f"unreadable, {size}" if flight.sealed and flight.label != HANDSHAKE else size
