"""The stripper: it speaks HTTPS to the site, and keeps the visitor on ``http://``.

What it does has been known since 2009 (Moxie Marlinspike, "New Tricks For Defeating SSL
In Practice"); RFC 6797 gives it as the reason for HSTS (2.3.1).
"""

from __future__ import annotations

import re
import select
import socket
from dataclasses import replace

from labapp.onpath.letter import PIECE, Letter
from labapp.onpath.relay import PATIENCE, Relay

_SECURE = re.compile(r";\s*secure\s*(?=;|$)", re.IGNORECASE)
_LINK = re.compile(rb"https://", re.IGNORECASE)
HSTS = "Strict-Transport-Security"


class Stripper(Relay):
    """Takes away what would lead a visitor to HTTPS: links, redirects, HSTS, Secure.

    A visitor who speaks TLS all the same is passed on unread, and counted.
    """

    def _asks(self, request: Letter) -> tuple[Letter, tuple[str, ...]]:
        return asked(request)

    def _tells(self, answer: Letter) -> tuple[Letter, tuple[str, ...]]:
        return told(answer)

    def _sealed(self, visitor: socket.socket) -> None:
        self._write(sealed=1)
        with self._plain() as site:
            _carry(visitor, site)


def asked(request: Letter) -> tuple[Letter, tuple[str, ...]]:
    """Return *request* as from a page of ``https://``, and the names of what was changed.

    Django's CSRF check compares Origin and Referer with the scheme (its documentation,
    "How it works"): both are rewritten.
    """
    fields: list[tuple[str, str]] = []
    changed: list[str] = []
    for name, value in request.fields:
        match name.lower():
            case "accept-encoding":  # a packed page could not be rewritten
                changed.append(name)
            case "origin" | "referer" if value.startswith("http://"):
                changed.append(name)
                fields.append((name, f"https://{value[7:]}"))
            case _:
                fields.append((name, value))
    return replace(request, fields=tuple(fields)), tuple(dict.fromkeys(changed))


def told(answer: Letter) -> tuple[Letter, tuple[str, ...]]:
    """Return *answer* without what leads to HTTPS, and the names of what was changed."""
    changed: list[str] = []
    fields: list[tuple[str, str]] = []
    for name, value in answer.fields:
        match name.lower():
            case "strict-transport-security":
                changed.append(HSTS)
                continue
            case "set-cookie" if _SECURE.search(value):
                changed.append("Secure")
                fields.append((name, _SECURE.sub("", value)))
            case "location" if value.lower().startswith("https://"):
                changed.append("Location")
                fields.append((name, f"http://{value[8:]}"))
            case _:
                fields.append((name, value))
    letter = replace(answer, fields=tuple(fields))
    if answer.field("Content-Type").lower().startswith("text/html"):
        body, links = _LINK.subn(b"http://", answer.body)
        if links:
            changed.append("links")
            length = str(len(body))
            letter = replace(letter, body=body).said_anew("Content-Length", length)
    return letter, tuple(dict.fromkeys(changed))


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until either side ends, or says nothing for 10 s."""
    beside = {one: other, other: one}
    while ready := select.select([one, other], [], [], PATIENCE)[0]:
        for sock in ready:
            if not (data := sock.recv(PIECE)):
                return
            beside[sock].sendall(data)
