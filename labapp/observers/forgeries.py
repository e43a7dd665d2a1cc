"""Forgeries: whose form is taken in the visitor's name, and how each tries."""

from __future__ import annotations

from dataclasses import dataclass, field

from labapp.evidence import LOOKALIKES, STRANGER, Evidence
from labapp.observers import deeds
from labapp.observers.doubt import unheard
from labapp.observers.observer import Place
from labapp.secret import find


@dataclass(frozen=True)
class Forgery:
    """One stranger's way to submit the visitor's form from a page on *host*.

    *label* names the form in a verdict, *deed* says what it did. *how* goes into
    the query of the stranger's page (see `labapp.site.stranger`); with *copying*
    the stranger has opened the form before, and copies its fields.
    """

    key: str
    label: str
    deed: str
    host: str = STRANGER
    copying: bool = False
    how: dict[str, str] = field(default_factory=dict)

    def text(self, forged: str) -> str:
        """Return what this one submits; *forged* is what the visit's own forgery does."""
        return f"{forged} {self.key}"

    @property
    def place(self) -> Place:
        """Where it is seen: the site shows the visitor what the stranger submitted."""
        return Place(self.key, self.label, self._look, self._doubt)

    def _look(self, evidence: Evidence, text: str) -> bool:
        pages = deeds.forged_answers(evidence, self.key)
        return any(find(self.text(evidence.forged), page.body) for page in pages)

    def _doubt(self, evidence: Evidence) -> str:
        if reason := unheard(evidence, (self.key,)):
            return reason
        sent = deeds.forged_answers(evidence, self.key)
        return "" if sent else "the stranger sent nothing"


FORGERIES = (
    Forgery(
        "forgery_taken",
        "stranger's form",
        f"the site took what a form on {STRANGER} sent",
    ),
    *(
        Forgery(
            f"forgery_lookalike_{number}",
            f"form of {host}",
            f"the site took what a form on {host} sent",
            host=host,
        )
        for number, host in enumerate(LOOKALIKES, 1)
    ),
    Forgery(
        "forgery_without_referer",
        "form that hides its address",
        "the site took what a form sent whose page hides its address",
        how={"silent": "1"},
    ),
    Forgery(
        "forgery_copied",
        "form copied from yours",
        "the site took what a form sent that has all fields of yours",
        copying=True,
    ),
    Forgery(
        "forgery_by_get",
        "stranger's form, by GET",
        "the site took what a form sent by GET",
        how={"method": "get"},
    ),
)
