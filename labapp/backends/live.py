"""Backend `live`: the packets of this machine, by an AF_PACKET socket."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from labapp.backends.backend import Unavailable, listening_socket
from labapp.backends.draining import DrainingSocket
from labapp.backends.kernel_packets import KernelPackets

if TYPE_CHECKING:
    from contextlib import ExitStack

    from labapp.backends.loopback import LoopbackSocket


class Live(KernelPackets):
    """Captures on the machine's own loopback interface, the lab's port only."""

    name = "live"
    fidelity = "real packets of your machine"

    def _open(self, stack: ExitStack) -> None:
        if not hasattr(socket, "AF_PACKET"):
            raise Unavailable("this system has no AF_PACKET sockets (Linux has)")
        from labapp.backends.loopback import LoopbackSocket

        self.listener = stack.enter_context(listening_socket())
        self.port = self.listener.getsockname()[1]
        try:
            self._socket = LoopbackSocket(self.port)
        except PermissionError:
            raise Unavailable(
                "raw sockets need root or the capability CAP_NET_RAW, "
                "and this process has neither"
            ) from None
        except OSError as error:
            raise Unavailable(f"the system refused a packet socket: {error}") from None

    def tap(self) -> LoopbackSocket:
        """Return another socket on ``lo`` with the same filter."""
        from labapp.backends.loopback import LoopbackSocket

        return LoopbackSocket(self.port)

    def _client(self) -> socket.socket:
        return super()._client() if self._socket.roomy else DrainingSocket(self._relieve)
