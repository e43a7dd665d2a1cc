"""The lab's only door to the site: any combination as a WSGI application.

Django reads some settings once per handler and others at each request, so two
handlers in one process would mix. Here one configuration is in force at a time:
that of the application asked for last.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from labapp.remedy import Remediation, together
from labapp.site.configuration import changed_settings, configure
from labapp.site.crashes import keep, take_crashes
from labapp.site.database import in_own_thread, plant_control, use_database
from labapp.site.hatclub.joining import NewMember
from labapp.site.hatclub.repair import Repair
from labapp.site.mailbox import take_reports
from labapp.site.own import AnyView, Own
from labapp.site.source import diff, sources
from labapp.site.urls import urlpatterns

__all__ = [
    "AnyView",
    "NewMember",
    "Own",
    "Repair",
    "application",
    "club",
    "configure",
    "diff",
    "open_club",
    "plant_control",
    "reset",
    "sources",
    "take_crashes",
    "take_reports",
    "use_database",
]

_in_force = ExitStack()


def application(
    remediations: Iterable[Remediation] = (),
    *,
    own: Own | None = None,
    down: bool = False,
    debug: bool = False,
    form_token: bool | None = None,
) -> WSGIHandler:
    """Return the site under *remediations* as a fresh WSGI application.

    *own* brings parts that take the place of the site's, *down* is an outage of
    the back office, *debug* is Django's DEBUG, and *form_token* puts the CSRF token
    into the form or leaves it out (by default the remediations decide).

    The application made before this one must not be used again, and no request
    may be in flight: while Django's settings change they are not there at all.
    Raises `LabError` for what is no remediation.
    """
    configure()
    applied = together(remediations)
    return _under(
        # A fresh tuple, since Django remembers every URLconf it has resolved.
        ROOT_URLCONF=urlpatterns(applied, own=own, form_token=form_token),
        DEBUG=debug,
        BACK_OFFICE_DOWN=down,
        **changed_settings(applied, own.settings if own else None),
    )


def club(repair: Repair, *, down: bool = False) -> WSGIHandler:
    """Return the Hat Club of chapter 10 with *repair*; the rest as for `application`."""
    configure()
    from labapp.site.hatclub import urls  # its models want Django set up

    return _under(
        ROOT_URLCONF=urls.urlpatterns(repair),
        BACK_OFFICE_DOWN=down,
        **repair.changed_settings(),
    )


def open_club(members: Iterable[NewMember]) -> None:
    """Make the club's tables in the database in use, and let *members* join.

    Call it after `club`: passwords are kept as the settings in force say.
    """
    from labapp.site.hatclub.enrolling import enrol

    in_own_thread(enrol, members)


class _Handler(WSGIHandler):
    """Django's, which lets SystemExit pass without a word: a learner's view may raise it."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return super().get_response(request)
        except SystemExit:
            keep(request)
            raise


def _under(**settings: object) -> WSGIHandler:
    """Put *settings* in force in the place of the last ones; return a handler for them."""
    # 78 ms, and "test" in its name: only whoever really serves pays for it.
    from django.test.utils import override_settings

    changed = override_settings(**settings)
    reset()
    _in_force.enter_context(changed)
    return _Handler()


def reset() -> None:
    """Put the settings back as they stand in `labapp.site.settings`."""
    _in_force.close()
