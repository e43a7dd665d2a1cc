"""Secrets are canaries: found anywhere, in any disguise, they leaked there."""

from __future__ import annotations

import random
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from labapp.errors import LabError

SHORTEST = 8  # bytes of UTF-8; anything shorter turns up in pages by accident

_OWNERS = ("Rex", "Mia", "Otto", "Lola", "Bruno", "Nora", "Pablo", "Yuki")
_THINGS = ("otter", "kettle", "violin", "melon", "lantern", "pigeon", "teapot", "robot")

# A percent sign, an ampersand or a backslash may itself have been encoded once
# more (%2527, &amp;#x27;): the starred groups read through any such layer.
_PERCENT = rb"%(?:25)*"
_ENTITY = rb"&(?:amp;)*"
_BACKSLASH = rb"\\+"
_NAMED_ENTITIES = {"&": b"amp", "<": b"lt", ">": b"gt", '"': b"quot", "'": b"apos"}


@dataclass(frozen=True)
class Match:
    """One place in some bytes where a secret stands.

    *offset* and *length* are in bytes; *encoding* names the disguise, for
    example ``"plain"``, ``"percent"`` or ``"plus + percent"``.
    """

    offset: int
    length: int
    encoding: str


def plant_secret(seed: int | str | None = None) -> str:
    """Return a made-up secret in which every common encoding shows.

    It has a space, a quote, ``+``, ``é`` and the word *fake*. The same *seed*
    gives the same secret; without one each call gives another.
    """
    chance = random.Random(seed)
    owner, thing = chance.choice(_OWNERS), chance.choice(_THINGS)
    return f"{owner}'s fake café+{thing} {chance.randrange(100, 1000)}"


def accept(text: object) -> str:
    """Return *text* if it can serve as a secret.

    Raises `LabError` for anything but a `str` of at least 8 bytes in UTF-8
    with no line break (HTTP forms would rewrite one as CR LF).
    """
    if not isinstance(text, str):
        raise LabError(
            f"A secret is text in quotes, not {type(text).__name__}: "
            'try visit("Rex sleeps at noon").'
        )
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise LabError(
            "This secret has half of a surrogate pair: type the sign again."
        ) from None
    if len(text.strip().encode()) < SHORTEST:
        raise LabError(
            f"{text!r} is too short ({length} bytes of at least {SHORTEST}): it would "
            "turn up by accident. Make it a sentence."
        )
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise LabError("A secret is one line without tabs: leave the line break out.")
    return text


def find(secret: str, haystack: bytes) -> list[Match]:
    """Return every place of *secret* in *haystack*, in order of offset.

    Read are: UTF-8 as it stands, percent and plus (RFC 3986, HTML forms), HTML
    character references, JSON and Python escapes, any mixture of these, hex,
    and base64 (RFC 4648, both alphabets) in its three alignments.
    """
    return [
        Match(hit.start(), hit.end() - hit.start(), _encoding(secret, hit))
        for hit in _pattern(secret).finditer(haystack)
    ]


@lru_cache(maxsize=64)
def _pattern(secret: str) -> re.Pattern[bytes]:
    written = b"".join(_any_form(char) for char in secret)
    raw = secret.encode()
    base64 = b"|".join(sorted({re.escape(form) for form in _base64_forms(raw)}))
    hexed = b"(?i:" + raw.hex().encode() + b")"
    return re.compile(
        b"(?P<written>" + written + b")|(?P<base64>" + base64 + b")|(?P<hex>" + hexed + b")"
    )


@lru_cache(maxsize=1024)
def _forms(char: str) -> tuple[tuple[str, bytes], ...]:
    """Every way one character may be written, as (name, pattern) pairs."""
    raw = char.encode()
    code = ord(char)
    forms = [("plain", re.escape(raw))]
    if char == " ":
        forms.append(("plus", rb"\+|" + _PERCENT + rb"2[bB]"))
    forms.append(("percent", b"".join(_PERCENT + _any_case(b"%02x" % b) for b in raw)))
    references = [rb"#0*%d" % code, rb"#[xX]0*" + _any_case(b"%x" % code)]
    if char in _NAMED_ENTITIES:
        references.append(_NAMED_ENTITIES[char])
    # After repr() or JSON a quote has its backslash before the HTML reference.
    slash = rb"\\*" if char in "\"'" else b""
    entity = slash + _ENTITY + b"(?:" + b"|".join(references) + b");"
    forms.append(("HTML", entity))
    units = char.encode("utf-16-be")
    pairs = [units[i : i + 2].hex().encode() for i in range(0, len(units), 2)]
    escapes = [b"".join(_BACKSLASH + b"u" + _any_case(pair) for pair in pairs)]
    escapes.append(_BACKSLASH + b"U" + _any_case(b"%08x" % code))
    if code < 256:
        escapes.append(_BACKSLASH + b"x" + _any_case(b"%02x" % code))
    if char in "\"'\\/":
        escapes.append(_BACKSLASH + re.escape(raw))
    forms.append(("escape", b"|".join(escapes)))
    return tuple(forms)


def _any_form(char: str) -> bytes:
    return b"(?:" + b"|".join(pattern for _, pattern in _forms(char)) + b")"


def _any_case(digits: bytes) -> bytes:
    return b"".join(
        b"[%c%c]" % (d, d - 32) if chr(d).isalpha() else b"%c" % d for d in digits
    )


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    # The first and last sign may share bits with a neighbour, so only the signs
    # that the secret alone decides are looked for, at each of three alignments.
    for shift in range(3):
        first, bits = -(-8 * shift // 6), 8 * (shift + len(raw))
        signs = b64encode(b"\0" * shift + raw)[first : bits // 6]
        yield signs
        yield signs.translate(bytes.maketrans(b"+/", b"-_"))


def _encoding(secret: str, hit: re.Match[bytes]) -> str:
    if hit.lastgroup != "written":
        return str(hit.lastgroup)
    found, at = hit.group(), 0
    worn: list[str] = []
    for char in secret:
        for name, pattern in _forms(char):
            if step := re.compile(pattern).match(found, at):
                at = step.end()
                if name not in worn and name != "plain":
                    worn.append(name)
                break
    return " + ".join(worn) or "plain"
