"""The same request captured by scapy's sniffer, done well and as tutorials do it."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING

from benchmarks.bench import Bench, bench
from benchmarks.overhead import measure
from benchmarks.pairs import Pairs, interleaved, seconds
from benchmarks.row import Row, at_least, ms
from labapp.backends.backend import LOCALHOST, Unavailable, listening_socket
from labapp.backends.live import Live
from labapp.errors import LabError

if TYPE_CHECKING:
    from scapy.packet import Packet

PAIRS, TUTORIALS = 100, 5
PATIENCE = 10.0  # seconds
RUNSERVER = """
import sys
from labapp.site import application as site
site.configure()
site.application()
from django.core.management import execute_from_command_line
execute_from_command_line(["benchmark", "runserver", "--noreload", *sys.argv[1:]])
"""


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield how our added time compares with scapy's sniffer; needs root."""
    number = max(2, round(PAIRS * scale))
    try:
        with bench(Live) as on:
            ours = measure(on, number)
            theirs = measure_sniffer(on, number)
    except Unavailable as reason:
        yield Row("scapy's AsyncSniffer, done well", "not here", how=str(reason))
        return
    yield at_least(
        "added time: scapy's AsyncSniffer done well / ours",
        theirs.added / ours.added,
        20,
        f"{number:,} pairs each",
        f"{ms(theirs.added)} / {ms(ours.added)}",
    )
    runs = max(1, round(TUTORIALS * scale))
    took = sorted(measure_tutorial(runs))[runs // 2]
    yield Row(
        "one captured request as tutorials do it / as the lab does",
        f"{took / ours.medians[1]:,.0f} times",
        samples=f"{runs}",
        how=f"runserver, AsyncSniffer, sleep(1) twice: {ms(took)} / {ms(ours.medians[1])}",
    )


def measure_sniffer(on: Bench, number: int) -> Pairs:
    """Time *number* pairs: a plain request, and one inside an AsyncSniffer of its own.

    The sniffer is awaited (``started_callback``) and ends by itself at the first
    FIN or RST. Its filter is a Python function, for ``filter=`` needs libpcap.
    """

    def sniffed() -> None:
        with sniffer(on.plain_port):
            on.plain.get()

    return interleaved(on.plain.get, sniffed, number)


@contextmanager
def sniffer(port: int) -> Iterator[None]:
    """Capture what crosses *port* meanwhile, as well as scapy's sniffer can.

    Raises `LabError` if the sniffer does not start.
    """
    from scapy.layers.inet import TCP
    from scapy.sendrecv import AsyncSniffer

    def ours(packet: Packet) -> bool:
        return TCP in packet and port in (packet[TCP].sport, packet[TCP].dport)

    def over(packet: Packet) -> bool:
        return ours(packet) and bool(packet[TCP].flags & 0x05)  # FIN or RST

    started = Event()
    running = AsyncSniffer(
        iface="lo", lfilter=ours, stop_filter=over, started_callback=started.set
    )
    running.start()
    if not started.wait(PATIENCE):
        raise LabError("scapy's sniffer did not start.")
    yield
    running.join(PATIENCE)


def measure_tutorial(number: int) -> list[float]:
    """Return the seconds of *number* captures: runserver, AsyncSniffer, two sleeps."""
    from scapy.sendrecv import AsyncSniffer

    with runserver() as port:

        def captured() -> None:
            running = AsyncSniffer(iface="lo")
            running.start()
            sleep(1)
            fetch(port)
            sleep(1)
            running.stop()

        return [seconds(captured) for _ in range(number)]


@contextmanager
def runserver() -> Iterator[int]:
    """Run Django's runserver with the lab's site in a process of its own."""
    with listening_socket() as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", RUNSERVER, f"{LOCALHOST}:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: fetch(port))
        yield port
    finally:
        process.kill()
        process.wait()


def fetch(port: int) -> bytes:
    """Return the form page that runserver answers with."""
    with urllib.request.urlopen(f"http://{LOCALHOST}:{port}/", timeout=PATIENCE) as answer:
        body: bytes = answer.read()
    return body


def _until(act: Callable[[], object]) -> None:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        with suppress(OSError):
            act()
            return
        sleep(0.05)
    raise LabError("runserver did not start.")
