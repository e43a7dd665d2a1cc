"""Lanes: things that stand in one row, those that would touch below each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Spanning(Protocol):
    """Whatever reaches from a *first* column to a *last* one, both counted."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...


Item = TypeVar("Item", bound=Spanning)


def lanes(items: Sequence[Item]) -> list[list[Item]]:
    """Return *items* in lanes, each in the first where it touches no other."""
    found: list[list[Item]] = []
    for item in items:
        for lane in found:
            if all(item.last < other.first or other.last < item.first for other in lane):
                lane.append(item)
                break
        else:
            found.append([item])
    return found
