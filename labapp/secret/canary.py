"""A canary: a made-up text that stands nowhere unless somebody put it there."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from labapp.errors import LabError

Item = TypeVar("Item")

SHORTEST = 8  # bytes of UTF-8; anything shorter turns up in pages by accident

_OWNERS = ("Rex", "Mia", "Otto", "Lola", "Bruno", "Nora", "Pablo", "Yuki")
_THINGS = ("otter", "kettle", "violin", "melon", "lantern", "pigeon", "teapot", "robot")
_BREAKS = ("Cc", "Zl", "Zp")  # Unicode's controls, line and paragraph separators


def plant_secret(seed: int | str | None = None) -> str:
    """Return a made-up secret in which every common encoding shows.

    It has a space, a quote, ``+``, ``é`` and the word *fake*. The same *seed*
    gives the same secret, on every machine; without one each call gives another.
    A name as the seed gives each learner a secret of their own, however the name
    is spaced and whether its letters are large or small.
    """
    if isinstance(seed, str):
        seed = unicodedata.normalize("NFKC", " ".join(seed.split())).casefold()
    chance = random.Random(seed)
    owner, thing = _one(_OWNERS, chance), _one(_THINGS, chance)
    # Among 30 names, two with one secret: once in 13 000 classes.
    numbers = range(10_000, 100_000) if isinstance(seed, str) else range(100, 1000)
    return f"{owner}'s fake café+{thing} {_one(numbers, chance)}"


def _one(of: Sequence[Item], chance: random.Random) -> Item:
    # Of all methods, Python promises only of random() to give the same in later versions.
    return of[int(chance.random() * len(of))]


def accept(text: object) -> str:
    """Return *text* if it can serve as a secret.

    Raises `LabError` for anything but a `str` of one line and at least 8 bytes
    in UTF-8, with no white space around it: HTTP and HTML would change the rest
    on the way.
    """
    if not isinstance(text, str):
        raise LabError(
            f"A secret is text in quotes, not {type(text).__name__}: "
            'try visit("Rex sleeps at noon").'
        )
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise LabError(
            "This secret has half of a surrogate pair: type that sign again."
        ) from None
    if any(unicodedata.category(char) in _BREAKS for char in text):
        raise LabError("A secret is one line without tabs: leave the line break out.")
    if text != text.strip():
        raise LabError("A secret neither begins nor ends with a space: leave that out.")
    if length < SHORTEST:
        raise LabError(
            f"{text!r} is too short ({length} bytes of at least {SHORTEST}): it would "
            "turn up by accident. Make it a sentence."
        )
    return text
