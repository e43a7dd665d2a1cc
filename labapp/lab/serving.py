"""Serve the site to the learner's own browser."""

from __future__ import annotations

from collections.abc import Mapping

from labapp import remedy
from labapp.errors import LabError
from labapp.interrupt import deferred
from labapp.lab.laboratory import laboratory
from labapp.lab.served import Served
from labapp.remedy import Remediation
from labapp.site import application as site


def serve(
    *remediations: Remediation,
    view: site.AnyView | None = None,
    secure_page: site.AnyView | None = None,
    form: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Served:
    """Serve the site to your own browser, and capture what it says.

    The arguments are those of `labapp.visit`, without a secret: you type that into the
    form. One site is served at a time; a further call closes the one before, whose
    capture stays. It speaks HTTP only, because your browser does not know the lab's
    certificate: `LabError` for HTTPS, and for what `labapp.visit` refuses.
    """
    for one in remediations:
        _refuse(one)
    applied = remedy.together(remediations)
    asked = [dict(one.settings) for one in applied] + [settings or {}]
    if any(one.tls for one in applied) or any(one.get("SECURE_SSL_REDIRECT") for one in asked):
        raise LabError(
            "serve() speaks HTTP only, for your browser does not know the lab's certificate: "
            'leave HTTPS out here, and try it with visit("...", remedy.https).'
        )
    own = site.Own(view, secure_page, form, settings or {})
    lab = laboratory()
    with deferred():
        lab.guests.close()
        return lab.guests.enter_context(Served(lab, applied, own))


def _refuse(given: object) -> None:
    """Raise `LabError` for what readers write by mistake where a remediation should be."""
    if isinstance(given, str):
        if given in {one.name for one in remedy.ALL}:
            raise LabError(f"A remediation is no text: write serve(remedy.{given}).")
        raise LabError("serve() takes no secret: you type it into the form. Write serve().")
    if callable(given):
        name = getattr(given, "__name__", "MyView")
        raise LabError(f"A view has its word before it: serve(view={name}).")
