from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether

from labapp.backends.headers import MSS, Flow
from labapp.capture import Capture, Frame
from labapp.conversations import conversations, missing

said = st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=4 * MSS)), max_size=8)


def written(flow: Flow, chunks: list[tuple[bool, bytes]]) -> list[Frame]:
    frames = [*flow.opened()]
    for from_client, chunk in chunks:
        frames += flow.data(from_client, chunk)
    return [*frames, *flow.closed(True), *flow.closed(False)]


@given(said, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_what_is_written_down_can_be_read_again(
    chunks: list[tuple[bool, bytes]], client: int, server: int
) -> None:
    """Any bytes, cut anyhow, from any first numbers: put together, they are the same."""
    frames = written(Flow(40001, 8000, {True: client, False: server}), chunks)
    capture = Capture(tuple(frames), "test", "made up", port=8000, clients=(40001,))

    (one,) = conversations(capture)

    assert one.sent.data == b"".join(chunk for from_client, chunk in chunks if from_client)
    assert one.received.data == b"".join(chunk for by_client, chunk in chunks if not by_client)
    assert missing(capture) == ()


@given(said)
def test_checksums_are_right(chunks: list[tuple[bool, bytes]]) -> None:
    """Scapy computes the same ones."""
    for frame in written(Flow(40001, 8000), chunks):
        again = Ether(frame.data)
        del again[IP].chksum, again[TCP].chksum
        assert bytes(again) == frame.data


@given(said)
def test_segments_fit_into_ethernet(chunks: list[tuple[bool, bytes]]) -> None:
    """No frame is longer than a real one would be, and all are marked as rebuilt."""
    for frame in written(Flow(40001, 8000), chunks):
        assert len(frame.data) <= 14 + 1500
        assert frame.rebuilt


def test_times_go_forwards_when_the_clock_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each frame is later than the one before it, whatever the system's clock does."""
    clock = iter(range(10_000, 0, -100))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))

    times = [frame.time for frame in written(Flow(40001, 8000), [(True, b"hello")])]

    assert times == list(range(10_000, 10_000 + len(times)))


def test_first_numbers_differ_from_connection_to_connection() -> None:
    """As in any TCP, so that a port that comes round again can be told apart."""
    first = {next(Flow(40001, 8000).opened()).data[38:42] for _ in range(20)}

    assert len(first) == 20
