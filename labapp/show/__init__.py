"""Evidence shown to a reader: escaped HTML, each with a plain-text twin."""

from labapp.show.conversation import Card, visit_html, visit_text
from labapp.show.line import Line, lines_card, lines_html, shown
from labapp.show.table import map_text, together

__all__ = [
    "Card",
    "Line",
    "lines_card",
    "lines_html",
    "map_text",
    "shown",
    "together",
    "visit_html",
    "visit_text",
]
