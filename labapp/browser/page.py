"""What a browser finds in a page of HTML: its form, pictures and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes, how, and the fields it starts with."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The first form of *html*, and the addresses of its pictures and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.form: Form | None = None
        self.images: list[str] = []
        self.links: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag; called by `HTMLParser`."""
        given = {name: value or "" for name, value in attrs}
        if tag == "img" and given.get("src"):
            self.images.append(given["src"])
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form" and self.form is None:
            self.form = Form(given.get("action", ""), given.get("method", "get").lower())
            self._inside = True
        elif tag in ("input", "textarea") and self._inside and self.form is not None:
            if given.get("name"):
                self.form.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the form at its end; called by `HTMLParser`."""
        if tag == "form":
            self._inside = False
