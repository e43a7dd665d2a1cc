"""`Capture.load` reads learners' own files, and says clearly what it cannot read."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from scapy.layers.dot11 import Dot11, Dot11Beacon, RadioTap
from scapy.layers.l2 import LLC, SNAP
from scapy.packet import Packet, Raw
from scapy.utils import PcapNgWriter, PcapWriter

from labapp import pcapng
from labapp.backends.headers import Flow
from labapp.backends.live import Live
from labapp.capture import Capture, Frame
from labapp.conversations import conversations, missing
from labapp.errors import LabError
from tests.conftest import Run
from tests.relaying import carry, connected

QUESTION, ANSWER = b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n"


def talk() -> list[bytes]:
    """Return the Ethernet frames of one exchange, as a network card writes them."""
    flow = Flow(40_000, 8000)
    frames = [*flow.opened(), *flow.data(True, QUESTION), *flow.data(False, ANSWER)]
    return [frame.data for frame in [*frames, *flow.closed(False), *flow.closed(True)]]


TALK = talk()


def ip(frame: bytes) -> bytes:
    return frame[14:]


def ipv6(frame: bytes) -> bytes:
    """Return the same segment in IPv6."""
    tcp = frame[34:]
    hosts = bytes(15) + b"\x01" + bytes(15) + b"\x01"
    total = sum(struct.unpack("!16H", hosts)) + 6 + len(tcp)
    tcp = tcp[:16] + b"\0\0" + tcp[18:]
    padded = tcp + bytes(len(tcp) % 2)
    total += sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    checksum = 0xFFFF - (total % 0xFFFF or 0xFFFF)
    tcp = tcp[:16] + struct.pack("!H", checksum) + tcp[18:]
    return b"\x60\0\0\0" + struct.pack("!HBB", len(tcp), 6, 64) + hosts + tcp


def wireless(frame: bytes) -> Packet:
    head = Dot11(type=2, FCfield=1, addr1="02:00:00:00:00:01")
    return head / LLC() / SNAP(code=0x0800) / Raw(ip(frame))


COOKED = bytes(14)
LINKS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "Ethernet": (1, bytes),
    "Ethernet, VLAN": (1, lambda f: f[:12] + b"\x81\0\0\x07" + f[12:]),
    "Ethernet, two VLANs": (1, lambda f: f[:12] + b"\x88\xa8\0\x07\x81\0\0\x08" + f[12:]),
    "Ethernet, IPv6": (1, lambda f: f[:12] + b"\x86\xdd" + ipv6(f)),
    "NULL": (0, lambda f: b"\x02\0\0\0" + ip(f)),
    "NULL, IPv6 of macOS": (0, lambda f: b"\x1e\0\0\0" + ipv6(f)),
    "NULL of a big-endian machine": (0, lambda f: b"\0\0\0\x02" + ip(f)),
    "LOOP": (108, lambda f: b"\0\0\0\x02" + ip(f)),
    "RAW": (101, ip),
    "RAW, IPv6": (101, ipv6),
    "RAW of BSD": (12, ip),
    "IPV4": (228, ip),
    "IPV6": (229, ipv6),
    "LINUX_SLL": (113, lambda f: COOKED + b"\x08\0" + ip(f)),
    "LINUX_SLL, VLAN": (113, lambda f: COOKED + b"\x81\0\0\x07\x08\0" + ip(f)),
    "LINUX_SLL2": (276, lambda f: b"\x86\xdd" + bytes(18) + ipv6(f)),
    "802.11": (105, lambda f: bytes(wireless(f))),
    "radiotap": (127, lambda f: bytes(RadioTap() / wireless(f))),
    "PPP": (9, lambda f: b"\xff\x03\0\x21" + ip(f)),
}
BY_SCAPY = ("802.11", "radiotap", "PPP")


def classic(
    path: Path,
    link: int,
    frames: list[bytes],
    order: str = "<",
    *,
    nano: bool = False,
    first: int = 0,
) -> Path:
    """Write a pcap file: scapy's own writer takes no link type 0."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    content = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, link)
    for number, data in enumerate(frames, first):
        content += struct.pack(f"{order}IIII", 10**9, number, len(data), len(data)) + data
    path.write_bytes(content)
    return path


