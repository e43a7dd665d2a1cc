from __future__ import annotations

import random
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Thread

import pytest
from scapy.layers.inet import TCP
from scapy.packet import Packet
from scapy.sendrecv import sniff

from labapp.backends import Backend, Recording, errqueue, kernel_packets, relay
from labapp.conversations import Conversation, conversations, missing
from labapp.errors import LabError
from tests.relaying import TIMEOUT, carry, connected, every_backend, read
from tests.serving import Site, reset, serving

MEGABYTE = 1 << 20

Kind = Callable[[], Backend]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that do not end are waited for only briefly."""
    for module in (kernel_packets, errqueue, relay):
        monkeypatch.setattr(module, "PATIENCE", 0.05)


def noise(length: int, seed: int = 0) -> bytes:
    """Bytes of which no stretch occurs twice."""
    return random.Random(seed).randbytes(length)


def only(found: tuple[Conversation, ...]) -> Conversation:
    (one,) = found
    return one


# Completeness -------------------------------------------------------------------------


@every_backend
def test_what_is_said_is_captured_from_syn_to_fin(kind: Kind) -> None:
    """Both sides, every byte, and nothing that would make it incomplete."""
    with kind() as backend:
        with backend.record() as recording, connected(backend) as (client, server):
            assert carry(client, server, b"question") == b"question"
            assert carry(server, client, b"answer") == b"answer"

        capture = recording.capture

    one = only(conversations(capture))
    assert (one.sent.data, one.received.data) == (b"question", b"answer")
    assert missing(capture) == ()
    assert capture.complete
    assert one.client.port in capture.clients
    assert one.server.port == backend.port == capture.port


@every_backend
@pytest.mark.parametrize("size", [MEGABYTE, 20 * MEGABYTE], ids=["1MB", "20MB"])
@pytest.mark.parametrize("upload", [False, True], ids=["down", "up"])
def test_large_transfers_lose_nothing(kind: Kind, size: int, upload: bool) -> None:
    """A megabyte or twenty, either way: every byte is in the capture, in its place."""
    data = noise(size)
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        ends = (client, server) if upload else (server, client)
        assert carry(*ends, data) == data

    one = only(conversations(recording.capture))
    assert (one.sent if upload else one.received).data == data
    assert missing(recording.capture) == ()


@every_backend
def test_every_frame_is_there_once(kind: Kind) -> None:
    """On loopback each packet passes twice; a capture has it once."""
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        for number in range(100):
            carry(client, server, b"%d" % number)

    frames = [frame.data for frame in recording.capture.frames]
    assert len(set(frames)) == len(frames)
    syns = [p for p in recording.capture.packets if TCP in p and p[TCP].flags == "S"]
    assert len(syns) == 1


@every_backend
def test_many_connections_are_all_captured(kind: Kind) -> None:
    """500 of them, none missing, none mixed up with another."""
    with kind() as backend, backend.record() as recording:
        for number in range(500):
            with connected(backend) as (client, server):
                carry(client, server, b"question %d" % number)
                carry(server, client, b"answer %d" % number)

    found = conversations(recording.capture)
    assert [(one.sent.data, one.received.data) for one in found] == [
        (b"question %d" % number, b"answer %d" % number) for number in range(500)
    ]
    assert missing(recording.capture) == ()
    assert len(recording.capture.clients) == 500


@every_backend
def test_connections_at_the_same_time_are_kept_apart(kind: Kind) -> None:
    """200 open at once, spoken on in turn."""
    with kind() as backend, backend.record() as recording, ExitStack() as stack:
        pairs = [stack.enter_context(connected(backend)) for _ in range(200)]
        for number, (client, server) in enumerate(pairs):
            carry(client, server, b"%d" % number)
        for number, (client, server) in enumerate(pairs):
            carry(server, client, b"%d" % number)

    found = conversations(recording.capture)
    assert {(one.sent.data, one.received.data) for one in found} == {
        (b"%d" % number, b"%d" % number) for number in range(200)
    }
    assert missing(recording.capture) == ()


@every_backend
def test_both_sides_may_send_at_once(kind: Kind) -> None:
    """The client reads nothing until it has sent 5 MB, the server sends 5 MB meanwhile."""
    up, down = noise(5 * MEGABYTE, 1), noise(5 * MEGABYTE, 2)
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
        ThreadPoolExecutor(2) as threads,
    ):
        sending = threads.submit(server.sendall, down)
        reading = threads.submit(read, server, len(up))
        client.sendall(up)
        assert read(client, len(down)) == down
        assert reading.result(TIMEOUT) == up
        sending.result(TIMEOUT)

    one = only(conversations(recording.capture))
    assert (one.sent.data, one.received.data) == (up, down)
    assert missing(recording.capture) == ()


@every_backend
def test_a_recording_holds_nothing_of_before(kind: Kind) -> None:
    """What passed between two recordings is in neither."""
    with kind() as backend:
        captures = []
        for said in (b"first", b"second"):
            with backend.record() as recording, connected(backend) as (client, server):
                carry(client, server, said)
            captures.append(recording.capture)
            with connected(backend) as (client, server):
                carry(client, server, b"unrecorded")
                carry(server, client, b"seen to the end")

    assert [only(conversations(one)).sent.data for one in captures] == [b"first", b"second"]


@every_backend
def test_packets_dissect_to_tcp(kind: Kind) -> None:
    """A capture's packets are scapy's, with the payload where scapy has it."""
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        carry(client, server, b"Rex sleeps at noon")

    packets = recording.capture.packets
    assert [bytes(p[TCP].payload) for p in packets if p[TCP].payload] == [b"Rex sleeps at noon"]


@every_backend
def test_frames_say_who_wrote_their_headers(kind: Kind) -> None:
    """The kernel did for live, the lab did for relay; times do not run backwards.

    Of errqueue those of the SYN and of all data are real, the others are not.
    """
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        carry(client, server, noise(10_000))

    frames = recording.capture.frames
    assert [frame.rebuilt for frame in frames] == [
        {"relay": True, "errqueue": _is_bare(packet)}.get(recording.capture.backend, False)
        for packet in recording.capture.packets
    ]
    assert sorted(frame.time for frame in frames) == [frame.time for frame in frames]


def _is_bare(packet: Packet) -> bool:
    """Whether a packet is no SYN of a client's and has no data."""
    return packet[TCP].flags != "S" and not packet[TCP].payload


