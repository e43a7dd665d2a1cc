"""One running lab: a server, a backend, an authority and a temporary folder."""

from __future__ import annotations

import atexit
import os
import random
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from types import TracebackType
from typing import Self

from labapp import remedy
from labapp.backends import Choice, choose
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import CONTROL, SITE, STRANGER, THIRD_PARTY
from labapp.lab.steps import Script
from labapp.lab.visits import Visit
from labapp.remedy import Remediation
from labapp.secret import accept, plant_secret
from labapp.server import Authority, Server
from labapp.site import application as site

HOSTS = (SITE, STRANGER, THIRD_PARTY, CONTROL)
_opening = RLock()


class Laboratory:
    """Everything one kernel needs, opened once and given back by `close()`.

    *folder* is a temporary one of its own; *choice* says how packets are had.
    Visits are made one at a time: Django's settings belong to the process.
    """

    def __init__(self) -> None:
        site.configure()
        self._lock = RLock()
        # The same in all visits of a lab: what to look for is prepared once.
        self._control = f"control kettle {random.randrange(1000, 10000)}"
        self._forged = plant_secret()
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(TemporaryDirectory(prefix="labapp-")))
            self.choice: Choice = choose()
            self.backend = stack.enter_context(self.choice.backend)
            authority = Authority()
            context = authority.server_context(*HOSTS)
            stack.callback(site.reset)  # after the server has stopped
            self.server = stack.enter_context(Server(self.backend.listener, context))
            tls = authority.client_context()
            tls.sslsocket_class = self.backend.tls_socket_class
            self._network = Network(self.backend.connect, self.backend.port, HOSTS, tls)
            self._stack = stack.pop_all()

    def visit(
        self,
        secret: str,
        *remediations: Remediation,
        view: site.AnyView | None = None,
        form_token: bool | None = None,
    ) -> Visit:
        """Make one visit; see `labapp.visit`, and `Script` for *form_token*."""
        accept(secret)
        applied = remedy.together(remediations)
        with self._lock:
            script = Script(
                server=self.server,
                backend=self.backend,
                database=site.use_database(self.folder),
                new_browser=lambda agent: Browser(self._network, user_agent=agent),
                remediations=applied,
                control=self._control,
                forged=self._forged,
                view=view,
                form_token=form_token,
            )
            evidence = script.play(secret)
        return Visit(secret, applied, evidence, str(self.choice), view=view)

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


def laboratory() -> Laboratory:
    """Return this process's lab, opened when first asked for, closed at exit."""
    with _opening:
        return _laboratory_of(os.getpid())


@cache
def _laboratory_of(pid: int) -> Laboratory:
    # By process: threads do not survive a fork, so a child opens its own.
    opened = Laboratory()
    atexit.register(opened.close)
    return opened


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
