r"""Wrappings: encodings that are taken off some bytes as a whole, to look at what is inside.

`labapp.secret.disguise` reads a text sign by sign in every mixture of disguises. But of a
disguise whose own signs are all disguised again (``%26%23%78``, or JSON in base64) it sees
nothing to begin with. Here each wrapping is taken off once, in one pass.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html.entities import html5
from itertools import accumulate

from labapp.secret.runs import SIGNS, runs
from labapp.secret.view import View

_HEX = rb"[0-9a-fA-F]"
_PERCENT = re.compile(rb"%%(%s{2})" % _HEX)
_REFERENCE = re.compile(
    rb"&(?:#0{0,8}([0-9]{1,7})|#[xX]0{0,8}(%s{1,6})|([A-Za-z][A-Za-z0-9]{1,24}));" % _HEX
)
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB]%(h)s{2}\\u[dD][c-fC-F]%(h)s{2})|u(%(h)s{4})|u\{0{0,8}(%(h)s{1,6})\}"
    rb"|U(%(h)s{8})|x(%(h)s{2})|([0-3][0-7]{2})|([\"'/\\abfnrtv]))" % {b"h": _HEX}
)
_CONTROLS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_CONTROLS |= {b"v": b"\v"}
_TWICE = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_WIDE = re.compile(rb"\0[^\0]\0[^\0]\0[^\0]\0")
_SIGNS_OF_DISGUISES = frozenset(
    octet for octet in range(256) if SIGNS[octet] or octet >= 0x80 or octet in b"\0%&\\#;{}="
)


_Value = Callable[[re.Match[bytes]], bytes]


def views(haystack: bytes, text: str, known: Sequence[tuple[int, int]] = ()) -> Iterator[View]:
    """Yield *haystack* without each wrapping that occurs in it and may hide *text*.

    Runs of base64 and of hexadecimal digits that are too short for it are left alone, and
    a wrapping that only occurs where *text* is *known* to stand (from, to; in order): off,
    it could show nothing else. The time is in proportion to the length.
    """
    for name, leads, pattern, value in _TOKENS:
        if pattern is _TWICE and not _may_be_twice(text, haystack):
            continue
        if not any(lead in haystack for lead in leads):
            continue
        pieces = _SPLIT[pattern].split(haystack)  # text, token, text, token, ..., text
        # A page has few tokens that differ.
        meant = {one: value(_whole(pattern, one)) for one in set(pieces[1::2])}
        # A mere quote or space the other search has read already, wherever it stands.
        hides = any(map(_SIGNS_OF_DISGUISES.intersection, meant.values()))
        if hides and not _all_within(known, pieces):
            place = _by_pieces(pieces, meant)
            data = _taken_off(pieces, meant)
            yield View(name, data, place)
            if pattern is _PERCENT and b"+" in haystack and b"\0" in data:
                # A form writes both bytes of a space in UTF-16, each in its own way, as long.
                pieces[::2] = [one.replace(b"+", b" ") for one in pieces[::2]]
                yield View("plus + percent", _taken_off(pieces, meant), place)
    if _WIDE.search(haystack):
        yield from _wide(haystack)
    yield from runs(haystack, len(text))


def _may_be_twice(text: str, haystack: bytes) -> bool:
    """Return whether octets of *text* may stand there as signs themselves.

    Then the first octet of a sign beyond ASCII does, or, encoded again and again, the first
    octet of that. In UTF-16, every octet may be one. ASCII is the same, however often it
    is encoded.
    """
    if text.isascii():
        return False
    leads = {octet for octet in text.encode() if octet >= 0xC0} | {0xC2, 0xC3}
    return b"\0" in haystack or any(chr(lead).encode() in haystack for lead in leads)


def _whole(pattern: re.Pattern[bytes], token: bytes) -> re.Match[bytes]:
    found = pattern.fullmatch(token)
    assert found, token
    return found


def _all_within(known: Sequence[tuple[int, int]], pieces: list[bytes]) -> bool:
    """Return whether each token among *pieces* lies in one of the spans *known*."""
    if not known:
        return False
    starts, edges = [start for start, _ in known], list(accumulate(map(len, pieces)))
    for begin, end in zip(edges[::2], edges[1::2], strict=False):  # text ends, token ends
        index = bisect_right(starts, begin) - 1
        if index < 0 or known[index][1] < end:
            return False
    return True


def _taken_off(pieces: list[bytes], meant: dict[bytes, bytes]) -> bytes:
    """Return the text in *pieces* with what its tokens mean."""
    joined = pieces.copy()
    joined[1::2] = map(meant.__getitem__, pieces[1::2])
    return b"".join(joined)


def _octet(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def _sign(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = found.groups()
    if name:
        return html5.get(f"{name.decode()};", "").encode() or found[0]
    return _char(int(decimal) if decimal else int(hexadecimal, 16)) or found[0]


def _unescaped(found: re.Match[bytes]) -> bytes:
    pair, four, braced, eight, octet, octal, itself = found.groups()
    if pair:
        return bytes.fromhex(pair.replace(rb"\u", b"").decode()).decode("utf-16-be").encode()
    if octet or octal:
        return bytes((int(octet, 16) if octet else int(octal, 8),))
    if itself:
        return _CONTROLS.get(itself, itself)
    return _char(int(four or braced or eight, 16)) or found[0]


def _once(found: re.Match[bytes]) -> bytes:
    return found[0].decode().encode("latin-1")


def _char(code: int) -> bytes:
    good = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code).encode() if good else b""


_TOKENS: tuple[tuple[str, tuple[bytes, ...], re.Pattern[bytes], _Value], ...] = (
    ("percent", (b"%",), _PERCENT, _octet),
    ("HTML", (b"&",), _REFERENCE, _sign),
    ("escape", (b"\\",), _ESCAPE, _unescaped),
    ("UTF-8 twice", (b"\xc2", b"\xc3"), _TWICE, _once),
)
# Each as one group: `split` then gives text and tokens in turn, and stays in C.
_SPLIT = {
    pattern: re.compile(b"(%s)" % re.sub(rb"\((?!\?)", b"(?:", pattern.pattern))
    for _, _, pattern, _ in _TOKENS
}


def _by_pieces(
    pieces: list[bytes], meant: dict[bytes, bytes]
) -> Callable[[int, int], tuple[int, int]]:
    @cache  # made when the first place is asked for: mostly none is
    def edges() -> tuple[list[int], list[int]]:
        sizes = list(map(len, pieces))
        there = list(accumulate(sizes, initial=0))
        sizes[1::2] = (len(meant[token]) for token in pieces[1::2])
        return list(accumulate(sizes, initial=0)), there  # where a piece begins, here and there

    def place(start: int, stop: int) -> tuple[int, int]:
        return _place(*edges(), start), _place(*edges(), stop, end=True)

    return place


def _place(inside: list[int], outside: list[int], at: int, *, end: bool = False) -> int:
    index = bisect_right(inside, at - end) - 1
    if index % 2:  # within a token: it counts as a whole
        return outside[index + 1] if end else outside[index]
    return outside[index] + at - inside[index]


def _wide(haystack: bytes) -> Iterator[View]:
    for start in (0, 1):
        for codec in ("utf-16-le", "utf-16-be"):
            text = haystack[start : start + (len(haystack) - start) // 2 * 2].decode(
                codec, "replace"
            )
            yield View("UTF-16", (data := text.encode()), _by_units(data, codec, start))


def _by_units(data: bytes, codec: str, first: int) -> Callable[[int, int], tuple[int, int]]:
    def place(start: int, stop: int) -> tuple[int, int]:
        before, inside = data[:start].decode(), data[start:stop].decode()
        begin = first + len(before.encode(codec))
        return begin, begin + len(inside.encode(codec))

    return place
