"""What a page shows: its words, without those that no visitor sees."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_UNSEEN = frozenset(("datalist", "noscript", "script", "style", "template", "title"))
_EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
     "track", "wbr")
)  # fmt: skip
_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


class Shown(HTMLParser):
    """The *text* that the page *html* shows, with one space between its words.

    Left out are comments, values of fields, and what is hidden by its tag, the attribute
    ``hidden`` or a ``style`` of its own. Style sheets are not read.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self._words: list[str] = []
        self._hidden = ""  # the outermost element that hides
        self._depth = 0  # of elements of that name
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """The words."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to hide, or one level deeper; called by `HTMLParser`."""
        if self._hidden == tag == "p":  # it ends where the next one begins
            self._hidden = ""
        given = dict(attrs)
        if self._hidden:
            self._depth += tag == self._hidden
        elif tag not in _EMPTY and (
            tag in _UNSEEN or "hidden" in given or _STYLE.search(given.get("style") or "")
        ):
            self._hidden, self._depth = tag, 1

    def handle_endtag(self, tag: str) -> None:
        """Hide no longer, if that was the last of them; called by `HTMLParser`."""
        if tag == self._hidden:
            self._depth -= 1
            if not self._depth:
                self._hidden = ""

    def handle_data(self, data: str) -> None:
        """Read on; called by `HTMLParser`."""
        if not self._hidden:
            self._words.append(data)
