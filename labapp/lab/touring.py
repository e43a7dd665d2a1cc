"""Chapter 10: tour the Hat Club, as it was found or with a repair of your own."""

from __future__ import annotations

from collections.abc import Mapping

from labapp.lab.laboratory import laboratory
from labapp.lab.tour import told
from labapp.lab.toured import Toured
from labapp.site import application as site

__all__ = ["Toured", "tour"]

# A cell that repairs the club imports Django's login views, which want it set up.
site.configure()


def tour(
    seed: int | str | None = None,
    /,
    *,
    templates: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    tls: bool = False,
    **views: site.AnyView,
) -> Toured:
    """Let two members and some strangers into the club, and return all that they leave.

    *views* by name (``login=...``, ``profile=...``), *templates* and *settings* are
    your repair; with *tls* visitors use ``https://``. The same *seed* gives the members
    the same words. Raises `LabError`, in one line, for what cannot be served.
    """
    repair = site.Repair(views, templates or {}, settings or {}, tls)
    return laboratory().tour(told(seed), repair)
