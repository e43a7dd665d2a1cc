"""One running lab: a server, a backend, an authority and a temporary folder."""

from __future__ import annotations

import atexit
import os
import random
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any

from labapp import remedy
from labapp.backends import Choice, choose
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import CONTROL, LOOKALIKES, SITE, STRANGER, THIRD_PARTY, Step
from labapp.garbage import uncollected
from labapp.interrupt import deferred
from labapp.lab.ambush import Ambush, Plot, Road
from labapp.lab.attack import Attack
from labapp.lab.journey import Clock, Journey, Journeyed
from labapp.lab.key_log import KeyLog
from labapp.lab.neighbour import Neighbour, Overheard
from labapp.lab.short import Short
from labapp.lab.steps import Script
from labapp.lab.tour import Tour
from labapp.lab.toured import Toured
from labapp.lab.turn import Turns
from labapp.lab.visits import Visit
from labapp.observers.club import Told
from labapp.owner import Owner
from labapp.remedy import Remediation
from labapp.secret import accept, plant_secret
from labapp.server import Authority, Server
from labapp.site import application as site

HOSTS = (SITE, STRANGER, *LOOKALIKES, THIRD_PARTY, CONTROL)
HERE = "127.0.0.1"  # the site by its address, not by its name
TLS = {"1.3": ssl.TLSVersion.TLSv1_3, "1.2": ssl.TLSVersion.TLSv1_2}
PATIENCE = 3.0  # seconds a learner's view may take for one answer
_opening = RLock()


class Laboratory(Owner):
    """Everything one kernel needs, opened once and given back by `close()`.

    *folder* is a temporary one of its own; *choice* says how packets are had.
    Whoever asks its site for something takes one of its *turns*.
    """

    def __init__(self) -> None:
        site.configure()
        self.turns = Turns()
        # The same in all visits of a lab: what to look for is prepared once.
        self._control = f"control kettle {random.randrange(1000, 10000)}"
        self._forged = plant_secret()
        self._other = f"another visitor tells {random.randrange(1000, 10000)}"
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(TemporaryDirectory(prefix="labapp-")))
            self.choice: Choice = choose()
            self.backend = stack.enter_context(self.choice.backend)
            self.authority = Authority()
            context = self.authority.server_context(*HOSTS, HERE)
            context.sslsocket_class = self.backend.served_tls_class
            stack.callback(site.reset)  # after the server has stopped
            self.server = stack.enter_context(Server(self.backend.listener, context))
            self.key_log = stack.enter_context(KeyLog(self.folder / "tls_keys"))
            # Each version with a context of its own: browsers speak the newest.
            self.networks = {
                version: Network(
                    self.backend.connect,
                    self.backend.port,
                    (*HOSTS, HERE),
                    self._client(newest),
                )
                for version, newest in TLS.items()
            }
            self.guests = stack.enter_context(ExitStack())  # what is closed before the rest
            self._stack = stack.pop_all()

    def visit(
        self,
        secret: str,
        *remediations: Remediation,
        own: site.Own | None = None,
        thorough: bool = False,
        form_token: bool | None = None,
        tls: str = "1.3",
    ) -> Visit:
        """Make one visit; see `labapp.visit`, and `Script` for the rest."""
        accept(secret)
        applied = remedy.together(remediations)
        if tls not in TLS:
            raise LabError(f"tls is {' or '.join(map(repr, TLS))}, not {tls!r}.")
        own = own or site.Own()
        with self.turns.take():
            script = Script(
                **self._means(own, tls=tls),
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
        with self.turns.take():
            script = Journey(
                **self._means(own, clock),
                remediations=applied,
                own=own,
                address=address,
                tls=tls,
                clock=clock,
            )
            return Journeyed(secret, script.host, script.play(secret))

    def tour(self, told: Told, repair: site.Repair) -> Toured:
        """Let two members into the Hat Club with *repair*; see `labapp.lab.touring`."""
        with self.turns.take():
            clock = Clock(time.time())
            means = self._means(site.Own(), clock, impatient=repair.any)
            script = Tour(**means, remediations=(), repair=repair, told=told, clock=clock)
            return Toured(told, repair, script.play(told.place), str(self.choice))

    def overhear(self, answer: str, own: site.Own) -> Overheard:
        """Let a neighbour answer over HTTPS; see `labapp.lab.overhear`."""
        applied = (remedy.post, remedy.https)
        with self.turns.take():
            script = Neighbour(**self._means(own), remediations=applied, own=own)
            evidence = script.play(answer)
        steps = tuple(
            replace(step, capture=replace(step.capture, tls_secrets="")) for step in evidence
        )
        told = replace(evidence, steps=steps)
        return Overheard(answer, Visit(answer, applied, told, str(self.choice), own=own))

    def watch(self, secret: str, remediations: Iterable[Remediation]) -> tuple[Step, ...]:
        """Return the steps of a visit that ends once the visitor has read back."""
        with self.turns.take():
            script = Short(**self._means(site.Own()), remediations=tuple(remediations))
            return script.play(secret).steps

    def attack(
        self, secret: str, plot: Plot, own: site.Own, of: str = "", when: str = ""
    ) -> Attack:
        """Let a visitor walk into an attacker on the path; see `labapp.lab.attacked`.

        The site is the one with all six remediations. *of* and *when* name the
        situation. Raises `LabError` as `labapp.visit` does.
        """
        accept(secret)
        applied = tuple(one for one in remedy.SIX if one is not remedy.https)
        road, clock, straight = Road(self.backend.connect), Clock(), self.networks["1.3"]
        tls, relay = plot.arms(self.authority, self.backend.connect, straight.tls)
        tls.sslsocket_class = self.backend.tls_socket_class
        network = replace(straight, connect=road.connect, tls=tls, patience=PATIENCE)
        with self.turns.take():
            means = self._means(own, clock)
            means["new_browser"] = lambda agent: Browser(network, agent, clock)
            script = Ambush(
                **means,
                remediations=applied,
                own=own,
                plot=plot,
                clock=clock,
                road=road,
                attack=relay,
            )
            evidence = script.play(secret)
        return Attack(secret, plot, script.notes, evidence, of, when, str(self.choice))

    def _client(self, newest: ssl.TLSVersion) -> ssl.SSLContext:
        context = self.authority.client_context()
        context.maximum_version = newest
        context.sslsocket_class = self.backend.tls_socket_class
        self.key_log.follow(context)
        return context

    def _means(
        self,
        own: site.Own,
        clock: Callable[[], float] = time.time,
        tls: str = "1.3",
        *,
        impatient: bool = False,
    ) -> dict[str, Any]:
        """Return what every script needs; a fresh database comes with it."""
        # A learner's view may never return: nobody waits for it as long as for ours.
        network = self.networks[tls]
        if own.any or impatient:
            network = replace(network, patience=PATIENCE)
        return {
            "server": self.server,
            "backend": self.backend,
            "database": site.use_database(self.folder),
            "new_browser": lambda agent: Browser(network, agent, clock),
            "key_log": self.key_log,
            "control": self._control,
            "forged": self._forged,
            "other": self._other,
        }

    def close(self) -> None:
        """Stop every thread and give back port, sockets and folder."""
        with deferred():
            self._stack.close()


def laboratory() -> Laboratory:
    """Return this process's lab, opened when first asked for, closed at exit."""
    with _opening, deferred():
        return _laboratory_of(os.getpid())


@cache
def _laboratory_of(pid: int) -> Laboratory:
    # By process: threads do not survive a fork, so a child opens its own.
    with uncollected():
        opened = Laboratory()
    atexit.register(opened.close)
    return opened
