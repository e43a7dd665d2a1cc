"""The server's own machine: what stands in its log, its reports, its database."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.signing import TimestampSigner

from labapp.evidence import CONTROL, SITE, Answer, Evidence, LogLine
from labapp.observers import machine
from tests.evidence_samples import (
    AGENT,
    CONTROL_ROW,
    GUILTY,
    HARMLESS,
    INNOCENT,
    REPORT,
    SECRET,
    changed,
    database,
    signed,
)


def wheres(found: object) -> list[str]:
    return [one.where for one in found]  # type: ignore[attr-defined]


# The log ----------------------------------------------------------------------------


def test_a_line_of_the_sites_own_log_is_read() -> None:
    """In any encoding; another host's log is another person's."""
    text = f'"GET /?v=Rex%27s+fake+caf%C3%A9%2Botter+123" {AGENT}'

    def logged(host: str) -> Evidence:
        return changed("submit", log=(LogLine(host, text),))

    (only,) = machine.access_log(logged(SITE), SECRET)

    assert ("submit", "access log", "percent + plus") == (only.step, only.where, only.encoding)
    assert [] == list(machine.access_log(logged(CONTROL), SECRET))
    assert [] == list(machine.access_log(INNOCENT, SECRET))


def test_a_referer_in_the_log_is_in_the_log() -> None:
    """The combined form quotes it: the whole line is searched, not the request only."""
    text = f'"GET / HTTP/1.1" 200 "-" "http://x/?v={SECRET}" {AGENT}'

    assert ["access log"] == wheres(
        machine.access_log(changed("open", log=(LogLine(SITE, text),)), SECRET)
    )


# The reports ------------------------------------------------------------------------


def test_the_two_parts_of_a_report_are_two_places() -> None:
    """Django stars one and shows the other."""
    evidence = changed("outage", reports=(replace(REPORT, html=f"{AGENT}<td>{SECRET}</td>"),))

    assert [] == list(machine.report_text(evidence, SECRET))
    assert ["error report, HTML part"] == wheres(machine.report_html(evidence, SECRET))


def test_a_report_of_another_step_does_not_count() -> None:
    """The outage is the step in which a report is asked for."""
    evidence = changed("submit", reports=(replace(REPORT, text=SECRET, html=SECRET),))

    assert [] == [
        *machine.report_text(evidence, SECRET),
        *machine.report_html(evidence, SECRET),
    ]


@pytest.mark.parametrize(
    ("host", "status", "expected"),
    [(SITE, 500, ["debug page"]), (SITE, 200, []), (CONTROL, 500, [])],
)
def test_the_debug_page_is_the_sites_answer_500(
    host: str, status: int, expected: list[str]
) -> None:
    """The form before it, or another host's trouble, is no debug page."""
    page = Answer("POST", f"http://{host}:8000/sensitive", status, (), SECRET.encode())

    found = machine.debug_page(changed("outage_debug", answers=(page,)), SECRET)

    assert expected == wheres(found)


# The database -----------------------------------------------------------------------


def test_raw_is_the_text_as_it_stands() -> None:
    """A disguise is not literal: base64 and JSON escapes are for the other place."""
    for text, expected in ((SECRET, ["database file"]), (SECRET.replace("é", "\\u00e9"), [])):
        evidence = changed("submit", database=database(CONTROL_ROW, literal=text))
        assert expected == wheres(machine.store_raw(evidence, SECRET))


def test_a_row_that_was_deleted_is_still_in_the_file() -> None:
    """SQLite frees the place and leaves the bytes: who copies the file has them."""
    freed = database(CONTROL_ROW).replace(bytes(64), SECRET.encode().ljust(64, b"\0"), 1)

    assert 1 == len(list(machine.store_raw(changed("submit", database=freed), SECRET)))
    assert [] == list(machine.store_decoded(changed("submit", database=freed), SECRET))


