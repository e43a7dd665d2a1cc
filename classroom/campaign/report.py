"""The result of a lesson: for a terminal, as data, and as a table in the guide."""

from __future__ import annotations

from classroom.campaign.lesson import Lesson


def machine() -> str:
    return ""


def text(held: Lesson, machine: str) -> str:
    return repr(held)


def write(held: Lesson, machine: str) -> None:
    pass
