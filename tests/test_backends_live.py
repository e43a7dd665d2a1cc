"""Backend live and its socket; all of it needs the right to open packet sockets."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator

import pytest

from labapp.backends import bpf, kernel_packets, loopback
from labapp.backends.backend import Unavailable
from labapp.backends.bpf import port_filter
from labapp.backends.draining import IN_FLIGHT
from labapp.backends.live import Live
from labapp.backends.loopback import ETH_P_ALL, LoopbackSocket
from labapp.conversations import conversations, missing
from tests.relaying import carry, connected

pytestmark = pytest.mark.root


@pytest.fixture
def backend() -> Iterator[Live]:
    with Live() as running:
        yield running


def test_a_full_loopback_frame_is_whole(backend: Live) -> None:
    """65,549 bytes: 14 more than scapy's own sockets read."""
    with backend.record() as recording, connected(backend) as (client, server):
        carry(client, server, bytes(5 << 20))

    frames = recording.capture.frames
    assert max(len(frame.data) for frame in frames) == 65_549
    assert [len(f.data) for f in frames] == [14 + int.from_bytes(f.data[16:18]) for f in frames]


def test_only_the_labs_port_is_captured(backend: Live) -> None:
    """Other traffic beside it is there, as an unfiltered socket shows, and stays out."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as everything:
        everything.bind(("lo", ETH_P_ALL))
        everything.settimeout(10)
        with backend.record() as recording, connected(backend) as (client, server):
            with (
                socket.create_server(("127.0.0.1", 0)) as other,
                socket.create_connection(other.getsockname()) as stranger,
            ):
                stranger.sendall(b"somebody else's")
                with other.accept()[0] as heard:
                    heard.recv(100)
            carry(client, server, b"ours")

        while b"somebody else's" not in everything.recv(1 << 17):
            pass  # the control: it crossed the same interface

    said = b"".join(frame.data for frame in recording.capture.frames)
    assert b"ours" in said
    assert b"somebody else's" not in said


def test_the_filter_looks_at_both_ports() -> None:
    """It is `tcp port 8000`: IPv4, TCP, first fragments, source or destination."""
    frame = bytearray(bytes(12) + b"\x08\x00\x45" + bytes(39))
    frame[23] = socket.IPPROTO_TCP

    def accepts(at: int, value: bytes) -> bool:
        changed = frame.copy()
        changed[at : at + len(value)] = value
        return _run(port_filter(8000), bytes(changed)) > 0

    port = (8000).to_bytes(2)
    assert accepts(34, port)
    assert accepts(36, port)
    assert not accepts(34, b"\x1f\x41")
    assert not accepts(38, port)
    for at, value in ((12, b"\x86\xdd"), (23, b"\x11"), (20, b"\x00\x01")):
        broken = frame.copy()
        broken[34:36] = port
        assert _run(port_filter(8000), bytes(broken)) > 0
        broken[at : at + len(value)] = value
        assert _run(port_filter(8000), bytes(broken)) == 0


def _run(program: list[tuple[int, int, int, int]], frame: bytes) -> int:
    """Run classic BPF as the kernel's documentation describes it."""
    a = x = at = 0
    while True:
        opcode, yes, no, k = program[at]
        at += 1
        match opcode:
            case 0x28:
                a = int.from_bytes(frame[k : k + 2])
            case 0x30:
                a = frame[k]
            case 0xB1:
                x = (frame[k] & 0x0F) * 4
            case 0x48:
                a = int.from_bytes(frame[x + k : x + k + 2])
            case 0x15:
                at += yes if a == k else no
            case 0x45:
                at += yes if a & k else no
            case 0x06:
                return k


def test_the_kernels_time_is_the_time_of_passing(backend: Live) -> None:
    """Frames bear times between their sending and their reading, never later ones."""
    for _ in range(50):  # the kernel needs some milliseconds to begin with it
        with backend.record() as recording:
            before = time.time_ns()
            with connected(backend) as (client, server):
                carry(client, server, b"now")
            after = time.time_ns()
        times = [frame.time for frame in recording.capture.frames]
        assert times == sorted(times)
        assert max(times) <= after
    assert before <= min(times)


