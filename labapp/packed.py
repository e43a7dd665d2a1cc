"""Packed evidence: kept in an eighth of the room, and unpacked for whoever asks."""

from __future__ import annotations

import pickle
import zlib

from labapp.evidence import Evidence, Step

_AT_HAND = 2  # visits: two are often compared
_unpacked: dict[bytes, tuple[Step, ...]] = {}  # by what they are packed as, the oldest first


class Packed(Evidence):
    """The same evidence; its *steps* are unpacked when they are asked for.

    A visit leaves half a megabyte, most of it in one page of DEBUG, and a notebook keeps
    every visit it made. To pack it takes two milliseconds, to unpack it one. Only the
    two visits that were asked last stay unpacked: a step or a capture that you want to
    compare by identity, hold on to.
    """

    def __init__(
        self, steps: tuple[Step, ...], control: str, forged: str = "", other: str = ""
    ) -> None:
        packed = zlib.compress(pickle.dumps(steps, pickle.HIGHEST_PROTOCOL), level=1)
        _keep(packed, steps)
        # It is frozen: an attribute is set as dataclasses themselves do it.
        vars(self).update(_packed=packed, control=control, forged=forged, other=other)

    def __getattr__(self, name: str) -> tuple[Step, ...]:
        # Called for what no instance has: `steps` has no value in the class either.
        if name != "steps":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        packed: bytes = vars(self)["_packed"]
        steps = _unpacked.pop(packed, None)
        if steps is None:
            steps = pickle.loads(zlib.decompress(packed))  # noqa: S301 (our own)
        return _keep(packed, steps)


def _keep(packed: bytes, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Keep *steps* at hand, and no more than two visits."""
    _unpacked[packed] = steps
    for oldest in list(_unpacked)[:-_AT_HAND]:
        _unpacked.pop(oldest, None)
    return steps
