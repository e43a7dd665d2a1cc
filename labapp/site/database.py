"""The site's database is one SQLite file that anybody may copy and read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from labapp.site.configuration import configure

FILE_NAME = "site.sqlite3"


def use_database(folder: Path) -> Path:
    """Make a fresh database in *folder*, point Django at it and return the file.

    It holds Django's session table and the table ``control(note)`` with one empty
    row. Never call this while requests are in flight.
    """
    configure()
    database = Path(folder) / FILE_NAME
    database.unlink(missing_ok=True)
    for known in connections.all(initialized_only=True):
        # Inside an event loop close() is refused, but there none can be open.
        if known.connection is not None:
            known.close()
    # Every thread makes its own connection from this one dictionary.
    connections.settings["default"]["NAME"] = str(database)
    in_own_thread(_create_tables)
    return database


def in_own_thread(work: Callable[..., None], *arguments: object) -> None:
    """Do *work* with the ORM, in a thread that ends with it.

    A notebook's cell runs inside an event loop, where the ORM refuses to work
    (SynchronousOnlyOperation); a thread of its own has no loop.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="lab:database") as thread:
        thread.submit(work, *arguments).result()


def plant_control(database: Path, note: str) -> None:
    """Write *note* into the one row of the table ``control``, as it stands."""
    with closing(sqlite3.connect(database, timeout=5)) as raw, raw:
        # A temporary file need not survive a power cut: no 8 ms for the disk.
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("UPDATE control SET note = ?", (note,))


@receiver(connection_created)
def _hasten(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Spare each new connection the disk.

    Here, not in the setting ``init_command``: that line is so long that each error report
    would have it in two pieces, and every text in pieces is searched once more.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = MEMORY")
        cursor.execute("PRAGMA synchronous = OFF")


def _create_tables() -> None:
    from django.contrib.sessions.models import Session

    try:
        with connection.cursor() as cursor:
            # Each step of each visit keeps a copy, and most of its 4 KB pages would be
            # empty (sqlite.org, PRAGMA page_size: before the first table is made).
            cursor.execute("PRAGMA page_size = 1024")
        with connection.schema_editor() as editor:
            editor.create_model(Session)
            editor.execute("CREATE TABLE control (note TEXT)")
            editor.execute("INSERT INTO control VALUES ('')")
    finally:
        connection.close()
