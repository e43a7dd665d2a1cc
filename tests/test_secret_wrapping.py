"""A wrapping is taken off as a whole, and what was inside is found in its place."""

from __future__ import annotations

import base64
import json
import re
from random import Random
from urllib.parse import quote

import pytest

from fuzzing.samples import TEXT
from fuzzing.targets import _any_disguises
from labapp.secret import Match, find, wrapping
from labapp.secret.search import _found
from labapp.secret.wrapping import _all_within, views

SECRET = "Rex's fake café+otter 123"
JSON = json.dumps(SECRET)[1:-1].encode()


def percent(data: bytes) -> bytes:
    return b"".join(b"%%%02x" % octet for octet in data)


def numbers(data: bytes) -> bytes:
    return b"".join(b"&#%d;" % octet for octet in data)


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        (percent(JSON), "percent + escape"),
        (numbers(JSON), "HTML + escape"),
        (JSON.hex().encode(), "hex + escape"),
        (JSON.decode().encode("utf-16-le"), "UTF-16 + escape"),
        (JSON.decode().encode("utf-16-be"), "UTF-16 + escape"),
        (percent(SECRET.encode("utf-16-le")), "percent + UTF-16"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"<", b"<p>%25 "])
def test_a_match_is_what_was_written(written: bytes, encoding: str, before: bytes) -> None:
    """Its first sign to its last, and what it wears from outside to inside."""
    assert [Match(len(before), len(written), encoding)] == find(
        SECRET, before + written + b"</p>"
    )


@pytest.mark.parametrize("before", range(7))
def test_in_base64_a_match_has_every_sign_that_is_its_own(before: int) -> None:
    """With those at its ends that it shares."""
    haystack = base64.b64encode(b'{"a":"b'[:before] + JSON + b'"}')
    first, last = 8 * before // 6, -(-8 * (before + len(JSON)) // 6)

    assert [Match(first, last - first, "base64 + escape")] == find(SECRET, haystack)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [60, 64, 76])
def test_base64_in_lines_is_one_run(end: bytes, size: int) -> None:
    """As mail and PEM have it; the match reaches from its first sign over the line end."""
    signs = base64.b64encode(b"x" * 43 + JSON + b"." * 60)
    lines = end.join(signs[at : at + size] for at in range(0, len(signs), size))
    (match,) = find(SECRET, b"head\n\n" + lines + end)

    assert match.encoding == "base64 + escape"
    found = (b"head\n\n" + lines)[match.offset : match.offset + match.length]
    assert end in found
    assert found.replace(end, b"") in signs


def test_runs_apart_are_not_joined() -> None:
    """Half of a text in one run and half in the next is no text."""
    halves = [base64.b64encode(part) for part in (JSON[:15], JSON[15:])]

    assert [] == find(SECRET, b" ".join(halves))
    assert 1 == len(find(SECRET, base64.b64encode(JSON) + b" " + halves[0]))


def test_what_the_other_search_finds_comes_first() -> None:
    """One text is one match, named by what it wears to begin with."""
    haystack = quote(SECRET).encode() + b" " + percent(JSON)

    assert ["percent", "percent + escape"] == [one.encoding for one in find(SECRET, haystack)]


@pytest.mark.parametrize(
    "haystack",
    [b"", b"it&#x27;s 100% \\' \\\" fun%20", b"word " * 99],
)
def test_plain_pages_have_nothing_to_take_off(haystack: bytes) -> None:
    """Quotes and spaces bring nothing to light: a page is searched once."""
    assert [] == list(views(haystack, SECRET))
    assert ["HTML"] == [view.name for view in views(haystack + b"&amp;", SECRET)]


def test_what_was_written_twice_is_looked_at_for_signs_beyond_ascii_alone() -> None:
    """No byte of an ASCII text, in whatever it wears, is changed by it."""
    twice = SECRET.encode().decode("latin-1").encode()
    assert ["UTF-8 twice"] == [view.name for view in views(twice, SECRET)]
    assert [] == list(views(twice, SECRET.replace("é", "e")))


@pytest.mark.parametrize("known", ["none", "one of two", "both", "a part of one", "another"])
def test_what_only_the_known_text_wears_is_not_taken_off(known: str) -> None:
    """Only where each token lies within what is known already, nothing new can show."""
    one = quote(SECRET).encode()
    haystack = b"a page: " + one + b" and again: " + one + b" its end"
    first, second = [found.span() for found in re.finditer(re.escape(one), haystack)]
    spans = {
        "none": [],
        "one of two": [first],
        "both": [first, second],
        "a part of one": [first, (second[0], second[1] - 5)],
        "another": [first, (second[1], len(haystack))],
    }[known]
    assert one.endswith(b"%20123")  # of this token, a part of one leaves out two signs

    names = [view.name for view in views(haystack, SECRET, spans)]

    assert names == ([] if known == "both" else ["percent"])


def test_a_token_beside_a_known_text_still_shows_another() -> None:
    """The search itself: a second text, hidden in what follows the first."""
    haystack = quote(SECRET).encode() + b" " + percent(JSON) + b" " + quote(SECRET).encode()

    assert ["percent", "percent + escape", "percent"] == [
        one.encoding for one in find(SECRET, haystack)
    ]


def test_nothing_is_lost_where_a_wrapping_is_left_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among disguises of all kinds, damaged and run together, the same is found either way."""
    haystacks = [_any_disguises(Random(number)) for number in range(1000)]
    quick = [_found(TEXT, haystack) for haystack in haystacks]
    left_on = [0]

    def none(known: list[tuple[int, int]], pieces: list[bytes]) -> bool:
        left_on[0] += _all_within(known, pieces)
        return False

    monkeypatch.setattr(wrapping, "_all_within", none)

    assert quick == [_found(TEXT, haystack) for haystack in haystacks]
    assert left_on[0] > 100  # the control: it does make a difference to the work


@pytest.mark.parametrize("turned", [SECRET, SECRET[::-1]])
def test_what_stands_between_two_runs_is_no_part_of_a_text(turned: str) -> None:
    """UTF-16 without its first byte, a zero: what is put between two runs must not stand in."""
    other, cut = base64.b64encode(b"of the same kind, " * 3), turned.encode("utf-16-be")[1:]

    found = find(
        SECRET, other + b"<" + base64.b64encode(cut) + b"<" + base64.b64encode(b"\0" + cut)
    )

    assert [one.encoding for one in found] == ["base64 + UTF-16"] * (turned == SECRET)
