"""Evidence shown to a reader: escaped HTML, each with a plain-text twin."""

from labapp.show.conversation import visit_html, visit_text
from labapp.show.table import map_text

__all__ = ["map_text", "visit_html", "visit_text"]
