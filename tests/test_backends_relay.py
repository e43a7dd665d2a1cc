from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from select import select
from threading import Thread

import pytest
from scapy.sendrecv import sniff

from labapp.backends.relay import Relay
from labapp.conversations import conversations, missing
from tests.ordinary_user import MEASURED
from tests.relaying import TIMEOUT, carry, connected
from tests.serving import reset


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as running:
        yield running


def test_without_a_server_a_client_is_cut_off_and_that_is_captured(relay: Relay) -> None:
    """The relay stands in for the server: it breaks off, and the capture is whole."""
    relay.listener.close()
    with (
        relay.record() as recording,
        pytest.raises(ConnectionResetError),
        relay.connect() as client,
    ):
        client.recv(1)

    (one,) = conversations(recording.capture)
    assert one.received.reset
    assert missing(recording.capture) == ()


def test_a_port_that_comes_round_again_is_waited_for_again(relay: Relay) -> None:
    """The first connection's end is not taken for that of the second."""
    with relay.record() as recording:
        first = _client_from(0, relay)
        port = first.getsockname()[1]
        with relay.listener.accept()[0] as server:
            reset(first)  # so that its port is free at once
            with pytest.raises(ConnectionResetError):
                server.recv(1)
        late = Thread(target=_serve_late, args=(relay,), daemon=True)
        with _client_from(port, relay):
            late.start()
        recording.clients += [port, port]
    late.join(TIMEOUT)

    assert [one.received.data for one in conversations(recording.capture)] == [b"", b"late"]
    assert missing(recording.capture) == ()


def _client_from(port: int, relay: Relay) -> socket.socket:
    client = socket.socket()
    client.settimeout(TIMEOUT)
    client.bind(("127.0.0.1", port))
    client.connect(("127.0.0.1", relay.port))
    return client


def _serve_late(relay: Relay) -> None:
    with relay.listener.accept()[0] as server:
        assert server.recv(1) == b""
        server.sendall(b"late")


def test_a_tap_that_nobody_reads_is_bounded(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps what there is room for, counts the rest, and slows nobody down."""
    monkeypatch.setattr("labapp.backends.frame_socket.ROOM", 3000)
    tap = relay.tap()
    with relay.record() as recording, connected(relay) as (client, server):
        carry(client, server, bytes(10_000))
    # Not while it goes on: reading makes room.
    kept = sniff(opened_socket=tap, timeout=0.05)
    tap.close()

    assert sum(len(packet) for packet in kept) <= 3000
    assert tap.dropped == len(recording.capture.frames) - len(kept)
    assert missing(recording.capture) == ()


def test_a_tap_ends_with_its_relay() -> None:
    """sniff() returns what was there, long before its timeout."""
    with Relay() as relay, relay.tap() as tap:
        with relay.record() as recording, connected(relay) as (client, server):
            carry(client, server, b"hello")
        relay.close()

        kept = sniff(opened_socket=tap, timeout=6 * TIMEOUT)

    assert len(kept) == len(recording.capture.frames)


def test_the_relay_ends_while_connections_are_open(no_leaks: None) -> None:
    """Both ends learn it at once, with bytes still waiting in the relay."""
    with Relay() as relay, connected(relay) as (client, server):
        sending = Thread(target=_send_in_vain, args=(server,), daemon=True)
        sending.start()
        client.recv(1)

        relay.close()

        sending.join(TIMEOUT)
        assert not sending.is_alive()


def _send_in_vain(server: object) -> None:
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        server.sendall(bytes(20 << 20))  # type: ignore[attr-defined]


def test_a_client_that_does_not_read_slows_its_server_down(relay: Relay) -> None:
    """The relay keeps one chunk, not the whole of a long answer."""
    most = 64 << 20  # bytes; far more than the kernel's buffers on the way
    sent = 0
    with connected(relay) as (_, server):
        server.setblocking(False)
        while sent < most and select([], [server], [], 0.5)[1]:
            sent += server.send(bytes(1 << 20))

    assert sent < most


ELSEWHERE = """
    import _socket, select, sys
    # What Windows or macOS does not have; selectors and socket look at this.
    for module, names in (
        (_socket, ("AF_UNIX", "AF_PACKET", "SOCK_NONBLOCK", "SOCK_CLOEXEC", "MSG_DONTWAIT",
                   "SO_REUSEPORT", "CMSG_LEN", "socketpair")),
        (select, ("epoll", "poll")),
    ):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.path.insert(0, sys.argv[1])
    from labapp.backends import choose
    from labapp.conversations import missing
    chosen = choose()
    backend = chosen.backend
    with backend.record() as recording, backend.connect() as client:
        server, _ = backend.listener.accept()
        with server:
            client.sendall(b"question")
            assert server.recv(100) == b"question"
    backend.close()
    assert missing(recording.capture) == ()
    print(chosen)
"""


def test_nothing_of_linux_is_needed(request: pytest.FixtureRequest) -> None:
    """Where sockets can do only what they can everywhere, relay is chosen and works."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ELSEWHERE), str(request.config.rootpath)],
        # Whoever measures this child imports socket before anything can be taken away.
        env={name: value for name, value in os.environ.items() if name not in MEASURED},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.startswith("Captured by relay: the bytes and times are real")
    assert "Not live: this system has no AF_PACKET sockets (Linux has)." in done.stdout
