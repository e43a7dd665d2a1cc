"""The choices of a form: what can be chosen, by its words."""

from __future__ import annotations

from html.parser import HTMLParser


class Choices(HTMLParser):
    """The values that can be chosen for *name* in *html*, by their words.

    A radio button has the text after it, an option of a list and a button the text in
    it, ``<input type="submit">`` its value.
    """

    def __init__(self, html: str, name: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._name = name
        self._listed = False
        self._value: str | None = None
        self._text: str | None = None  # of the choice that is being read
        self.feed(html)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a choice, or end the text of the last; called by `HTMLParser`."""
        if tag not in {"input", "button", "select", "option"}:
            return
        self._end()
        given = {name: value or "" for name, value in reversed(attrs)}
        kind, named = given.get("type", "").lower(), given.get("name") == self._name
        if tag == "select":
            self._listed = named
        elif tag == "option" and self._listed:
            self._begin(given.get("value"))
        elif tag == "button" and named:
            self._begin(given.get("value", ""))
        elif tag == "input" and named and kind == "radio":
            self._begin(given.get("value", "on"))
        elif tag == "input" and named and kind == "submit":
            self.values[given.get("value", "")] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """Read the words of a choice; called by `HTMLParser`."""
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        """End a list or a choice with its words in it; called by `HTMLParser`."""
        if tag in {"button", "select", "option"}:
            self._end()
            self._listed = self._listed and tag != "select"

    def _begin(self, value: str | None) -> None:
        self._value, self._text = value, ""

    def _end(self) -> None:
        if self._text is not None:
            words = " ".join(self._text.split())
            self.values[words] = words if self._value is None else self._value
        self._value = self._text = None
