"""Reading a capture file: put together, cut into messages, searched."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import which
from tempfile import TemporaryDirectory
from urllib.parse import quote_plus

from benchmarks.pairs import interleaved
from benchmarks.pattern import display_filter
from benchmarks.row import Row, at_least
from labapp.backends.headers import Flow
from labapp.capture import Capture, Frame
from labapp.conversations import conversations
from labapp.errors import LabError
from labapp.secret import find

CONNECTIONS, EXCHANGES, PAGE = 2000, 3, 8000  # PAGE: bytes of an answer
SLICE = 400  # connections that scapy reads
RUNS = 5
TSHARK = "tshark"
TEXT = "Rex sleeps at noon"
PORT = 8000
WORDS = b"the a page form kettle word of paper stone river lamp green field".split()


@dataclass(frozen=True)
class Sample:
    """A capture file: *frames* of *connections*; every 100th exchange has the secret."""

    path: Path
    frames: int
    hits: int


def sample(folder: Path, connections: int = CONNECTIONS) -> Sample:
    """Write a capture of *connections* with three exchanges of HTTP each.

    The segments are as on Ethernet; what is said is made up, the same every time.
    """
    random = Random(connections)
    frames: list[Frame] = []
    hits = 0
    for number in range(connections):
        flow = Flow(10_000 + number % 50_000, PORT)
        frames += flow.opened()
        for turn in range(EXCHANGES):
            secret = (EXCHANGES * number + turn) % 100 == 0
            hits += secret
            target = f"/?note={quote_plus(TEXT)}" if secret else f"/?page={number}"
            page = b" ".join(random.choices(WORDS, k=PAGE // 5))[:PAGE]
            frames += flow.data(True, _request(target))
            frames += flow.data(False, _response(page))
        for from_client in (True, False):
            frames += flow.closed(from_client)
    capture = Capture(tuple(frames), "benchmark", "made up", PORT)
    return Sample(capture.save(folder / f"{connections}.pcap"), len(frames), hits)


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield how fast a large capture file is read, against scapy and tshark."""
    with TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        whole = sample(folder, max(2, round(CONNECTIONS * scale)))
        part = sample(folder, max(1, round(SLICE * scale)))
        size = f"{whole.path.stat().st_size / 1e6:.0f} MB, {whole.frames:,} frames"
        read = interleaved(lambda: reassemble(whole), lambda: by_scapy(part), RUNS, 1, _settle)
        scale_up = whole.frames / part.frames
        ours, theirs = (
            time / of.frames for time, of in zip(read.medians, (whole, part), strict=True)
        )
        yield at_least(
            "reassembly: scapy's TCPSession / ours, per frame",
            read.ratio * scale_up,
            100,
            f"{size}; scapy {part.frames:,} such; {RUNS} pairs",
            f"{1 / theirs:,.0f} / {1 / ours:,.0f} frames per second, each from the file",
        )
        if not which(TSHARK):
            yield Row("search: tshark / ours", "not here", how="tshark is not installed")
            return
        pairs = interleaved(lambda: search(whole), lambda: by_tshark(whole), RUNS, 1, _settle)
        mine, tshark = pairs.medians
        yield at_least(
            "reassembly, HTTP and search: tshark / ours",
            pairs.ratio,
            5,
            f"{size}; {RUNS} pairs",
            f"{tshark:.2f} s / {mine:.2f} s, both find the {whole.hits} hits",
        )


def _settle() -> None:
    """Set aside what lives already: neither side shall pay for what a benchmark has loaded.

    The collector goes on working on what is made from now on.
    """
    gc.collect()
    gc.freeze()


def reassemble(of: Sample) -> int:
    """Read the file and put its streams together; return how many conversations."""
    return len(conversations(Capture.load(of.path)))


def search(of: Sample) -> int:
    """Return how many messages hold the secret in some disguise; each is read whole.

    Raises `LabError` if these are not all.
    """
    found = 0
    for conversation in conversations(Capture.load(of.path)):
        for message in conversation.messages:
            data = conversation.stream(message).data
            head = data[message.start : message.stop - len(message.raw_body)]
            found += bool(find(TEXT, head) or find(TEXT, message.body))
    return _all(found, of)


def by_scapy(of: Sample) -> int:
    """Read the file with scapy's own reassembly; return how many packets came out."""
    from scapy.layers.http import HTTP
    from scapy.layers.inet import TCP
    from scapy.packet import bind_layers, split_layers
    from scapy.sendrecv import sniff
    from scapy.sessions import TCPSession

    ports = ({"dport": PORT}, {"sport": PORT})
    for port in ports:
        bind_layers(TCP, HTTP, **port)
    try:
        return len(sniff(offline=str(of.path), session=TCPSession))
    finally:
        # Bound for the whole process; others read this port as plain bytes.
        for port in ports:
            split_layers(TCP, HTTP, **port)


def by_tshark(of: Sample) -> int:
    """Have tshark find the same, in heads and in bodies, in all disguises."""
    port = f"tcp.port=={PORT},http"
    wanted = display_filter(TEXT, ("http", "http.file_data"))
    answer = subprocess.run(  # noqa: S603
        [TSHARK, "-r", str(of.path), "-d", port, "-Y", wanted],
        capture_output=True,
        check=True,
        text=True,
    )
    return _all(len(answer.stdout.splitlines()), of)


def _all(found: int, of: Sample) -> int:
    if found != of.hits:
        raise LabError(f"{found} hits instead of {of.hits}: this compares nothing.")
    return found


def _request(target: str) -> bytes:
    return (
        f"GET {target} HTTP/1.1\r\nHost: site.test:{PORT}\r\nUser-Agent: Benchmark/1.0\r\n"
        "Accept: text/html\r\nReferer: http://site.test/\r\n\r\n"
    ).encode()


def _response(page: bytes) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nServer: Benchmark\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page
