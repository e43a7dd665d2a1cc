"""Laws of `labapp.conversations.assembler` and of the streams it makes."""

from __future__ import annotations

import random

import pytest

from labapp.conversations.assembler import Assembler
from labapp.conversations.segment import ACK, FIN, RST, SYN, Segment
from labapp.conversations.stream import Gap, Span, Stream

TEXT = bytes(range(1, 200))


def _segment(seq: int, payload: bytes = b"", flags: int = ACK, frame: int = 0) -> Segment:
    return Segment(b"ends", seq % 2**32, 0, flags, payload, frame)


def _stream(*pieces: tuple[int, bytes], isn: int | None = 99, end: int | None = None) -> Stream:
    """Assemble pieces of (offset, payload); frames are counted from the SYN, 0, on."""
    assembler = Assembler()
    origin = 100
    if isn is not None:
        assembler.add(_segment(isn, flags=SYN))
        origin = isn + 1
    for number, (offset, payload) in enumerate(pieces, start=1):
        assembler.add(_segment(origin + offset, payload, frame=number))
    if end is not None:
        assembler.add(_segment(origin + end, flags=FIN | ACK, frame=len(pieces) + 1))
    return assembler.stream()


def _cut(size: int) -> list[tuple[int, bytes]]:
    return [(start, TEXT[start : start + size]) for start in range(0, len(TEXT), size)]


@pytest.mark.parametrize("isn", [99, 2**32 - 1, 2**32 - 100, 2**32 - 101, None])
def test_segments_in_order_are_joined(isn: int | None) -> None:
    """Wherever the sequence numbers begin, and wrap around, all bytes are there."""
    stream = _stream(*_cut(7), isn=isn)
    assert stream.data == TEXT
    assert stream.gaps == ()


@pytest.mark.parametrize("isn", [99, 2**32 - 9, None])
def test_what_comes_again_after_what_followed_it_is_no_more_than_a_copy(isn: int) -> None:
    """The stream goes on behind the last segment, not behind the one before."""
    stream = _stream((0, b"four"), (4, b"more"), (0, b"four"), (8, b"end"), isn=isn)
    assert stream.data == b"fourmoreend"
    assert stream.gaps == ()


@pytest.mark.parametrize(
    ("isn", "sent"),
    [(2**32 - 1, b""), (2**32 - 5, b"four"), (2**32 - 9, b"fourmore"), (None, b"four")],
)
def test_where_numbers_begin_again_the_byte_of_number_0_is_missed(
    isn: int | None, sent: bytes
) -> None:
    """The number that goes on is 0 and not 1, behind a SYN, a first segment, any segment."""
    assembler = Assembler()
    if isn is not None:
        assembler.add(_segment(isn, flags=SYN))
    for at in range(0, len(sent), 4):
        assembler.add(_segment(2**32 - len(sent) + at, sent[at : at + 4]))
    assembler.add(_segment(1, b"end"))
    stream = assembler.stream()
    assert stream.data == sent + b"\0end"
    assert stream.gaps == (Gap(len(sent), 1),)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("isn", [99, 2**32 - 100])
def test_the_order_of_capture_does_not_matter(seed: int, isn: int) -> None:
    """Shuffled and repeated segments give the same bytes."""
    pieces = _cut(7) + _cut(11)
    random.Random(seed).shuffle(pieces)
    stream = _stream(*pieces, isn=isn)
    assert stream.data == TEXT
    assert stream.gaps == ()


def test_more_than_four_gigabytes_may_pass() -> None:
    """Offsets go on where sequence numbers begin again."""
    assembler = Assembler()
    block = bytes(1 << 20)
    for number in range(4097):
        # Only the count is of interest: each block is let go at once.
        assembler.add(_segment(number << 20, block, frame=number))
        assembler._chunks.clear()
    assert assembler._edge == 4097 << 20


def test_of_two_copies_the_first_captured_counts() -> None:
    """Later copies, whole or in part, before or behind a gap, change nothing."""
    stream = _stream((0, b"AAAA"), (2, b"bbbb"), (10, b"CCCC"), (8, b"dddd"), (6, b"eeeeeee"))
    assert stream.data == b"AAAAbbeeddCCCC"
    assert stream.spans == (
        Span(0, 4, 1),
        Span(4, 6, 2),
        Span(6, 8, 5),
        Span(8, 10, 4),
        Span(10, 14, 3),
    )


