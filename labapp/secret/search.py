"""The search: every place of a text in some bytes, whatever it wears there."""

from __future__ import annotations

import re
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from labapp.secret.disguise import beginnings, walk
from labapp.secret.view import View
from labapp.secret.wrapping import views

_SHORT = 4096  # bytes; 256 such texts are kept
_LINE_END = rb"(?:\r?\n)?"  # base64 in mail is cut into lines (RFC 2045, section 6.8)


# pprint, and so Django's error report, cuts a long text: 'Rex sleeps '\n 'at noon'.
_QUOTE = rb"(?:['\"]|&(?:#x27|#39|quot|#34);)"
_OPENED_AGAIN = re.compile(rb"\n\x20{0,200}+b?" + _QUOTE)
_CLOSED = re.compile(_QUOTE + rb"\r?\Z")
_LONGEST_END = len(b"&quot;\r")
# Where a line ends so, told from its last byte: `re` skips to that ten times as fast.
_CUT_END = re.compile(rb"\n(?:(?<=['\";]\n)|(?<=['\";]\r\n))")


@dataclass(frozen=True)
class Match:
    """One place in some bytes where a secret stands.

    *offset* and *length* are in bytes; *encoding* names the disguise, for
    example ``"plain"``, ``"percent"`` or ``"plus + percent"``.
    """

    offset: int
    length: int
    encoding: str


def find(secret: str, haystack: bytes) -> list[Match]:
    """Return every place of *secret* in *haystack*, in order of offset; none overlap.

    Read are: UTF-8 as it stands, percent and plus (RFC 3986, HTML forms), HTML
    character references, the escapes of JSON, JavaScript, Python and cookies,
    any mixture of these, one inside another too; hexadecimal, UTF-16, and
    base64 (RFC 4648, both alphabets) in its three alignments; each of these also inside
    another, and where ``pprint`` cut them. The time is in proportion to the length of
    *haystack*, whatever stands there.
    """
    # No disguise writes a sign in less than a byte.
    if not secret or len(haystack) < len(secret):
        return []
    # Several observers read the same message; a large page is read by one.
    short = len(haystack) <= _SHORT
    return list(_found_in_short(secret, haystack)) if short else _found(secret, haystack)


@lru_cache(maxsize=256)
def _found_in_short(secret: str, haystack: bytes) -> tuple[Match, ...]:
    return tuple(_found(secret, haystack))


def _found(secret: str, haystack: bytes) -> list[Match]:
    matches = _matches(secret, haystack)
    if b"\n" in haystack and _CUT_END.search(haystack):
        matches += _across_cuts(secret, haystack)
    found = _apart(matches)
    known = [(match.offset, match.offset + match.length) for match in found]
    unwrapped = views(haystack, secret, known)
    inside = [match for view in unwrapped for match in _inside(secret, view)]
    return _apart([*found, *_clear(inside, found)]) if inside else found


def literal(text: str, haystack: bytes) -> list[Match]:
    """Return every place where the UTF-8 bytes of *text* stand as they are, in order.

    These are those matches of `find` that wear nothing, without a look for the others.
    """
    return list(_literal(text.encode(), haystack, "plain")) if text else []


def _apart(matches: Iterable[Match]) -> list[Match]:
    """Return *matches* in order, without those that overlap one before them."""
    found: list[Match] = []
    for match in sorted(matches, key=lambda one: one.offset):
        if not found or match.offset >= found[-1].offset + found[-1].length:
            found.append(match)
    return found


def _inside(secret: str, view: View) -> Iterator[Match]:
    """Yield the matches that show once a wrapping is off."""
    for match in _matches(secret, view.data):
        place = view.place(match.offset, match.offset + match.length)
        if place is None:
            continue
        names = f"{view.name} + {match.encoding}".split(" + ")
        worn = dict.fromkeys(name for name in names if name != "plain")
        yield Match(place[0], place[1] - place[0], " + ".join(worn))


def _clear(matches: Iterable[Match], known: list[Match]) -> Iterator[Match]:
    """Yield those of *matches* that overlap none of *known*, which are in order."""
    ends = [one.offset + one.length for one in known]
    for match in matches:
        index = bisect_right(ends, match.offset)
        if index == len(known) or known[index].offset >= match.offset + match.length:
            yield match


