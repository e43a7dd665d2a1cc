"""Disguises: every way to write a text that the detector shall see through, one in another."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Disguise = Callable[[bytes], bytes]


def _text(write: Callable[[str], str]) -> Disguise:
    return lambda data: write(data.decode()).encode()


def _escapejs(text: str) -> str:
    """As Django's filter of that name, which needs no settings for it (django.utils.html)."""
    from django.utils.html import escapejs

    return str(escapejs(text))


def _ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


# What works on octets, and so on the outcome of anything.
OCTETS: dict[str, Disguise] = {
    "percent": lambda data: quote(data, safe="").encode(),
    "percent, small letters": lambda data: re.sub(
        rb"%..", lambda found: found[0].lower(), quote(data, safe="").encode()
    ),
    "every octet": lambda data: "".join(f"%{octet:02X}" for octet in data).encode(),
    "form": lambda data: quote_plus(data).encode(),
    "hex": lambda data: data.hex().encode(),
    "HEX": lambda data: data.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64, shifted by one": lambda data: base64.b64encode(b"?" + data + b"~"),
    "base64, shifted by two": lambda data: base64.b64encode(b"??" + data + b"~"),
    "base64 of addresses": lambda data: base64.urlsafe_b64encode(b"?" + data),
    "repr of bytes": lambda data: repr(data)[2:-1].encode(),
}
# What works on text.
TEXTS: dict[str, Disguise] = {
    "plain": bytes,
    "HTML": _text(html.escape),
    "HTML, numbers for all but ASCII": lambda data: html.escape(data.decode()).encode(
        "ascii", "xmlcharrefreplace"
    ),
    "HTML, numbers": _text(lambda text: "".join(f"&#{ord(char)};" for char in text)),
    "HTML, hexadecimal": _text(lambda text: "".join(f"&#x{ord(char):X};" for char in text)),
    "JSON": _text(_ascii_json),
    "JSON in UTF-8": _text(lambda text: json.dumps(text, ensure_ascii=False)[1:-1]),
    "escapejs": _text(_escapejs),
    "repr": _text(lambda text: repr(text)[1:-1]),
    "ascii": _text(lambda text: ascii(text)[1:-1]),
    "braces": _text(lambda text: "".join(f"\\u{{{ord(char):x}}}" for char in text)),
    "UTF-8 twice": lambda data: data.decode("latin-1").encode(),
}
# What leaves no UTF-8 behind: only octets can be disguised again.
CODECS: dict[str, Disguise] = {
    "UTF-16-LE": lambda data: data.decode().encode("utf-16-le"),
    "UTF-16-BE": lambda data: data.decode().encode("utf-16-be"),
}
ALL = OCTETS | TEXTS | CODECS
PAIRS = [
    (inner, outer) for inner in ALL for outer in ALL if outer in OCTETS or inner not in CODECS
]


def written(text: str, inner: str, outer: str) -> bytes:
    """Return *text* in the disguise *inner*, and that in *outer*."""
    return ALL[outer](ALL[inner](text.encode()))
