"""Backend errqueue: what it has is true, it knows when it is not, it is refused elsewhere."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import pytest
from scapy.layers.inet import TCP

from benchmarks.bench import bench
from benchmarks.completeness import Bytes, busy
from benchmarks.truth import Compared, compare
from labapp.backends import account, returning
from labapp.backends.backend import LOCALHOST, Unavailable
from labapp.backends.choice import try_out
from labapp.backends.errqueue import FORBIDDEN, Errqueue
from labapp.backends.relay import Relay
from labapp.capture import Capture
from labapp.conversations import conversations, missing
from tests.conftest import Run
from tests.relaying import TIMEOUT, carry, connected, only_linux, read
from tests.serving import reset

pytestmark = only_linux
BIG = 2_000_000  # bytes

if sys.platform == "linux":
    import fcntl
    import termios

    from labapp.backends.burst import Burst
    from labapp.backends.loopback import LoopbackSocket


@pytest.fixture
def backend(no_leaks: None) -> Iterator[Errqueue]:
    with Errqueue() as running:
        yield running


def flags(capture: Capture) -> list[str]:
    return [str(packet[TCP].flags) for packet in capture.packets]


def fill(sender: socket.socket) -> int:
    """Write until the kernel takes no more, and return how many bytes it has taken."""
    sender.setblocking(False)
    written = 0
    with suppress(BlockingIOError):
        while True:
            written += sender.send(bytes(10_000))
    return written


def unread(sock: socket.socket) -> int:
    """Return how many bytes have come that nobody has read (tcp(7), SIOCINQ)."""
    return int.from_bytes(fcntl.ioctl(sock, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_waiting_end_is_no_byte() -> None:
    """What was written counts, sent or not; the FIN behind it does not."""
    with (
        socket.create_server((LOCALHOST, 0)) as listener,
        socket.create_connection(listener.getsockname()) as sender,
        listener.accept()[0],
    ):
        written = fill(sender)
        before = account.account(sender.fileno())
        sender.shutdown(socket.SHUT_WR)
        after = account.account(sender.fileno())

    assert (before.sent, after.sent) == (written, written)
    assert before.state != after.state


def test_what_a_reset_found_unsent_was_never_sent() -> None:
    """The kernel drops what it still had to send, yet goes on telling of it."""
    with (
        socket.create_server((LOCALHOST, 0)) as listener,
        socket.create_connection(listener.getsockname()) as sender,
        listener.accept()[0] as receiver,
    ):
        written = fill(sender)
        before = account.account(sender.fileno()).sent
        came = unread(receiver)
        reset(receiver)
        after = account.account(sender.fileno()).sent

    assert (before, after) == (written, came)
    assert 0 < came < written


# Truth --------------------------------------------------------------------------------


@pytest.mark.root
@pytest.mark.parametrize("secure", [False, True], ids=["HTTP", "HTTPS"])
@pytest.mark.parametrize("processes", [0, 4], ids=["idle", "busy"])
def test_it_has_what_a_packet_socket_has(secure: bool, processes: int) -> None:
    """Byte for byte: every SYN and frame with data, and none of its own, small or large."""
    paths = [*(f"/{size}" for size in range(0, 2000, 50)), f"/{BIG}"]
    with (
        bench(Errqueue, Bytes(BIG)) as on,
        LoopbackSocket(on.backend.port) as witness,
        busy(processes),
    ):
        found = compare(on, witness, paths, secure=secure)

    assert found == Compared(found.frames, 0, 0)
    assert found.frames > len(paths) * 3


@pytest.mark.root
def test_the_witness_would_see_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: frames that are dropped are missed by the comparison, and by the lab."""
    _dropping(monkeypatch, {7})
    with bench(Errqueue, Bytes(BIG)) as on, LoopbackSocket(on.backend.port) as witness:
        found = compare(on, witness, [f"/{BIG}"])

    assert (found.lost, found.extra, found.open, found.hidden) == (1, 0, 1, 0)


