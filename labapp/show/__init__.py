"""Evidence shown to a reader: escaped HTML, each with a plain-text twin."""

from labapp.show.conversation import (
    Card,
    heading_html,
    how_html,
    on_a_card,
    said_html,
    said_text,
    visit_html,
    visit_text,
)
from labapp.show.invitation import Invitation
from labapp.show.line import Line, lines_card, lines_html, lines_text, shown
from labapp.show.table import map_text, together

__all__ = [
    "Card",
    "Invitation",
    "Line",
    "heading_html",
    "how_html",
    "lines_card",
    "lines_html",
    "lines_text",
    "map_text",
    "on_a_card",
    "said_html",
    "said_text",
    "shown",
    "together",
    "visit_html",
    "visit_text",
]
