"""A view: some bytes without a wrapping that they wore."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class View(NamedTuple):
    """What *data* is when the wrapping *name* is off.

    *place* takes offsets of start and stop in *data*; it returns those in the bytes as they
    were, of whole signs, or None where *data* has nothing that stood together there.
    """

    name: str
    data: bytes
    place: Callable[[int, int], tuple[int, int] | None]
