"""A coding: how a body is wrapped for the wire, and how it comes off again.

Whatever the bytes are, these functions end, return what could be read, and say
what could not. They raise nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

LARGEST_BODY = 1 << 26  # bytes; what unpacks to more was packed to do harm
_MOST_MEMBERS = 64
_MOST_CODINGS = 8
_BLOCK = 1 << 16
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_CHUNK_SIZE_CUT_OFF = re.compile(rb"\r|[ \t]*[0-9A-Fa-f]{1,15}[ \t]*(?:;[^\n]*)?\r?")
_LINE_BREAK = re.compile(rb"\r?\n")
_EMPTY_LINE = re.compile(rb"\n\r?\n")


def dechunk(data: bytes, start: int = 0) -> tuple[bytes, int, bool]:
    """Return the body that begins at *start*, where it stops, and if it was whole.

    This is the chunked transfer coding with extensions and trailers (RFC 9112,
    section 7.1). Sizes alone decide: chunk data may look like an end.
    """
    chunks: list[bytes] = []
    at = start
    while size_line := _CHUNK_SIZE.match(data, at):
        size = int(size_line[1], 16)
        at = size_line.end()
        if not size:
            # Searched from the line break before: there may be no trailers at all.
            end = _EMPTY_LINE.search(data, at - 1)
            return b"".join(chunks), end.end() if end else len(data), end is not None
        chunks.append(data[at : at + size])
        line_break = _LINE_BREAK.match(data, at + size)
        at = line_break.end() if line_break else min(at + size, len(data))
        if not line_break:
            break
    if _CHUNK_SIZE_CUT_OFF.fullmatch(data, at):
        at = len(data)
    return b"".join(chunks), at, False


def decode(body: bytes, codings: Sequence[str], room: int = LARGEST_BODY) -> tuple[bytes, str]:
    """Take *codings*, in the order they were put on, off a body, the last one first.

    Returns at most *room* bytes, and a problem, empty if there was none.
    Known are gzip and deflate, the latter with and without its zlib header
    (RFC 9110, section 8.4.1, allows only the former; servers send both).
    """
    if len(codings) > _MOST_CODINGS:
        return body, f"it has more than {_MOST_CODINGS} content codings"
    for name in reversed(codings):
        match name.lower():
            case "identity":
                continue
            case "gzip" | "x-gzip":
                body, problem = _gunzip(body, room)
            case "deflate":
                body, problem = _inflate(body, room)
            case _:
                problem = f"content coding {name[:40]!r} is not read here"
        if problem:
            return body, problem
    return body, ""


def _gunzip(body: bytes, room: int) -> tuple[bytes, str]:
    members: list[bytes] = []
    for _ in range(_MOST_MEMBERS):
        plain, rest, problem = _unpack(body, zlib.MAX_WBITS | 16, room)
        members.append(plain)
        room -= len(plain)
        # RFC 1952, section 2.2: members follow one another, nothing between.
        if problem or not rest:
            return b"".join(members), problem
        body = rest
    return b"".join(members), f"gzip data has more than {_MOST_MEMBERS} members"


def _inflate(body: bytes, room: int) -> tuple[bytes, str]:
    with_header, _, problem = _unpack(body, zlib.MAX_WBITS, room)
    if not problem or with_header:
        return with_header, problem
    without, _, other_problem = _unpack(body, -zlib.MAX_WBITS, room)
    return (without, other_problem) if without or not other_problem else (b"", problem)


def _unpack(body: bytes, window: int, room: int) -> tuple[bytes, bytes, str]:
    """Return the plain bytes, what follows the compressed data, and a problem."""
    engine = zlib.decompressobj(window)
    plain: list[bytes] = []
    for at in range(0, len(body), _BLOCK):
        block = body[at : at + _BLOCK]
        before = engine.copy()
        try:
            plain.append(engine.decompress(block, room + 1))
        except zlib.error:
            plain.append(_up_to_damage(before, block, room))
            return b"".join(plain), b"", "compressed data is damaged"
        room -= len(plain[-1])
        if room < 0:
            plain[-1] = plain[-1][:room]
            return b"".join(plain), b"", "compressed data is larger than this lab unpacks"
        if engine.eof:
            return b"".join(plain), engine.unused_data + body[at + _BLOCK :], ""
    return b"".join(plain), b"", "compressed data ends early"


def _up_to_damage(engine: zlib._Decompress, block: bytes, room: int) -> bytes:
    plain = bytearray()
    try:
        for index in range(len(block)):
            plain += engine.decompress(block[index : index + 1])
    except zlib.error:
        pass
    return bytes(plain[:room])
