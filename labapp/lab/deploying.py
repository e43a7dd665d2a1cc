"""``manage.py check --deploy`` of a site as it is served, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labapp import remedy
from labapp.lab.laboratory import laboratory
from labapp.remedy import Remediation
from labapp.site import application as site


@dataclass(frozen=True, repr=False)
class CheckMessage:
    """One message of Django's system check framework: its *id* and what it *says*."""

    id: str
    says: str

    def __repr__(self) -> str:
        return f"{self.id}: {self.says}"


@dataclass(frozen=True, repr=False)
class Linted:
    """What ``check --deploy`` said of one site; false if it found nothing."""

    title: str
    findings: tuple[CheckMessage, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids alone, without Django's prefix: ``("W004", "W008")``."""
        return tuple(one.id.rpartition(".")[2] for one in self.findings)

    def __bool__(self) -> bool:
        return bool(self.findings)

    def __repr__(self) -> str:
        head = f"check --deploy of {self.title}: {len(self.findings)} found"
        return "\n".join([head, *(f"  {one!r}" for one in self.findings)])


def check_deploy(
    *remediations: Remediation, settings: Mapping[str, object] | None = None
) -> Linted:
    """Run Django's checks, those for deployment included, on the site as it would be served.

    *remediations* and *settings* as for `labapp.visit`; the checks see their settings
    and the site's addresses, and nothing that ever crossed (Django's documentation,
    "System check framework"). Raises `LabError` as `labapp.visit` does.
    """
    from django.core.checks import run_checks

    lab = laboratory()
    applied = remedy.together(remediations)
    own = site.Own(settings=settings or {})
    with lab.turns.take():
        tls = any(one.tls for one in applied)
        lab.server.swap(lambda: site.application(applied, own=own), tls=tls)
        messages = run_checks(include_deployment_checks=True)
    found = (CheckMessage(str(one.id), _first_sentence(str(one.msg))) for one in messages)
    more = " and settings" if settings else ""
    return Linted(remedy.title(applied) + more, tuple(sorted(found, key=lambda one: one.id)))


def _first_sentence(text: str) -> str:
    return f"{text.partition('. ')[0].rstrip('.')}."