@pytest.mark.parametrize("packed", [False, True])
def test_a_session_row_is_decoded_without_the_key(packed: bool) -> None:
    """The signature hides nothing. Another visitor's session is innocent."""
    for text, expected in ((SECRET, ["session row"]), (HARMLESS, [])):
        row = signed({"sensitive_info": text, "more": "x" * 200}, packed=packed)
        evidence = changed("submit", database=database(CONTROL_ROW, row))
        assert expected == wheres(machine.store_decoded(evidence, SECRET))
        assert [] == list(machine.store_raw(evidence, SECRET))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("value", [{"v": SECRET}, ["é", 1], "text", {"v": "🐶" * 99}])
def test_what_django_signs_is_decoded(value: object, packed: bool) -> None:
    """Compressed or not, and readable: no escapes are left."""
    assert json.dumps(value, ensure_ascii=False).encode() == machine.decoded(
        signed(value, packed=packed)
    )


def test_djangos_own_session_is_decoded() -> None:
    """The format above is made by hand; this one by Django, in both forms."""
    signer = TimestampSigner(key="k", fallback_keys=[])
    for text in ("short", "long " * 100):
        made = signer.sign_object({"v": text}, compress=True)
        assert json.dumps({"v": text}).encode() == machine.decoded(made)


def test_another_serializer_is_read_too() -> None:
    """Who keeps pickles keeps them just as readable."""
    body = base64.urlsafe_b64encode(b"\x80\x04 " + SECRET.encode()).decode()

    assert SECRET.encode() in machine.decoded(f"{body}:1tNoon:c2ln")


def test_the_quotes_around_a_cookie_are_none_of_it() -> None:
    """A value that a cookie quotes is read as well; its own letters stay."""
    assert b'{"v": 1}' == machine.decoded(f'"{signed({"v": 1}, packed=True)}"')
    for text in (b"_a text with no form", b"_", b"_a", b"_ab"):
        assert text == machine.decoded(base64.urlsafe_b64encode(text).decode())
        assert text == machine.decoded(base64.urlsafe_b64encode(text).decode().rstrip("="))


@pytest.mark.parametrize("session", ["é", "A", ".eJw:x", ".AAAA:x:y"])
def test_what_cannot_be_decoded_holds_nothing(session: str) -> None:
    """Neither base64 nor zlib data."""
    assert b"" == machine.decoded(session)


def test_reading_rows_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is read where it is: in memory."""
    monkeypatch.chdir(tmp_path)
    found = machine.rows(database("a", "b"), "SELECT session_data, 1 FROM django_session")
    assert [("a", "1"), ("b", "1")] == found
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "session",
    ["", ".", ":", "...", "é", ".eJw:x", "A", "\udcff", ".AAAA:x:y", "[" * 10],
)
def test_damaged_sessions_are_no_crash(session: str) -> None:
    """They come from other people's files; what cannot be decoded is a few bytes at most."""
    assert len(machine.decoded(session)) <= 10


def test_a_deep_or_a_huge_session_is_no_crash() -> None:
    """JSON of a thousand brackets, or zlib data that unpacks to a gigabyte."""
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    bomb = base64.urlsafe_b64encode(zlib.compress(bytes(1 << 26))).decode()

    assert b"[" * 100_000 == machine.decoded(deep)
    assert machine.LARGEST_SESSION == len(machine.decoded("." + bomb))


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0" + bytes(200), bytes(4096)])
def test_a_damaged_file_leaves_a_doubt(content: bytes) -> None:
    """No row is not the same as no secret. The innocent file leaves none."""
    evidence = changed("submit", database=content)

    assert [] == list(machine.store_decoded(evidence, SECRET))
    assert machine.decoded_doubt(evidence)
    assert machine.raw_doubt(evidence)
    assert "" == machine.decoded_doubt(INNOCENT) == machine.raw_doubt(INNOCENT)


def test_sightings_name_the_step() -> None:
    """A learner wants to know when it was there."""
    evidence, _ = GUILTY["literally in the database"]

    assert ["submit"] == [one.step for one in machine.store_raw(evidence, SECRET)]
