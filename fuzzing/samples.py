"""Samples: valid input of every kind, and words that inputs of that kind are made of."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from base64 import urlsafe_b64encode

from labapp import pcapng
from labapp.backends.headers import Flow

PORT = 8000
TEXT = "Rex's fake café+otter 123"

_PAGE = f"<p>Rex</p><mark>{TEXT}</mark>".encode()
_GET = (
    b"GET /sensitive?sensitive_info=Rex%27s+fake HTTP/1.1\r\nHost: site.test:8000\r\n"
    b"User-Agent: LabBrowser/1.0\r\nCookie: a=1; sessionid=.eJx:1t:x\r\n\r\n"
)
_POST = (
    b"POST /sensitive HTTP/1.1\r\nHost: site.test\r\nContent-Length: 20\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nsensitive_info=Rex+s"
)
REQUESTS = [
    _GET,
    _POST,
    b"HEAD / HTTP/1.1\r\nHost: site.test\r\n\r\nGET / HTTP/1.0\r\n\r\n",
]
_HEAD = b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1; HttpOnly\r\n"


def _coded(name: bytes, body: bytes) -> bytes:
    lines = b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name, len(body))
    return _HEAD + lines + body


RESPONSES = [
    _HEAD + b"Content-Length: %d\r\n\r\n" % len(_PAGE) + _PAGE,
    _HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n<p>R\r\n5\r\nex</p\r\n0\r\nT: 1\r\n\r\n",
    _coded(b"gzip", gzip.compress(_PAGE * 20, mtime=0)),
    _coded(b"deflate, gzip", gzip.compress(zlib.compress(_PAGE), mtime=0)),
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n",
    b"HTTP/1.0 302 Found\r\nLocation: /secure_page?v=Rex\r\n\r\nuntil the end",
]
HTTP_WORDS = [
    b"\r\n", b"\n", b"\r\n\r\n", b": ", b"0\r\n\r\n", b"ffffffffffffff\r\n", b"HTTP/1.1 200 OK\r\n",
    b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"GET ",
    b"\x1f\x8b\x08\0", b"\0", b"\xff", b"Content-Length: 99999999999999999\r\n", b" HTTP/1.1\r\n",
]  # fmt: skip
_HELLO = bytes.fromhex(
    "16030100450100004103030000000000000000000000000000000000000000000000000000000000000000"
    "000002130101000016000000120010000d736974652e746573742e6e6574"
)


def _talk(sent: bytes, received: bytes, client: int = 40000) -> list[bytes]:
    flow = Flow(client, PORT, {True: 2**32 - 60, False: 5000})
    frames = [*flow.opened()]
    for start in range(0, len(sent), 50):
        frames += flow.data(True, sent[start : start + 50])
    for start in range(0, len(received), 80):
        frames += flow.data(False, received[start : start + 80])
    return [frame.data for frame in [*frames, *flow.closed(False), *flow.closed(True)]]


def _ipv6(frame: bytes) -> bytes:
    """The same segment in IPv6, behind a hop-by-hop header and a VLAN tag."""
    tcp = frame[34:]
    head = b"\x60\0\0\0" + (len(tcp) + 8).to_bytes(2, "big") + b"\0\x40" + bytes(32)
    return bytes(12) + b"\x81\0\0\x01\x86\xdd" + head + b"\x06\0" + bytes(6) + tcp


TALKS = [
    _talk(REQUESTS[0] + REQUESTS[1], RESPONSES[0] + RESPONSES[1]),
    _talk(REQUESTS[2], RESPONSES[2] + RESPONSES[3]),
    _talk(_HELLO, b"\x16\x03\x03\0\x04\x02\0\0\0\x17\x03\x03\0\x20" + bytes(range(32)), 40001),
]
FRAMES = [*TALKS[0], *map(_ipv6, TALKS[1][:6])]
FRAME_WORDS = [b"\x81\0", b"\x86\xdd", b"\x08\0E", bytes(8)]
_TIMED = [(1_795_000_000_000_000_000 + n, data) for n, data in enumerate(TALKS[0])]


def _classic(order: str, magic: int, link: int) -> bytes:
    records = [
        struct.pack(f"{order}IIII", 5, n, len(d), len(d)) + d for n, d in enumerate(TALKS[0])
    ]
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(records)


FILES = [
    _classic("<", 0xA1B23C4D, 1),
    _classic(">", 0xA1B2C3D4, 1),
    _classic("<", 0xA1B2C3D4, 113),
    pcapng.written(_TIMED, "CLIENT_RANDOM 00ff 11ee\n"),
]
FILE_WORDS = [b"\x0a\x0d\x0d\x0a", b"\x4d\x3c\x2b\x1a", b"\x06\0\0\0", b"\x01\0\0\0", bytes(16)]
_RECORD = {
    "version": 1,
    "prediction": {"after POST": {"answers": {"log": "no, sure"}}},
    "quiz": {"02": {"answers": {"1": ["a", "c"]}}},
    "exercise": {"keep it on the server": {"attempts": 2, "passed": False, "hints": 1}},
}
RECORDS = [json.dumps(_RECORD, indent=1).encode(), json.dumps({"version": 1}).encode()]
JSON_WORDS = [
    b"{", b"}", b"[", b'"', b":", b",", b"null", b"true", b"1e999", b"-", b'"version": 1', b"\\ud83d",
    b'"exercise"', b'"answers": 1', b"NaN", b"\xff", b"\xef\xbb\xbf", b"[" * 3000, b'{"a":' * 800,
]  # fmt: skip
# What stands between two disguises, and may become a part of either.
DISGUISE_WORDS = [
    b"", b" ", b"\n", b"<", b"%", b"%2", b"%25", b"&", b"&amp;", b"amp;", b"\\", b"+", b"=", b"\0", b"A",
]  # fmt: skip
# What a receipt holds; a campaign changes it and counts its checksum anew.
RECEIPT = json.dumps(
    {
        "chapter": "02",
        "name": "Zo\u00eb",
        "number": 48217730,
        "exercises": {"take it out of the address": [2, True, 1]},
        "predictions": {},
    }
).encode()


def receipt(held: bytes) -> bytes:
    """Return the line that holds *held*, with the right checksum."""
    return b"labapp1.%s.%08x" % (urlsafe_b64encode(held), zlib.crc32(held))
