"""What the server's own machine keeps: access log, error reports, database."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing

from labapp.evidence import SITE, Evidence, Report, Step
from labapp.observers.doubt import NO_CONTROL, unheard, unlogged
from labapp.observers.sighting import Sighting, sightings
from labapp.secret import literal

LARGEST_SESSION = 1 << 22  # bytes; what unpacks to more was packed to do harm


def access_log(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the access log of site.test."""
    return (sighting for step in evidence.main for sighting in in_log(step, text))


def log_doubt(evidence: Evidence) -> str:
    """The control text is the browser's name (User-Agent), which every line ends with."""
    return unheard(evidence) or unlogged(evidence.main) or _control_in_each(evidence, in_log)


def in_log(step: Step, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in what the access log of site.test has of one step."""
    for line in step.log:
        if line.host == SITE:
            yield from sightings(text, line.text.encode(), step.name, "access log")


def report_text(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the plain part of the mailed error report."""
    for report in _reports(evidence):
        yield from sightings(text, report.text.encode(), "outage", "error report, text part")


def report_html(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the HTML part of the mailed error report."""
    for report in _reports(evidence):
        yield from sightings(text, report.html.encode(), "outage", "error report, HTML part")


def debug_page(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the page that DEBUG shows instead of a mail."""
    for page in _debug_pages(evidence):
        yield from sightings(text, page, "outage_debug", "debug page")


def text_doubt(evidence: Evidence) -> str:
    """The control text is the browser's name, which stands in every report."""
    return _report_doubt(evidence, any(report_text(evidence, evidence.control)))


def html_doubt(evidence: Evidence) -> str:
    """The control text is the browser's name, which stands in the HTML part, too."""
    return _report_doubt(evidence, any(report_html(evidence, evidence.control)))


def debug_doubt(evidence: Evidence) -> str:
    """The control text is the browser's name, which the debug page shows, too."""
    if reason := unheard(evidence, ("outage_debug",)):
        return reason
    if not _debug_pages(evidence):
        return "no page of DEBUG came: the view did not crash"
    return "" if any(debug_page(evidence, evidence.control)) else NO_CONTROL


def _reports(evidence: Evidence) -> tuple[Report, ...]:
    return evidence.step("outage").reports if evidence.has("outage") else ()


def _report_doubt(evidence: Evidence, control: bool) -> str:
    if reason := unheard(evidence, ("outage",)):
        return reason
    if not _reports(evidence):
        return "no error report came: the view did not crash"
    return "" if control else NO_CONTROL


def _debug_pages(evidence: Evidence) -> list[bytes]:
    step = evidence.step("outage_debug") if evidence.has("outage_debug") else None
    return [one.body for one in (step.answers_of(SITE) if step else ()) if one.status == 500]


def store_raw(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where the literal bytes of *text* stand in the database file."""
    return (sighting for step in evidence.main for sighting in _literal(step, text))


def store_decoded(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the session rows, decoded without the key."""
    return (sighting for step in evidence.main for sighting in _rows(step, text))


def raw_doubt(evidence: Evidence) -> str:
    """The control text stands in a table of its own, as it is."""
    return unheard(evidence) or _control_in_each(evidence, _literal)


def decoded_doubt(evidence: Evidence) -> str:
    """The control text stands in the session of control.test as well."""
    return unheard(evidence) or _control_in_each(evidence, _rows)


def _literal(step: Step, text: str) -> Iterator[Sighting]:
    return sightings(text, step.database, step.name, "database file", search=literal)


def _rows(step: Step, text: str) -> Iterator[Sighting]:
    for (data,) in rows(step.database, "SELECT session_data FROM django_session"):
        yield from sightings(text, decoded(data), step.name, "session row")


def _control_in_each(
    evidence: Evidence, look: Callable[[Step, str], Iterator[Sighting]]
) -> str:
    found = all(any(look(step, evidence.control)) for step in evidence.main)
    return "" if found else NO_CONTROL


def decoded(session: str) -> bytes:
    """Return what a signed session holds: the signature hides nothing.

    The form is ``[.]BASE64URL:TIME:SIGNATURE``; a dot in front says zlib
    (Django docs, "Cryptographic signing"). Damaged data gives ``b""``.
    """
    packed = session.strip('"').partition(":")[0]
    body = packed.removeprefix(".")
    try:
        data = base64.urlsafe_b64decode(body + "==")  # too many of them do no harm
        if packed != body:
            data = zlib.decompressobj().decompress(data, LARGEST_SESSION)
    except (binascii.Error, ValueError, zlib.error):
        return b""
    try:
        return json.dumps(json.loads(data), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return data  # another serializer's, or another text altogether


def rows(database: bytes, query: str) -> list[tuple[str, ...]]:
    """Return what *query* selects of a database file, as text; [] if it is damaged."""
    if not database:
        return []
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(database)
            return [tuple(map(str, row)) for row in connection.execute(query)]
        except sqlite3.Error:
            return []
