"""pcapng, written: packets, and before them the secrets that open what is encrypted.

scapy writes pcapng as well, but no Decryption Secrets Block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from labapp.pcap import ETHERNET, LONGEST_FRAME

# draft-ietf-opsawg-pcapng, section 4: blocks, and options that are used here.
_SECTION_HEADER, _INTERFACE, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 6, 10
_BYTE_ORDER, _VERSION, _LENGTH_UNKNOWN = 0x1A2B3C4D, (1, 0), -1
_TIME_RESOLUTION, _NANOSECONDS = 9, 9  # if_tsresol: a negative power of ten
_TLS_KEY_LOG = 0x544C534B  # section 4.7


def written(packets: Iterable[tuple[int, bytes]], tls_secrets: str = "") -> bytes:
    """Return a pcapng file of Ethernet *packets*, each with its time in ns since 1970.

    *tls_secrets*, in the form of a TLS key log, stand before the first packet: a
    program that reads from top to bottom has them when it needs them.
    """
    resolution = struct.pack("<HHBxxxHH", _TIME_RESOLUTION, 1, _NANOSECONDS, 0, 0)
    blocks = [
        _block(_SECTION_HEADER, struct.pack("<IHHq", _BYTE_ORDER, *_VERSION, _LENGTH_UNKNOWN)),
        _block(_INTERFACE, struct.pack("<HHI", ETHERNET, 0, LONGEST_FRAME) + resolution),
    ]
    if tls_secrets:
        log = tls_secrets.encode("ascii")
        blocks.append(_block(_SECRETS, struct.pack("<II", _TLS_KEY_LOG, len(log)) + log))
    for time, data in packets:
        high, low = divmod(time, 1 << 32)
        head = struct.pack("<IIIII", 0, high, low, len(data), len(data))
        blocks.append(_block(_PACKET, head + data))
    return b"".join(blocks)


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length