def test_a_copy_captured_first_counts_in_the_middle_of_a_longer_one() -> None:
    """A long segment is cut around the short one that was there before."""
    stream = _stream((3, b"XX"), (0, b"abcdefgh"))
    assert stream.data == b"abcXXfgh"
    assert stream.spans == (Span(0, 3, 2), Span(3, 5, 1), Span(5, 8, 2))


def test_a_short_copy_inside_a_long_one_is_no_end() -> None:
    """The stream goes as far as its longest segment, not as its last."""
    stream = _stream((5, b"FG"), (0, b"abcdefghij"), end=10)
    assert stream.data == b"abcdeFGhij"
    assert stream.gaps == ()


@pytest.mark.parametrize("probe", [b"", b"\0"])
def test_keep_alive_probes_change_nothing(probe: bytes) -> None:
    """A probe repeats the number before the next (RFC 9293, section 3.8.4)."""
    stream = _stream((-1, probe), (0, b"one"), (2, probe), (2, probe), (3, b"two"), end=6)
    assert stream.data == b"onetwo"
    assert stream.gaps == ()


def test_a_gap_is_filled_and_named() -> None:
    """Bytes that no frame carried are NUL, and the offsets behind them stay true."""
    stream = _stream((0, b"one"), (6, b"three"), end=11)
    assert stream.data == b"one\0\0\0three"
    assert stream.gaps == (Gap(3, 3),)
    assert stream.spans == (Span(0, 3, 1), Span(6, 11, 2))


def test_a_gap_too_large_is_named_but_not_filled() -> None:
    """A number that is far off costs no memory."""
    stream = _stream((0, b"one"), (2**31 - 10, b"two"))
    assert stream.gaps == (Gap(3, 2**31 - 13),)
    assert stream.data.startswith(b"one\0")
    assert stream.data.endswith(b"\0two")
    assert len(stream.data) < 100_000


SPARE = 1 << 16


@pytest.mark.parametrize(
    ("pieces", "filled"),
    [
        ([(0, 3), (60_003, 5), (120_008, 7)], [60_000, SPARE + 3 + 5 - 60_000]),
        ([(0, 100_000), (300_000, 1)], [SPARE + 100_000]),
        ([(0, 1), (2, 1), (SPARE, 1), (2 * SPARE, 1)], [1, SPARE - 3, 5]),
    ],
)
def test_all_gaps_together_are_filled_as_far_as_bytes_came_and_a_little_more(
    pieces: list[tuple[int, int]], filled: list[int]
) -> None:
    """64 KiB more: many gaps cost no more memory than one."""
    stream = _stream(*((start, b"x" * size) for start, size in pieces))
    assert sum(filled) == stream.data.count(0)
    at = [0]
    for (_, size), filler in zip(pieces, filled, strict=False):
        at.append(at[-1] + size + filler)
    assert at[1:] == [
        gap.offset + filler for gap, filler in zip(stream.gaps, filled, strict=True)
    ]


@pytest.mark.parametrize(("end", "expected"), [(3, ()), (5, (Gap(3, 2),))])
def test_a_fin_tells_whether_the_end_is_there(end: int, expected: tuple[Gap, ...]) -> None:
    """Bytes between the last segment and the FIN are missing."""
    stream = _stream((0, b"one"), end=end)
    assert stream.finished
    assert expected == stream.gaps


def test_an_empty_segment_tells_what_was_sent_before_it() -> None:
    """A pure ACK or RST further on shows that bytes are missing at the end."""
    assembler = Assembler()
    assembler.add(_segment(99, flags=SYN))
    assembler.add(_segment(100, b"one"))
    assembler.add(_segment(110, flags=RST))
    assert assembler.stream().gaps == (Gap(3, 7),)
    assert assembler.stream().reset


@pytest.mark.parametrize(("acked", "expected"), [(103, ()), (104, (Gap(3, 1),))])
def test_an_acknowledgement_tells_what_was_received(
    acked: int, expected: tuple[Gap, ...]
) -> None:
    """What the other side has, and the capture has not, is missing."""
    assembler = Assembler()
    assembler.add(_segment(99, flags=SYN))
    assembler.add(_segment(100, b"one"))
    assembler.acknowledge(acked)
    assert expected == assembler.stream().gaps


