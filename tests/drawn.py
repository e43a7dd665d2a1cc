"""What tests of figures share: visits made once, and how to read what was drawn."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from labapp import remedy
from labapp.figures import Picture
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import Remediation

SECRET = "Rex <b>sleeps</b> at noon"


@cache
def visit(*remediations: Remediation, secret: str = SECRET) -> Visit:
    """Return one visit, made once, by relay so that its frames are rebuilt."""
    return _made((remediations,), secret)[0]


@cache
def story() -> tuple[Visit, ...]:
    """Return eight visits: the seven of the taught order, and one beyond the list."""
    return _made((*remedy.cumulative(), (*remedy.SIX, remedy.hardening)), SECRET)


def _made(combinations: tuple[tuple[Remediation, ...], ...], secret: str) -> tuple[Visit, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            return tuple(lab.visit(secret, *applied) for applied in combinations)


def texts(picture: Picture) -> list[str]:
    """Return everything written in a figure."""
    return [written.get_text() for written in _written(picture)]


def sizes(picture: Picture) -> list[float]:
    """Return the sizes in points of everything written in a figure."""
    return [float(written.get_fontsize()) for written in _written(picture)]


def overlapping(picture: Picture) -> list[tuple[str, str]]:
    """Return which words touch each other, as pairs."""
    boxes = _boxes(picture)
    return [
        (one, other)
        for index, (one, box) in enumerate(boxes)
        for other, beside in boxes[index + 1 :]
        if box.x0 < beside.x1
        and beside.x0 < box.x1
        # Letters that hang below the line may reach into the line below.
        and min(box.y1, beside.y1) - max(box.y0, beside.y0) > 2
    ]


def cut_off(picture: Picture) -> list[str]:
    """Return the words that reach over an edge of the figure."""
    sheet = picture.figure.bbox
    return [
        written
        for written, box in _boxes(picture)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > sheet.x1 or box.y1 > sheet.y1
    ]


def _boxes(picture: Picture) -> list[tuple[str, Bbox]]:
    # Without a renderer each text would make one of its own, and keep it: 4 MB for a word.
    renderer = FigureCanvasAgg(picture.figure).get_renderer()
    return [(one.get_text(), one.get_window_extent(renderer)) for one in _written(picture)]


def _written(picture: Picture) -> list[Text]:
    return [text for axes in picture.figure.axes for text in axes.texts if text.get_text()]


class Elements(HTMLParser):
    """The elements of some HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def scopes(self) -> set[str | None]:
        """Return the scopes of all headings."""
        return {attributes.get("scope") for tag, attributes in self.found if tag == "th"}
