"""Packed evidence: kept in a fraction of the room, and unpacked for whoever asks."""

from __future__ import annotations

import pickle
import zlib
from typing import NamedTuple

from labapp.evidence import Evidence, Step

_AT_HAND = 2  # visits: two are often compared


class _Parcel(NamedTuple):
    """Some steps: what *crossed*, which is left as it is if it was *encrypted*, and the rest."""

    crossed: bytes
    encrypted: bool
    rest: bytes


_unpacked: dict[_Parcel, tuple[Step, ...]] = {}  # by what they are packed as, the oldest first


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
        packed = _pack(steps)
        _keep(packed, steps)
        # It is frozen: an attribute is set as dataclasses themselves do it.
        vars(self).update(_packed=packed, control=control, forged=forged, other=other)

    def __getattr__(self, name: str) -> tuple[Step, ...]:
        # Called for what no instance has: `steps` has no value in the class either.
        if name != "steps":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        packed: _Parcel = vars(self)["_packed"]
        steps = _unpacked.pop(packed, None)
        return _keep(packed, _unpack(packed) if steps is None else steps)


def _pack(steps: tuple[Step, ...]) -> _Parcel:
    captures = [step.capture for step in steps]
    others = [vars(step) | {"capture": None} for step in steps]
    crossed = pickle.dumps(captures, pickle.HIGHEST_PROTOCOL)
    # What is encrypted gets no smaller, and the attempt takes as long as all the rest.
    if not (encrypted := any(capture.tls_secrets for capture in captures)):
        crossed = zlib.compress(crossed, level=1)
    rest = zlib.compress(pickle.dumps(others, pickle.HIGHEST_PROTOCOL), level=1)
    return _Parcel(crossed, encrypted, rest)


def _unpack(packed: _Parcel) -> tuple[Step, ...]:
    crossed = packed.crossed if packed.encrypted else zlib.decompress(packed.crossed)
    captures = pickle.loads(crossed)  # noqa: S301 (our own)
    others = pickle.loads(zlib.decompress(packed.rest))  # noqa: S301
    return tuple(
        Step(**others | {"capture": capture})
        for others, capture in zip(others, captures, strict=True)
    )


def _keep(packed: _Parcel, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Keep *steps* at hand, and no more than two visits."""
    _unpacked[packed] = steps
    for oldest in list(_unpacked)[:-_AT_HAND]:
        _unpacked.pop(oldest, None)
    return steps
