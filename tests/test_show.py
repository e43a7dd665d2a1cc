"""What a visit looks like: HTML that is escaped, and its plain-text twin."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import https, post
from labapp.show import map_text

SECRET = "<script>Rex</script> & 'co'"


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """A lab for this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as laboratory:
            yield laboratory


@pytest.fixture(scope="module")
def plain(lab: Laboratory) -> Visit:
    """A visit in the clear."""
    return lab.visit(SECRET, post)


class Marked(HTMLParser):
    """Every tag of some HTML, and the text inside <mark>."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marked: list[str] = []
        self.styles: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "mark":
            self.marked.append("")
            self.styles.append(dict(attrs)["style"] or "")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "mark" and not self.marked[-1]:
            self.marked[-1] = data


def test_the_secret_is_boxed_and_underlined(plain: Visit) -> None:
    """Both crossings are marked, in two ways that need no colour."""
    html = Marked(plain._repr_html_())
    assert html.marked == [
        "%3Cscript%3ERex%3C%2Fscript%3E+%26+%27co%27",
        "&lt;script&gt;Rex&lt;/script&gt; &amp; &#x27;co&#x27;",
    ]
    assert all("border" in style and "underline" in style for style in html.styles)


def test_nothing_of_the_capture_becomes_markup(plain: Visit) -> None:
    """Tags on the wire are shown as text: the card has its own tags only."""
    assert set(Marked(plain._repr_html_()).tags) == {"div", "p", "strong", "span", "mark"}


def test_the_text_says_the_same_with_brackets(plain: Visit) -> None:
    """The plain-text twin boxes the secret in double brackets."""
    text = repr(plain)
    assert "sensitive_info=[[%3Cscript%3ERex%3C%2Fscript%3E+%26+%27co%27]]" in text
    assert text.splitlines()[0] == "With POST applied, a listener reads the secret."
    assert "relay" in text


def test_an_encrypted_visit_shows_sizes_only(lab: Laboratory, plain: Visit) -> None:
    """Under HTTPS no mark and no word of the secret is left; without it there was."""
    sealed = lab.visit(SECRET, post, https)
    assert Marked(sealed._repr_html_()).marked == []
    assert "Rex" not in repr(sealed)
    assert "Rex" in repr(plain)
    assert "bytes of TLS, unreadable" in repr(sealed)
    assert repr(sealed).startswith("With POST, HTTPS applied, a listener does not read")


def test_a_torn_capture_is_not_called_safe(lab: Laboratory) -> None:
    """Where a packet is missing the card says so; the whole capture is the control."""
    sealed = lab.visit(SECRET, https)
    assert "nobody can say" in repr(sealed.without_packet())
    assert "nobody can say" in sealed.without_packet()._repr_html_()
    assert "a listener does not read the secret" in repr(sealed)


def test_the_map_as_text_has_three_marks(plain: Visit) -> None:
    """X, dot and question mark stand for seen, not seen and unknown."""
    columns: list[dict[str, bool | None]] = [
        dict(plain.seen),
        dict.fromkeys(plain.seen, False),
        dict.fromkeys(plain.seen),
    ]
    row = next(
        line
        for line in map_text(columns, [True, True, False]).splitlines()
        if line.startswith("listens to the network")
    )
    assert row.split()[-3:] == ["X", ".", "?"]
