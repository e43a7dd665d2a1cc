"""Style: the colours of every figure, and how large its words are."""

from __future__ import annotations

import os
from dataclasses import dataclass

from labapp.errors import LabError

VARIABLE = "LABAPP_FIGURES"
WIDTH = 13.3  # inches, a slide's width
MARGIN = 0.27  # inches
DPI = 100
# One accent. What a colour says is said by a shape or a word as well.
WINE, INK, GREY, PALE, FAINT, PAPER = (
    "#7b1e3b",
    "#222222",
    "#595959",
    "#d0d0d0",
    "#ececec",
    "#ffffff",
)


@dataclass(frozen=True)
class Style:
    """Sizes in points: of a figure's *text* and of its *title*."""

    text: float
    title: float

    @property
    def line(self) -> float:
        """The height of one line of text, in inches."""
        return self.text * 1.28 / 72

    @property
    def bar(self) -> float:
        """The height of a bar that has room for a word, in inches."""
        return self.text * 1.65 / 72


STYLES = {"notebook": Style(15, 19), "projector": Style(18, 22)}


def current() -> Style:
    """Return the style that the variable ``LABAPP_FIGURES`` asks for.

    ``notebook`` unless told otherwise; ``%env LABAPP_FIGURES=projector`` in a
    cell enlarges every figure drawn from then on. Raises `LabError` for a style
    that is not known.
    """
    wanted = os.environ.get(VARIABLE) or "notebook"
    if wanted not in STYLES:
        raise LabError(f"{VARIABLE} is {wanted!r}; it can be {' or '.join(STYLES)}.")
    return STYLES[wanted]
