"""Secrets are canaries: found anywhere, in any disguise, they leaked there."""

from __future__ import annotations

from labapp.secret.canary import SHORTEST, accept, plant_secret
from labapp.secret.search import Match, find, literal

__all__ = ["SHORTEST", "Match", "accept", "find", "literal", "plant_secret"]
