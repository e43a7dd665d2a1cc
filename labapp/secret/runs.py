"""Runs of base64 and of hexadecimal digits, and what they hold."""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from labapp.secret.view import View

_HEX = rb"[0-9a-fA-F]"
SIGNS = bytes(
    ord("a") if chr(octet).isascii() and (chr(octet).isalnum() or chr(octet) in "+/-_") else 0
    for octet in range(256)
)  # for bytes.translate(): signs of base64, of which hexadecimal ones are some
_NO_SIGN, _LINE_END = re.compile(rb"[^a]"), re.compile(rb"\r?\n")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BETWEEN = b"\0\0"  # between two runs: of all forms of a text, only UTF-16 has it


def runs(haystack: bytes, shortest: int) -> Iterator[View]:
    """Yield what long runs of digits or of base64 hold, in each of their alignments.

    *shortest* is how many signs a text has that is looked for: what is too short to hold
    it is left alone.
    """
    shape = haystack.translate(SIGNS)
    spans = list(_spans(haystack, shape, 4 * shortest // 3))
    if not spans:
        return
    pattern = re.compile(rb"(?<!%s)%s{%d,}+" % (_HEX, _HEX, 2 * shortest))
    digits = [
        m.span() for start, stop in spans for m in pattern.finditer(haystack, start, stop)
    ]
    for shift in range(2 if digits else 0):
        pieces = [_from_hex(haystack[start + shift : stop]) for start, stop in digits]
        yield _joined(
            "hex", pieces, [range(start + shift, stop) for start, stop in digits], 2, 1
        )
    for shift in range(4):
        pieces = [_from_base64(haystack[start:stop], shift) for start, stop in spans]
        places = [_places(haystack, start, stop)[shift:] for start, stop in spans]
        yield _joined("base64", pieces, places, 4, 3)


def _spans(haystack: bytes, shape: bytes, shortest: int) -> Iterator[tuple[int, int]]:
    """Yield where runs of signs stand; in *shape* each sign is an "a"."""
    needle, stop = b"a" * shortest, 0
    while (start := shape.find(needle, stop)) >= 0:
        begin = start
        while True:
            stop = _end(shape, begin)
            line_end = _LINE_END.match(haystack, stop)
            # MIME cuts base64 into lines of 76 signs or fewer, the last one excepted.
            if line_end is None or not 60 <= stop - begin <= 76:
                break
            begin = line_end.end()
        yield start, stop


def _end(shape: bytes, start: int) -> int:
    found = _NO_SIGN.search(shape, start)
    return found.start() if found else len(shape)


def _from_hex(run: bytes) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2].decode())


def _from_base64(run: bytes, shift: int) -> bytes:
    signs = run.translate(_URL_SAFE, b"\r\n")[shift:]
    return b64decode(signs[: len(signs) // 4 * 4] + _rest(signs))


def _rest(signs: bytes) -> bytes:
    """The last signs, filled up; a single one says nothing."""
    left = signs[len(signs) // 4 * 4 :]
    return left + b"=" * (4 - len(left)) if len(left) > 1 else b""


def _places(haystack: bytes, start: int, stop: int) -> Sequence[int]:
    """Where the signs of a run stand, without the line ends between them."""
    if haystack.find(b"\n", start, stop) < 0:
        return range(start, stop)
    return [at for at in range(start, stop) if haystack[at] not in b"\r\n"]


def _joined(
    name: str, pieces: list[bytes], places: list[Sequence[int]], signs: int, octets: int
) -> View:
    """One view of all *pieces*, of which *signs* at *places* stand for *octets*."""
    starts = list(accumulate((len(piece) + len(_BETWEEN) for piece in pieces), initial=0))

    def place(start: int, stop: int) -> tuple[int, int] | None:
        index = bisect_right(starts, start) - 1
        if stop > starts[index] + len(pieces[index]):
            return None  # a part of it is what stands between two runs
        first = (start - starts[index]) * signs // octets
        last = -(-(stop - starts[index]) * signs // octets)
        return places[index][first], places[index][last - 1] + 1

    return View(name, _BETWEEN.join(pieces), place)
