"""The detector: disguised secrets on the wire, and traffic that has none."""

from __future__ import annotations

import gzip
import ssl
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from time import monotonic

from fuzzing.disguises import PAIRS, written
from labapp.capture import Capture
from labapp.evidence import Evidence, Step
from labapp.observers import wire
from labapp.secret import plant_secret
from labapp.server import Authority
from tests.frames import ACK, PSH, Talk, capture

SECRETS = (
    "Rex sleeps at noon",
    "ركس ينام ظهرا",
    "雷克斯中午睡觉 & <b>",
    "🐶💤 at 🕛",
    "100%25 of C:\\new",
)
WORDS = b"the a page form kettle word of paper stone river lamp green field 12 / + =".split()


@dataclass(frozen=True)
class Sent:
    """A conversation, the text that is looked for, and how it was made, in words."""

    capture: Capture
    text: str
    how: str

    @property
    def seen(self) -> bool:
        """Whether somebody who listens sees the text, in any part of the messages."""
        evidence = Evidence((Step("submit", self.capture),), "")
        return any(
            any(wire.look(evidence, self.text, part, ("submit",))) for part in wire.PARTS
        )


# Guilty -----------------------------------------------------------------------------


def hidden(random: Random, number: int) -> Sent:
    """Return a conversation with a secret in the pair *number* of disguises."""
    inner, outer = PAIRS[number % len(PAIRS)]
    text = random.choice([plant_secret(random.random()), *SECRETS])  # type: ignore[arg-type]
    data = written(text, inner, outer)
    place = random.choice(list(_PLACES))
    if set(data) & set(b"\r\n"):
        place = "body of the answer"
    sent, received = _PLACES[place](random, data)
    way = random.choice(list(_WAYS))
    frames = _WAYS[way](random, sent, received)
    return Sent(capture(frames), text, f"{inner} in {outer}, {place}, {way}: {text!r}")


