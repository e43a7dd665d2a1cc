"""The choices of a form: its radio buttons, by the words beside them."""

from __future__ import annotations

from html.parser import HTMLParser


class Choices(HTMLParser):
    """The values of the radio buttons of one *name* in *html*, each by the text after it."""

    def __init__(self, html: str, name: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._name = name
        self._value: str | None = None
        self._text = ""
        self.feed(html)
        self.close()
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a button, or end the text of the last; called by `HTMLParser`."""
        given = dict(attrs)
        if tag in {"input", "button"}:
            self._end()
        if tag == "input" and given.get("type") == "radio" and given.get("name") == self._name:
            self._value = given.get("value") or "on"

    def handle_data(self, data: str) -> None:
        """Read the words beside a button; called by `HTMLParser`."""
        self._text += data

    def _end(self) -> None:
        if self._value is not None:
            self.values[" ".join(self._text.split())] = self._value
        self._value, self._text = None, ""