def said(capture: Capture) -> list[tuple[bytes, bytes]]:
    return [(one.sent.data, one.received.data) for one in conversations(capture)]


# Link types -------------------------------------------------------------------------


@pytest.mark.parametrize("name", LINKS)
def test_every_link_type_is_read(name: str, tmp_path: Path) -> None:
    """Question and answer come out whole, frame by frame, and nothing is missing."""
    link, wrap = LINKS[name]
    capture = Capture.load(classic(tmp_path / "x.pcap", link, [wrap(f) for f in TALK]))

    assert [(QUESTION, ANSWER)] == said(capture)
    assert () == missing(capture)
    assert len(TALK) == len(capture.frames)
    assert all(("IP" in p or "IPv6" in p) and "TCP" in p for p in capture.packets)
    assert ("link type" in capture.fidelity) is (link != 1)


def test_an_ip_packet_stays_as_it_is(tmp_path: Path) -> None:
    """Only the fourteen bytes before it are the lab's; padding behind it stays, too."""
    frames = [COOKED + b"\x08\0" + ip(f) + b"padding" for f in TALK]
    capture = Capture.load(classic(tmp_path / "x.pcap", 113, frames))

    assert [f.data[14:] for f in capture.frames] == [ip(f) + b"padding" for f in TALK]


def test_what_is_no_ip_keeps_its_number(tmp_path: Path) -> None:
    """Frame 12 of the lab is frame 12 of the file, and quiet frames are no problem."""
    beacon = bytes(RadioTap() / Dot11(type=0, subtype=8) / Dot11Beacon())
    frames = [beacon, *(bytes(RadioTap() / wireless(f)) for f in TALK), beacon]
    capture = Capture.load(classic(tmp_path / "x.pcap", 127, frames))

    assert len(frames) == len(capture.frames)
    assert (1, len(frames) - 2) == (
        conversations(capture)[0].frames[0],
        conversations(capture)[0].frames[-1],
    )
    assert capture.complete


def test_what_is_encrypted_on_the_air_is_unknown(tmp_path: Path) -> None:
    """The packets are there, and nobody here has the key of that network."""
    sealed = bytes(RadioTap() / Dot11(type=2, FCfield=0x40) / Raw(bytes(60)))
    capture = Capture.load(classic(tmp_path / "x.pcap", 127, [sealed]))

    assert "frame 0 cannot be read: it is encrypted on the air" in capture.problems[0]
    assert not capture.complete


def test_a_file_without_any_ip_is_unknown(tmp_path: Path) -> None:
    """A capture of Bluetooth says nothing about the network."""
    capture = Capture.load(classic(tmp_path / "x.pcap", 187, [b"\x04\x0e\x04" + bytes(9)] * 3))

    assert ("no IP packet was found in any of 3 frames of link type 187",) == capture.problems


@pytest.mark.parametrize("frames", [[], [b"x" * 60]], ids=["empty", "one frame"])
@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_a_link_type_of_nobody_is_refused(
    kind: str, frames: list[bytes], tmp_path: Path
) -> None:
    """In one line, also if there is no frame."""
    path = classic(tmp_path / "x.pcap", 4242, frames)
    if kind == "pcapng":
        written = pcapng.written(enumerate(frames))
        path.write_bytes(written.replace(b"\x01\0\0\0\0\0\x04\0", b"\x92\x10\0\0\0\0\x04\0", 1))

    with pytest.raises(LabError, match=r"has link type 4\d+") as refusal:
        Capture.load(path)

    assert "\n" not in str(refusal.value)


