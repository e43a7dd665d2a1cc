"""Evidence shown to a reader: escaped HTML, each with a plain-text twin."""

from labapp.show.conversation import Card, visit_html, visit_text
from labapp.show.table import map_text, together

__all__ = ["Card", "map_text", "together", "visit_html", "visit_text"]
