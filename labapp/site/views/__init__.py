"""Sixteen modules: the site's two views under each combination of remediations.

Four remediations change lines of the view. Every combination of the four is a
module of its own, so what you read is what runs. ``tools/write_views.py`` writes
them; `nothing` is where the course starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from labapp.remedy import Remediation, together


def views_for(remediations: Iterable[Remediation]) -> ModuleType:
    """Return the module whose views are served under *remediations*."""
    names = [one.name for one in together(remediations) if one.in_view]
    return import_module(f"{__name__}.{'_'.join(names) or 'nothing'}")
