"""A site that stands between the visits: asked now and then, it remembers what it was told."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from socket import SHUT_WR
from typing import NamedTuple

from labapp.capture import Capture
from labapp.evidence import Answer, Crash, LogLine
from labapp.interrupt import heard
from labapp.lab.laboratory import PATIENCE, Laboratory
from labapp.onpath import Letter
from labapp.remedy import Remediation
from labapp.site import application as site

PIECE = 65536  # bytes read at once


class Exchange(NamedTuple):
    """One request to a standing site, and what it left.

    *answer* is all that came back, ``b""`` if nothing did.
    """

    request: bytes
    answer: bytes
    capture: Capture
    log: tuple[LogLine, ...] = ()
    crashes: tuple[Crash, ...] = ()

    @property
    def told(self) -> Letter | None:
        """The answer, or None if no whole one came."""
        try:
            return Letter.read(BytesIO(self.answer).read, to_the_end=True)
        except ConnectionError:
            return None

    def had(self, address: str) -> Answer:
        """Return the answer as evidence; *address* is how the request named the site."""
        asked, told = Letter.read(BytesIO(self.request).read), self.told
        method, target, _ = asked.start.split(" ", 2)
        url = f"http://{address}{target}"
        if told is None:
            return Answer(method, url, 0, (), b"", asked.body)
        status = int(told.start.split(" ", 2)[1])
        return Answer(method, url, status, told.fields, told.body, asked.body)


class Standing:
    """One configuration of the site with a *database* of its own (the bytes of its file).

    The lab serves one configuration at a time, since Django's settings belong to the
    process. So for each question this one is put in force again, with its database, and
    other visits wait so long; what those do changes nothing here.
    """

    def __init__(
        self,
        lab: Laboratory,
        remediations: Iterable[Remediation],
        own: site.Own,
        database: bytes = b"",
    ) -> None:
        self._lab = lab
        self._remediations = tuple(remediations)
        self._own = own
        self._database = database

    def ask(self, request: bytes, *, patience: float = -1) -> Exchange:
        """Send an HTTP *request* as it is, in the clear, and return what came of it.

        Waits *patience* seconds for visits that are being made, or as long as they
        take; then it raises `LabError`.
        """
        with self._lab.turns.take(patience):
            return self._ask(request)

    def _ask(self, request: bytes) -> Exchange:
        lab = self._lab
        database = site.use_database(lab.folder)
        if self._database:
            database.write_bytes(self._database)
        tls = any(one.tls for one in self._remediations)
        lab.server.swap(lambda: site.application(self._remediations, own=self._own), tls=tls)
        for take in (lab.server.take_log, site.take_reports, site.take_crashes):
            take()  # what is left of others
        # A connection outside a recording would leave its packets to the next one.
        with lab.backend.record() as recording:
            answer = self._said_to(request)
        log = lab.server.take_log()  # it waits until the server is done
        site.take_reports()
        self._database = database.read_bytes()
        return Exchange(request, answer, recording.capture, log, site.take_crashes())

    def _said_to(self, request: bytes) -> bytes:
        answer = b""
        with self._lab.backend.connect() as client:
            client.settimeout(PATIENCE)
            try:
                client.sendall(request)
                client.shutdown(SHUT_WR)  # no second request will come
                with heard():
                    while piece := client.recv(PIECE):
                        answer += piece
            except OSError:
                return b""
        return answer
