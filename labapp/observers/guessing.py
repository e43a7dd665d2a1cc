"""Guessing: what looks unreadable, and gives way to whoever tries the usual tricks."""

from __future__ import annotations

import base64
import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from django.utils.text import slugify

from labapp.conversations import conversations
from labapp.evidence import Evidence
from labapp.observers import wire
from labapp.observers.sighting import AROUND, Sighting, sightings

WHERE = "what crossed"
DIGITS = 4  # a text that ends in so many digits can be guessed: all are tried
_PIN = re.compile(rf"\d{{{DIGITS}}}$")
_DIGESTS = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)


def guessed(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield what crossed and gives *text* away: a hash, a toy cipher.

    A hash falls if *text* ends in four digits: ten thousand guesses take
    milliseconds. Toy ciphers are ROT13, the text reversed, in capitals, as a slug
    (all in any encoding), and XOR with one byte, also as hex or base64.
    """
    for step in evidence.main:
        for conversation in conversations(step.capture):
            for data in (conversation.sent.data, conversation.received.data):
                yield from in_disguise(text, data, step.name, WHERE)


def in_disguise(text: str, data: bytes, step: str, where: str) -> Iterator[Sighting]:
    """Yield what in *data* gives *text* away, in one of those ways."""
    hashes, turned, mixed = _disguises(text)
    for needle in hashes:
        if (at := data.find(needle)) >= 0:
            yield _sighting(step, where, "hash", data, at, needle)
    for name, other in turned.items():
        for one in sightings(other, data, step, where):
            yield replace(one, encoding=name)
    for needle in mixed:
        if (at := data.find(needle)) >= 0:
            yield _sighting(step, where, "XOR with one byte", data, at, needle)


def guess_doubt(evidence: Evidence) -> str:
    """Nothing may be missing from the capture."""
    return wire.gaps(evidence)


@lru_cache(32)
def _disguises(text: str) -> tuple[set[bytes], dict[str, str], tuple[bytes, ...]]:
    # Both alphabets of base64 may spell the same: that is one place, not two.
    return _hashes(text), _turned(text), tuple(dict.fromkeys(_mixed(text)))


def _hashes(text: str) -> set[bytes]:
    if not _PIN.search(text):
        return set()
    # Whoever tries all numbers comes to this one, so its hashes are enough here.
    pin = text[-DIGITS:]
    found = set()
    for said in (text, pin):
        for digest in _DIGESTS:
            made = digest(said.encode())
            spelt = made.hexdigest()
            found |= {spelt.encode(), spelt.upper().encode(), base64.b64encode(made.digest())}
    return found


def _turned(text: str) -> dict[str, str]:
    ways = {
        "ROT13": codecs.encode(text, "rot13"),
        "reversed": text[::-1],
        "capitals": text.upper(),
        "slug": slugify(text),
    }
    # A text without Latin letters is its own ROT13; its slug is empty, which is nowhere.
    return {name: other for name, other in ways.items() if other != text}


def _mixed(text: str) -> Iterator[bytes]:
    for key in range(1, 256):
        mixed = bytes(byte ^ key for byte in text.encode())
        yield from (mixed, mixed.hex().encode(), base64.b64encode(mixed).rstrip(b"="))
        yield base64.urlsafe_b64encode(mixed).rstrip(b"=")


def _sighting(
    step: str, where: str, encoding: str, data: bytes, at: int, found: bytes
) -> Sighting:
    end = at + len(found)
    return Sighting(
        step=step,
        where=where,
        offset=at,
        encoding=encoding,
        before=data[max(0, at - AROUND) : at],
        found=found,
        after=data[end : end + AROUND],
    )