def test_common_link_types_do_not_load_scapy(tmp_path: Path) -> None:
    """Scapy takes most of a second; what the lab reads by itself does without it."""
    paths = [
        str(classic(tmp_path / f"{number}.pcap", link, [wrap(f) for f in TALK]))
        for number, (name, (link, wrap)) in enumerate(LINKS.items())
        if name not in BY_SCAPY
    ]
    ng = tmp_path / "x.pcapng"
    ng.write_bytes(pcapng.written(enumerate(TALK)))
    code = (
        "import sys; from labapp import Capture\n"
        "for path in sys.argv[1:]: print(len(Capture.load(path).frames))\n"
        "print('scapy' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(ng), *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.split() == [str(len(TALK))] * (len(paths) + 1) + ["False"]


# Files of other programs ------------------------------------------------------------


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
def test_any_link_type_in_any_form(order: str, nano: bool, tmp_path: Path) -> None:
    """Both orders of bytes, both resolutions."""
    frames = [COOKED + b"\x08\0" + ip(f) for f in TALK]
    path = classic(tmp_path / "x", 113, frames, order, nano=nano)

    assert [(QUESTION, ANSWER)] == said(Capture.load(path))


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    frames = tuple(Frame(10**18 + n, data) for n, data in enumerate(TALK))
    return Capture(frames, "hand", "by hand", 8000).save(tmp_path / "whole.pcap")


def tool(*arguments: object) -> str:
    run = subprocess.run(
        [*map(str, arguments)], capture_output=True, text=True, timeout=60, check=True
    )
    return run.stdout


@pytest.mark.tshark
class TestWireshark:
    """Files that Wireshark's own programs write, and what they make of ours."""

    @pytest.mark.parametrize("kind", ["pcap", "nsecpcap", "pcapng"])
    def test_each_kind_is_read(self, kind: str, whole: Path, tmp_path: Path) -> None:
        """As written by editcap."""
        path = tmp_path / "x"
        tool("editcap", "-F", kind, whole, path)

        assert [(QUESTION, ANSWER)] == said(Capture.load(path))
        assert TALK == [frame.data for frame in Capture.load(path).frames]

    def test_several_interfaces_are_read(self, whole: Path, tmp_path: Path) -> None:
        """Merged from two interfaces of different link types, in order of time."""
        frames = [COOKED + b"\x08\0" + ip(f) for f in TALK[4:]]
        other, merged = tmp_path / "other.pcap", tmp_path / "merged.pcapng"
        classic(other, 113, frames, nano=True, first=4)
        first = tmp_path / "first.pcap"
        tool("editcap", "-r", whole, first, "1-4")
        tool("mergecap", "-w", merged, first, other)
        capture = Capture.load(merged)

        assert [(QUESTION, ANSWER)] == said(capture)
        assert capture.fidelity.endswith("in place of link type 113")

    def test_secrets_put_in_are_kept(self, whole: Path, tmp_path: Path) -> None:
        """A Decryption Secrets Block that editcap wrote: kept, and no word of it is said."""
        keys, path = tmp_path / "keys", tmp_path / "x.pcapng"
        keys.write_text(f"CLIENT_RANDOM {'0f' * 32} {'e1' * 48}\n")
        tool("editcap", "--inject-secrets", f"tls,{keys}", "-F", "pcapng", whole, path)
        capture = Capture.load(path)

        assert keys.read_text() == capture.tls_secrets
        assert keys.read_bytes() in capture.save(tmp_path / "again.pcapng").read_bytes()
        assert "0f0f" not in repr(capture)

    def test_a_text_dump_is_read(self, tmp_path: Path) -> None:
        """Hexadecimal that somebody copied, through text2pcap, with headers of its own."""
        dump, path = tmp_path / "dump.txt", tmp_path / "x.pcap"
        dump.write_text("000000 47 45 54 20 2f\n")
        tool("text2pcap", "-q", "-T", "40000,8000", dump, path)
        capture = Capture.load(path)

        assert b"GET /" == conversations(capture)[0].sent.data
        assert missing(capture)  # it was never a connection

    def test_a_snaplen_leaves_gaps(self, whole: Path, tmp_path: Path) -> None:
        """Cut to 60 bytes: each frame is named, and the streams have gaps."""
        path = tmp_path / "x.pcap"
        tool("editcap", "-s", "60", whole, path)
        capture = Capture.load(path)
        cut = [n for n, data in enumerate(TALK) if len(data) > 60]

        assert [f"frame {n} lacks its last {len(TALK[n]) - 60} bytes" for n in cut] == list(
            capture.problems
        )
        assert any("gap of" in sentence for sentence in missing(capture))

    def test_what_we_write_is_read_without_complaint(self, whole: Path, tmp_path: Path) -> None:
        """Checksums beside packets are part of the format; Wireshark knows them."""
        path = Capture.load(whole).save(tmp_path / "x.pcapng")
        lengths = tool("tshark", "-r", path, "-T", "fields", "-e", "frame.len")

        assert [str(len(data)) for data in TALK] == lengths.split()
        assert (True, False) == (Capture.load(path).vouched, Capture.load(whole).vouched)


def ended(path: Path) -> bool:
    """Whether tcpdump has written a whole conversation: ended earlier it would lose some."""
    found = conversations(Capture.load(path)) if path.stat().st_size > 24 else ()
    return bool(found) and all(one.complete for one in found)


@contextmanager
def tcpdump(interface: str, port: int, path: Path) -> Iterator[None]:
    """Run tcpdump beside the block, with room for what a busy machine makes it miss."""
    options = ["-i", interface, "-B", "65536", "-U", "--immediate-mode", "-w", str(path)]
    command = ["tcpdump", *options, f"tcp port {port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as dumping:
        assert dumping.stderr is not None
        try:
            while "listening on" not in dumping.stderr.readline():
                pass
            yield
        finally:
            dumping.terminate()
            dumping.stderr.read()


@pytest.mark.tcpdump
@pytest.mark.root
@pytest.mark.parametrize("interface", ["lo", "any"])
def test_tcpdump_of_the_labs_port_is_read(interface: str, tmp_path: Path) -> None:
    """Beside the lab's own capture: the same bytes, on Ethernet and on "any" (cooked)."""
    path = tmp_path / "x.pcap"
    with Live() as backend, tcpdump(interface, backend.port, path):
        for _ in range(20):  # it may miss some, on a busy machine
            with backend.record() as recording, connected(backend) as (client, server):
                carry(client, server, b"question")
                carry(server, client, b"answer")
            for _ in range(50):
                if ended(path):
                    break
                Event().wait(0.01)
            if ended(path):
                break
    found = said(Capture.load(path))

    assert said(recording.capture) == [(b"question", b"answer")]
    assert (b"question", b"answer") in found


class TestPcapng:
    """What only pcapng can say."""

    HEADER = pcapng.written([])

    @staticmethod
    def block(kind: int, body: bytes) -> bytes:
        return pcapng._block(kind, body)

    def load(self, folder: Path, content: bytes) -> Capture:
        path = folder / "x.pcapng"
        path.write_bytes(content)
        return Capture.load(path)

    def packet(self, data: bytes, options: bytes = b"") -> bytes:
        head = struct.pack("<IIIII", 0, 0, 7, len(data), len(data))
        return self.block(6, head + data + bytes(-len(data) % 4) + options)

    @pytest.mark.parametrize(
        "block",
        [
            lambda self: self.packet(b"x" * 60, struct.pack("<HHQHH", 4, 8, 3, 0, 0)),
            lambda self: self.block(5, struct.pack("<IIIHHQHH", 0, 0, 0, 5, 8, 3, 0, 0)),
        ],
        ids=["before a packet", "in the statistics"],
    )
    def test_what_the_capturing_program_missed_is_missing(
        self, block: Callable[[TestPcapng], bytes], tmp_path: Path
    ) -> None:
        """Dumpcap writes down how many frames it had to drop."""
        capture = self.load(tmp_path, self.HEADER + block(self))

        assert ("the capturing program missed 3 frames",) == capture.problems

    def test_nothing_missed_is_no_problem(self, tmp_path: Path) -> None:
        """The control: the same block with a zero, and one that knows no number."""
        none = self.block(
            5, struct.pack("<IIIHHQHHQHH", 0, 0, 0, 5, 8, 0, 7, 8, 2**64 - 1, 0, 0)
        )

        assert self.load(tmp_path, self.HEADER + none).complete

    def test_packets_of_both_older_blocks_are_read(self, tmp_path: Path) -> None:
        """Packet Block and Simple Packet Block."""
        old = self.block(2, struct.pack("<HHIIII", 0, 0, 0, 7, 4, 4) + b"old!")
        simple = self.block(3, struct.pack("<I", 6) + b"simple")
        capture = self.load(tmp_path, self.HEADER + old + simple)

        assert [(7, b"old!"), (0, b"simple")] == [(f.time, f.data) for f in capture.frames]

    def test_sections_may_differ_in_order(self, tmp_path: Path) -> None:
        """Two files one after the other are a file, whatever machine wrote them."""
        big = struct.pack(">IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
        big += struct.pack(">IIHHII", 1, 20, 1, 0, 0, 20)
        big += struct.pack(">IIIIIII", 6, 36, 0, 0, 9, 4, 4) + b"big!" + struct.pack(">I", 36)
        capture = self.load(tmp_path, pcapng.written([(5, b"little")]) + big)

        assert [(5, b"little"), (9000, b"big!")] == [(f.time, f.data) for f in capture.frames]

    @pytest.mark.parametrize(
        ("options", "time"),
        [
            (b"", 7000),
            (struct.pack("<HHBxxx", 9, 1, 9), 7),
            (struct.pack("<HHBxxx", 9, 1, 0x80 | 1), 3_500_000_000),
            (struct.pack("<HHBxxxHHq", 9, 1, 9, 14, 8, 2), 2_000_000_007),
            (struct.pack("<HHq", 14, 8, -9), 0),
        ],
        ids=["microseconds", "nanoseconds", "halves", "an offset", "before 1970"],
    )
    def test_times_count_as_the_interface_says(
        self, options: bytes, time: int, tmp_path: Path
    ) -> None:
        """Negative powers of ten or two, and seconds to add; none before 1970."""
        interface = self.block(1, struct.pack("<HHI", 1, 0, 0) + options + bytes(4))
        content = self.HEADER[:28] + interface + self.packet(b"x" * 60)

        assert [time] == [frame.time for frame in self.load(tmp_path, content).frames]

    @pytest.mark.parametrize(
        ("kind", "size", "reason"),
        [
            (1, 4, "an interface makes no sense"),
            (2, 16, "a packet makes no sense"),
            (3, 0, "a packet makes no sense"),
            (6, 16, "a packet makes no sense"),
        ],
    )
    def test_a_block_too_short_for_its_kind_ends_the_file(
        self, kind: int, size: int, reason: str, tmp_path: Path
    ) -> None:
        """What came before it is kept, and what is wrong is said."""
        before = self.HEADER + self.packet(b"x" * 60)
        capture = self.load(
            tmp_path, before + self.block(kind, bytes(size)) + self.packet(b"y")
        )

        assert [b"x" * 60] == [frame.data for frame in capture.frames]
        assert [True] == [reason in problem for problem in capture.problems]

    @pytest.mark.parametrize("size", [0, 4])
    def test_secrets_too_short_are_none(self, size: int, tmp_path: Path) -> None:
        """A Decryption Secrets Block without a kind and a length holds nothing."""
        content = self.HEADER + self.block(10, bytes(size)) + self.packet(b"x" * 60)
        capture = self.load(tmp_path, content)

        assert (capture.tls_secrets, len(capture.frames), capture.complete) == ("", 1, True)

    def test_any_time_can_be_saved_again(self, tmp_path: Path) -> None:
        """A clock that is off by a thousand years breaks nothing."""
        interface = self.block(1, struct.pack("<HHIHHBxxxI", 1, 0, 0, 9, 1, 0, 0))
        head = struct.pack("<IIIII", 0, 2**32 - 1, 0, 4, 4)
        content = self.HEADER[:28] + interface + self.block(6, head + b"late")
        capture = self.load(tmp_path, content)

        for name in ("again.pcap", "again.pcapng"):
            again = Capture.load(capture.save(tmp_path / name))
            assert capture.frames == again.frames
        assert b"late" in bytes(capture.packets[0])


# What is no capture -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"Dear diary,\n", "is no pcap file"),
        (b"\x1f\x8b\x08\x00", "packed with gzip"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "only the beginning"),
        (b"\x0a\x0d\x0d\x0a", "no pcapng file"),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x01\x02\x03\x04" + bytes(16), "no pcapng file"),
        (b"btsnoop\0\0\0\0\x01\0\0\x03\xea", "is no pcap file"),
    ],
)
def test_what_is_no_capture_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    """One line that says what it is not."""
    path = tmp_path / "x.pcap"
    path.write_bytes(content)

    with pytest.raises(LabError, match=reason) as refusal:
        Capture.load(path)

    assert "\n" not in str(refusal.value)


def test_a_file_without_permission_is_refused(as_ordinary_user: Run) -> None:
    """For a real user and a real file that is somebody's own."""
    code = (
        "import os\n"
        "from labapp import Capture\n"
        "from labapp.errors import LabError\n"
        "open('x.pcap', 'wb').close(); os.chmod('x.pcap', 0)\n"
        "try: Capture.load('x.pcap')\n"
        "except LabError as error: print(error)"
    )

    assert (
        "Cannot read x.pcap: Permission denied. Check the name and the folder.\n"
        == as_ordinary_user(["-c", code]).stdout
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_ends_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """What is no ordinary file is read all the same: a pcap needs no going back."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    source = classic(tmp_path / "x.pcap", 1, TALK)
    with subprocess.Popen(["sh", "-c", f"cat {source} > {pipe}"]):
        assert [(QUESTION, ANSWER)] == said(Capture.load(pipe))


def test_many_problems_are_told_in_a_few_lines(tmp_path: Path) -> None:
    """A hundred frames that were cut do not fill the screen."""
    path = tmp_path / "x.pcap"
    with PcapWriter(str(path), linktype=1) as writer:
        writer.write_header(None)
        for _ in range(100):
            writer.write_packet(b"x" * 60, sec=1, usec=1, wirelen=100)
    problems = Capture.load(path).problems

    assert len(problems) == 21
    assert problems[-1] == "and 80 more of the kind"


@pytest.mark.parametrize("lost", [1, 5, 17, 40, 71])
@pytest.mark.parametrize("kind", ["pcap", "pcapng"])
def test_of_a_file_that_ends_early_the_beginning_is_kept(
    kind: str, lost: int, tmp_path: Path
) -> None:
    """Half a download is not thrown away, and does not pass for a whole one."""
    path = tmp_path / "x"
    if kind == "pcap":
        classic(path, 1, TALK)
    else:
        with PcapNgWriter(str(path)) as writer:
            writer.write([Raw(data) for data in TALK])
    path.write_bytes(path.read_bytes()[:-lost])
    capture = Capture.load(path)

    kept = len(capture.frames)
    assert TALK[:kept] == [frame.data for frame in capture.frames]
    assert len(TALK) - 2 <= kept < len(TALK)
    assert (f"after frame {kept - 1} the file ends early",) == capture.problems
    assert not capture.complete
