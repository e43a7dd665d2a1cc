"""The database is one file that anybody may copy."""

from __future__ import annotations

import asyncio
import json
import zlib
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from django.db import connection

from labapp import remedy
from labapp.secret import find
from labapp.site.application import (
    plant_control,
    use_database,
)
from tests.asking import SECRET, rows, visitor

pytestmark = pytest.mark.usefixtures("database")


def test_the_session_is_a_row_that_only_looks_unreadable(database: Path) -> None:
    """The row is signed, not encrypted: the value does not stand in its bytes, but whoever
    decodes it reads it without the key (Django docs, ``django.core.signing``).
    """
    visitor(remedy.session).submit(SECRET)
    [(_, stored, _)] = rows(database, "django_session")
    payload = str(stored).partition(":")[0]
    assert SECRET not in payload
    packed = payload.startswith(".")
    decoded = urlsafe_b64decode(payload.lstrip(".") + "===")
    assert json.loads(zlib.decompress(decoded) if packed else decoded) == {
        "sensitive_info": SECRET
    }


def test_without_a_session_nothing_is_stored(database: Path) -> None:
    """No remediation, no row."""
    visitor().submit(SECRET)
    assert rows(database, "django_session") == []


def test_a_copy_of_it_is_small(database: Path) -> None:
    """Each step of each visit keeps one: 64 visits have 800 of them."""
    assert len(database.read_bytes()) <= 8 << 10


def test_the_control_stands_literally_in_the_file(database: Path) -> None:
    """What `plant_control` writes can be found with a plain search, once written."""
    assert not find(SECRET, database.read_bytes())
    plant_control(database, SECRET)
    assert rows(database, "control") == [(SECRET,)]
    assert SECRET.encode() in database.read_bytes()


def test_a_second_database_takes_over_from_the_first(database: Path, tmp_path: Path) -> None:
    """A fresh file in another folder gets the sessions; in the same folder too."""
    visitor(remedy.session).submit(SECRET)
    (tmp_path / "second").mkdir()
    second = use_database(tmp_path / "second")
    assert second != database
    assert rows(second, "django_session") == []
    visitor(remedy.session).submit(SECRET)
    assert [len(rows(one, "django_session")) for one in (database, second)] == [1, 1]
    assert rows(use_database(tmp_path / "second"), "django_session") == []


def test_a_database_can_be_made_inside_an_event_loop(tmp_path: Path) -> None:
    """As in a notebook's cell, where the ORM itself refuses to work."""
    (tmp_path / "loop").mkdir()

    async def cell() -> Path:
        return use_database(tmp_path / "loop")

    assert rows(asyncio.run(cell()), "control") == [("",)]


def test_one_file_is_the_whole_database(database: Path) -> None:
    """No journal beside it and no write-ahead log, so reading the file alone misses
    nothing (SQLite file format: bytes 18 and 19 are 1 without WAL).
    """
    visitor(remedy.session).submit(SECRET)
    assert list(database.parent.glob("*.sqlite3*")) == [database]
    assert database.read_bytes()[18:20] == b"\x01\x01"


def test_a_second_database_is_also_that_of_the_thread_that_asks(tmp_path: Path) -> None:
    """A connection the caller had open to the first file is not used again."""
    from django.contrib.sessions.models import Session

    visitor(remedy.session).submit(SECRET)
    assert Session.objects.count() == 1
    (tmp_path / "second").mkdir()
    use_database(tmp_path / "second")
    assert Session.objects.count() == 0
    connection.close()
