"""A visit: what one visitor did, and everything it left behind."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from labapp import show
from labapp.capture import Capture
from labapp.conversations import conversations
from labapp.evidence import SITE, Evidence, LogLine, Step
from labapp.observers import PLACES, WIRE, Finding, deeds
from labapp.remedy import Remediation, title
from labapp.site import application as site
from labapp.site.views import views_for


@dataclass(frozen=True, repr=False, eq=False)
class Visit:
    """One visit under some remediations; you receive it from `labapp.visit`.

    *how* says in a sentence how the packets were had; *lost* counts the packets
    that were taken away on purpose. *own* are the parts of the reader's own that
    were visited.
    """

    secret: str
    remediations: tuple[Remediation, ...]
    evidence: Evidence
    how: str
    lost: int = 0
    own: site.Own = field(default_factory=site.Own)

    @property
    def title(self) -> str:
        """What was applied, in words: ``"nothing"``, ``"POST, HTTPS"``."""
        lost = f" ({self.lost} packet lost)" if self.lost else ""
        return title(self.remediations) + lost

    @cached_property
    def capture(self) -> Capture:
        """The packets from opening the form to reading the value back."""
        return Capture.joined(step.capture for step in self.evidence.main)

    def step(self, name: str) -> Step:
        """Return one step, such as ``"submit"``; `LabError` lists those there are."""
        return self.evidence.step(name)

    def without_packet(self, name: str = "submit") -> Visit:
        """Return this visit as if one packet of a step had been missed.

        It is the longest one of the step's first conversation.
        """
        step = self.step(name)
        frames = step.capture.frames
        longest = max(
            conversations(step.capture)[0].frames, key=lambda number: len(frames[number].data)
        )
        torn = replace(step, capture=step.capture.without(longest))
        steps = tuple(torn if one is step else one for one in self.evidence)
        evidence = replace(self.evidence, steps=steps)
        return replace(self, evidence=evidence, lost=self.lost + 1)

    @property
    def log(self) -> tuple[LogLine, ...]:
        """The site's access log, from opening the form to reading the value back."""
        return tuple(
            line for step in self.evidence.main for line in step.log if line.host == SITE
        )

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """What every observer found, by place."""
        return {key: place.ask(self.evidence, self.secret) for key, place in PLACES.items()}

    @cached_property
    def seen(self) -> Mapping[str, bool | None]:
        """By place: True, False, or None where nothing can be said."""
        return {key: finding.seen for key, finding in self.findings.items()}

    @cached_property
    def works(self) -> bool:
        """True if the form was accepted and the visitor can read the value back."""
        return deeds.works(self.evidence, self.secret)

    @property
    def source(self) -> str:
        """The text of the view that ran."""
        if self.own.view:
            return inspect.getsource(self.own.view)
        return site.sources(self.remediations)

    def diff(self, after: Visit) -> str:
        """Return what changed from this visit's site to that of *after*, as a diff."""
        if not (self.own.view or after.own.view):
            return site.diff(self.remediations, after.remediations)
        lines = difflib.unified_diff(
            _lines_of_view(self), _lines_of_view(after), "before", "after", lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)

    def __repr__(self) -> str:
        return show.visit_text(self.step("submit"), self.secret, self._card)

    def _repr_html_(self) -> str:
        return show.visit_html(self.step("submit"), self.secret, self._card)

    @property
    def _card(self) -> show.Card:
        return show.Card(self.title, show.together(self.seen, WIRE), self.how)


def _lines_of_view(visit: Visit) -> list[str]:
    view = visit.own.view or views_for(visit.remediations).SensitiveInfoView
    return inspect.getsource(view).splitlines()
