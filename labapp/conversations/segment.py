"""A segment: what one Ethernet frame carries of a TCP connection."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct, error
from typing import NamedTuple

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10  # RFC 9293, section 3.1

_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN_TAGS = (0x8100, 0x88A8)  # IEEE 802.1Q: customer and service tag
_TCP = 6
_FRAGMENT = 44
_FRAGMENTED = 0x3FFF  # bits: more fragments follow, or this is not the first one
_EXTENSIONS = (0, 43, 60)  # RFC 8200: hop-by-hop, routing, destination options

_NUMBER = Struct("!H").unpack_from
_PORTS = Struct("!HH").unpack_from
_IPV4_HEADER = Struct("!BxHxxHxB2x8s").unpack_from
_IPV6_HEADER = Struct("!4xHBx32s").unpack_from
_TCP_HEADER = Struct("!4sIIBB").unpack_from
# All of them at once, as most frames have them: no tags, IPv4 without options.
_HEADERS = Struct("!12xHBxHxxHxB2x12sIIBB").unpack_from
_make: Callable[..., Segment] = tuple.__new__  # a third of what Segment(...) takes


class Segment(NamedTuple):
    """One TCP segment (RFC 9293).

    *ends* tells who sends to whom: both addresses, both ports, packed as in an IP
    packet. *payload* has no Ethernet padding; *frame* is the number of the frame
    in its capture, from 0.
    """

    ends: bytes
    seq: int
    ack: int
    flags: int
    payload: bytes
    frame: int


class End(NamedTuple):
    """One end of a connection: a packed address of 4 or 16 bytes, and a TCP port."""

    host: bytes
    port: int


def both_ends(ends: bytes) -> tuple[End, End]:
    """Return the sender and the receiver of a segment with these *ends*."""
    hosts, size = ends[:-4], len(ends) // 2 - 2
    sport, dport = _PORTS(ends, len(hosts))
    return End(hosts[:size], sport), End(hosts[size:], dport)


def turned(ends: bytes) -> bytes:
    """Return the *ends* of what is sent back."""
    size = len(ends) // 2 - 2
    return ends[size:-4] + ends[:size] + ends[-2:] + ends[-4:-2]


def parse(frame: bytes, number: int = 0) -> Segment | None:
    """Return the TCP segment in an Ethernet frame, or None if there is none whole.

    Read are IPv4 and IPv6, with or without VLAN tags. None stands for another
    protocol, an IP fragment, and a frame that is cut off or damaged. Checksums
    are not verified: the kernel leaves them unfinished on loopback.
    """
    try:
        (
            kind, version, length, fragment, protocol,
            ends, seq, ack, offset, flags,
        ) = _HEADERS(frame)  # fmt: skip
        if kind == _IPV4 and version == 0x45 and protocol == _TCP and offset >= 0x50:
            start, stop = 34 + (offset >> 4) * 4, 14 + length
            if start <= stop <= len(frame) and not fragment & _FRAGMENTED:
                payload = frame[start:stop]
                return _make(Segment, (ends, seq, ack, flags, payload, number))
        return _parse(frame, number)
    except (error, IndexError):
        return None


def _parse(frame: bytes, number: int) -> Segment | None:
    (kind,) = _NUMBER(frame, 12)
    at = 14
    while kind in _VLAN_TAGS:
        (kind,) = _NUMBER(frame, at + 2)
        at += 4
    if kind == _IPV4:
        version, length, fragment, protocol, hosts = _IPV4_HEADER(frame, at)
        if not 0x45 <= version <= 0x4F or fragment & _FRAGMENTED:
            return None
        stop = at + length
        at += (version & 0x0F) * 4
    elif kind == _IPV6:
        length, protocol, hosts = _IPV6_HEADER(frame, at)
        if frame[at] >> 4 != 6:
            return None
        at += 40
        stop = at + length
        protocol, at = _past_extensions(frame, protocol, at)
    else:
        return None
    if protocol != _TCP:
        return None
    if not length:
        # The kernel writes 0 where the true length of an offloaded packet does
        # not fit into 16 bits ("BIG TCP"; a jumbogram in RFC 2675).
        stop = len(frame)
    ports, seq, ack, offset, flags = _TCP_HEADER(frame, at)
    start = at + (offset >> 4) * 4
    if offset < 0x50 or not start <= stop <= len(frame):
        return None
    return Segment(hosts + ports, seq, ack, flags, frame[start:stop], number)


def _past_extensions(frame: bytes, protocol: int, at: int) -> tuple[int, int]:
    while protocol in _EXTENSIONS:
        protocol, at = frame[at], at + (frame[at + 1] + 1) * 8
    # An "atomic" fragment (RFC 6946) is the whole packet; others stay unread.
    if protocol == _FRAGMENT and _NUMBER(frame, at + 2)[0] & 0xFFF9 == 0:
        protocol, at = frame[at], at + 8
    return protocol, at
