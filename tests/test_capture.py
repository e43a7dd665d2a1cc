"""A capture keeps its frames whole and tells the truth about them, in a file too."""

from __future__ import annotations

import errno
import gzip
import os
import struct
import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import PcapNgWriter, PcapWriter, rdpcap

from labapp.capture import Capture, Frame
from labapp.errors import LabError
from tests.frames import GET, frame, response, whole_talk

SECRET = b"Rex sleeps at noon"
MOMENT = 1_795_000_000_123_456_789  # ns; in November 2026
CLIENT, SERVER = ("127.0.0.1", 40000), ("127.0.0.1", 8000)


def made_of(*data: bytes) -> Capture:
    frames = tuple(Frame(MOMENT + number, each) for number, each in enumerate(data))
    return Capture(frames, "hand", "frames made by hand", 8000, (40000,))


@pytest.fixture
def capture() -> Capture:
    return made_of(*whole_talk(GET, response(SECRET)))


@pytest.fixture
def saved(capture: Capture, tmp_path: Path) -> Path:
    return capture.save(tmp_path / "talk.pcap")


def one_line(refusal: pytest.ExceptionInfo[LabError]) -> str:
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


# A value ----------------------------------------------------------------------------


def test_packets_are_scapys_own(capture: Capture) -> None:
    """A learner uses pkt[TCP], filters and slices on them, as in scapy's manual."""
    packets = capture.packets

    assert [frame.data for frame in capture.frames] == [bytes(packet) for packet in packets]
    assert {8000, 40000} == {packet[TCP].dport for packet in packets}
    assert 1 == len([packet for packet in packets if SECRET in bytes(packet)])
    assert 1 == len(packets.filter(lambda packet: Raw in packet and packet[Raw].load == GET))


def test_packets_have_their_times_to_the_nanosecond(capture: Capture) -> None:
    """Scapy's time is a decimal; a float would lose two hundred nanoseconds."""
    assert [f.time for f in capture.frames] == [int(p.time * 10**9) for p in capture.packets]


def test_packets_are_dissected_once(capture: Capture) -> None:
    """Asking again gives the very same packets."""
    assert capture.packets is capture.packets


def test_a_frame_taken_out_is_missing(capture: Capture) -> None:
    """The rest stays in order, the original stays whole, and the gap is admitted."""
    less = capture.without(0, 2)

    assert capture.frames[1:2] + capture.frames[3:] == less.frames
    assert not less.complete
    assert capture.complete
    assert ("frame 0 was taken out", "frame 2 was taken out") == less.problems
    assert len(less.packets) == len(capture.packets) - 2


@pytest.mark.parametrize("number", [-1, 1000])
def test_a_frame_that_is_not_there_cannot_be_taken_out(capture: Capture, number: int) -> None:
    """Or "nothing was lost" would be taken for a result."""
    with pytest.raises(LabError) as refusal:
        capture.without(number)

    assert f"no frame {number}" in one_line(refusal)


def test_repr_is_one_short_line_and_admits_gaps(capture: Capture) -> None:
    """A notebook prints it: how many frames, by whom, how real, and whether all."""
    assert (
        f"<Capture of {len(capture.frames)} frames by hand (frames made by hand), complete>"
        == repr(capture)
    )
    assert "INCOMPLETE: frame 0 was taken out" in repr(capture.without(0))
    assert "1 frame by" in repr(made_of(b"x"))


def test_captures_are_joined_in_order_of_time(capture: Capture) -> None:
    """What was missing from one part is missing from the whole."""
    early, late = made_of(b"1", b"2"), capture.without(0)

    both = Capture.joined([late, early])

    assert sorted(f.time for f in both.frames) == [f.time for f in both.frames]
    assert len(early.frames) + len(late.frames) == len(both.frames)
    assert (40000, 40000) == both.clients
    assert late.problems == both.problems


def test_nothing_cannot_be_joined() -> None:
    """It would look like a capture in which all is quiet."""
    with pytest.raises(LabError):
        Capture.joined([])


def test_two_equal_captures_are_two(capture: Capture) -> None:
    """They are told apart by identity, so that a cache never mixes them up."""
    twin = Capture(capture.frames, capture.backend, capture.fidelity, capture.port)

    assert capture != twin
    assert 2 == len({capture, twin})


# A file -----------------------------------------------------------------------------


def test_a_file_gives_back_the_same_frames(capture: Capture, saved: Path) -> None:
    """Every byte and every nanosecond."""
    loaded = Capture.load(saved)

    assert capture.frames == loaded.frames
    assert loaded.complete
    assert "talk.pcap" in repr(loaded)


def test_an_empty_capture_makes_a_file_with_nothing_in_it(tmp_path: Path) -> None:
    """It is a pcap file all the same."""
    assert () == Capture.load(made_of().save(tmp_path / "empty.pcap")).frames


def test_frames_longer_than_an_ip_packet_stay_whole(tmp_path: Path) -> None:
    """Loopback carries frames of more than 65,535 bytes; readers cut them by default."""
    whole = frame(CLIENT, SERVER, 1, payload=bytes(65_535 - 40))
    giant = bytes(200_000)

    loaded = Capture.load(made_of(whole, giant).save(tmp_path / "long.pcap"))

    assert [65_549, 200_000] == [len(each.data) for each in loaded.frames]
    assert loaded.complete
    # The header promises readers how long a frame may be; they may believe it.
    (promised,) = struct.unpack_from("=I", (tmp_path / "long.pcap").read_bytes(), 16)
    assert promised >= 200_000


