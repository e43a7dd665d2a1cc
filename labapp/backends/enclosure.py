"""A private network of an ordinary user's own, and sockets out of it."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

from labapp.backends.backend import PATIENCE, Unavailable

CHILD = Path(__file__).with_name("enclosed.py")


class Enclosure:
    """A child process inside a private network, asked for sockets of that network.

    Raises `Unavailable` where the system forbids it. The sockets outlive it: they
    keep their network in being.
    """

    def __init__(self) -> None:
        if not hasattr(socket, "AF_PACKET"):
            raise Unavailable("this system has no network namespaces (Linux has)")
        self._lock = Lock()
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._here.settimeout(5 * PATIENCE)
        try:
            self._child = subprocess.Popen(  # noqa: S603  (our own file, no shell)
                [sys.executable, "-I", "-S", str(CHILD), str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                env={},
                # Ctrl-C in a notebook goes to the whole group; it is not for the child.
                start_new_session=True,
            )
        except OSError as error:
            self._here.close()
            raise Unavailable(f"its child process did not start: {error}") from None
        finally:
            there.close()
        try:
            self._receive()
        except OSError as error:
            self.close()
            raise Unavailable(
                f"the system allows no namespaces here ({error.strerror})"
            ) from None

    def packet_socket(self) -> socket.socket:
        """Return an AF_PACKET socket, not yet bound; `OSError` if refused."""
        return self._ask(b"p")

    def tcp_socket(self) -> int:
        """Return the descriptor of a new TCP socket, to be closed by the caller."""
        return self._ask(b"t").detach()

    def _ask(self, wish: bytes) -> socket.socket:
        with self._lock:
            if self._here.fileno() < 0:
                raise ConnectionRefusedError("this private network is closed")
            self._here.send(wish)
            (descriptor,) = self._receive()
        return socket.socket(fileno=descriptor)

    def _receive(self) -> list[int]:
        answer, descriptors, _, _ = socket.recv_fds(self._here, 1024, 1)
        if not answer:
            raise OSError(errno.ECHILD, "its child process ended")
        if answer[:1] != b"+":
            raise OSError(errno.EPERM, answer[1:].decode())
        return descriptors

    def close(self) -> None:
        """End the child and wait until it is gone; safe to call twice."""
        self._here.close()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(PATIENCE)
            return
        self._child.kill()
        self._child.wait()
