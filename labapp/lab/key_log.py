"""A key log: the secrets of this lab's own TLS connections, as its client has them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from labapp.owner import Owner


class KeyLog(Owner):
    """The TLS key log of one or several clients, in the file *path*.

    Its form is that of ``SSLKEYLOGFILE`` (draft-ietf-tls-keylogfile), which Wireshark
    and scapy read. The file is there because OpenSSL through Python writes to nothing
    else; it is empty again after each `take()`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._contexts: list[ssl.SSLContext] = []

    def follow(self, context: ssl.SSLContext) -> None:
        """Write down the secrets of each connection that *context* makes from now on."""
        context.keylog_filename = str(self.path)
        self._contexts.append(context)

    def take(self) -> str:
        """Return the lines since the last call, without comments; ``""`` if there are none."""
        lines = self.path.read_text("ascii").splitlines(keepends=True)
        os.truncate(self.path, 0)
        return "".join(line for line in lines if not line.startswith("#"))

    def close(self) -> None:
        """Let go of the file."""
        for context in self._contexts:
            # Typed without it, but documented: None ends the log.
            context.keylog_filename = None  # type: ignore[assignment]
