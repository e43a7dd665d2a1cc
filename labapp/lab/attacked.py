"""The lab with an attacker on the path: strip, impersonate, and both for all cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from labapp.lab.ambush import HTTP, HTTPS, Plot
from labapp.lab.attack import Attack
from labapp.lab.journey import DAY
from labapp.lab.laboratory import laboratory
from labapp.lab.trust import CAREFUL, CERTIFICATES, CLIENTS, UNKNOWN
from labapp.site import application as site

__all__ = [
    "BY_NUMBER",
    "CERTIFICATES",
    "CLIENTS",
    "HOUR",
    "HTTP",
    "HTTPS",
    "every_pair",
    "first_visits",
    "impersonate",
    "strip",
]

HOUR = 3600.0  # seconds
BY_NUMBER = "http://127.0.0.1/"  # the site by its address, not by its name
MONTH = 30 * DAY  # seconds; for so long the sites of `first_visits` ask for HSTS
# startproject lists it, and its settings do nothing without it.
SECURITY = {"MIDDLEWARE": ["django.middleware.security.SecurityMiddleware"]}
_REDIRECT = {"SECURE_SSL_REDIRECT": True}
_HSTS = {**_REDIRECT, "SECURE_HSTS_SECONDS": MONTH}
NO_REDIRECT, REDIRECT, HSTS, BY_ADDRESS = SITES = (
    "no redirect",
    "redirect",
    "redirect + HSTS of 30 days",
    "the same, opened as 127.0.0.1",
)
_SETTINGS: dict[str, Mapping[str, object]] = {
    NO_REDIRECT: {},
    REDIRECT: _REDIRECT,
    HSTS: _HSTS,
    BY_ADDRESS: _HSTS,
}
WHEN: dict[str, float | None] = {
    "first visit": None,
    "1 hour after a clean one": HOUR,
    "29 days after it": 29 * DAY,
    "31 days after it": 31 * DAY,
}


def strip(
    secret: str,
    address: str = HTTP,
    *,
    settings: Mapping[str, object] | None = None,
    after: float | None = None,
    link: bool = False,
    forgets: bool = False,
) -> Attack:
    """Let a visitor walk to *address* while a stripper stands on the way.

    The site has all six remediations, HTTPS included, and your *settings*. The rest is
    as in `labapp.lab.ambush.Plot`: *after* seconds since a clean visit, a *link* to
    follow, a client that *forgets* HSTS. Raises `LabError` as `labapp.visit` does, and
    for an address that is not the site's.
    """
    plot = Plot(address, after, link, forgets)
    return laboratory().attack(secret, plot, _own(settings), when=_said(plot))


def impersonate(
    secret: str,
    certificate: str = UNKNOWN,
    client: str = CAREFUL,
    *,
    settings: Mapping[str, object] | None = None,
) -> Attack:
    """Let a *client* come back to ``https://site.test/`` while an impostor answers.

    *certificate* is what the impostor shows, one of `CERTIFICATES`; *client* is one of
    `CLIENTS`. The visit before, an hour ago, was a clean one. `LabError` as for `strip`.
    """
    plot = Plot(HTTPS, HOUR, certificate=certificate, client=client)
    return laboratory().attack(secret, plot, _own(settings), certificate, client)


@lru_cache(maxsize=4)
def first_visits(secret: str) -> tuple[Attack, ...]:
    """Strip visits to four sites, at four times each: the first one, and later ones.

    Visitors type ``http://`` and the name, or the number for the last site; HSTS is
    asked for 30 days. Each attack has a visitor of its own.
    """
    lab = laboratory()
    return tuple(
        lab.attack(secret, Plot(_typed(name), after), _own(settings), name, when)
        for name, settings in _SETTINGS.items()
        for when, after in WHEN.items()
    )


def every_pair(
    secret: str,
    certificates: Iterable[str] = CERTIFICATES,
    clients: Iterable[str] = CLIENTS,
) -> dict[str, dict[str, Attack]]:
    """Return an attack for each certificate and each client: ``[client][certificate]``."""
    shown = tuple(certificates)
    return {
        client: {one: impersonate(secret, one, client) for one in shown} for client in clients
    }


def _own(settings: Mapping[str, object] | None) -> site.Own:
    # First what the reader gave, alone: a mistake in it is to be named as theirs.
    given = site.Own(settings=settings or {}).settings
    return site.Own(settings={**SECURITY, **given})


def _typed(name: str) -> str:
    return BY_NUMBER if name == BY_ADDRESS else HTTP


def _said(plot: Plot) -> str:
    way = "an http:// link" if plot.link else plot.address
    if plot.after is None:
        return f"{way}, first visit"
    if not plot.after:
        return f"{way}, right after a clean visit"
    number, unit = (
        (plot.after / DAY, "day") if plot.after >= DAY else (plot.after / HOUR, "hour")
    )
    since = f"{number:g} {unit}{'' if number == 1 else 's'}"
    return f"{way}, {since} after a clean visit"
