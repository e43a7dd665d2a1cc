"""Framing: what the headers of a message say about its body."""

from __future__ import annotations

import re
from typing import Literal

from labapp.conversations.message import Message

_MOST_HEADERS = 2000
_LENGTH = re.compile(r"[0-9]{1,18}")

Framing = int | Literal["chunked", "until close", "unknown"]


def is_interim(status: int | None) -> bool:
    """Return whether the response proper follows, as after 100 Continue (RFC 9110, 15.2)."""
    return status is not None and 100 <= status < 200 and status != 101


def framing(head: Message, method: str) -> Framing:
    """Return how the end of the body is told: by a length in bytes, or how else.

    The rules are those of RFC 9112, section 6.3. *method* is that of the
    request, and matters for a response only.
    """
    status, response = head.status or 0, head.side == "response"
    if response and (method == "HEAD" or status in (204, 304) or is_interim(status)):
        return 0
    if status == 101 or (method == "CONNECT" and 200 <= status < 300):
        return "until close"  # of what is another protocol from here on
    if transfer := _listed(head, "Transfer-Encoding"):
        if transfer[-1].lower() == "chunked":
            return "chunked"
        return "until close" if response else "unknown"
    lengths = set(_listed(head, "Content-Length"))
    if not lengths:
        return "until close" if response else 0
    length = lengths.pop()
    return int(length) if not lengths and _LENGTH.fullmatch(length) else "unknown"


def codings(head: Message) -> list[str]:
    """Return the codings of the body but chunked, in the order they were put on."""
    names = [*_listed(head, "Content-Encoding"), *_listed(head, "Transfer-Encoding")]
    return [name for name in names if name.lower() != "chunked"]


def fields(block: bytes) -> tuple[tuple[tuple[str, str], ...], str]:
    """Read header lines (RFC 9112, section 5); also return a problem, or "".

    Names and values are latin-1, without the white space around them; a folded
    line belongs to the one before.
    """
    found: list[tuple[str, list[str]]] = []
    problem = ""
    lines = block.decode("latin-1").split("\n", _MOST_HEADERS)
    if len(lines) > _MOST_HEADERS:
        lines.pop()
        problem = f"it has more than {_MOST_HEADERS} header lines"
    for line in lines:
        name, colon, value = line.rstrip("\r").partition(":")
        if line.startswith((" ", "\t")) and found:
            found[-1][1].append(line.strip())
        elif colon:
            found.append((name.strip(" \t"), [value.strip(" \t")]))
        elif name:
            problem = problem or "a header line has no colon"
    return tuple((name, " ".join(values)) for name, values in found), problem


def _listed(head: Message, name: str) -> list[str]:
    values = head.header_values(name)
    items = [item.strip() for value in values for item in value.split(",")]
    return [item for item in items if item]
