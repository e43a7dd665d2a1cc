"""A damaged capture file says "seen" or "unknown", and never "not seen"."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labapp import pcapng
from labapp.backends.headers import Flow
from labapp.capture import Capture
from labapp.conversations import missing
from labapp.errors import LabError
from labapp.evidence import Evidence
from labapp.observers import PLACES
from tests.evidence_samples import (
    HARMLESS,
    PICTURE,
    SECRET,
    SUBMIT,
    Said,
    step,
    submission,
    with_step,
)
from tests.frames import SERVER_PORT

NOW = 1_795_000_000_123_456_789  # ns; in November 2026


def said(key: str, text: str) -> Said:
    """Return what crosses when *text* stands at the place *key* of the wire."""
    return {
        "wire_request_line": Said(f"/sensitive?sensitive_info={quote_plus(text)}"),
        "wire_request_headers": replace(SUBMIT, headers=(("X-Note", quote_plus(text)),)),
        "wire_request_body": submission(text),
        "wire_response": replace(SUBMIT, page=f"<mark>{text}</mark>".encode()),
    }[key]


def packets(one: Said) -> list[tuple[int, bytes]]:
    """Return the frames of one exchange, with the checksums that a network card writes."""
    flow = Flow(40_000, SERVER_PORT, {True: 2**32 - 90, False: 7000})
    frames = [
        *flow.opened(),
        *flow.data(True, one.request),
        *flow.data(False, one.response),
        *flow.closed(False),
        *flow.closed(True),
    ]
    return [(NOW + number, frame.data) for number, frame in enumerate(frames)]


def as_pcap(frames: list[tuple[int, bytes]], link: int = 1) -> bytes:
    records = [
        struct.pack("<IIII", *divmod(time, 10**9), len(data), len(data)) + data
        for time, data in frames
    ]
    return struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link) + b"".join(records)


def as_cooked(frames: list[tuple[int, bytes]]) -> bytes:
    return as_pcap([(time, bytes(14) + data[12:]) for time, data in frames], 113)


KINDS: dict[str, Callable[[list[tuple[int, bytes]]], bytes]] = {
    "pcap": as_pcap,
    "pcapng": pcapng.written,
    "cooked": as_cooked,
}
WIRE = ("wire_request_line", "wire_request_headers", "wire_request_body", "wire_response")
# Every byte of these; all twelve pairs would say no more.
SOME = [
    ("pcap", "wire_response"),
    ("pcapng", "wire_request_line"),
    ("cooked", "wire_request_body"),
    ("pcapng", "wire_request_headers"),
]
some_pairs = pytest.mark.parametrize(("kind", "key"), SOME)
every_kind = pytest.mark.parametrize("kind", KINDS)
every_place = pytest.mark.parametrize("key", WIRE)


def evidence(capture: Capture, *crossed: Said) -> Evidence:
    """The innocent visit, but that its submit step was read from a file."""
    return with_step(replace(step("submit", *crossed), capture=capture))


def verdict(path: Path, content: bytes, key: str, one: Said) -> bool | str | None:
    """What the listener says of a file: True, False, None for unknown, or "refused"."""
    path.write_bytes(content)
    try:
        capture = Capture.load(path)
    except LabError as refusal:
        return str(refusal) if "\n" in str(refusal) else "refused"
    return PLACES[key].ask(evidence(capture, one), SECRET).seen


@every_kind
@every_place
def test_a_whole_file_is_believed(kind: str, key: str, tmp_path: Path) -> None:
    """The control: guilty is seen, and innocent is not seen, rather than unknown."""
    answers = [
        verdict(tmp_path / "x", KINDS[kind](packets(one)), key, one)
        for one in (said(key, SECRET), said(key, HARMLESS))
    ]
    assert answers == [True, False]


@some_pairs
def test_a_file_cut_at_any_byte_is_never_innocent(kind: str, key: str, tmp_path: Path) -> None:
    """Every length from nothing to the last byte but one."""
    one = said(key, SECRET)
    content = KINDS[kind](packets(one))
    answers = {
        verdict(tmp_path / "x", content[:size], key, one) for size in range(len(content))
    }
    assert answers == {True, None, "refused"}


@some_pairs
def test_a_file_with_any_byte_changed_is_never_innocent(
    kind: str, key: str, tmp_path: Path
) -> None:
    """Each byte in its turn, by one bit or by all of them."""
    one = said(key, SECRET)
    content = KINDS[kind](packets(one))
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= (1 << at % 8, 0xFF)[at % 2]
        assert verdict(tmp_path / "x", bytes(changed), key, one) is not False, at


@every_kind
@every_place
def test_a_file_that_lacks_any_frame_is_never_innocent(
    kind: str, key: str, tmp_path: Path
) -> None:
    """Each frame, and each pair of neighbours."""
    one = said(key, SECRET)
    frames = packets(one)
    for first in range(len(frames)):
        for size in (1, 2, len(frames)):
            left = frames[:first] + frames[first + size :]
            assert verdict(tmp_path / "x", KINDS[kind](left), key, one) is not False


def damages(content: bytes) -> st.SearchStrategy[bytes]:
    """Several damages to one file: bytes changed, pieces lost, doubled or moved."""
    places = st.integers(0, len(content))

    @st.composite
    def damaged(draw: st.DrawFn) -> bytes:
        made = bytearray(content)
        for _ in range(draw(st.integers(1, 4))):
            at, stop = sorted((draw(places), draw(places)))
            match draw(st.sampled_from(["change", "lose", "double", "zero"])):
                case "change":
                    made[at : at + 1] = bytes([draw(st.integers(0, 255))])
                case "lose":
                    del made[at : min(stop, at + 200)]
                case "double":
                    made[at:at] = made[at : min(stop, at + 200)]
                case _:
                    made[at : at + 8] = bytes(8)
        return bytes(made)

    return damaged()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage") / "x.pcapng"


@every_place
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_file_with_checksums_is_never_innocent(
    key: str, path: Path, data: st.DataObject
) -> None:
    """What `save` writes as pcapng has a CRC-32 of each packet."""
    one = said(key, SECRET)
    content = data.draw(damages(pcapng.written(packets(one))))
    assert verdict(path, content, key, one) is not False


def test_frames_of_the_own_kernel_need_the_checksums_of_a_pcapng_file(tmp_path: Path) -> None:
    """Linux leaves TCP checksums unfinished on loopback: a pcap file cannot vouch for them."""
    one = said("wire_response", HARMLESS)
    frames = [(time, unfinished(data)) for time, data in packets(one)]
    answers = {
        kind: verdict(tmp_path / "x", KINDS[kind](frames), "wire_response", one)
        for kind in KINDS
    }
    assert answers == {"pcap": None, "pcapng": False, "cooked": None}
    capture = Capture.load(_written(tmp_path / "x.pcap", as_pcap(frames)))
    assert capture.complete
    assert "not finished" in missing(capture)[0]


def unfinished(frame: bytes) -> bytes:
    """Return *frame* with the sum of its pseudo header for a TCP checksum."""
    total = sum(struct.unpack("!4H", frame[26:34])) + 6 + len(frame) - 34
    return frame[:50] + struct.pack("!H", total % 0xFFFF) + frame[52:]


def test_a_picture_that_is_missing_is_missed(tmp_path: Path) -> None:
    """A whole conversation that is not in the file leaves no gap, but the browser had it."""
    capture = Capture.load(_written(tmp_path / "x", as_pcap(packets(SUBMIT))))
    doubtful = PLACES["wire_response"].ask(evidence(capture, SUBMIT, PICTURE), SECRET)
    whole = PLACES["wire_response"].ask(evidence(capture, SUBMIT), SECRET)
    assert (doubtful.seen, whole.seen) == (None, False)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
