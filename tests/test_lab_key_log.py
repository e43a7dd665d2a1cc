"""The key log of the lab's own client: what it opens, and what it does not."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labapp import remedy
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.key_log import KeyLog
from labapp.lab.laboratory import Laboratory

SECRET = "Rex's fake otter 417"
CROSSED = b"Rex%27s+fake+otter+417"
# A label for each kind of secret (draft-ietf-tls-keylogfile, section 2).
LABELS = {"1.3": "CLIENT_TRAFFIC_SECRET_0", "1.2": "CLIENT_RANDOM"}
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]


@pytest.fixture(scope="module", params=BACKENDS)
def lab(request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as opened:
            yield opened


@pytest.fixture(scope="module", params=LABELS)
def version(request: pytest.FixtureRequest) -> str:
    """Each version of TLS."""
    return str(request.param)


@pytest.fixture(scope="module")
def visited(lab: Laboratory, version: str) -> Visit:
    """A visit over HTTPS."""
    return lab.visit(SECRET, remedy.post, remedy.https, tls=version)


def connections(log: str) -> set[str]:
    """Return the client randoms that a key log names."""
    return {line.split()[1] for line in log.splitlines()}


def test_each_connection_has_its_keys(visited: Visit, version: str) -> None:
    """As many connections are named as crossed, each with the key of its version."""
    secrets = visited.capture.tls_secrets
    crossed = len(visited.capture.clients)
    assert secrets.count(LABELS[version]) == len(connections(secrets)) == crossed > 0


def test_keys_belong_to_their_step(visited: Visit) -> None:
    """The random of each key stands in the packets of its own step, and in no other's."""
    steps = [step for step in visited.evidence if step.capture.tls_secrets]
    assert len(steps) > 1
    for step in steps:
        for other in steps:
            sent = b"".join(frame.data for frame in other.capture.frames)
            for random in connections(step.capture.tls_secrets):
                assert (bytes.fromhex(random) in sent) is (other is step)


def test_plain_http_has_no_keys(lab: Laboratory) -> None:
    """Nothing is encrypted, so nothing is kept."""
    visited = lab.visit(SECRET, remedy.post)
    assert visited.capture.tls_secrets == ""


def test_another_version_is_refused(lab: Laboratory) -> None:
    """In one line that names both."""
    with pytest.raises(LabError, match=r"tls is '1.3' or '1.2', not '1.1'"):
        lab.visit(SECRET, remedy.https, tls="1.1")


@pytest.mark.tshark
def test_tshark_reads_the_secret_with_the_keys_alone(visited: Visit, tmp_path: Path) -> None:
    """Wireshark's own eyes: in the pcapng file, not in the pcap file of the same packets."""
    shown = {
        suffix: CROSSED in tshark(visited.capture.save(tmp_path / f"a.{suffix}"), visited)
        for suffix in ("pcapng", "pcap")
    }
    assert shown == {"pcapng": True, "pcap": False}


@pytest.mark.tshark
def test_other_keys_open_nothing(lab: Laboratory, visited: Visit, tmp_path: Path) -> None:
    """Those of another visit to the same server do not fit."""
    other = lab.visit(SECRET, remedy.post, remedy.https)
    mixed = [*other.evidence, *visited.evidence]
    assert not connections(other.capture.tls_secrets) & connections(visited.capture.tls_secrets)
    file = visited.capture.save(tmp_path / "a.pcap")
    keys = tmp_path / "keys"
    keys.write_text(other.capture.tls_secrets)
    assert CROSSED not in tshark(file, visited, "-o", f"tls.keylog_file:{keys}")
    keys.write_text("".join(step.capture.tls_secrets for step in mixed))
    assert CROSSED in tshark(file, visited, "-o", f"tls.keylog_file:{keys}")


def tshark(file: Path, visited: Visit, *options: str) -> bytes:
    """Return all text that Wireshark shows of the bodies of requests."""
    port = visited.capture.port
    command = ["tshark", "-r", str(file), "-d", f"tcp.port=={port},tls", *options]
    command += ["-o", "tcp.reassemble_out_of_order:TRUE", "-Y", "http.request"]
    command += ["-T", "fields", "-e", "http.file_data"]
    environment = os.environ | {"HOME": str(file.parent), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, timeout=60, check=True, env=environment)
    return done.stdout


class TestKeyLog:
    """The file behind it."""

    def test_what_was_taken_is_not_given_again(self, tmp_path: Path) -> None:
        """Each line is given once, and comments are no keys."""
        log = KeyLog(tmp_path / "keys")
        with log:
            log.follow(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
            assert log.take() == ""
            with log.path.open("a") as file:
                file.write("# a comment\nCLIENT_RANDOM 00 11\n")
            assert log.take() == "CLIENT_RANDOM 00 11\n"
            assert log.take() == ""

    def test_it_does_not_grow_for_ever(self, tmp_path: Path) -> None:
        """A thousand connections leave no more than a few hundred; no key is lost."""
        with KeyLog(tmp_path / "keys") as log:
            log.follow(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
            for number in range(1000):
                lines = f"CLIENT_RANDOM {number:064} {'0' * 800}\n"
                with log.path.open("a") as file:
                    file.write(lines)
                assert log.take() == lines
            assert log.path.stat().st_size < 300_000

    def test_it_lets_go_of_its_file(self, tmp_path: Path, no_leaks: None) -> None:
        """No file stays open."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with KeyLog(tmp_path / "keys") as log:
            log.follow(context)
        assert context.keylog_filename is None