@pytest.mark.root
def test_what_is_rebuilt_has_the_kernels_numbers(backend: Errqueue) -> None:
    """The SYN's answer and both FINs are at the places where the kernel's own stand."""
    with LoopbackSocket(backend.port) as witness:
        with backend.record() as recording, connected(backend) as (client, server):
            carry(client, server, b"question")
            carry(server, client, b"answer")
        true = Capture(tuple(witness.frames()), "", "", backend.port)

    def numbers(capture: Capture, wanted: str) -> set[tuple[int, int]]:
        tcp = [packet[TCP] for packet in capture.packets]
        return {(one.sport, one.seq) for one in tcp if wanted in str(one.flags)}

    assert numbers(true, "S") == numbers(recording.capture, "S")
    assert numbers(true, "F") == numbers(recording.capture, "F")
    (answers,) = zip(
        *(
            [dict(p[TCP].options)["MSS"] for p in one.packets if p[TCP].flags == "SA"]
            for one in (true, recording.capture)
        ),
        strict=True,
    )
    assert answers[0] == answers[1]


# What it knows itself -----------------------------------------------------------------


def _dropping(patch: pytest.MonkeyPatch, numbers: set[int]) -> None:
    """Have the frames of these numbers, counted as they come back, not come back."""
    counted = iter(range(1 << 30))
    whole = Burst.read

    def some(self: Burst, descriptor: int, flags: int = 0) -> list[tuple[int, bytes]]:
        came = whole(self, descriptor, flags)
        if flags != socket.MSG_ERRQUEUE:
            return came
        return [one for one in came if next(counted) not in numbers]

    patch.setattr(Burst, "read", some)


