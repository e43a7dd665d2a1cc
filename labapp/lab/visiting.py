"""Chapters 00 to 09: make a visit, or listen to a neighbour's."""

from __future__ import annotations

import random
from collections.abc import Mapping

from labapp.errors import LabError
from labapp.lab.laboratory import laboratory
from labapp.lab.neighbour import ANSWERS, Overheard
from labapp.lab.visits import Visit
from labapp.remedy import Remediation
from labapp.site import application as site


def visit(
    secret: str,
    /,
    *remediations: Remediation,
    view: site.AnyView | None = None,
    secure_page: site.AnyView | None = None,
    form: str | None = None,
    settings: Mapping[str, object] | None = None,
    tls: str = "1.3",
) -> Visit:
    """Send *secret* through the site's form and return all that this visit left.

    *remediations* are applied together (``remedy.post`` and so on). Parts of your
    own take the place of the site's: *view* that of SensitiveInfoView, *secure_page*
    that of SecurePageView, *form* (a Django template) that of the form page;
    *settings* are Django's. *tls* is the newest version that the visitor's browser
    speaks over HTTPS, ``"1.3"`` or ``"1.2"``. Raises `LabError`, in one line, for a secret that is
    too short or already part of the site's pages, for what is no remediation and
    for what cannot be served.
    """
    if isinstance(secret, Remediation):
        raise LabError('The secret comes first: visit("Rex sleeps at noon", remedy.post).')
    own = site.Own(view, secure_page, form, settings or {})
    return laboratory().visit(secret, *remediations, own=own, tls=tls)


def overhear(
    answer: object = None,
    /,
    *,
    view: site.AnyView | None = None,
    form: str | None = None,
) -> Overheard:
    """Listen while a neighbour sends *answer* to the site, by POST over HTTPS.

    Without one, the neighbour says "yes" or "no", and you do not know which. *view*
    and *form* are as in `visit`. The neighbour's key stays with the neighbour. Raises
    `LabError` for what cannot be served, and if a form of radio buttons lacks the
    answer.
    """
    chosen = random.choice(ANSWERS[:2]) if answer is None else answer
    if not isinstance(chosen, str) or not chosen.strip():
        raise LabError('An answer is text in quotes: overhear("yes").')
    return laboratory().overhear(chosen, site.Own(view, None, form))