def _across_cuts(secret: str, haystack: bytes) -> Iterator[Match]:
    """Yield the matches that only show when cut pieces are put together again."""
    cuts = list(_cuts(haystack))
    if not cuts:
        return
    ends = [0, *(end for _, end in cuts)]
    pieces = [haystack[a:b] for a, b in zip(ends, [*(a for a, _ in cuts), None], strict=True)]
    seams = list(accumulate(len(piece) for piece in pieces[:-1]))
    for match in _matches(secret, b"".join(pieces)):
        first = bisect_right(seams, match.offset)
        last = bisect_left(seams, match.offset + match.length)
        if first < last:
            before = seams[last - 1]
            stop = match.offset + match.length - before + ends[last]
            start = match.offset - (seams[first - 1] if first else 0) + ends[first]
            yield Match(start, stop - start, match.encoding)


def _cuts(haystack: bytes) -> Iterator[tuple[int, int]]:
    """Yield from where to where a text is cut: quote, line end, spaces, quote."""
    edge = 0
    for found in _CUT_END.finditer(haystack):
        line_end = found.start()
        behind = haystack[max(edge, line_end - _LONGEST_END) : line_end]
        again = _OPENED_AGAIN.match(haystack, line_end)
        if again and (closed := _CLOSED.search(behind)):
            edge = again.end()
            yield line_end - len(behind) + closed.start(), edge


@dataclass(frozen=True)
class _Forms:
    """What a secret looks like, prepared once.

    *digits* are the longest part of its *hexadecimal* form without letters, the same
    in small letters and in capitals. *base64* has each alignment twice: what must be
    there whole where there are no lines, and what it is.
    """

    raw: bytes
    hexadecimal: bytes
    digits: bytes
    utf16: tuple[bytes, ...]
    base64: tuple[tuple[bytes, re.Pattern[bytes]], ...]


@lru_cache(maxsize=64)
def _forms(secret: str) -> _Forms:
    raw = secret.encode()
    hexadecimal = raw.hex().encode()
    return _Forms(
        raw,
        hexadecimal,
        max(re.findall(rb"[0-9]*", hexadecimal), key=len),
        (secret.encode("utf-16-le"), secret.encode("utf-16-be")),
        tuple(_base64_forms(raw)),
    )


def _matches(secret: str, haystack: bytes) -> list[Match]:
    forms = _forms(secret)
    found = list(_written(forms.raw, haystack))
    lines = b"\n" in haystack
    for whole, pattern in forms.base64:
        if lines or whole in haystack:
            hits = (hit.span() for hit in pattern.finditer(haystack))
            found += [Match(start, stop - start, "base64") for start, stop in hits]
    if forms.digits in haystack:  # to put all in small letters takes longer
        found += _literal(forms.hexadecimal, haystack.lower(), "hex")
    for written in forms.utf16:
        if written in haystack:
            found += _literal(written, haystack, "UTF-16")
    return found


def _written(raw: bytes, haystack: bytes) -> Iterator[Match]:
    edge = 0
    for start in beginnings(raw, haystack):
        if start >= edge and (end := walk(raw, haystack, start)):
            edge, encoding = end
            yield Match(start, edge - start, encoding)


def _base64_forms(raw: bytes) -> Iterator[tuple[bytes, re.Pattern[bytes]]]:
    """How base64 writes *raw* after 0, 1 and 2 bytes of something else."""
    for shift in range(3):
        # The first and the last sign may share bits with a neighbour: left out.
        first, bits = -(-8 * shift // 6), 8 * (shift + len(raw))
        signs = b64encode(b"\0" * shift + raw)[first : bits // 6]
        pattern = re.compile(_LINE_END.join(_sign(bytes([sign])) for sign in signs))
        yield max(re.split(rb"[+/]", signs), key=len), pattern


def _sign(sign: bytes) -> bytes:
    if sign == b"+":
        return rb"(?:[+\-]|%(?:25){0,8}2[bB])"
    if sign == b"/":
        return rb"(?:\\{0,31}/|_|%(?:25){0,8}2[fF])"
    return sign


def _literal(needle: bytes, haystack: bytes, encoding: str) -> Iterator[Match]:
    at = haystack.find(needle)
    while at >= 0:
        yield Match(at, len(needle), encoding)
        at = haystack.find(needle, at + len(needle))
