"""Link layers: what stands before an IP packet in a file, and how to get past it.

The lab works on Ethernet frames. Of other link types it keeps the IP packet as it is and
writes fourteen bytes of Ethernet before it, so that everything else is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from labapp.errors import LabError

ETHERNET = 1  # numbers of https://www.tcpdump.org/linktypes.html
LONGEST_FRAME = 262_144  # bytes; libpcap's own limit (MAXIMUM_SNAPLEN of most link types)
BILLION = 1_000_000_000  # nanoseconds
LAST_TIME = (1 << 32) * BILLION - 1  # in 2106; a pcap file can say no later one

_NO_ADDRESSES = bytes(12)
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
# IEEE 802's EtherType for local experiments: what is no IP packet keeps its number.
_OPAQUE = b"\x88\xb5"
_FAMILIES = {2: _IPV4, 10: _IPV6, 24: _IPV6, 28: _IPV6, 30: _IPV6}  # AF_INET6 has many numbers
_DATA, _PROTECTED = 2, 0x40  # IEEE 802.11: type of a frame, and a flag


class Packet(NamedTuple):
    """One packet of a file.

    *time* in nanoseconds since 1970, *cut_off*: how many bytes were left out when it was
    captured, *link*: its link type. *checked* is true if a checksum of the file fits its
    bytes, false if one does not, None if the file has none.
    """

    time: int
    data: bytes
    cut_off: int = 0
    link: int = ETHERNET
    checked: bool | None = None


@dataclass
class Aside:
    """What a file says beside its packets.

    *secrets* is a TLS key log, or ``""``; *lost*: how many frames the capturing program
    knows to have missed.
    """

    secrets: str = ""
    lost: int = 0


class Damaged(Exception):
    """From here on a file cannot be read; what came before is good. The message says why."""


class Unreadable(Exception):
    """Something is in a frame, but nobody here can read it; the message says why."""


def ethernet(data: bytes, link: int) -> bytes | None:
    """Return the Ethernet frame with the IP packet of *data*, None if there is none in it.

    Raises `Unreadable` if there may be one that cannot be read.
    """
    if link == ETHERNET:
        return data
    if link in _READERS:
        found = _READERS[link](data)
        return None if found is None else _NO_ADDRESSES + found
    return _by_scapy(data, link)


def opaque(data: bytes) -> bytes:
    """Return a frame for what holds no packet that the lab could read."""
    return _NO_ADDRESSES + _OPAQUE + data


def is_known(link: int) -> bool:
    """Return whether the lab or scapy can read this link type."""
    return link == ETHERNET or link in _READERS or _scapy_layer(link) is not None


def check(link: int, path: object) -> None:
    """Raise `LabError` if nobody can read the link type of *path*."""
    if not is_known(link):
        raise LabError(
            f"{path} has link type {link}, which neither the lab nor scapy can read: capture "
            "on Ethernet, Wi-Fi or loopback."
        )


def _raw(data: bytes) -> bytes | None:
    kind = {4: _IPV4, 6: _IPV6}.get(data[0] >> 4) if data else None
    return None if kind is None else kind + data


def _family(data: bytes) -> bytes | None:
    """BSD's loopback: the family in four bytes, in the order of either machine."""
    numbers = (int.from_bytes(data[:4], order) for order in ("little", "big"))
    kind = _FAMILIES.get(min(numbers))
    return None if kind is None else kind + data[4:]


def _cooked(data: bytes) -> bytes | None:
    """Linux cooked capture, as by ``tcpdump -i any``: the EtherType comes last."""
    return data[14:] if len(data) > 16 else None


def _cooked_2(data: bytes) -> bytes | None:
    """Its second version: the EtherType comes first."""
    return data[:2] + data[20:] if len(data) > 20 else None


_READERS: dict[int, Callable[[bytes], bytes | None]] = {
    0: _family,  # NULL
    108: _family,  # LOOP, of OpenBSD
    12: _raw,  # RAW, as some systems number it
    14: _raw,
    101: _raw,
    228: _raw,  # IPV4
    229: _raw,  # IPV6
    113: _cooked,  # LINUX_SLL
    276: _cooked_2,  # LINUX_SLL2
}


@cache
def _scapy_layer(link: int) -> Any:
    """Return scapy's class for a link type, or None."""
    import scapy.layers.all  # noqa: F401  (registers what scapy knows; takes a second)
    from scapy.config import conf

    return conf.l2types.num2layer.get(link)


def _by_scapy(data: bytes, link: int) -> bytes | None:
    layer = _scapy_layer(link)
    from scapy.layers.dot11 import Dot11
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6

    try:
        packet = layer(data)
    except Exception as error:  # scapy lets some damage through
        raise Unreadable(f"scapy cannot read it ({type(error).__name__})") from None
    for kind, number in ((IP, _IPV4), (IPv6, _IPV6)):
        if (found := packet.getlayer(kind)) is not None:
            return _NO_ADDRESSES + number + bytes(found.original)
    radio = packet.getlayer(Dot11)
    if radio is not None and radio.type == _DATA and int(radio.FCfield) & _PROTECTED:
        raise Unreadable("it is encrypted on the air, by its Wi-Fi network")
    return None
