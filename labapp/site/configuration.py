"""Django is set up once, from our settings; remediations then change a few of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

import django
from django.apps import apps
from django.conf import settings as django_settings

from labapp.errors import LabError
from labapp.remedy import Remediation, together
from labapp.site import crashes, settings

# Django docs, "Middleware ordering". Ours comes first: it decides who is asked.
MIDDLEWARE_ORDER = (
    "labapp.site.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
)
# In the same order, what a learner's own view may ask for beside them.
KNOWN_MIDDLEWARE = (
    *MIDDLEWARE_ORDER,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
    crashes.watch()


def changed_settings(
    remediations: Iterable[Remediation], own: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """Return MIDDLEWARE and every further setting that *remediations* change.

    *own* settings come last and win; their MIDDLEWARE is added to the rest.
    """
    applied = together(remediations)
    changed: dict[str, object] = {"MIDDLEWARE": []}  # first, where a reader looks for it
    for one in applied:
        changed.update(one.settings)
    changed.update(own or {})
    wanted = {*settings.MIDDLEWARE, *(own or {}).get("MIDDLEWARE", ())}
    wanted = wanted.union(*(one.middleware for one in applied))
    changed["MIDDLEWARE"] = sorted(wanted, key=KNOWN_MIDDLEWARE.index)
    return changed
