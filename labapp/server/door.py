"""A door: a server for a browser that is not the lab's own, such as the learner's."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import cast

from labapp.server.handler import Handler
from labapp.server.server import Server

MOST = 1 << 20  # bytes of a body; a form of the lab has a few hundred

Fields = tuple[tuple[str, str], ...]
Ask = Callable[[str, Fields, bytes], bytes]  # request line, header fields, body: an answer


class Door(Server):
    """Hands every request on as it was written, and gives back what it is told.

    *ask* gets the request line, the header fields in their order and the body; it
    returns the bytes of a whole HTTP answer, and must not raise. One connection
    carries one exchange. HTTP only; *listener* is as for `Server`.
    """

    def __init__(self, listener: socket.socket, ask: Ask) -> None:
        super().__init__(listener)
        self.ask = ask
        self.RequestHandlerClass = _Visitor
        # Without the port: whoever lists threads sees the same from cell to cell.
        self._thread.name = "labapp door"


class _Visitor(Handler):
    """One connection of a browser."""

    def _answer(self) -> None:
        self.close_connection = True
        length = int(self.headers.get("Content-Length", "0"))
        if length > MOST:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        if len(body) < length:  # the browser went away
            return
        # A folded field (RFC 9112, 5.2: obsolete) could smuggle a line of its own in.
        fields = tuple(
            (name, value) for name, value in self.headers.raw_items() if "\n" not in value
        )
        self.wfile.write(cast("Door", self.server).ask(self.requestline, fields, body))
