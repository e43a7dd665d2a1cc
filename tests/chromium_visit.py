"""A visit by a real Chromium: the lab's own script, with Chromium in place of the model."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from labapp.browser import Browser
from labapp.capture import Capture
from labapp.evidence import Answer, Memory
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.lab.steps import Script
from labapp.remedy import Remediation, session
from labapp.site.application import Own
from tests.chromium import fingerprint
from tests.chromium_browser import Chromium

if TYPE_CHECKING:
    from playwright.sync_api import Playwright


@dataclass
class Chromiums:
    """Every browser of one visit, each with a profile of its own; the visitor's is first."""

    playwright: Playwright
    lab: Laboratory
    key: str
    stack: ExitStack
    styles: bool
    all: list[Chromium] = field(default_factory=list)

    def new(self, agent: str) -> Browser:
        """Start one more; it quits, and its profile goes, with the stack."""
        folder = TemporaryDirectory(prefix="labapp-chromium-", ignore_cleanup_errors=True)
        profile = Path(self.stack.enter_context(folder))
        one = Chromium(
            self.playwright,
            profile,
            self.key,
            agent,
            self.lab.server,
            self.lab.backend,
            styles=self.styles,
        )
        self.stack.callback(one.close)
        self.all.append(one)
        return cast("Browser", one)  # as much of one as a script asks for


@dataclass
class ChromiumScript(Script):
    """The steps of a visit; after the last main one the visitor's Chromium is restarted.

    Only a Chromium that has quit has written its history and its cache.
    """

    visitors: list[Chromium] = field(default_factory=list)

    def _keep(
        self, name: str, capture: Capture, answers: tuple[Answer, ...], memory: Memory
    ) -> None:
        last = "read_back" if session in self.remediations else "submit"
        if name == last:
            memory = self.visitors[0].quit_and_read()
        super()._keep(name, capture, answers, memory)


def chromium_visit(
    lab: Laboratory, secret: str, *applied: Remediation, styles: bool = False
) -> Visit:
    """Make the visit that ``lab.visit(secret, *applied)`` makes, with Chromium.

    With *styles* it loads the pages' style sheets, too. The lab's backend must be
    one whose port another program can reach: live or relay.
    """
    from playwright.sync_api import sync_playwright

    with lab.turns.take(), sync_playwright() as playwright, ExitStack() as stack:
        means: dict[str, Any] = lab._means(Own())
        lab.server.tls = True  # to ask it for its certificate
        key = fingerprint(lab.backend.port)
        chromiums = Chromiums(playwright, lab, key, stack, styles)
        means["new_browser"] = chromiums.new
        script = ChromiumScript(**means, remediations=applied, visitors=chromiums.all)
        evidence = script.play(secret)
    return Visit(secret, applied, evidence, f"{lab.choice} By a real Chromium.")
