"""What Wireshark's and tcpdump's own eyes see in, and beside, our captures."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import IO

import pytest

from labapp.backends.live import Live
from labapp.backends.relay import Relay
from labapp.capture import Capture
from labapp.conversations import missing
from tests.relaying import TIMEOUT, carry, connected, every_backend

QUESTION = b"POST /sensitive HTTP/1.1\r\nHost: site.test\r\nContent-Length: 200000\r\n\r\n"
QUESTION += b"x" * 200_000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"y" * 300_000
CHECKS = ("-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE")


def captured(kind: type[Live | Relay]) -> Capture:
    with kind() as backend, backend.record() as recording:
        for _ in range(3):
            with connected(backend) as (client, server):
                carry(client, server, QUESTION)
                carry(server, client, ANSWER)
    return recording.capture


def tshark(file: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["tshark", "-r", str(file), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"HOME": str(file.parent), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(file: Path) -> tuple[bytes, bytes]:
    """What tshark puts together of the first conversation: by client, by server."""
    sides: dict[bool, bytearray] = {False: bytearray(), True: bytearray()}
    for line in tshark(file, "-q", "-z", "follow,tcp,raw,0").splitlines():
        try:
            data = bytes.fromhex(line)
        except ValueError:
            continue  # the frame around it
        sides[line.startswith("\t")] += data
    return bytes(sides[False]), bytes(sides[True])


@pytest.mark.tshark
@every_backend
def test_tshark_reads_the_same(tmp_path: Path, kind: type[Live | Relay]) -> None:
    """No malformed packet, and its streams are what was sent."""
    file = captured(kind).save(tmp_path / "capture.pcap")

    assert tshark(file, "-Y", "_ws.malformed || _ws.short") == ""
    assert said(file) == (QUESTION, ANSWER)


BAD = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0"
GOOD = "ip.checksum.status == 1 && tcp.checksum.status == 1"


@pytest.mark.tshark
def test_tshark_finds_every_checksum_of_the_relay_right(tmp_path: Path) -> None:
    """The lab's own headers are as good as a kernel's; one changed bit is found."""
    capture = captured(Relay)
    file = capture.save(tmp_path / "capture.pcap")
    first, *others = capture.frames
    changed = first._replace(data=first.data[:-1] + bytes([first.data[-1] ^ 1]))
    control = Capture((changed, *others), "test", "spoilt", port=capture.port).save(
        tmp_path / "spoilt.pcap"
    )

    assert tshark(file, *CHECKS, "-Y", BAD) == ""
    assert len(tshark(file, *CHECKS, "-Y", GOOD).splitlines()) == len(capture.frames)
    assert len(tshark(control, *CHECKS, "-Y", BAD).splitlines()) == 1


@pytest.mark.tshark
def test_tshark_has_no_complaint_about_the_relays_tcp(tmp_path: Path) -> None:
    """No retransmission, no lost segment, no full window: nothing for Wireshark to flag."""
    file = captured(Relay).save(tmp_path / "capture.pcap")

    assert tshark(file, "-Y", "tcp.analysis.flags") == ""


@pytest.mark.tcpdump
@pytest.mark.root
def test_tcpdump_counts_the_same_frames() -> None:
    """300 connections: frame by frame, the live capture is tcpdump's."""
    with Live() as backend, _tcpdump(backend.port) as pipe, ThreadPoolExecutor(1) as reader:
        theirs = reader.submit(_frames_until, pipe, b"that was all")
        captures = []
        for texts in ([b"%d" % number for number in range(300)], [b"that was all"]):
            with backend.record() as recording:
                for text in texts:
                    with connected(backend) as (client, server):
                        carry(client, server, text)
                        carry(server, client, text)
            captures.append(recording.capture)
        frames = theirs.result(TIMEOUT)

    ours = [frame.data for capture in captures for frame in capture.frames]
    assert missing(captures[0]) == ()
    assert len(captures[0].frames) >= 300 * 8
    assert frames == ours[: len(frames)]
    assert len(frames) > len(captures[0].frames)


@contextmanager
def _tcpdump(port: int) -> Iterator[IO[bytes]]:
    """Tcpdump's pcap file on *port*, as it writes it; incoming copies only, as ours."""
    command = ["tcpdump", "-i", "lo", "-Q", "in", "-B", "65536", "-Z", "root", "-U"]
    command += ["--immediate-mode", "-w", "-", f"tcp port {port}"]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE) as tcpdump:
        assert tcpdump.stdout is not None
        assert tcpdump.stderr is not None
        try:
            while b"listening on" not in tcpdump.stderr.readline():
                assert tcpdump.poll() is None
            yield tcpdump.stdout
        finally:
            tcpdump.terminate()


def _frames_until(pipe: IO[bytes], last: bytes) -> list[bytes]:
    """Read the frames of a pcap file, to the first that has *last* in it."""
    pipe.read(24)
    frames = [b""]
    while last not in frames[-1] and (head := pipe.read(16)):
        (length,) = struct.unpack_from("=I", head, 8)
        frames.append(pipe.read(length))
    return frames[1:]
