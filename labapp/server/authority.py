"""The lab's own certificate authority."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

A_YEAR = timedelta(days=365)


class Authority:
    """Issues certificates that only this lab's browser trusts.

    Keys are ECDSA P-256 (half a millisecond each) and never leave the process,
    save for the moment in which OpenSSL reads them from a temporary file.
    """

    @cached_property
    def _ca(self) -> trustme.CA:
        import trustme

        return trustme.CA(organization_name="Secrets on the Wire, made-up authority")

    def server_context(self, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
        """Return what a server needs to speak TLS as each of *names*.

        The certificate is good for years, or until *not_after*, which may be over.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A session ticket the client never reads would turn the orderly FIN of
        # a short connection into a RST (RFC 8446, 4.6.1 makes tickets optional).
        context.num_tickets = 0
        not_before = not_after - A_YEAR if not_after else None
        self._ca.issue_cert(*names, not_before=not_before, not_after=not_after).configure_cert(
            context
        )
        return context

    def client_context(self) -> ssl.SSLContext:
        """Return a client's context that verifies names and trusts this lab alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.trusted_by(context)
        return context

    def trusted_by(self, context: ssl.SSLContext) -> None:
        """Let *context* trust this authority, too."""
        context.load_verify_locations(cadata=self._ca.cert_pem.bytes().decode("ascii"))
