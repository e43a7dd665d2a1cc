"""pcapng as it is written: blocks, times, packets, and the secrets before them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from labapp import pcapng
from labapp.capture import Capture, Frame

MOMENT = 1_795_000_000_123_456_789  # ns; in November 2026
KEYS = "CLIENT_RANDOM 00ff 11ee\n"
SECRETS, PACKET = 10, 6
PACKETS = [(MOMENT + n, bytes([n]) * (60 + n)) for n in range(4)]


def blocks(content: bytes) -> list[tuple[int, bytes]]:
    """Return the blocks of a file, each as its type and its body."""
    found, at = [], 0
    while at < len(content):
        kind, length = struct.unpack_from("<II", content, at)
        assert struct.unpack_from("<I", content, at + length - 4) == (length,)
        assert length % 4 == 0
        found.append((kind, content[at + 8 : at + length - 4]))
        at += length
    return found


def test_packets_come_back_as_they_were(tmp_path: Path) -> None:
    """Bytes of every length modulo 4, and times to the nanosecond."""
    path = tmp_path / "talk.pcapng"
    path.write_bytes(pcapng.written(PACKETS, KEYS))
    loaded = Capture.load(path)
    assert [(frame.time, frame.data) for frame in loaded.frames] == PACKETS
    assert loaded.complete


def test_secrets_stand_before_the_first_packet() -> None:
    """One Decryption Secrets Block, of type TLS key log, with the log as it was."""
    found = blocks(pcapng.written(PACKETS, KEYS))
    kinds = [kind for kind, _ in found]
    assert kinds == [0x0A0D0D0A, 1, SECRETS, *[PACKET] * 4]
    kind, length = struct.unpack_from("<II", found[2][1])
    assert kind == 0x544C534B
    assert found[2][1][8 : 8 + length] == KEYS.encode()


def test_without_secrets_there_is_no_block_for_them() -> None:
    """An empty block would look like a promise."""
    assert SECRETS not in [kind for kind, _ in blocks(pcapng.written(PACKETS))]


class TestSaving:
    """`Capture.save` chooses by the name."""

    TAKEN = Capture(
        tuple(Frame(*packet) for packet in PACKETS), "hand", "made by hand", 1, tls_secrets=KEYS
    )

    @pytest.mark.parametrize(
        ("name", "has_keys"),
        [("a.pcapng", True), ("a.PCAPNG", True), ("a.pcap", False), ("a", False)],
    )
    def test_keys_go_into_pcapng_alone(
        self, tmp_path: Path, name: str, *, has_keys: bool
    ) -> None:
        """A file of another name has no secret in it, whatever it is."""
        content = self.TAKEN.save(tmp_path / name).read_bytes()
        assert has_keys is (KEYS.strip().encode() in content)

    def test_both_files_have_the_same_packets(self, tmp_path: Path) -> None:
        """Only the secrets differ."""
        files = [self.TAKEN.save(tmp_path / name) for name in ("a.pcapng", "a.pcap")]
        first, second = (Capture.load(file).frames for file in files)
        assert first == second == self.TAKEN.frames

    def test_loading_keys_says_nothing(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The warning of scapy that it cannot decrypt them would be on every learner's screen."""
        Capture.load(self.TAKEN.save(tmp_path / "a.pcapng"))
        assert capfd.readouterr() == ("", "")

    def test_joined_and_without_keep_the_keys(self) -> None:
        """Parts bring theirs; a lost frame takes none away."""
        other = Capture((), "hand", "made by hand", 1, tls_secrets="CLIENT_RANDOM 22 33\n")
        joined = Capture.joined([self.TAKEN, other])
        assert joined.tls_secrets == KEYS + other.tls_secrets
        assert joined.without(0).tls_secrets == joined.tls_secrets

    def test_its_repr_shows_no_key(self) -> None:
        """A key is not for whoever prints a capture."""
        assert "00ff" not in repr(self.TAKEN)
