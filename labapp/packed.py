"""Packed evidence: kept in an eighth of the room, and unpacked for whoever asks."""

from __future__ import annotations

import pickle
import zlib
from functools import lru_cache

from labapp.evidence import Evidence, Step


class Packed(Evidence):
    """The same evidence; its *steps* are unpacked when they are asked for.

    A visit leaves half a megabyte, most of it in one page of DEBUG, and a notebook keeps
    every visit it made. To pack it takes two milliseconds, to unpack it less than one. Only the
    two visits that were asked last stay unpacked: a step or a capture that you want to
    compare by identity, hold on to.
    """

    def __init__(
        self, steps: tuple[Step, ...], control: str, forged: str = "", other: str = ""
    ) -> None:
        # It is frozen: an attribute is set as dataclasses themselves do it.
        packed = zlib.compress(pickle.dumps(steps, pickle.HIGHEST_PROTOCOL), level=1)
        vars(self).update(_packed=packed, control=control, forged=forged, other=other)

    def __getattr__(self, name: str) -> tuple[Step, ...]:
        # Called for what no instance has: `steps` has no value in the class either.
        if name == "steps":
            return _unpacked(vars(self)["_packed"])
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = pickle.loads(zlib.decompress(packed))  # noqa: S301 (our own)
    return steps
