"""The site of a visit, reopened: whoever has a cookie may ask it once more."""

from __future__ import annotations

from labapp.errors import LabError
from labapp.lab.laboratory import Laboratory, laboratory
from labapp.lab.standing import Standing
from labapp.lab.visits import Visit


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
        database = visit.evidence.main[-1].database
        self._site = Standing(lab, visit.remediations, visit.own, database)

    def ask(self, request: str) -> str:
        """Send an HTTP *request* as you wrote it, in the clear; return all that comes back.

        Line ends become CRLF, and an empty line is added where the head has no end
        (RFC 9112, 2.1). Raises `LabError` if no answer comes.
        """
        text = request.lstrip().replace("\r\n", "\n")
        if "\n\n" not in text:
            text = f"{text.rstrip()}\n\n"
        answer = self._site.ask(text.replace("\n", "\r\n").encode()).answer
        if not answer:
            raise LabError(
                "No answer came. A request begins with a line such as "
                "'GET /secure_page HTTP/1.1'; 'Host: site.test' is the second one."
            )
        return answer.decode("utf-8", "replace").replace("\r\n", "\n")

    def __repr__(self) -> str:
        return f"<the site after a visit with {self._visit.title}: ask() it>"
