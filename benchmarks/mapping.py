"""The map of all 64 combinations against the very same requests alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from benchmarks.bench import BACKENDS, HOSTS, Connect, plain_socket
from benchmarks.pairs import interleaved, seconds
from benchmarks.row import Row, at_most
from labapp.backends import Backend
from labapp.backends.backend import LOCALHOST, listening_socket
from labapp.backends.choice import VARIABLE, try_out
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.errors import LabError
from labapp.evidence import SITE, Answer, Evidence
from labapp.lab.laboratory import Laboratory
from labapp.lab.map import ExposureMap, all_combinations
from labapp.lab.steps import Script
from labapp.lab.visits import Visit
from labapp.remedy import Remediation
from labapp.secret import plant_secret
from labapp.server import Authority, Server
from labapp.site import application as site

MOST = 1.25
ROUNDS = 3  # of each visit: other work on the machine comes in bursts
Asked = tuple[str, str, int]  # step, method, status


@dataclass
class Requests(Script):
    """The script of a visit with no capture and no observers: its requests remain.

    The cookies that a listener would have had off the wire are taken from the
    browser; *asked* tells what was asked, for the comparison with a real visit.
    """

    asked: list[Asked] = field(default_factory=list)
    _visitor: Browser | None = None

    def _step(self, name: str, browser: Browser, act: object) -> None:
        if self._visitor is None:
            self._visitor = browser  # whoever comes first; listeners come later
        try:
            cast("partial[object]", act)()
        finally:
            browser.close_connections()
        self.asked += asked(name, browser.take_answers())

    def _replay(self, name: str, cookies: dict[str, str]) -> None:
        assert self._visitor is not None
        if name == "replay" and self._tls:
            return  # nothing has crossed in the clear
        kept = (one for one in self._visitor.memory().cookies if one.host == SITE)
        super()._replay(name, {one.name: one.value for one in kept if not one.secure})

    def _refuse_common(self, secret: str) -> None:
        """Search nothing: that is an observer's work."""


@dataclass(frozen=True)
class Address:
    """What a script asks of a backend once nothing is recorded: its port."""

    port: int


@dataclass(frozen=True)
class Floor:
    """The lab's site on a server and a port that nobody captures."""

    server: Server
    network: Network
    folder: Path

    def ask(self, secret: str, remediations: tuple[Remediation, ...]) -> list[Asked]:
        """Make every request of one visit, on a fresh database, and nothing else."""
        script = Requests(
            server=self.server,
            backend=cast("Backend", Address(self.server.port)),
            database=site.use_database(self.folder),
            new_browser=lambda agent: Browser(self.network, user_agent=agent),
            remediations=remediations,
            control="control kettle 1234",
            forged=plant_secret(),
            other=plant_secret(),
        )
        script.play(secret)
        return script.asked


@contextmanager
def floor() -> Iterator[Floor]:
    """Open the floor; one laboratory may be open beside it."""
    site.configure()
    with ExitStack() as stack:
        authority = Authority()
        context = authority.server_context(*HOSTS)
        server = stack.enter_context(Server(listening_socket(), context))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchmarks-")))
        connect = _connect_to(server.port)
        network = Network(connect, server.port, HOSTS, authority.client_context())
        yield Floor(server, network, folder)


@dataclass(frozen=True)
class Comparison:
    """Seconds for the map and for its requests alone, and what was compared."""

    visits: float
    requests: float
    combinations: int
    number: int  # of requests, in each of the two


def measure(
    lab: Laboratory, beside: Floor, combinations: int = 64, rounds: int = 1
) -> Comparison:
    """Make the map's first *combinations* visits, each beside its requests alone.

    A visit counts with all that observers say of it, and the map is put together
    in the end. In several *rounds*, the median of each visit counts, and that of its
    requests. Raises `LabError` if the two did not ask for the same.
    """
    secret = plant_secret()
    lab.visit(secret).findings  # noqa: B018  (what is loaded once is loaded now)
    beside.ask(secret, ())
    spent, alone, number = 0.0, 0.0, 0
    made: list[Visit] = []
    for chosen in islice(all_combinations(), combinations):
        answered: list[Asked] = []

        def visited(chosen: tuple[Remediation, ...] = chosen) -> Visit:
            visit = lab.visit(secret, *chosen)
            assert len(visit.seen) > visit.works
            return visit

        def requested(
            chosen: tuple[Remediation, ...] = chosen, answered: list[Asked] = answered
        ) -> None:
            answered[:] = beside.ask(secret, chosen)

        made.append(visited())
        plain, whole = interleaved(requested, visited, rounds, warm_up=0).medians
        alone, spent = alone + plain, spent + whole
        if answered != of(made[-1].evidence):
            raise LabError(f"The floor asked for something else than the visit: {chosen}.")
        number += len(answered)
    spent += seconds(lambda: ExposureMap.of(made))
    return Comparison(spent, alone, len(made), number)


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield the map against its requests alone, for every backend that works here."""
    combinations = max(2, round(64 * scale))
    for kind in BACKENDS:
        backend, probe = try_out(kind)
        what = f"map of {combinations} / its requests alone, {kind.name}"
        if backend is None:
            yield Row(what, "not here", how=probe.reason)
            continue
        backend.close()
        with _laboratory(kind.name) as lab, floor() as beside:
            found = measure(lab, beside, combinations, ROUNDS)
        yield at_most(
            what,
            found.visits / found.requests,
            MOST,
            f"{found.combinations} visits of {found.number} requests, the median of {ROUNDS} each",
            f"{found.visits:.1f} s / {found.requests:.1f} s",
        )


@contextmanager
def _laboratory(name: str) -> Iterator[Laboratory]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = name
    try:
        with Laboratory() as lab:
            yield lab
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def of(evidence: Evidence) -> list[Asked]:
    """Return what was asked in a real visit."""
    return [one for step in evidence for one in asked(step.name, step.answers)]


def asked(step: str, answers: tuple[Answer, ...]) -> list[Asked]:
    """Return the requests of one step."""
    return [(step, answer.method, answer.status) for answer in answers]


def _connect_to(port: int) -> Connect:
    def connect() -> object:
        sock = plain_socket()
        sock.connect((LOCALHOST, port))
        return sock

    return cast("Connect", connect)
