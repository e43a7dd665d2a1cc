"""One running lab: a server, a backend, an authority and a temporary folder."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from types import TracebackType
from typing import Self

from labapp import remedy
from labapp.secret import accept
from labapp.site import application as site
from labapp.backends import Choice, choose
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import CONTROL, SITE, STRANGER, THIRD_PARTY
from labapp.lab.steps import Script
from labapp.lab.visit import Visit
from labapp.remedy import Remediation
from labapp.server import Authority, Server

HOSTS = (SITE, STRANGER, THIRD_PARTY, CONTROL)


class Laboratory:
    """Everything one kernel needs, opened once and given back by `close()`.

    Visits are made one at a time: Django's settings belong to the process.
    """

    def __init__(self) -> None:
        site.configure()
        self._lock = RLock()
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="labapp-")))
            self.choice: Choice = choose()
            self.backend = stack.enter_context(self.choice.backend)
            authority = Authority()
            context = authority.server_context(*HOSTS)
            self.server = stack.enter_context(Server(self.backend.listener, context))
            stack.callback(site.reset)
            self._network = Network(
                self.backend.connect, self.backend.port, HOSTS, authority.client_context()
            )
            self._stack = stack.pop_all()
        self._pid = os.getpid()

    def visit(
        self, secret: str, *remediations: Remediation, view: site.AnyView | None = None
    ) -> Visit:
        """Make one visit; see `labapp.visit`."""
        accept(secret)
        applied = remedy.together(remediations)
        with self._lock:
            script = Script(
                server=self.server,
                backend=self.backend,
                database=site.use_database(self._folder),
                new_browser=lambda agent: Browser(self._network, user_agent=agent),
                remediations=applied,
                view=view,
            )
            evidence = script.play(secret)
        return Visit(secret, applied, evidence, str(self.choice))

    @property
    def usable(self) -> bool:
        """False in a forked child: threads do not survive a fork."""
        return self._pid == os.getpid()

    def close(self) -> None:
        """Stop every thread and give back port, sockets and folder."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_laboratory: Laboratory | None = None
_opening = RLock()


def laboratory() -> Laboratory:
    """Return this process's lab, opened when first asked for, closed at exit."""
    global _laboratory
    with _opening:
        if _laboratory is None or not _laboratory.usable:
            _laboratory = Laboratory()
            atexit.register(_laboratory.close)
        return _laboratory


def visit(
    secret: str, /, *remediations: Remediation, view: site.AnyView | None = None
) -> Visit:
    """Send *secret* through the site's form and return all that this visit left.

    *remediations* are applied together (``remedy.post`` and so on); *view*, a
    Django view of your own, takes the place of SensitiveInfoView. Raises
    `LabError`, in one line, for a secret that is too short or already part of
    the site's pages, for what is no remediation and for what is no view.
    """
    if isinstance(secret, Remediation):
        raise LabError('The secret comes first: visit("Rex sleeps at noon", remedy.post).')
    return laboratory().visit(secret, *remediations, view=view)
