"""Checksums: whether the frames of a file are still what was captured.

Frames that come straight from a backend need none of this. A file may have been damaged
since, and a changed byte would hide a secret without leaving a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import Struct, error

from labapp.capture import Frame

_NUMBER = Struct("!H").unpack_from
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN_TAGS = (0x8100, 0x88A8)
_TCP = 6
_FRAGMENTED = 0x3FFF
_SHOWN = 5  # numbers of frames in one sentence

_WRONG = "checksums do not fit"
_UNFINISHED = "TCP checksums are not finished, so that damage to the file would not show"
_FRAGMENT = "IP packets are in fragments, which the lab does not put together"


def doubts(frames: Iterable[Frame]) -> Iterator[str]:
    """Yield why the bytes of *frames* cannot be relied on, in a sentence for each reason.

    The kernel leaves TCP checksums of its own machine unfinished: they hold the sum of the
    pseudo header only (Linux, Documentation/networking/checksum-offloads), or nothing.
    """
    found: dict[str, list[int]] = {}
    for number, frame in enumerate(frames):
        if reason := _reason(frame.data):
            found.setdefault(reason, []).append(number)
    for reason, numbers in found.items():
        shown = ", ".join(map(str, numbers[:_SHOWN]))
        more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
        yield f"{reason}: frame{'s' if numbers[1:] else ''} {shown}{more}"


def _reason(frame: bytes) -> str:
    try:
        (kind,), at = _NUMBER(frame, 12), 14
        while kind in _VLAN_TAGS:
            (kind,) = _NUMBER(frame, at + 2)
            at += 4
        if kind == _IPV4:
            return _of_ipv4(frame, at)
        return _of_ipv6(frame, at) if kind == _IPV6 else ""
    except (error, IndexError):
        return _WRONG  # cut off in the middle of a header


def _of_ipv4(frame: bytes, at: int) -> str:
    size = (frame[at] & 0x0F) * 4
    (written,) = _NUMBER(frame, at + 10)
    if size < 20 or frame[at] >> 4 != 4:
        return _WRONG
    if written and _sum(frame[at : at + size]) % 0xFFFF:
        return _WRONG
    if frame[at + 9] != _TCP:
        return ""
    if _NUMBER(frame, at + 6)[0] & _FRAGMENTED:
        return _FRAGMENT
    length = _NUMBER(frame, at + 2)[0] or len(frame) - at
    return _of_tcp(frame, at + size, at + length, frame[at + 12 : at + 20])


def _of_ipv6(frame: bytes, at: int) -> str:
    if frame[at + 6] != _TCP:
        # What stands behind extension headers is read, but not verified.
        return _UNFINISHED if frame[at + 6] in (0, 43, 44, 60) else ""
    length = _NUMBER(frame, at + 4)[0] or len(frame) - at - 40
    return _of_tcp(frame, at + 40, at + 40 + length, frame[at + 8 : at + 40])


def _of_tcp(frame: bytes, start: int, stop: int, hosts: bytes) -> str:
    if not start + 20 <= stop <= len(frame):
        return _WRONG
    (written,) = _NUMBER(frame, start + 16)
    pseudo = _sum(hosts) + _TCP + stop - start
    if (pseudo + _sum(frame[start:stop])) % 0xFFFF == 0:
        return ""
    return _UNFINISHED if not written or written % 0xFFFF == pseudo % 0xFFFF else _WRONG


def _sum(data: bytes) -> int:
    """Return what *data* adds to an Internet checksum (RFC 1071), not yet folded."""
    return int.from_bytes(data + b"\0" if len(data) % 2 else data, "big")
