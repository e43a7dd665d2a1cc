"""A form as it crossed: the fields of one request, wherever they stand in it."""

from __future__ import annotations

from email import message_from_bytes
from urllib.parse import parse_qsl

from labapp.conversations.message import Message


def form_fields(request: Message) -> list[tuple[str, str]]:
    """Return name and value of every field of *request*, those of its address first.

    A body is read as one of the two kinds that HTML forms send: urlencoded, or
    multipart (RFC 7578). What is neither gives none.
    """
    found = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
    kind = request.header("Content-Type") or ""
    if kind.startswith("application/x-www-form-urlencoded"):
        found += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    elif kind.startswith("multipart/form-data"):
        head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
        found += _parts(head + request.body)
    return found


def _parts(mail: bytes) -> list[tuple[str, str]]:
    """A multipart body has the form of a mail (RFC 7578, 4)."""
    found = []
    for part in message_from_bytes(mail).walk():
        name = part.get_param("name", header="Content-Disposition")
        value = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes) and not part.get_filename():
            found.append((name, value.decode("utf-8", "replace")))
    return found