@pytest.mark.parametrize("number", range(6))
def test_a_frame_that_does_not_come_back_is_missed(
    backend: Errqueue, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The first, one between or the very last, which leaves no gap in what there is."""
    _dropping(monkeypatch, {number})
    with backend.record() as recording, connected(backend) as (client, server):
        for _ in range(3):
            carry(client, server, b"question")
            carry(server, client, b"an answer")

    sides = zip(("question", "an answer"), ("client", "server"), strict=True)
    size, name = [(len(said), name) for said, name in sides][number % 2]
    port = recording.capture.clients[0] if name == "client" else backend.port
    assert recording.capture.problems == (
        f"of {3 * size} bytes sent from port {port} the kernel gave {2 * size} back",
    )
    assert any(f"gap of {size} bytes" in one for one in missing(recording.capture))


def test_nothing_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a kernel takes the option and does nothing, the self-test says so."""
    monkeypatch.setattr(returning, "_STAMPS", 0)
    running, probe = try_out(Errqueue)

    assert running is None
    assert probe.reason.startswith("its self-test was not captured whole: of 22 bytes sent")
    assert probe.reason.endswith("the kernel gave 0 back")


def test_a_stranger_is_told_of(backend: Errqueue) -> None:
    """Another program's connection: only our half of it comes back, so it is a problem."""
    with backend.record() as recording:
        with socket.create_connection((LOCALHOST, backend.port)) as stranger:
            with backend.listener.accept()[0] as server:
                carry(stranger, server, b"hello")
                carry(server, stranger, b"who are you?")
            port = stranger.getsockname()[1]
        with connected(backend) as (client, served):
            carry(client, served, b"ours")

    capture = recording.capture
    assert capture.problems == (f"port {port} is a stranger's: it was not captured",)
    assert backend._ledger.lines == []
    assert [one.sent.data for one in conversations(capture)] == [b"ours"]


# Hard cases ---------------------------------------------------------------------------


def test_nobody_is_sent_more_than_has_room(backend: Errqueue) -> None:
    """Who does not read stops the sender; what came back until then is whole."""
    with backend.record() as recording, connected(backend) as (client, server):
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.sendall(bytes(5 << 20))
        client.sendall(b"x" * 100_000)
        assert read(server, 100_000) == b"x" * 100_000
        while client.recv(1 << 18):
            client.settimeout(0.1)
            server.shutdown(socket.SHUT_WR)

    assert missing(recording.capture) == ()


def test_a_sender_is_hung_up_on(backend: Errqueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the other side to read learns that the connection was cut."""
    stuck, has_room = Event(), backend._ledger._has_room

    def watched(descriptor: int) -> bool:
        if not (room := has_room(descriptor)):
            stuck.set()
        return room

    monkeypatch.setattr(backend._ledger, "_has_room", watched)
    with connected(backend) as (_, server), ThreadPoolExecutor(1) as threads:
        sending = threads.submit(server.sendall, bytes(5 << 20))
        assert stuck.wait(TIMEOUT)
        socket.socket.shutdown(server, socket.SHUT_RDWR)  # past our own, as the server does
        with pytest.raises(BrokenPipeError):
            sending.result(TIMEOUT)


def test_who_leaves_rudely_hides_nothing(
    backend: Errqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a RST there is no FIN to count to: what the other side lacks is missed, too."""
    _dropping(monkeypatch, {1})
    with backend.record() as recording, connected(backend) as (client, server):
        carry(client, server, b"question")
        server.sendall(b"an answer")  # unread

    assert "R" in "".join(flags(recording.capture))
    assert recording.capture.problems == (
        f"of 9 bytes sent from port {backend.port} the kernel gave 0 back",
    )


def test_a_connection_without_a_byte(backend: Errqueue) -> None:
    """Opened and closed: a handshake, two FINs, and nothing is missing."""
    with backend.record() as recording, connected(backend):
        pass

    assert flags(recording.capture)[:3] == ["S", "SA", "A"]
    assert flags(recording.capture).count("FA") == 2
    assert missing(recording.capture) == ()


def test_a_port_comes_round_again(backend: Errqueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connections from one port in one recording are two conversations."""
    with socket.create_server((LOCALHOST, 0)) as free:
        port = free.getsockname()[1]
    fresh = backend._client

    def bound() -> socket.socket:
        client = fresh()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((LOCALHOST, port))
        return client

    monkeypatch.setattr(backend, "_client", bound)
    with backend.record() as recording:
        for number in range(2):
            with connected(backend) as (client, server):
                carry(client, server, b"%d" % number)
                reset(client)

    assert recording.capture.clients == (port, port)
    assert [one.sent.data for one in conversations(recording.capture)] == [b"0", b"1"]
    assert missing(recording.capture) == ()


def test_two_hundred_captures_leave_nothing(no_leaks: None) -> None:
    """Nothing is kept of a connection once its capture is taken, encrypted or not."""
    with bench(Errqueue, Bytes(1000)) as on:
        assert isinstance(on.backend, Errqueue)
        for number in range(200):
            assert not missing(on.capture("/1000", secure=bool(number % 2)))
            assert on.backend._ledger.lines == []
    assert on.backend._ledger.ends == {}


# Refusals -----------------------------------------------------------------------------


CHOOSE = """
from labapp.backends import choose
chosen = choose()
chosen.backend.close()
print(chosen)
"""


@pytest.mark.root
def test_where_the_kernel_keeps_packets_back_the_relay_is_taken(as_ordinary_user: Run) -> None:
    """For real: net.core.tstamp_allow_data is 0 for a moment, as an administrator may set it.

    Root gets its packets all the same: no other test notices.
    """
    before = FORBIDDEN.read_text()
    try:
        FORBIDDEN.write_text("0")
        done = as_ordinary_user(["-c", CHOOSE], namespaces=False)
    finally:
        FORBIDDEN.write_text(before)

    assert done.stdout.startswith(f"Captured by relay: {Relay.fidelity}.")
    assert "Not errqueue: its self-test was not captured whole: of 22 bytes" in done.stdout
    assert "the kernel gave 0 back (net.core.tstamp_allow_data=0)." in done.stdout


def test_an_old_kernel_is_refused(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 5.10 the SYN was not kept with its first fourteen bytes."""
    monkeypatch.setattr(returning, "TCP_SAVE_SYN", 250)

    with pytest.raises(Unavailable, match="the system gives no packets back"):
        Errqueue()


def test_another_system_is_refused(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As macOS and Windows."""
    monkeypatch.delattr(socket, "MSG_ERRQUEUE")

    with pytest.raises(Unavailable, match="this system has no error queues"):
        Errqueue()


def test_the_kernels_account_is_long_enough() -> None:
    """``struct tcp_info`` of this kernel reaches to the count of bytes sent."""
    with socket.socket() as sock:
        assert len(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, account.INFO)) == 216