# Ends ---------------------------------------------------------------------------------


@every_backend
def test_a_closed_half_still_receives(kind: Kind) -> None:
    """Who has said everything still hears the answer, and both FINs are captured."""
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        client.sendall(b"all I have to say")
        client.shutdown(socket.SHUT_WR)
        assert read(server, 100) == b"all I have to say"
        carry(server, client, b"answer")
        server.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""

    one = only(conversations(recording.capture))
    assert (one.sent.finished, one.received.finished) == (True, True)
    assert (one.sent.reset, one.received.reset) == (False, False)
    assert one.received.data == b"answer"


@every_backend
@pytest.mark.parametrize("by_client", [True, False], ids=["client", "server"])
def test_a_reset_is_an_end(kind: Kind, by_client: bool) -> None:
    """Broken off by either side: the other learns it, the capture shows it whole."""
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        carry(client, server, b"question")
        carry(server, client, b"answer")
        breaker, other = (client, server) if by_client else (server, client)
        reset(breaker)
        with pytest.raises(ConnectionResetError):
            other.recv(1)

    one = only(conversations(recording.capture))
    assert (one.sent.reset, one.received.reset) == (by_client, not by_client)
    assert (one.sent.data, one.received.data) == (b"question", b"answer")
    assert missing(recording.capture) == ()


