"""What Chromium leaves in its profile: read from the files of one that has quit."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

# net/disk_cache/simple/simple_entry_format.h: header, key, body, its EOF record,
# the head of the answer, sometimes the key's SHA-256, the EOF record of the head.
_HEADER = struct.Struct("<QIII4x")
_EOF = struct.Struct("<QIII4x")
_BEGIN, _END = 0xFCFB6D1BA7725C30, 0xF4FA6F45970D41D8
_HAS_SHA256 = 2


def history(profile: Path) -> tuple[str, ...]:
    """Return every address in the history, oldest first."""
    with closing(sqlite3.connect(profile / "Default" / "History")) as file:
        return tuple(url for (url,) in file.execute("SELECT url FROM urls ORDER BY id"))


def cache(profile: Path) -> tuple[tuple[str, bytes], ...]:
    """Return every answer in the HTTP cache as (address, body).

    Raises `FileNotFoundError` if the profile has none, `ValueError` for another format.
    """
    folder = profile / "Default" / "Cache" / "Cache_Data"
    return tuple(map(_entry, sorted(path for path in folder.iterdir() if path.match("*_0"))))


def _entry(path: Path) -> tuple[str, bytes]:
    data = path.read_bytes()
    begin, _, size, _ = _HEADER.unpack_from(data)
    end, flags, _, head = _EOF.unpack_from(data, len(data) - _EOF.size)
    start = _HEADER.size + size
    stop = len(data) - _EOF.size - (32 if flags & _HAS_SHA256 else 0) - head - _EOF.size
    if (begin, end) != (_BEGIN, _END) or not start <= stop:
        raise ValueError(f"{path.name} is no entry of Chromium's simple cache")
    # "1/2/_dk_SITE SITE ADDRESS": the number is that of a form, the sites are
    # those of tab and frame, which Chromium keeps apart.
    key = data[_HEADER.size : start].decode()
    return key.rpartition(" ")[2], data[start:stop]
