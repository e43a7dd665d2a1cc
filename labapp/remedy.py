"""Remediations: changes meant to help, as frozen values in Django's words.

What each one really changes is for a capture to say; here stands only what it
consists of. They are independent: any combination can be served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from labapp.errors import LabError


@dataclass(frozen=True, repr=False)
class Remediation:
    """One change meant to help.

    *label* says it in full, *short* in a word or two; *claim* is what it is said
    to do. *in_view* is true if lines of `SensitiveInfoView` change; *form_method* and
    *form_token* change the page with the form; *middleware* and *settings* are
    added to Django's; *tls* makes the visitor use ``https://``.
    """

    name: str
    label: str
    short: str
    claim: str
    in_view: bool = False
    form_method: str | None = None
    form_token: bool = False
    middleware: tuple[str, ...] = ()
    settings: tuple[tuple[str, object], ...] = field(default=())
    tls: bool = False

    def __repr__(self) -> str:
        return f"remedy.{self.name}"


post = Remediation(
    "post",
    "POST",
    "POST",
    "the value travels in the body, not in the address",
    in_view=True,
    form_method="post",
)
mask_reports = Remediation(
    "mask_reports",
    "stars in error reports",
    "stars",
    "sensitive_post_parameters hides the value in error reports",
    in_view=True,
)
redirect = Remediation(
    "redirect",
    "redirect",
    "redirect",
    "the view answers with a redirect to /secure_page",
    in_view=True,
)
session = Remediation(
    "session",
    "server session",
    "session",
    "the value waits in a session on the server",
    in_view=True,
    middleware=("django.contrib.sessions.middleware.SessionMiddleware",),
)
csrf = Remediation(
    "csrf",
    "CSRF check",
    "CSRF check",
    "only the site's own form may submit",
    form_token=True,
    middleware=("django.middleware.csrf.CsrfViewMiddleware",),
)
https = Remediation(
    "https",
    "HTTPS",
    "HTTPS",
    "everything between browser and server is encrypted",
    tls=True,
)
hardening = Remediation(
    "hardening",
    "HSTS + Secure cookies",
    "HSTS",
    "browsers are sent to HTTPS and kept there",
    middleware=("django.middleware.security.SecurityMiddleware",),
    settings=(
        ("SECURE_SSL_REDIRECT", True),
        ("SECURE_HSTS_SECONDS", 3600),
        ("SESSION_COOKIE_SECURE", True),
        ("CSRF_COOKIE_SECURE", True),
    ),
)


class Unknown(LabError, AttributeError):
    """There is no remediation of this name; the message says which are known."""

    def __init__(self, name: str) -> None:
        written = name.strip().lower().replace("-", "_")
        near = get_close_matches(written, [known.name for known in ALL], n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        known = ", ".join(known.name for known in ALL)
        super().__init__(f"There is no remediation {name!r}.{hint} Known: {known}.")


SIX = (post, mask_reports, redirect, session, csrf, https)  # in the taught order
ALL = (*SIX, hardening)


def named(name: str) -> Remediation:
    """Return the remediation called *name*; `LabError` lists the known ones."""
    for remediation in ALL:
        if remediation.name == name:
            return remediation
    raise Unknown(name)


if not TYPE_CHECKING:  # a type checker shall go on to find what is misspelt

    def __getattr__(name: str) -> object:
        """Answer ``remedy.pots`` in one line, too (PEP 562)."""
        if name.startswith("_"):
            raise AttributeError(f"module {__name__} has no attribute {name}")
        raise Unknown(name)


def together(remediations: Iterable[object]) -> tuple[Remediation, ...]:
    """Return *remediations* each once and in the taught order.

    Raises `LabError` for anything that is not a remediation.
    """
    wanted = list(remediations)
    for one in wanted:
        if one not in ALL:
            raise LabError(
                f"{one!r} is not a remediation: write remedy.post, remedy.https and so on."
            )
    return tuple(known for known in ALL if known in wanted)


def cumulative(remediations: Iterable[Remediation] = SIX) -> Iterator[tuple[Remediation, ...]]:
    """Yield nothing, then one remediation more at a time."""
    applied: tuple[Remediation, ...] = ()
    yield applied
    for one in remediations:
        applied = (*applied, one)
        yield applied


def title(remediations: Iterable[Remediation]) -> str:
    """Name a combination for a heading: ``"nothing"`` or ``"POST, HTTPS"``."""
    return ", ".join(one.label for one in remediations) or "nothing"
