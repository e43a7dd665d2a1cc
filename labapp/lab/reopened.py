"""The site of a visit, reopened: whoever has a cookie may ask it once more."""

from __future__ import annotations

from socket import SHUT_WR

from labapp.errors import LabError
from labapp.lab.laboratory import PATIENCE, Laboratory, laboratory
from labapp.lab.visits import Visit
from labapp.server import Server
from labapp.site import application as site

PIECE = 65536  # bytes read at once


def reopen(visit: Visit, /) -> Reopened:
    """Return the site as it stood when the visitor of *visit* had read their value back.

    Raises `LabError` for what is no visit.
    """
    if not isinstance(visit, Visit):
        raise LabError("reopen() takes a visit: reopen(visit(secret)).")
    return Reopened(visit, laboratory())


class Reopened:
    """One visit's site, its database included; every question is asked over a socket.

    It remembers between two questions what it was told in the first one, whatever
    other visits are made meanwhile.
    """

    def __init__(self, visit: Visit, lab: Laboratory) -> None:
        self._visit = visit
        self._lab = lab
        self._database = visit.evidence.main[-1].database

    def ask(self, request: str) -> str:
        """Send an HTTP *request* as you wrote it, in the clear; return all that comes back.

        Line ends become CRLF, and an empty line is added where the head has no end
        (RFC 9112, 2.1). Raises `LabError` if no answer comes.
        """
        text = request.lstrip().replace("\r\n", "\n")
        if "\n\n" not in text:
            text = f"{text.rstrip()}\n\n"
        lab = self._lab
        with lab.lock:
            database = site.use_database(lab.folder)
            database.write_bytes(self._database)
            self._serve(lab.server)
            answer = self._exchange(text.replace("\n", "\r\n").encode())
            lab.server.take_log()  # it waits until the server is done
            self._database = database.read_bytes()
        if not answer:
            raise LabError(
                "No answer came. A request begins with a line such as "
                "'GET /secure_page HTTP/1.1'; 'Host: site.test' is the second one."
            )
        return answer.decode("utf-8", "replace").replace("\r\n", "\n")

    def _serve(self, server: Server) -> None:
        tls = any(one.tls for one in self._visit.remediations)
        server.swap(
            lambda: site.application(self._visit.remediations, own=self._visit.own), tls=tls
        )

    def _exchange(self, request: bytes) -> bytes:
        answer = b""
        # A connection outside a recording would leave its packets to the next one.
        with self._lab.backend.record(), self._lab.backend.connect() as client:
            client.settimeout(PATIENCE)
            try:
                client.sendall(request)
                client.shutdown(SHUT_WR)  # no second request will come
                while piece := client.recv(PIECE):
                    answer += piece
            except OSError:
                return b""
        return answer

    def __repr__(self) -> str:
        return f"<the site after a visit with {self._visit.title}: ask() it>"
