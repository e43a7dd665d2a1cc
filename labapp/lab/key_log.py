"""A key log: the secrets of this lab's own TLS connections, as its client has them."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from labapp.owner import Owner

_LONG = 1 << 18  # bytes; a connection writes 900


class KeyLog(Owner):
    """The TLS key log of one or several clients, in the file *path*.

    Its form is that of ``SSLKEYLOGFILE`` (draft-ietf-tls-keylogfile), which Wireshark
    and scapy read. The file is there because OpenSSL through Python writes to nothing
    else. It is emptied once it is long: to do so after each step takes half a
    millisecond, as long as a request.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a+b", buffering=0)
        self._contexts: list[ssl.SSLContext] = []

    def follow(self, context: ssl.SSLContext) -> None:
        """Write down the secrets of each connection that *context* makes from now on."""
        context.keylog_filename = str(self.path)
        self._contexts.append(context)

    def take(self) -> str:
        """Return the lines since the last call, without comments; ``""`` if there are none."""
        lines = self._file.readall().decode("ascii").splitlines(keepends=True)
        if self._file.tell() > _LONG:
            os.truncate(self.path, 0)
            self._file.seek(0)
        return "".join(line for line in lines if not line.startswith("#"))

    def close(self) -> None:
        """Let go of the file."""
        for context in self._contexts:
            # Typed without it, but documented: None ends the log.
            context.keylog_filename = None  # type: ignore[assignment]
        self._file.close()
