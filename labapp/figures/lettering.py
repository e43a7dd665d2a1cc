"""Lettering: words as the figures' font can draw them, and how wide they are.

DejaVu comes with matplotlib, so a figure is the same on every machine. It has
no Chinese and few emoji, and matplotlib sets no text from right to left: such
signs are written as Python escapes. The table below a figure has them as typed.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"
_RIGHT_TO_LEFT = {"R", "AL", "AN"}  # bidirectional classes, Unicode Annex 9
_SLACK = 1.03  # screens round each letter's width to whole pixels


def drawable(text: str) -> str:
    r"""Return *text* with ``\u4e2d`` or the like for each sign that cannot be drawn."""
    known = _known(SANS) & _known(MONO)
    return "".join(sign if _is_drawable(sign, known) else _escape(sign) for sign in text)


def width(text: str, points: float, *, bold: bool = False, mono: bool = False) -> float:
    """Return how wide one line of *text* is, in inches."""
    return _points(drawable(text), points, bold, mono) * _SLACK / 72


def wrap(text: str, inches: float, points: float, *, bold: bool = False) -> list[str]:
    """Return *text* in lines that are at most *inches* wide, broken at spaces.

    A word that is wider stands on a line of its own. A no-break space holds.
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}", points, bold=bold) <= inches:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def balance(text: str, inches: float, points: float, *, bold: bool = False) -> list[str]:
    """Return *text* in as many lines as `wrap` needs, the last at least half as wide.

    So no word is left alone. No line is wider than *inches*, a single word apart.
    """
    lines = wrap(text, inches, points, bold=bold)
    for share in range(19, 10, -1):
        wide = [width(line, points, bold=bold) for line in lines]
        narrower = wrap(text, inches * share / 20, points, bold=bold)
        if wide[-1] >= max(wide) / 2 or len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def cut(text: str, inches: float, points: float, *, mono: bool = False) -> str:
    """Return *text*, its end replaced by three dots if it is wider than *inches*."""
    text = drawable(text)
    if width(text, points, mono=mono) <= inches:
        return text
    # Nothing longer than this fits a slide, and to measure it takes its time.
    kept = [f"{text[:stop].rstrip()}..." for stop in range(min(len(text), 400))]
    fitting = bisect_right(kept, inches, key=lambda one: width(one, points, mono=mono))
    return kept[max(fitting - 1, 0)]


def _is_drawable(sign: str, known: frozenset[int]) -> bool:
    return (
        ord(sign) in known
        and unicodedata.bidirectional(sign) not in _RIGHT_TO_LEFT
        and unicodedata.category(sign) not in {"Cc", "Cf"}
    )


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=8)
def _known(family: str) -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(_font(family, 10, bold=False))).get_charmap())


@lru_cache(maxsize=4096)
def _points(text: str, points: float, bold: bool, mono: bool) -> float:
    from matplotlib.textpath import text_to_path

    font = _font(MONO if mono else SANS, points, bold=bold)
    wide, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(wide)


@lru_cache(maxsize=32)
def _font(family: str, points: float, *, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=family, size=points, weight="bold" if bold else "normal")
