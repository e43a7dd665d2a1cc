"""Backend `errqueue`: real packets without any right, given back to their senders."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from labapp.backends.backend import LOCALHOST, PATIENCE, Backend, Unavailable
from labapp.capture import Frame

if TYPE_CHECKING:
    from labapp.backends.frame_socket import FrameSocket

FORBIDDEN = Path("/proc/sys/net/core/tstamp_allow_data")


class Errqueue(Backend):
    """Has both ends of each connection tell what the kernel sent for them.

    A packet with data comes back to its sender before it reaches the receiver, so
    whoever holds the answer can be sure that it is there. The kernel says how many
    bytes each end has sent: a capture with fewer says that it is incomplete.
    """

    name = "errqueue"
    fidelity = (
        "each SYN and all packets with data are real, the few others were rebuilt by this lab"
    )

    def __init__(self) -> None:
        super().__init__()
        if not hasattr(socket, "MSG_ERRQUEUE"):
            raise Unavailable("this system has no error queues (Linux has)")
        from labapp.backends import returning
        from labapp.backends.ledger import Ledger

        self.listener = returning.ReturningListener(socket.AF_INET, socket.SOCK_STREAM)
        try:
            returning.prepare(self.listener)
            self.listener.setsockopt(
                socket.IPPROTO_TCP, returning.TCP_SAVE_SYN, returning.WITH_ETHERNET
            )
            self.listener.bind((LOCALHOST, 0))
            self.listener.listen(1024)
            self.port = self.listener.getsockname()[1]
            self._ledger = self.listener.ledger = Ledger(self.port)
        except OSError as error:
            self.listener.close()
            raise Unavailable(f"the system gives no packets back: {error}") from None
        self._socket_class = returning.ReturningSocket
        self.tls_socket_class = self.served_tls_class = returning.returning_tls(self._ledger)
        self._taps: list[FrameSocket] = []

    def tap(self) -> FrameSocket:
        """Return a scapy socket that gets a copy of each recording when that ends."""
        from labapp.backends.frame_socket import FrameSocket

        tap = FrameSocket()
        with self._ledger.changed:
            self._taps = [*(old for old in self._taps if not old.closed), tap]
        return tap

    def _client(self) -> socket.socket:
        return self._socket_class(self._ledger)

    def _begin(self) -> None:
        with self._ledger.changed:
            self._ledger.forget()
            self._ledger.kept = True

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        opened, ledger = Counter(clients), self._ledger
        with ledger.changed:
            ledger.changed.wait_for(lambda: ledger.over() >= opened, PATIENCE)
            left = opened - ledger.over()
            frames, problems = ledger.take()
            ledger.kept = False
            taps = self._taps
        for tap in taps:
            tap.offer(frames)
        ended = "the connection from port {} was not seen to end"
        if problems and FORBIDDEN.is_file() and FORBIDDEN.read_text().strip() == "0":
            problems = [f"{problem} (net.core.tstamp_allow_data=0)" for problem in problems]
        return frames, [*map(ended.format, left), *problems]

    def close(self) -> None:
        self.listener.close()
        with self._ledger.changed:
            taps, self._taps = self._taps, []
        for tap in taps:
            tap.finish()
