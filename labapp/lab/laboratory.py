"""One running lab: a server, a backend, an authority and a temporary folder."""

from __future__ import annotations

import atexit
import os
import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from types import TracebackType
from typing import Any, Self

from labapp import remedy
from labapp.backends import Choice, choose
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import CONTROL, LOOKALIKE, SITE, STRANGER, THIRD_PARTY
from labapp.lab.journey import Clock, Journey, Journeyed
from labapp.lab.steps import Script
from labapp.lab.visits import Visit
from labapp.remedy import Remediation
from labapp.secret import accept, plant_secret
from labapp.server import Authority, Server
from labapp.site import application as site

HOSTS = (SITE, STRANGER, LOOKALIKE, THIRD_PARTY, CONTROL)
HERE = "127.0.0.1"  # the site by its address, not by its name
PATIENCE = 3.0  # seconds a learner's view may take for one answer
_opening = RLock()


class Laboratory:
    """Everything one kernel needs, opened once and given back by `close()`.

    *folder* is a temporary one of its own; *choice* says how packets are had.
    Visits are made one at a time, under *lock*: Django's settings belong to the process.
    """

    def __init__(self) -> None:
        site.configure()
        self.lock = RLock()
        # The same in all visits of a lab: what to look for is prepared once.
        self._control = f"control kettle {random.randrange(1000, 10000)}"
        self._forged = plant_secret()
        self._other = f"another visitor tells {random.randrange(1000, 10000)}"
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(TemporaryDirectory(prefix="labapp-")))
            self.choice: Choice = choose()
            self.backend = stack.enter_context(self.choice.backend)
            authority = Authority()
            context = authority.server_context(*HOSTS, HERE)
            stack.callback(site.reset)  # after the server has stopped
            self.server = stack.enter_context(Server(self.backend.listener, context))
            tls = authority.client_context()
            tls.sslsocket_class = self.backend.tls_socket_class
            names = (*HOSTS, HERE)
            self._network = Network(self.backend.connect, self.backend.port, names, tls)
            self._stack = stack.pop_all()

    def visit(
        self,
        secret: str,
        *remediations: Remediation,
        own: site.Own | None = None,
        thorough: bool = False,
        form_token: bool | None = None,
    ) -> Visit:
        """Make one visit; see `labapp.visit`, and `Script` for the rest."""
        accept(secret)
        applied = remedy.together(remediations)
        own = own or site.Own()
        with self.lock:
            script = Script(
                **self._means(own),
                remediations=applied,
                own=own,
                thorough=thorough,
                form_token=form_token,
            )
            evidence = script.play(secret)
        return Visit(secret, applied, evidence, str(self.choice), own=own)

    def journey(self, secret: str, address: str, *, tls: bool, own: site.Own) -> Journeyed:
        """Let a visitor begin at *address* and come back a day later; see `Journey`.

        The site is the one with all six remediations but HTTPS; *tls* is for you to
        say. Raises `LabError` as `labapp.visit` does, and for another address.
        """
        accept(secret)
        applied = tuple(one for one in remedy.SIX if one is not remedy.https)
        clock = Clock()
        with self.lock:
            script = Journey(
                **self._means(own, clock),
                remediations=applied,
                own=own,
                address=address,
                tls=tls,
                clock=clock,
            )
            return Journeyed(secret, script.host, script.play(secret))

    def _means(self, own: site.Own, clock: Callable[[], float] = time.time) -> dict[str, Any]:
        """Return what every script needs; a fresh database comes with it."""
        # A learner's view may never return: nobody waits for it as long as for ours.
        network = replace(self._network, patience=PATIENCE) if own.any else self._network
        return {
            "server": self.server,
            "backend": self.backend,
            "database": site.use_database(self.folder),
            "new_browser": lambda agent: Browser(network, agent, clock),
            "control": self._control,
            "forged": self._forged,
            "other": self._other,
        }

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
    secret: str,
    /,
    *remediations: Remediation,
    view: site.AnyView | None = None,
    secure_page: site.AnyView | None = None,
    form: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Visit:
    """Send *secret* through the site's form and return all that this visit left.

    *remediations* are applied together (``remedy.post`` and so on). Parts of your
    own take the place of the site's: *view* that of SensitiveInfoView, *secure_page*
    that of SecurePageView, *form* (a Django template) that of the form page;
    *settings* are Django's. Raises `LabError`, in one line, for a secret that is
    too short or already part of the site's pages, for what is no remediation and
    for what cannot be served.
    """
    if isinstance(secret, Remediation):
        raise LabError('The secret comes first: visit("Rex sleeps at noon", remedy.post).')
    own = site.Own(view, secure_page, form, settings or {})
    return laboratory().visit(secret, *remediations, own=own)
