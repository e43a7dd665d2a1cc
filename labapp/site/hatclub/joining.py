"""Somebody who joins the club; no Django is needed for that."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NewMember:
    """What somebody brings who joins."""

    name: str
    password: str

    @property
    def email(self) -> str:
        """Where a link for a new password goes."""
        return f"{self.name}@site.test"