def test_a_frame_the_kernel_did_not_stamp_is_not_later_than_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Just opened, a socket gives some frames the time of reading: that is put right."""
    with LoopbackSocket(8000) as tap:
        opened = time.time_ns()

        def read(descriptor: int) -> list[tuple[int, bytes]]:
            unstamped = [(time.time_ns(), b""), (time.time_ns(), b"")]
            return [*unstamped, (opened + 1, b""), (opened + 2, b"")]

        monkeypatch.setattr(tap._burst, "read", read)
        times = [frame.time for frame in tap.frames()]

    assert times[0] == times[1] <= opened
    assert times[2:] == [opened + 1, opened + 2]


def test_frames_that_were_dropped_make_a_capture_incomplete(
    backend: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With next to no room the kernel drops some, and the capture says how many."""
    monkeypatch.setattr(kernel_packets, "PATIENCE", 0.05)
    backend._socket.ins.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with backend.record() as recording, connected(backend) as (client, server):
        carry(client, server, bytes(1 << 20))

    assert any("the kernel dropped" in problem for problem in recording.capture.problems)
    assert not recording.capture.complete


def test_what_was_dropped_before_a_recording_does_not_count(backend: Live) -> None:
    """A recording answers for itself."""
    backend._socket.ins.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with connected(backend) as (client, server):
        carry(client, server, bytes(1 << 20))
    with backend.record() as recording, connected(backend) as (client, server):
        carry(client, server, b"small")

    assert recording.capture.complete


@pytest.mark.parametrize("upload", [False, True], ids=["down", "up"])
def test_little_room_is_enough(monkeypatch: pytest.MonkeyPatch, upload: bool) -> None:
    """208 KB, as on any kernel: clients empty the queue as they go, and nothing is lost."""
    monkeypatch.setattr(loopback, "_enlarge", _as_stock_kernels)
    data = os.urandom(20 << 20)
    with (
        Live() as backend,
        backend.record() as recording,
        connected(backend) as (client, server),
    ):
        ends = (client, server) if upload else (server, client)
        assert carry(*ends, data) == data

    (one,) = conversations(recording.capture)
    assert (one.sent if upload else one.received).data == data
    assert missing(recording.capture) == ()


def test_a_queue_is_emptied_before_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few frames may wait; from an eighth of the room on they are read."""
    monkeypatch.setattr(loopback, "_enlarge", _as_stock_kernels)
    with Live() as backend, connected(backend) as (client, server):
        backend._drain()
        carry(server, client, b"little")
        assert not backend._socket.is_filling()

        server.sendall(bytes(IN_FLIGHT))
        assert backend._socket.is_filling()
        carry(client, server, b"whatever is sent next")
        assert not backend._socket.is_filling()


def _as_stock_kernels(sock: socket.socket) -> bool:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 212_992 // 2)
    return False


WITHOUT_NET_ADMIN = """
    import os, sys
    sys.path.insert(0, sys.argv[1])
    from labapp.backends.live import Live
    from labapp.conversations import conversations, missing
    from tests.relaying import carry, connected
    data = os.urandom(5 << 20)
    with Live() as backend, backend.record() as recording:
        assert not backend._socket.roomy
        with connected(backend) as (client, server):
            assert carry(server, client, data) == data
    assert missing(recording.capture) == ()
    print(conversations(recording.capture)[0].received.data == data)
"""


def test_root_in_a_container_loses_nothing(request: pytest.FixtureRequest) -> None:
    """Docker grants CAP_NET_RAW without CAP_NET_ADMIN: live works there all the same."""
    assert shutil.which("setpriv"), "setpriv is missing: install util-linux"
    done = subprocess.run(
        [
            *("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--"),
            *(sys.executable, "-c", textwrap.dedent(WITHOUT_NET_ADMIN)),
            str(request.config.rootpath),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_draining_socket_is_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends any buffer whole, and bounds what is in flight."""
    monkeypatch.setattr(loopback, "_enlarge", _as_stock_kernels)
    with Live() as backend, connected(backend) as (client, server):
        assert client.send(bytes(10 * IN_FLIGHT)) <= IN_FLIGHT
        carry(client, server, memoryview(b"several bytes"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(1, "Operation not permitted"), "raw sockets need root or"),
        (OSError(92, "Protocol not available"), "refused a packet socket: .*not available"),
    ],
)
def test_a_refusal_leaves_nothing_open(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    """Where the kernel says no, the reason can be read."""

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(bpf, "attach", refuse)

    with pytest.raises(Unavailable, match=reason):
        Live()


def test_a_socket_that_was_handed_over_is_used(no_leaks: None) -> None:
    """A packet socket may have been opened by somebody else."""
    given = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    with LoopbackSocket(8000, given) as tap:
        assert tap.ins is given