def test_after_a_reset_it_stays_reset() -> None:
    """Whatever comes behind it, a FIN too."""
    assembler = Assembler()
    assembler.add(_segment(99, flags=SYN))
    assembler.add(_segment(100, flags=RST))
    assembler.add(_segment(100, flags=FIN | ACK))
    assert assembler.stream().reset


def test_an_acknowledged_fin_is_no_byte() -> None:
    """FIN takes a sequence number, and both sides go on behind it."""
    assembler = Assembler()
    assembler.add(_segment(99, flags=SYN))
    assembler.add(_segment(100, b"one", FIN | ACK))
    assembler.add(_segment(104))
    assembler.acknowledge(104)
    assert assembler.stream().gaps == ()


def test_joined_late_the_other_side_tells_where_to_begin() -> None:
    """Bytes that had been acknowledged before are old; those after are missing."""
    assembler = Assembler()
    assembler.acknowledge(100)
    assembler.add(_segment(98, b"..one"))
    assembler.add(_segment(105, b"two"))
    stream = assembler.stream()
    assert not stream.opened
    assert stream.data == b"one\0\0two"
    assert stream.gaps == (Gap(3, 2),)


def test_joined_late_an_earlier_segment_may_come_second() -> None:
    """Without any hint the lowest number is the beginning."""
    stream = _stream((0, b"two"), (-3, b"one"), (3, b"three"), isn=None)
    assert stream.data == b"onetwothree"


def test_bytes_may_come_with_the_syn() -> None:
    """TCP Fast Open (RFC 7413) sends data with the SYN; FIN may come along too."""
    assembler = Assembler()
    assembler.add(_segment(99, b"all", SYN | FIN))
    assert assembler.stream() == Stream(b"all", (3,), (0,), (), opened=True, finished=True)


def test_nothing_at_all_is_an_empty_stream() -> None:
    """A side that sent nothing has an empty stream."""
    assert Assembler().stream() == Stream()


def test_frame_at_names_the_frame_of_every_byte() -> None:
    """Each byte is found in the frame that carried it, and none in a gap."""
    stream = _stream((0, b"one"), (6, b"three"))
    assert [stream.frame_at(at) for at in (0, 2, 6, 10)] == [1, 1, 2, 2]
    for at in (-1, 3, 5, 11):
        with pytest.raises(IndexError, match="no frame"):
            stream.frame_at(at)


def test_frames_names_each_frame_of_a_stretch_once() -> None:
    """A stretch has the frames of its bytes, from the first to the last."""
    stream = _stream((0, b"one"), (6, b"three"), (11, b"four"))
    stretches = [
        (0, 3),
        (2, 7),
        (3, 6),
        (3, 7),
        (0, 15),
        (6, 11),
        (5, 5),
        (15, 20),
        (10, 12),
        (1, 1),
    ]
    expected = [(1,), (1, 2), (), (2,), (1, 2, 3), (2,), (), (), (2, 3), ()]
    assert expected == [stream.frames(*stretch) for stretch in stretches]


def test_lost_names_the_gaps_of_a_stretch() -> None:
    """A gap belongs to the stretch in which it begins."""
    stream = _stream((0, b"one"), (6, b"three"), end=12)
    assert stream.gaps == (Gap(3, 3), Gap(11, 1))
    assert stream.lost(0, 3) == ()
    assert stream.lost(3, 11) == (Gap(3, 3),)
    assert stream.lost(0, 12) == stream.gaps
    assert [stream.first_lost(at) for at in (0, 4, 12)] == [Gap(3, 3), Gap(11, 1), None]


def test_a_repr_is_short_and_says_what_is_missing() -> None:
    """A stream shows its size, and gaps only if there are any."""
    assert repr(_stream((0, b"one"))) == "<Stream of 3 bytes in 1 spans>"
    assert repr(_stream((0, b"one"), (6, b"two"))) == (
        "<Stream of 9 bytes in 2 spans, 3 missing>"
    )


def test_each_gap_stands_where_its_filling_begins() -> None:
    """Two gaps, the first of a single byte: offsets are those of the data as it is given."""
    stream = _stream((1, b"ne"), (6, b"three"), (15, b"four"))
    assert stream.data == b"\0ne\0\0\0three\0\0\0\0four"
    assert stream.gaps == (Gap(0, 1), Gap(3, 3), Gap(11, 4))