def _request(
    line: bytes = b"/", headers: bytes = b"", body: bytes = b"", method: bytes = b"POST"
) -> bytes:
    head = b"%s %s HTTP/1.1\r\nHost: site.test\r\n%s" % (method, line, headers)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _response(body: bytes = b"<p>", headers: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\n%s%s\r\n%s" % (headers, length, body)


def _chunked(random: Random, body: bytes, headers: bytes = b"") -> bytes:
    made, at = b"", 0
    while at < len(body):
        piece = body[at : at + random.randint(1, 9)]
        made += b"%x\r\n%s\r\n" % (len(piece), piece)
        at += len(piece)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n%s\r\n" % headers
    return head + made + b"0\r\n\r\n"


def _page(data: bytes) -> bytes:
    return b'<p title="' + data + b'">'


def _deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


def _coded(name: bytes, pack: Callable[[bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    return lambda random, data: _response(
        pack(_page(data)), b"Content-Encoding: " + name + b"\r\n"
    )


_GZIP = b"Content-Encoding: gzip\r\n"
_GET = _request()
_PLACES: dict[str, Callable[[Random, bytes], tuple[bytes, bytes]]] = {
    "request line": lambda r, data: (_request(b"/?v=" + data + b"&w=1"), _response()),
    "request header": lambda r, data: (
        _request(headers=b"X-Note: a " + data + b"\r\n"),
        _response(),
    ),
    "cookie": lambda r, data: (_request(headers=b"Cookie: v=" + data + b"\r\n"), _response()),
    "request body": lambda r, data: (_request(body=b"v=" + data + b"&w=1"), _response()),
    "header of the answer": lambda r, data: (
        _GET,
        _response(headers=b"Location: /?v=" + data + b"\r\n"),
    ),
    "body of the answer": lambda r, data: (_GET, _response(_page(data))),
    "chunks": lambda r, data: (_GET, _chunked(r, _page(data))),
    "gzip": lambda r, data: (_GET, _coded(b"gzip", gzip.compress)(r, data)),
    "deflate": lambda r, data: (_GET, _coded(b"deflate", zlib.compress)(r, data)),
    "deflate without a header": lambda r, data: (_GET, _coded(b"deflate", _deflated)(r, data)),
    "gzip in chunks": lambda r, data: (
        _GET,
        _chunked(r, gzip.compress(_page(data)), _GZIP),
    ),
}


def _pieces(random: Random, data: bytes, longest: int = 40) -> list[bytes]:
    made, at = [], 0
    while at < len(data):
        made.append(data[at : at + random.randint(1, longest)])
        at += len(made[-1])
    return made


def _talk(random: Random, sides: tuple[bytes, bytes], longest: int = 40) -> Talk:
    talk = Talk(isn=(random.randrange(2**32), random.randrange(2**32))).open()
    for side, data in enumerate(sides):
        for piece in _pieces(random, data, longest):
            talk.put(side, piece, PSH | ACK).put(1 - side)
    return talk


def _in_order(random: Random, sent: bytes, received: bytes) -> list[bytes]:
    return _talk(random, (sent, received)).close().frames


def _byte_by_byte(random: Random, sent: bytes, received: bytes) -> list[bytes]:
    return _talk(random, (sent, received), 1).close().frames


def _reordered(random: Random, sent: bytes, received: bytes) -> list[bytes]:
    frames = _talk(random, (sent, received)).close().frames
    middle = frames[3:-3]
    random.shuffle(middle)
    return frames[:3] + middle + frames[-3:]


def _repeated(random: Random, sent: bytes, received: bytes) -> list[bytes]:
    """Segments sent again: the same, or from the middle of one to the end of what is sent."""
    talk = Talk(isn=(2**32 - 30, random.randrange(2**32))).open()
    for side, data in enumerate((sent, received)):
        at = 0
        for piece in _pieces(random, data):
            at += len(piece)
            talk.put(side, piece, PSH | ACK).put(1 - side)
            if random.random() < 0.5:
                back = random.randint(1, min(at, 60))
                talk.put(side, data[at - back : at], PSH | ACK, back=back)
    return talk.close().frames


_WAYS: dict[str, Callable[[Random, bytes, bytes], list[bytes]]] = {
    "in order": _in_order,
    "byte by byte": _byte_by_byte,
    "reordered": _reordered,
    "retransmitted": _repeated,
}


# Innocent ---------------------------------------------------------------------------


def innocent(random: Random, number: int) -> Sent:
    """Return a conversation in which nobody can read the text that is looked for."""
    text = random.choice([plant_secret(random.random()), *SECRETS, "12345678"])  # type: ignore[arg-type]
    if number % 32 == 0:
        sides, how = encrypted(text), "TLS, with the text inside"
    elif number % 2:
        sides, how = (_sealed(random), _sealed(random)), "TLS records of random bytes"
    else:
        kind = random.choice(list(_BODIES))
        body = _BODIES[kind](random)
        sides, how = (_request(body=body), _response(body)), kind
    return Sent(capture(_talk(random, sides, 1460).close().frames), text, f"{how}: {text!r}")


def _sealed(random: Random) -> bytes:
    made = b"\x16\x03\x01\x00\x20" + random.randbytes(32)
    for _ in range(random.randint(1, 4)):
        size = random.randint(20, 1400)
        made += b"\x17\x03\x03" + size.to_bytes(2, "big") + random.randbytes(size)
    return made


def _words(random: Random) -> bytes:
    return b" ".join(random.choices(WORDS, k=random.randint(1, 300)))


_BODIES: dict[str, Callable[[Random], bytes]] = {
    "random bytes": lambda random: random.randbytes(random.randint(0, 2000)),
    "words": _words,
    "base64": lambda random: b64encode(random.randbytes(900)),
    "digits": lambda random: str(random.getrandbits(4000)).encode(),
    "another secret": lambda random: written(
        f"Zed's true tea+cup {random.random()}", *random.choice(PAIRS)
    ),
    "disguised words": lambda random: written(_words(random).decode(), *random.choice(PAIRS))[
        :4000
    ],
}


@cache
def _authority() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = Authority()
    return authority.client_context(), authority.server_context("site.test")


def encrypted(text: str) -> tuple[bytes, bytes]:
    """Return what crosses when *text* is really sent, and answered, over TLS 1.3."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    contexts = _authority()
    client = contexts[0].wrap_bio(back, there, server_hostname="site.test")
    server = contexts[1].wrap_bio(there, back, server_side=True)
    crossed = [b"", b""]

    def carry() -> None:
        """Take note of what waits in both directions, and let it wait."""
        for side, pipe in enumerate((there, back)):
            data = pipe.read()
            crossed[side] += data
            pipe.write(data)

    ready: set[ssl.SSLObject] = set()
    while len(ready) < 2:
        for end in (client, server):
            try:
                end.do_handshake()
                ready.add(end)
            except ssl.SSLWantReadError:
                pass
            carry()
    page = f"<mark>{text}</mark>".encode()
    client.write(_request(body=page))
    carry()
    assert page in server.read(65536)
    server.write(_response(page))
    carry()
    assert page in client.read(65536)
    return crossed[0], crossed[1]


# Both -------------------------------------------------------------------------------


@dataclass
class Tally:
    """How many were made, and which were judged wrongly."""

    name: str
    number: int
    wrong: list[str]
    seconds: float

    def __str__(self) -> str:
        right = self.number - len(self.wrong)
        return (
            f"{self.name}: {right:,} of {self.number:,} ({100 * right / self.number:.3f} %), "
            f"{self.number / self.seconds:,.0f} a second"
        )


def judge(number: int, *, guilty: bool, seed: str = "0") -> Tally:
    """Make *number* conversations, and let the listener look at each."""
    name = "disguised secrets seen" if guilty else "innocent conversations, nothing seen"
    make = hidden if guilty else innocent
    wrong, begun = [], monotonic()
    for index in range(number):
        one = make(Random(f"{seed}:{guilty}:{index}"), index)
        if one.seen is not guilty:
            wrong.append(f"number {index}, seed {seed}: {one.how}")
    return Tally(name, number, wrong, monotonic() - begun)