@every_backend
def test_a_client_that_leaves_in_the_middle(kind: Kind) -> None:
    """It goes away while 20 MB come: the server learns it, the capture has an end."""
    with (
        kind() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        carry(client, server, b"question")
        sending = Thread(target=_send_in_vain, args=(server,), daemon=True)
        sending.start()
        client.recv(1)
        client.close()
        sending.join(TIMEOUT)
        assert not sending.is_alive()

    one = only(conversations(recording.capture))
    assert one.sent.data == b"question"
    assert recording.capture.complete


def _send_in_vain(server: socket.socket) -> None:
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        server.sendall(bytes(20 * MEGABYTE))


@every_backend
def test_a_connection_that_does_not_end_makes_a_capture_incomplete(
    kind: Kind, impatient: None
) -> None:
    """Left open by the client, or by the server: the capture says so by its port."""
    with kind() as backend:
        with backend.record() as recording:
            client = backend.connect()
            server, _ = backend.listener.accept()
        by_client = recording.capture
        port = client.getsockname()[1]

        with backend.record() as recording:
            other = backend.connect()
            held, _ = backend.listener.accept()
            other_port = other.getsockname()[1]
            other.close()
        by_server = recording.capture
        for sock in (client, server, held):
            sock.close()

    assert by_client.problems == (f"the connection from port {port} was not seen to end",)
    assert by_server.problems == (f"the connection from port {other_port} was not seen to end",)
    assert not by_client.complete
    assert "INCOMPLETE" in repr(by_client)


@every_backend
def test_a_late_end_does_not_complete_the_next_recording(kind: Kind, impatient: None) -> None:
    """What ends in a later recording belongs there; it does no harm."""
    with kind() as backend:
        with backend.record() as first:
            client = backend.connect()
            server, _ = backend.listener.accept()
        with backend.record() as second, connected(backend) as (other, served):
            client.close()
            server.close()
            carry(other, served, b"second")

    assert not first.capture.complete
    assert second.capture.complete
    assert b"second" in {one.sent.data for one in conversations(second.capture)}


# Recording ----------------------------------------------------------------------------


@every_backend
def test_recordings_do_not_nest(kind: Kind) -> None:
    """A second one is refused in one line; the first goes on."""
    with kind() as backend:
        with backend.record() as recording:
            with pytest.raises(LabError, match="runs already"), backend.record():
                pass
            with connected(backend) as (client, server):
                carry(client, server, b"still here")

        assert only(conversations(recording.capture)).sent.data == b"still here"


@every_backend
def test_an_error_in_the_block_ends_the_recording(kind: Kind) -> None:
    """It is the caller's error that comes out, and the capture is there."""

    def fail(backend: Backend) -> None:
        with backend.record() as recording, connected(backend) as (client, server):
            recordings.append(recording)
            carry(client, server, b"until then")
            raise ZeroDivisionError

    recordings: list[Recording] = []
    with kind() as backend:
        with pytest.raises(ZeroDivisionError):
            fail(backend)
        with backend.record():
            pass

    assert only(conversations(recordings[0].capture)).sent.data == b"until then"


@every_backend
def test_a_capture_is_not_there_before_its_end(kind: Kind) -> None:
    """Read too early, it says when to read it."""
    with (
        kind() as backend,
        backend.record() as recording,
        pytest.raises(LabError, match="after its with block"),
    ):
        _ = recording.capture


# Taps ---------------------------------------------------------------------------------


@every_backend
def test_a_tap_sees_what_the_lab_records(no_leaks: None, kind: Kind) -> None:
    """A learner's sniff() gets every frame too, and takes none away."""
    with kind() as backend:
        with backend.tap() as tap:
            with backend.record() as recording, connected(backend) as (client, server):
                for number in range(100):
                    carry(client, server, b"%d" % number)
            frames = [frame.data for frame in recording.capture.frames]

            sniffed = sniff(opened_socket=tap, count=len(frames), timeout=TIMEOUT)

        assert [bytes(packet) for packet in sniffed] == frames
        assert missing(recording.capture) == ()
        assert all(TCP in packet for packet in sniffed)


@every_backend
def test_a_closed_tap_is_forgotten(no_leaks: None, kind: Kind) -> None:
    """Twenty taps later nothing is open, and the lab still records."""
    with kind() as backend:
        for _ in range(20):
            tap = backend.tap()
            tap.close()
            tap.close()
        with backend.record() as recording, connected(backend) as (client, server):
            carry(client, server, b"still here")

    assert only(conversations(recording.capture)).sent.data == b"still here"


@every_backend
def test_sniff_ends_by_its_timeout(kind: Kind) -> None:
    """Where nothing comes, a tap does not block for good."""
    with kind() as backend, backend.tap() as tap:
        assert len(sniff(opened_socket=tap, timeout=0.05)) == 0


# Closing ------------------------------------------------------------------------------


@every_backend
def test_closing_leaves_nothing_behind(no_leaks: None, kind: Kind) -> None:
    """Twenty backends later there is no thread, no open file and no port."""
    for _ in range(20):
        with kind() as backend:
            with backend.record(), connected(backend) as (client, server):
                carry(client, server, b"hello")
            left_open = backend.connect()
        backend.close()  # again: safe
        with left_open, pytest.raises(ConnectionRefusedError):
            backend.connect()


@every_backend
def test_a_server_listens_where_the_backend_says(no_leaks: None, kind: Kind) -> None:
    """The lab's own server behind each backend, over HTTP and TLS, and all is ended."""
    with kind() as backend, serving(Site("served"), backend) as lab:
        lab.connect_by(backend.connect, backend.tls_socket_class)
        for tls in (False, True):
            with backend.record() as recording:
                assert lab.get(tls=tls) == "served"

            assert missing(recording.capture) == ()
            found = only(conversations(recording.capture)).received.data
            assert (b"served" in found) is not tls