def test_scapy_reads_what_was_saved(capture: Capture, saved: Path) -> None:
    """It is an ordinary pcap file."""
    assert [f.data for f in capture.frames] == [bytes(p) for p in rdpcap(str(saved))]


@pytest.mark.tshark
def test_wireshark_reads_what_was_saved(capture: Capture, tmp_path: Path) -> None:
    """Times to the nanosecond, long frames too, and no word of damage."""
    long = frame(CLIENT, SERVER, 1, payload=bytes(65_535 - 40))
    frames = (*capture.frames, Frame(MOMENT + 10**9, long))
    path = Capture(frames, "hand", "by hand", 8000).save(tmp_path / "talk.pcap")

    run = subprocess.run(
        ["tshark", "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    rows = [line.split("\t") for line in run.stdout.splitlines()]
    assert [len(f.data) for f in frames] == [int(size) for _, size in rows]
    assert [f"{f.time // 10**9}.{f.time % 10**9:09}" for f in frames] == [at for at, _ in rows]
    assert "damaged" not in run.stderr


@pytest.mark.parametrize("endianness", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True], ids=["microseconds", "nanoseconds"])
def test_files_of_other_programs_are_read(endianness: str, nano: bool, tmp_path: Path) -> None:
    """Both byte orders and both resolutions exist."""
    path = tmp_path / "other.pcap"
    with PcapWriter(str(path), linktype=1, endianness=endianness, nano=nano) as writer:
        writer.write_header(None)
        writer.write_packet(b"x" * 60, sec=5, usec=7)

    (only,) = Capture.load(path).frames

    assert (5 * 10**9 + (7 if nano else 7000), b"x" * 60) == (only.time, only.data)


def test_pcapng_is_read_too(capture: Capture, tmp_path: Path) -> None:
    """It is what Wireshark and dumpcap save."""
    path = tmp_path / "talk.pcapng"
    with PcapNgWriter(str(path)) as writer:
        writer.write(capture.packets)

    loaded = Capture.load(path)

    assert [f.data for f in capture.frames] == [f.data for f in loaded.frames]
    assert [f.time // 1000 for f in capture.frames] == [f.time // 1000 for f in loaded.frames]


def test_frames_cut_while_captured_make_it_incomplete(tmp_path: Path) -> None:
    """``tcpdump -s 60`` keeps the beginning only: nothing may be called absent."""
    path = tmp_path / "cut.pcap"
    with PcapWriter(str(path), linktype=1) as writer:
        writer.write_header(None)
        writer.write_packet(b"x" * 60, sec=5, usec=7, wirelen=100)

    assert ("frame 0 lacks its last 40 bytes",) == Capture.load(path).problems


@pytest.mark.parametrize("target", ["missing/x.pcap", ".", "talk.pcap/x.pcap", "nul\0.pcap"])
def test_a_path_that_cannot_be_written_is_refused(
    capture: Capture, saved: Path, target: str
) -> None:
    """One line with the reason; nothing is left open (pytest would complain)."""
    with pytest.raises(LabError, match="Cannot write") as refusal:
        capture.save(saved.parent / target)

    assert "folder" in one_line(refusal)


def test_a_folder_without_permission_is_refused(
    capture: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's reason is passed on. Root may write anywhere, so it is made up."""

    def denied(*arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(Path, "write_bytes", denied)
    with pytest.raises(LabError, match="Permission denied"):
        capture.save(tmp_path / "x.pcap")
    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(LabError, match="Permission denied"):
        Capture.load(tmp_path / "x.pcap")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
def test_a_full_disk_is_reported(capture: Capture) -> None:
    """/dev/full takes nothing."""
    with pytest.raises(LabError, match="No space left"):
        capture.save("/dev/full")


@pytest.mark.parametrize("source", ["missing.pcap", ".", "talk.pcap/x", "nul\0.pcap"])
def test_a_path_that_cannot_be_read_is_refused(saved: Path, source: str) -> None:
    """One line with the reason."""
    with pytest.raises(LabError, match="Cannot read") as refusal:
        Capture.load(saved.parent / source)

    assert one_line(refusal)


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"PK\x03\x04" + bytes(100), b"GET / HTTP/1.1\r\n\r\n", b"\xd4\xc3\xb2\xa1"],
    ids=["empty", "one byte", "zip", "text", "only a beginning"],
)
def test_a_file_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    """The line says what it is not."""
    path = tmp_path / "x.pcap"
    path.write_bytes(content)

    with pytest.raises(LabError, match=r"no pcap file|is empty") as refusal:
        Capture.load(path)

    assert one_line(refusal)


def test_a_packed_file_is_refused(saved: Path) -> None:
    """Wireshark reads it; we say what to do."""
    saved.write_bytes(gzip.compress(saved.read_bytes()))

    with pytest.raises(LabError, match="unpack it"):
        Capture.load(saved)


def test_damage_inside_a_file_is_no_crash(saved: Path) -> None:
    """A length that leads nowhere ends it, and it is incomplete."""
    content = bytearray(saved.read_bytes())
    struct.pack_into("<I", content, 24 + 8, 2**31)
    saved.write_bytes(content)

    assert ("a length makes no sense",) == Capture.load(saved).problems


def test_one_packet_is_an_ethernet_frame(capture: Capture) -> None:
    """Control for the link type: what the lab's backends give is Ethernet."""
    assert isinstance(capture.packets[0], Ether)
