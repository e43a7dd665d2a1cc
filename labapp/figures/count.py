"""Counts as words: "none", "one", "seven"."""

from __future__ import annotations

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(number: int) -> str:
    """Return *number* as a word up to ten, then in digits."""
    return _WORDS[number] if number < len(_WORDS) else str(number)
