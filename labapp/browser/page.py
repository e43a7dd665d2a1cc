"""What a browser finds in a page of HTML: its form, pictures, links and policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from labapp.browser.referrer import policy_of
from labapp.errors import LabError

_NEVER_SENT = frozenset(("button", "reset", "image"))


@dataclass
class Field:
    """One control of a form. *on*: it is sent as it stands in the page."""

    name: str
    value: str
    kind: str = "text"
    on: bool = True


@dataclass
class Form:
    """One form: where it goes, how, and its fields in the order of the page.

    Read are ``input``, ``textarea`` and ``button``; no ``select``, no files.
    """

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def entries(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the (name, value) pairs that are sent once *values* are filled in.

        As if Enter was pressed, which presses the first button (HTML, "constructing
        the entry list"); of two fields with one name the first is filled in. Raises `LabError` for a value the form has no field for.
        """
        names = list(dict.fromkeys(each.name for each in self.fields if each.name))
        if unknown := [name for name in values if name not in names]:
            known = ", ".join(names) or "no field at all"
            raise LabError(f"This form has no field {unknown[0]!r}; it has {known}.")
        left = dict(values)
        buttons = [each for each in self.fields if each.kind == "submit"]
        pairs = []
        for each in self.fields:
            if each.name in left:
                pairs.append((each.name, left.pop(each.name)))
            elif not each.name or each.kind in _NEVER_SENT:
                continue
            elif each.on if each.kind != "submit" else each is buttons[0]:
                pairs.append((each.name, each.value))
        return [(_lines(name), _lines(value)) for name, value in pairs]


class Page(HTMLParser):
    """The first form of *html*, and the addresses of its pictures and links.

    *policy* is what its last ``<meta name="referrer">`` asks for, or ``""``.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.form: Form | None = None
        self.images: list[str] = []
        self.links: list[str] = []
        self.policy = ""
        self._inside = False
        self._textarea: Field | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag; called by `HTMLParser`."""
        if self._textarea is not None:  # its content is text, whatever it looks like
            self._textarea.value += self.get_starttag_text() or ""
            return
        # Of a repeated attribute browsers take the first.
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "img" and given.get("src"):
            self.images.append(given["src"])
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "meta" and given.get("name", "").lower() == "referrer":
            self.policy = policy_of([given.get("content", "")]) or self.policy
        elif tag == "form" and self.form is None:
            method = given.get("method", "").lower()
            action = given.get("action", "").strip()
            self.form = Form(action, "post" if method == "post" else "get")
            self._inside = True
        elif self.form is not None and self._inside and "disabled" not in given:
            self._add(self.form, tag, given)

    def _add(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", "").lower()
        match tag:
            case "textarea":
                self._textarea = Field(name, "")
                form.fields.append(self._textarea)
            case "button":
                form.fields.append(Field(name, value, kind or "submit"))
            case "input" if kind in ("checkbox", "radio"):
                value = given.get("value", "on")
                form.fields.append(Field(name, value, kind, on="checked" in given))
            case "input":
                form.fields.append(Field(name, value, kind or "text"))

    def handle_data(self, data: str) -> None:
        """Read on in a textarea; called by `HTMLParser`."""
        if self._textarea is not None:
            # One line break after the tag only makes the source readable.
            fresh = not self._textarea.value
            self._textarea.value += data.removeprefix("\n") if fresh else data

    def handle_endtag(self, tag: str) -> None:
        """Leave the form or the textarea; called by `HTMLParser`."""
        if tag == "textarea":
            self._textarea = None
        elif self._textarea is not None:
            self._textarea.value += f"</{tag}>"
        elif tag == "form":
            self._inside = False


def _lines(text: str) -> str:
    """Return *text* with the line breaks of a form: CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
