from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from labapp.server import access_log
from tests.serving import Lab, serving


@pytest.fixture
def lab() -> Iterator[Lab]:
    with serving() as running:
        running.server.take_log()
        yield running


def written(**changes: str | int) -> str:
    """One line of the log, without its date."""
    fields: dict[str, str | int] = {
        "client": "127.0.0.1",
        "host": "site.test",
        "request_line": "GET / HTTP/1.1",
        "status": "200",
        "size": 5,
        "referer": "",
        "user_agent": "",
    }
    text = access_log.line(**(fields | changes)).text  # type: ignore[arg-type]
    return re.sub(r"\[.*?\]", "[date]", text, count=1)


def test_a_line_has_the_combined_form(lab: Lab) -> None:
    """Apache's form to the letter: client, date, request, status, bytes, two headers."""
    lab.get("/a?b=c", headers={"Referer": "http://other.test/x", "User-Agent": "Tester/1.0"})

    (line,) = lab.server.take_log()

    pattern = (
        r"127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        r'"GET /a\?b=c HTTP/1\.1" 200 5 "http://other\.test/x" "Tester/1\.0"'
    )
    assert re.fullmatch(pattern, line.text)
    assert (line.host, line.referer) == ("site.test", "http://other.test/x")


def test_months_are_english_in_any_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log is read by programs: it does not follow the learner's language."""

    def strftime(form: str, when: time.struct_time) -> str:
        assert "%b" not in form
        return strftime_of_python(form, when)

    strftime_of_python = time.strftime
    monkeypatch.setattr(time, "strftime", strftime)
    dates = []
    for month in range(1, 13):
        when = time.struct_time((2026, month, 5, 6, 7, 8, 0, 1, 0))
        monkeypatch.setattr(time, "gmtime", lambda when=when: when)
        line = access_log.line(
            client="127.0.0.1",
            host="site.test",
            request_line="GET / HTTP/1.1",
            status="200",
            size=5,
            referer="",
            user_agent="",
        )
        dates.append(line.text.split()[3])

    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
    assert dates == [f"[05/{month}/2026:06:07:08" for month in months]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ('a"b', r"a\"b"),
        ("a\\b", r"a\\b"),
        ('" 200 5\n127.0.0.1 - - forged', r"\" 200 5\n127.0.0.1 - - forged"),
        ("a\r\n b", r"a\r\n b"),
        ("\x00\x1b[31m\x7f", r"\x00\x1b[31m\x7f"),
        ("caf\xc3\xa9", r"caf\xc3\xa9"),
        ("plain ~ text", "plain ~ text"),
    ],
)
def test_nothing_a_client_sends_can_forge_a_line(text: str, escaped: str) -> None:
    """Quotes, line breaks and control characters are written as Apache writes them."""
    assert written(request_line=text) == (f'127.0.0.1 - - [date] "{escaped}" 200 5 "-" "-"')
    assert written(referer=text).endswith(f'"{escaped}" "-"')
    assert written(user_agent=text).endswith(f'"-" "{escaped}"')


def test_nothing_is_a_dash() -> None:
    """No header, no byte and no request line each show as a dash."""
    assert written(size=0, request_line="") == '127.0.0.1 - - [date] "-" 200 - "-" "-"'


@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
def test_the_log_is_complete_once_it_is_read(lab: Lab, tls: bool) -> None:
    """200 requests, and 200 lines in their order right after the last answer."""
    with lab.client(tls=tls) as client:
        for number in range(200):
            client.request("GET", f"/{number}")
            client.getresponse().read()
        lines = lab.server.take_log()

    assert [line.text.split()[6] for line in lines] == [f"/{n}" for n in range(200)]
    assert lab.server.take_log() == ()  # each line is told once


def test_head_has_no_bytes(lab: Lab) -> None:
    """Apache counts the bytes of the body; HEAD has none."""
    with lab.client() as client:
        client.request("HEAD", "/")
        client.getresponse().read()

    assert '"HEAD / HTTP/1.1" 200 - ' in lab.server.take_log()[0].text


def test_a_refused_request_is_not_logged_with_the_headers_of_another(lab: Lab) -> None:
    """On one connection a good request, then nonsense: each has a line of its own."""
    lab.say(
        b"GET /good HTTP/1.1\r\nHost: site.test\r\nReferer: http://other.test/\r\n\r\n"
        b"GET /bad HTTP/nonsense\r\n\r\n"
    )

    good, bad = lab.server.take_log()

    assert (good.host, good.referer) == ("site.test", "http://other.test/")
    assert (bad.host, bad.referer) == ("", "")
    assert '"GET /bad HTTP/nonsense" 400 ' in bad.text
