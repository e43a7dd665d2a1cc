"""Laws of `labapp.conversations.coding`."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from labapp.conversations.coding import dechunk, decode
from tests.frames import chunked

TEXT = b"Rex's fake secret. " * 50


def _raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


PACKED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "GZip": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "deflate": zlib.compress(TEXT),
    "Deflate": _raw_deflate(TEXT),
    "identity": TEXT,
}


@pytest.mark.parametrize(
    "data",
    [
        chunked(TEXT),
        chunked(TEXT[:1], TEXT[1:17], TEXT[17:]),
        b'%X ; a=b;c="d"\r\n%s\r\n000;e\r\n\r\n' % (len(TEXT), TEXT),
        chunked(TEXT, end=b"0\r\nChecksum: 1\r\nOther: 2\r\n\r\n"),
        b"%x\n%s\n0\n\n" % (len(TEXT), TEXT),
    ],
)
def test_chunks_come_off(data: bytes) -> None:
    """Extensions, trailers and bare line feeds do not matter; what follows stays."""
    for before, after in ((b"", b""), (b"head", b"HTTP/1.1 200 OK\r\n\r\n")):
        stop = len(before + data)
        assert dechunk(before + data + after, len(before)) == (TEXT, stop, True)


def test_chunk_data_may_look_like_an_end() -> None:
    """Sizes alone decide."""
    body = b"a\r\n0\r\n\r\nb"
    assert dechunk(chunked(body)) == (body, len(chunked(body)), True)


def test_chunks_cut_off_anywhere_are_not_whole() -> None:
    """What was there of the body is returned, and that it is not all."""
    data = chunked(TEXT[:100], TEXT[100:])
    for length in range(len(data)):
        body, stop, whole = dechunk(data[:length])
        assert not whole
        assert TEXT.startswith(body)
        assert stop == length
    assert dechunk(data[:-5]) == (TEXT, len(data) - 5, False)


@pytest.mark.parametrize("size", [b"", b"-1", b"0x5", b"g", b"f" * 16, b"5 5"])
def test_what_is_no_chunk_size_ends_the_reading(size: bytes) -> None:
    """Reading stops where the sizes cannot be followed."""
    data = b"3\r\none\r\n" + size + b"\r\nmore"
    assert dechunk(data) == (b"one", 8, False)


@pytest.mark.parametrize("coding", PACKED)
def test_codings_come_off(coding: str) -> None:
    """gzip, of one member or two, and both sorts of deflate are unpacked."""
    assert decode(PACKED[coding], [coding]) == (TEXT, "")


def test_several_codings_come_off_in_reverse_order() -> None:
    """The last coding put on is the first taken off (RFC 9110, section 8.4)."""
    both = gzip.compress(zlib.compress(TEXT))
    assert decode(both, ["deflate", "gzip"]) == (TEXT, "")
    assert decode(both, ["gzip", "deflate"])[1]


def test_an_unknown_coding_is_a_problem_not_a_body() -> None:
    """A body nobody here can read says so: it must not pass for innocent."""
    assert decode(b"packed", ["br"]) == (b"packed", "content coding 'br' is not read here")
    assert "more than 8" in decode(TEXT, ["identity"] * 9)[1]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate"])
def test_a_packed_body_cut_off_gives_what_it_has(coding: str) -> None:
    """Half of a packed body is half of the text, and a problem."""
    packed = PACKED[coding]
    half = packed[: len(packed) // 2]
    body, problem = decode(half, [coding])
    assert problem == "compressed data ends early"
    assert TEXT.startswith(body)
    assert body


def test_a_damaged_packed_body_gives_what_came_before() -> None:
    """Damage at the end, in the checksum, leaves all of the text."""
    packed = PACKED["gzip"]
    assert decode(packed[:-8] + bytes(8), ["gzip"]) == (TEXT, "compressed data is damaged")
    assert decode(packed[:-8] + bytes(8), ["gzip"], len(TEXT) - 1)[0] == TEXT[:-1]
    assert decode(b"no gzip", ["gzip"]) == (b"", "compressed data is damaged")
    assert decode(b"no deflate", ["deflate"]) == (b"", "compressed data is damaged")


@pytest.mark.parametrize("coding", PACKED.keys() - {"identity"})
def test_a_body_is_unpacked_to_a_bounded_size(coding: str) -> None:
    """Just enough room is enough; one byte less is a problem."""
    assert decode(PACKED[coding], [coding], len(TEXT)) == (TEXT, "")
    body, problem = decode(PACKED[coding], [coding], len(TEXT) - 1)
    assert problem == "compressed data is larger than this lab unpacks"
    assert body == TEXT[:-1]


def test_a_bomb_in_a_bomb_is_bounded_too() -> None:
    """Every layer has the same bound."""
    bomb = gzip.compress(gzip.compress(bytes(10_000_000)))
    body, problem = decode(bomb, ["gzip", "gzip"], 100_000)
    assert problem == "compressed data is larger than this lab unpacks"
    assert len(body) == 100_000


def test_the_members_of_gzip_are_bounded() -> None:
    """Thousands of empty members are given up, not followed."""
    assert "more than 64 members" in decode(gzip.compress(b"") * 5000, ["gzip"])[1]


def test_of_a_deflate_body_that_is_neither_the_header_of_zlib_tells_the_problem() -> None:
    """RFC 9110 asks for that header; an empty body without it is empty all the same."""
    assert decode(b"\x06", ["deflate"]) == (b"", "compressed data ends early")
    assert decode(_raw_deflate(b""), ["deflate"]) == (b"", "")


def test_as_many_codings_as_are_allowed_are_taken_off() -> None:
    """Eight, whichever of them change nothing; the name of an unknown one is cut."""
    assert decode(gzip.compress(TEXT), ["gzip", *["identity"] * 7]) == (TEXT, "")
    name = "0123456789" * 5
    assert decode(TEXT, [name])[1] == f"content coding {name[:40]!r} is not read here"


@pytest.mark.parametrize("room", [150_000, 1 << 26])
@pytest.mark.parametrize(
    ("change", "problem"),
    [(lambda packed: packed, ""), (lambda packed: packed[:-9], "compressed data ends early")],
)
def test_a_body_of_many_blocks_is_put_together(
    change: Callable[[bytes], bytes], problem: str, room: int
) -> None:
    """Whole, cut off, or up to where there is no more room: every byte in its place."""
    plain = random.Random(0).randbytes(200_000)
    found, said = decode(change(gzip.compress(plain)), ["gzip"], room)
    if room < len(plain):
        assert (found, said) == (
            plain[:room],
            "compressed data is larger than this lab unpacks",
        )
    else:
        assert plain.startswith(found)
        assert len(found) > len(plain) - 50
        assert said == problem


def test_a_damaged_body_of_many_blocks_is_read_up_to_the_damage() -> None:
    """Nothing is lost at the borders of the blocks before it."""
    plain = random.Random(0).randbytes(200_000)
    packed = bytearray(zlib.compress(plain, level=0))  # blocks as they are, with their lengths
    packed[150_000:] = bytes(len(packed) - 150_000)
    packed += b"\xff" * 100_000
    found, said = decode(bytes(packed), ["deflate"])
    assert said == "compressed data is damaged"
    assert found.startswith(plain[:149_000])


def test_members_without_end_are_put_together() -> None:
    """The first 64 are read."""
    found, said = decode(b"".join(gzip.compress(b"%d," % n) for n in range(70)), ["gzip"])
    assert found == b"".join(b"%d," % n for n in range(64))
    assert said == "gzip data has more than 64 members"


def test_what_is_too_large_is_not_unpacked_first() -> None:
    """Memory is taken for what there is room for, not for what a small body would become."""
    bomb = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    try:
        found, _ = decode(bomb, ["gzip"], 1000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == bytes(1000)
    assert peak < 1_000_000
