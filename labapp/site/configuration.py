"""Django is set up once, from our settings; remediations then change a few of them."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

import django
from django.apps import apps
from django.conf import settings as django_settings

from labapp.errors import LabError
from labapp.remedy import Remediation, together
from labapp.site import settings

# Django docs, "Middleware ordering". Ours comes first: it decides who is asked.
MIDDLEWARE_ORDER = (
    "labapp.site.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
)


def configure() -> None:
    """Set Django up with `labapp.site.settings`; again and again is safe.

    DJANGO_SETTINGS_MODULE is ignored. Raises `LabError` if other settings are in
    force in this process: Django takes only one set.
    """
    if not django_settings.configured:
        ours = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
        django_settings.configure(**deepcopy(ours))
    elif django_settings.SECRET_KEY != settings.SECRET_KEY:
        raise LabError(
            "Django already runs with other settings here: restart the kernel and let "
            "the lab come first."
        )
    if not apps.ready:
        django.setup()


def changed_settings(remediations: Iterable[Remediation]) -> dict[str, object]:
    """Return MIDDLEWARE and every further setting that *remediations* change."""
    applied = together(remediations)
    wanted = {*settings.MIDDLEWARE}.union(*(one.middleware for one in applied))
    changed: dict[str, object] = {"MIDDLEWARE": sorted(wanted, key=MIDDLEWARE_ORDER.index)}
    for one in applied:
        changed.update(one.settings)
    return changed
