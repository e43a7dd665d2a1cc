"""Backend `relay`: a recording relay. No rights needed, any system."""

from __future__ import annotations

import selectors
import socket
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING

from labapp.backends.backend import LOCALHOST, PATIENCE, Backend, listening_socket
from labapp.backends.headers import Flow
from labapp.backends.passage import Passage, abort
from labapp.capture import Frame

if TYPE_CHECKING:
    from labapp.backends.frame_socket import FrameSocket


class Relay(Backend):
    """Stands between visitor and server and writes down what passes.

    A chunk of bytes is recorded before it is forwarded, so whoever holds the
    answer can be sure that it is in the recording.
    """

    name = "relay"
    fidelity = "the bytes and times are real, the packet headers were written by this lab"

    def __init__(self) -> None:
        super().__init__()
        self._changed = Condition()
        self._frames: list[Frame] = []
        self._ended: Counter[int] = Counter()  # by client port
        self._taps: list[FrameSocket] = []
        with ExitStack() as stack:
            self.listener = stack.enter_context(listening_socket())
            self._front = stack.enter_context(listening_socket())
            self._wake_read, self._wake_write = map(stack.enter_context, socket.socketpair())
            self._selector = stack.enter_context(selectors.DefaultSelector())
            self._sockets = stack.pop_all()
        self.port = self._front.getsockname()[1]
        self._upstream = self.listener.getsockname()[1]
        for sock in (self._front, self._wake_read):
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ)
        self._thread = Thread(target=self._run, name=f"labapp relay :{self.port}", daemon=True)
        self._thread.start()

    def tap(self) -> FrameSocket:
        """Return a scapy socket that gets a copy of every frame from now on."""
        from labapp.backends.frame_socket import FrameSocket

        tap = FrameSocket()
        with self._changed:
            self._taps = [*(old for old in self._taps if not old.closed), tap]
        return tap

    def _begin(self) -> None:
        with self._changed:
            self._frames.clear()
            self._ended.clear()

    def _finish(self, clients: tuple[int, ...]) -> tuple[list[Frame], list[str]]:
        opened = Counter(clients)
        with self._changed:
            self._changed.wait_for(lambda: self._ended >= opened, PATIENCE)
            missing = opened - self._ended
            frames = list(self._frames)
            self._frames.clear()
        return frames, [
            f"the connection from port {client} was not seen to end" for client in missing
        ]

    def close(self) -> None:
        if self._thread.is_alive():
            with suppress(OSError):
                self._wake_write.send(b"x")
            self._thread.join(2 * PATIENCE)  # it may be connecting
        self._sockets.close()
        with self._changed:
            taps, self._taps = self._taps, []
        for tap in taps:
            tap.finish()

    # The relay's own thread -----------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                for key, events in self._selector.select():
                    if key.fileobj is self._wake_read:
                        return
                    if key.fileobj is self._front:
                        self._accept()
                    else:
                        key.data.serve(key.fileobj, events)
        finally:
            for key in tuple(self._selector.get_map().values()):
                if isinstance(key.data, Passage):
                    key.data.abandon()

    def _accept(self) -> None:
        try:
            client, address = self._front.accept()
        except OSError:
            return
        flow = Flow(address[1], self.port)
        self._record(flow.opened())
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.settimeout(PATIENCE)
        try:
            server.connect((LOCALHOST, self._upstream))
        except OSError:
            server.close()
            self._record(flow.reset(False))
            abort(client)
            self._end(flow)
            return
        Passage(self._selector, client, server, flow, self._record, self._end)

    def _end(self, flow: Flow) -> None:
        with self._changed:
            self._ended[flow.client] += 1
            self._changed.notify_all()

    def _record(self, frames: Iterable[Frame]) -> None:
        written = list(frames)
        with self._changed:
            if self._recording is not None:
                self._frames.extend(written)
            taps = self._taps
        for tap in taps:
            tap.offer(written)
