"""Saving: a file is written whole, or left as it was."""

from __future__ import annotations

import os
from pathlib import Path
from threading import get_ident

from labapp.errors import unwritable


def write(target: Path, content: bytes) -> None:
    """Write *content* to the file *target*, all of it or nothing.

    Where the disk is full, or somebody interrupts, what stood there before still does, and
    no half file is left. Raises `LabError` if the file cannot be written.
    """
    try:
        place = target.resolve()  # a link stays a link
        if place.exists() and not place.is_file():
            place.write_bytes(content)  # a pipe, say
            return
        beside = place.with_name(f".{place.name[:200]}.{os.getpid()}.{get_ident()}")
        try:
            beside.write_bytes(content)
            if place.exists():
                beside.chmod(place.stat().st_mode & 0o7777)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(target, error) from None
