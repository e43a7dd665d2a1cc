"""What the server's own machine keeps: access log, error reports, database."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
import zlib
from collections.abc import Iterator

from labapp.evidence import MAIN_STEPS, SITE, Evidence
from labapp.observers.sighting import Sighting, sightings


def access_log(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in the access log of *host*."""
    for step in evidence:
        if step.name in MAIN_STEPS:
            for line in step.log:
                if line.host == host:
                    yield from sightings(text, line.text.encode(), step.name, "access log")


def report_text(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the plain part of the mailed error report."""
    for report in evidence.step("outage").reports if evidence.has("outage") else ():
        yield from sightings(text, report.text.encode(), "outage", "error report, text part")


def report_html(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the HTML part of the mailed error report."""
    for report in evidence.step("outage").reports if evidence.has("outage") else ():
        yield from sightings(text, report.html.encode(), "outage", "error report, HTML part")


def debug_page(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the page that DEBUG shows instead of a mail."""
    if evidence.has("outage_debug"):
        for answer in evidence.step("outage_debug").answers:
            if answer.status == 500:
                yield from sightings(text, answer.body, "outage_debug", "debug page")


def store_raw(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where the literal bytes of *text* stand in the database file."""
    for step in evidence:
        if step.name in MAIN_STEPS:
            for sighting in sightings(text, step.database, step.name, "database file"):
                if sighting.encoding == "plain":
                    yield sighting


def store_decoded(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the session rows, decoded without the key."""
    for step in evidence:
        if step.name in MAIN_STEPS:
            for row in _session_rows(step.database):
                yield from sightings(text, decoded(row), step.name, "session row")


def decoded(session: str) -> bytes:
    """Return what a signed session holds: the signature hides nothing.

    The form is ``[.]BASE64URL:TIME:SIGNATURE``; a dot in front says zlib
    (Django docs, "Cryptographic signing"). Damaged data gives ``b""``.
    """
    packed = session.partition(":")[0]
    body = packed.lstrip(".")
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        data = zlib.decompress(data) if packed.startswith(".") else data
        return json.dumps(json.loads(data), ensure_ascii=False).encode()
    except (binascii.Error, ValueError, zlib.error):
        return b""


def rows_are_readable(evidence: Evidence) -> bool:
    """Return whether this way of reading finds the control texts in the file.

    One stands in a table of its own; where sessions are on, another stands in
    the session of control.test.
    """
    files = [step.database for step in evidence if step.database]
    rows = [row for database in files for row in _session_rows(database)]
    return (
        bool(files)
        and all(_select(database, "SELECT note FROM control") for database in files)
        and (not rows or any(any(sightings(evidence.control, decoded(r), "", "")) for r in rows))
    )


def _session_rows(database: bytes) -> list[str]:
    return _select(database, "SELECT session_data FROM django_session")


def _select(database: bytes, query: str) -> list[str]:
    """Return the first column of *query* on a database file; [] if it is damaged."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        return [str(row[0]) for row in connection.execute(query)]
    except sqlite3.Error:
        return []
    finally:
        connection.close()
