"""The impostor: a relay that answers for the site with a certificate of its own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from labapp.onpath.relay import Relay


class Impostor(Relay):
    """Ends the visitor's TLS itself, by *own*, and opens another to the site.

    It changes nothing that passes. Visitors who refuse its certificate are noted with
    the alert they sent (RFC 8446, 6.2); the site hears nothing of them.
    """

    def __init__(
        self,
        site: Callable[[], socket.socket],
        tls: ssl.SSLContext,
        own: ssl.SSLContext,
        listener: socket.socket | None = None,
    ) -> None:
        self._own = own
        super().__init__(site, tls, listener)

    def _sealed(self, visitor: socket.socket) -> None:
        try:
            opened = self._secured(self._own, visitor, server_side=True)
        except (ssl.SSLError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            self._write(refused=(str(reason),))
            return
        with opened:
            self._exchange(opened, "https")
