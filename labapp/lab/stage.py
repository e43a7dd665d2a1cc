"""A stage: where steps are played, each with its own capture, and what they leave is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from labapp.backends import Backend
from labapp.browser import Browser
from labapp.capture import Capture
from labapp.evidence import Answer, Evidence, Memory, Step
from labapp.lab.key_log import KeyLog
from labapp.packed import Packed
from labapp.remedy import Remediation
from labapp.server import Server
from labapp.site import application as site


@dataclass
class Stage(ABC):
    """Everything that a script needs to be played: a site, a server, a browser, a backend.

    *control* is the harmless text that every search must find, *forged* what the
    stranger submits, *other* what a second visitor tells. *form_token* puts the CSRF token
    into the form or leaves it out, whatever the remediations say. *own* are the learner's
    own parts. What the browsers write into *key_log* belongs to the step's capture.
    """

    server: Server
    backend: Backend
    database: Path
    new_browser: Callable[[str], Browser]
    remediations: tuple[Remediation, ...]
    control: str
    forged: str
    other: str
    own: site.Own = field(default_factory=site.Own)
    form_token: bool | None = None
    key_log: KeyLog | None = None
    page: ClassVar[str] = "/secure_page"  # which shows visitors their own value
    _steps: list[Step] = field(default_factory=list)

    def play(self, secret: str) -> Evidence:
        """Make the visit and return what it left behind.

        It ends early if the form brought no answer at all: each further step of a
        view that never returns would only have to be waited for.
        """
        with self.server.output.listening():
            self._discard()
            self._play(secret)
        return Packed(tuple(self._steps), self.control, self.forged, self.other)

    @abstractmethod
    def _play(self, secret: str) -> None:
        """Take the steps, each by `_step`."""

    def _begin(self) -> Browser:
        """Plant the control and serve; return the visitor."""
        site.plant_control(self.database, self.control)
        visitor = self._newcomer()
        self._serve()
        return visitor

    def _discard(self) -> None:
        """Take away what is left of others: it would pass for something of this visit."""
        self.server.take_log()
        self.server.output.take()
        site.take_reports()
        site.take_crashes()

    def _step(self, name: str, browser: Browser, act: Callable[[], object]) -> None:
        with self.backend.record() as recording:
            try:
                act()
            finally:
                browser.close_connections()
            # Before the end of the recording, which has to wait for the server's.
            secrets = self.key_log.take() if self.key_log else ""
            answers, memory = browser.take_answers(), browser.memory()
        capture = replace(recording.capture, tls_secrets=secrets)
        self._keep(name, capture, answers, memory)

    def _keep(
        self, name: str, capture: Capture, answers: tuple[Answer, ...], memory: Memory
    ) -> None:
        log = self.server.take_log()  # first: it waits until the server is done
        database = self.database.read_bytes()
        if self._steps and self._steps[-1].database == database:
            database = self._steps[-1].database  # kept once: 64 visits have 800 of them
        step = Step(
            name=name,
            capture=capture,
            answers=answers,
            log=log,
            reports=site.take_reports(),
            memory=memory,
            database=database,
            output=self.server.output.take(),
            crashes=site.take_crashes(),
        )
        self._steps.append(step)

    def _evidence(self) -> Evidence:
        return Evidence(tuple(self._steps), self.control, self.forged, self.other)

    def _serve(self, *, down: bool = False, debug: bool = False) -> None:
        self.server.swap(
            lambda: site.application(
                self.remediations,
                own=self.own,
                down=down,
                debug=debug,
                form_token=self.form_token,
            ),
            tls=self._tls,
        )

    @property
    def _tls(self) -> bool:
        return any(one.tls for one in self.remediations)

    def _url(self, host: str, path: str = "/", scheme: str = "") -> str:
        scheme = scheme or ("https" if self._tls else "http")
        return f"{scheme}://{host}:{self.backend.port}{path}"

    def _newcomer(self) -> Browser:
        """Return a browser that knows nothing; all call themselves the same, as a thief would."""
        return self.new_browser(f"LabBrowser/1.0 ({self.control})")
