"""An alignment: the lines of two readings side by side, the same beside the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from labapp.figures.reading import Key, Reading
from labapp.secret import find
from labapp.show.conversation import Line

# Differs from visit to visit by chance: ports, dates, tokens, the visit's control text.
_CHANCE = re.compile(
    r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\d\d/\w{3}/\d{4}:[\d:]{8} [+-]\d{4}"
    r"|(?<=csrftoken=)\w+|(?<=sessionid=)\w+|(?<=csrfmiddlewaretoken=)\w+"
    r"|(?<=\.test:)\d+|control kettle \d+|0x[0-9a-f]{8,}"
)
_NAME = re.compile(r"[\w.-]+(?=\s*[:=] )")


@dataclass(frozen=True)
class Pair:
    """A line before and its counterpart after; None where there is none."""

    part: str
    before: Line | None
    after: Line | None

    @property
    def changed(self) -> bool:
        """True if they differ in more than what chance decides."""
        if self.before is None or self.after is None:
            return True
        return _steady(plain(self.before)) != _steady(plain(self.after))

    @property
    def secret(self) -> bool:
        """True if the secret stands on either side."""
        return has_secret(self.before) or has_secret(self.after)


def aligned(before: Reading, after: Reading) -> Iterator[Pair]:
    """Yield the lines of both readings in pairs, part by part."""
    first = {part.key: part for part in before.parts}
    second = {part.key: part for part in after.parts}
    for key in _merged(list(first), list(second)):
        part = first.get(key) or second[key]
        old = first[key].lines if key in first else ()
        new = second[key].lines if key in second else ()
        for was, now in _lines(old, new):
            yield Pair(part.name, _marked(was, before.secret), _marked(now, after.secret))


def plain(line: Line | None) -> str:
    """Return a line as it was read, without marks."""
    return "".join(line.pieces) if line else ""


def has_secret(line: Line | None) -> bool:
    """Return whether the secret stands in a line."""
    return line is not None and len(line.pieces) > 1


def _marked(text: str | None, secret: str) -> Line | None:
    """Cut a line where *secret* stands in it, in whatever encoding."""
    if text is None:
        return None
    raw, at = text.encode(), 0
    pieces = []
    for match in find(secret, raw):
        stop = match.offset + match.length
        pieces += [raw[at : match.offset], raw[match.offset : stop]]
        at = stop
    return Line("", tuple(piece.decode("utf-8", "replace") for piece in (*pieces, raw[at:])))


def _merged(before: Sequence[Key], after: Sequence[Key]) -> list[Key]:
    """Return the keys of both, each once, in an order that agrees with both."""
    merged: list[Key] = []
    for _, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        merged += dict.fromkeys([*before[i:j], *after[k:m]])
    return merged


def _lines(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[str | None, str | None]]:
    if len(before) == len(after) == 1:
        yield before[0], after[0]
        return
    names = [_name(line) for line in before], [_name(line) for line in after]
    for what, i, j, k, m in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if what == "replace" and j - i != m - k:
            yield from ((line, None) for line in before[i:j])
            yield from ((None, line) for line in after[k:m])
        else:
            yield from zip_longest(before[i:j], after[k:m])


def _name(line: str) -> str:
    """What a line is about: a header's or a variable's name, else all of it."""
    named = _NAME.match(line)
    return named.group() if named else _steady(line)


def _steady(line: str) -> str:
    return _CHANCE.sub("~", line)
