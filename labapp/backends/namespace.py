"""Backend `namespace`: real packets for an ordinary user, in a network of their own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from labapp.backends.backend import LOCALHOST, Unavailable
from labapp.backends.draining import IN_FLIGHT, DrainingSocket
from labapp.backends.enclosure import Enclosure
from labapp.backends.kernel_packets import KernelPackets

if TYPE_CHECKING:
    from contextlib import ExitStack

    from labapp.backends.loopback import LoopbackSocket


class Namespace(KernelPackets):
    """Captures in a network namespace in which this user may open packet sockets.

    Server and clients live in this process; only their sockets are of the other
    network. Nobody outside can connect to it.
    """

    name = "namespace"
    fidelity = "real packets, in a private network of your own"

    def _open(self, stack: ExitStack) -> None:
        self._enclosure = Enclosure()
        stack.callback(self._enclosure.close)
        from labapp.backends.loopback import LoopbackSocket

        try:
            self.listener = socket.socket(fileno=self._enclosure.tcp_socket())
            stack.callback(self.listener.close)
            # Accepted sockets inherit it: what a client sends is bounded too.
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, IN_FLIGHT)
            self.listener.bind((LOCALHOST, 0))
            self.listener.listen(1024)
            self.port = self.listener.getsockname()[1]
            self._socket = LoopbackSocket(self.port, self._enclosure.packet_socket())
        except OSError as error:
            raise Unavailable(f"its private network refused a socket: {error}") from None

    def tap(self) -> LoopbackSocket:
        """Return another packet socket of the private network, with the same filter."""
        from labapp.backends.loopback import LoopbackSocket

        return LoopbackSocket(self.port, self._enclosure.packet_socket())

    def _client(self) -> socket.socket:
        return DrainingSocket(self._relieve, self._enclosure.tcp_socket())
