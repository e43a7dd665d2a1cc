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

    Read are ``input``, ``textarea``, ``button`` and ``select``, each option of which is a
    field; no files.
    """

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def entries(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the (name, value) pairs that are sent once *values* are filled in.

        As if Enter was pressed, which presses the first button (HTML, "constructing
        the entry list"); of two fields with one name the first is filled in. Raises
        `LabError` for a value the form has no field for, and for one of a list: nobody
        types into that, see `choose`.
        """
        for each in self.fields:
            if each.kind == "option" and each.name in values:
                raise LabError(
                    f"{each.name!r} is a list to choose from (select) in this form. "
                    "What is sent is typed, so it needs a field such as <input>."
                )
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

    def choose(self, name: str, value: str) -> None:
        """Choose *value* among the radio buttons or the options called *name*."""
        for each in self.fields:
            if each.name == name and each.kind in {"radio", "option"}:
                each.on = each.value == value


@dataclass
class _List:
    """A ``select`` that is being read: its *options* that can be chosen.

    *settled* means that no browser chooses the first one by itself.
    """

    name: str
    several: bool
    settled: bool
    options: list[Field] = field(default_factory=list)


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
        self._list: _List | None = None
        self._option: dict[str, str] | None = None
        self._text = ""  # of that option
        self.feed(html)
        self.close()
        self._end_list()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag; called by `HTMLParser`."""
        if self._textarea is not None:  # its content is text, whatever it looks like
            self._textarea.value += self.get_starttag_text() or ""
            return
        # Of a repeated attribute browsers take the first.
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "option":
            self._end_option()
            self._option, self._text = given, ""
        elif tag == "img" and given.get("src"):
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
            case "select":
                self._end_list()
                several = "multiple" in given
                # Of a list that stands open, browsers choose nothing by themselves.
                opened = given.get("size", "") not in ("", "0", "1")
                self._list = _List(name, several, settled=several or opened)
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
        elif self._option is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        """Leave the form or the textarea; called by `HTMLParser`."""
        if tag == "textarea":
            self._textarea = None
        elif self._textarea is not None:
            self._textarea.value += f"</{tag}>"
        elif tag == "option":
            self._end_option()
        elif tag == "select":
            self._end_list()
        elif tag == "form":
            self._end_list()
            self._inside = False

    def _end_option(self) -> None:
        """Make a field of an option; it is sent if it is selected (HTML, 4.10.7 and 4.10.10)."""
        given, listed, self._option = self._option, self._list, None
        if given is None or listed is None or self.form is None:
            return
        shut, selected = "disabled" in given, "selected" in given
        value = given.get("value", " ".join(self._text.split()))
        if selected:
            listed.settled = True
            for other in () if listed.several else listed.options:
                other.on = False
        option = Field(listed.name, value, "option", on=selected and not shut)
        self.form.fields.append(option)
        if not shut:
            listed.options.append(option)

    def _end_list(self) -> None:
        self._end_option()
        if self._list and self._list.options and not self._list.settled:
            self._list.options[0].on = True
        self._list = None


def _lines(text: str) -> str:
    """Return *text* with the line breaks of a form: CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
