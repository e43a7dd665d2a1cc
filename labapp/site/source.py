"""What is shown is what runs: the source of a combination, and of its difference."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import unified_diff

from django.template import Engine

from labapp.evidence import SITE
from labapp.remedy import Remediation, together
from labapp.site.configuration import changed_settings, configure
from labapp.site.urls import form_template
from labapp.site.views import views_for


def sources(remediations: Iterable[Remediation]) -> str:
    """Return the text of the module whose views are served under *remediations*."""
    return inspect.getsource(views_for(remediations))


def diff(before: Iterable[Remediation], after: Iterable[Remediation]) -> str:
    """Return as a unified diff what changes from *before* to *after*, or ``""``.

    Beside ``views.py`` stand ``form.html``, ``settings.py`` and ``address bar``,
    each only where it changes.
    """
    configure()
    old, new = _texts(together(before)), _texts(together(after))
    lines = [
        line
        for name in old
        for line in unified_diff(
            old[name].splitlines(), new[name].splitlines(), name, name, lineterm=""
        )
    ]
    return "".join(f"{line}\n" for line in lines)


def _texts(remediations: tuple[Remediation, ...]) -> dict[str, str]:
    form = form_template(remediations)
    tls = any(one.tls for one in remediations)
    return {
        "views.py": sources(remediations),
        "form.html": Engine.get_default().get_template(form).source,
        "settings.py": _assignments(changed_settings(remediations)),
        "address bar": f"{'https' if tls else 'http'}://{SITE}/",
    }


def _assignments(settings: dict[str, object]) -> str:
    """Write *settings* the way a settings module has them."""
    return "\n".join(
        "\n".join([f"{name} = [", *(f'    "{item}",' for item in value), "]"])
        if isinstance(value, list)
        else f"{name} = {value!r}"
        for name, value in settings.items()
    )
