"""The back office: another system that the view calls, and that can be down.

It is told nothing. The visitor's value can leak from a crash here all the same.
"""

from __future__ import annotations

from django.conf import settings


class BackOfficeDown(Exception):
    """The back office did not answer."""


def notify() -> None:
    """Tell the back office that something came in; `BackOfficeDown` in an outage."""
    if settings.BACK_OFFICE_DOWN:
        raise BackOfficeDown("The back office does not answer.")
