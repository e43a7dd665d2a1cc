"""Citations: each is a line of the visit's own evidence, after what the visit was made under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labapp.capture import Capture
from labapp.checks.citation import (
    answers,
    cookies_sent,
    found,
    header,
    key_log,
    lengths,
    log,
    masked,
    open_places,
    opened,
    server_names,
)
from labapp.evidence import SITE, STRANGER, Evidence, LogLine, Report, Step
from labapp.lab import Visit
from labapp.remedy import SIX, Remediation, https, mask_reports, post
from tests.evidence_samples import (
    FORGED,
    INNOCENT,
    NOTE,
    SECRET,
    Said,
    sealed,
    step,
    submission,
    talks,
    with_step,
)
from tests.frames import GET, Talk, capture, response

PAGE = f"<mark>{SECRET}</mark>".encode()
SENT = submission(SECRET)


def visit(*steps: Step, under: tuple[Remediation, ...] = (), secret: str = SECRET) -> Visit:
    """Return a visit of these steps, and of the innocent ones beside them."""
    evidence: Evidence = INNOCENT
    for one in steps:
        evidence = with_step(one, evidence)
    return Visit(secret, under, evidence, "by hand")


class TestFound:
    """Where the secret stood."""

    def test_the_first_sighting(self) -> None:
        """Step, part, byte, and the bytes around it, in one line."""
        made = visit(step("submit", SENT, SENT), under=(post,))
        assert found(made, "wire_request_body") == (
            "[POST] submit, request body, byte 15: "
            "sensitive_info=Rex%27s+fake+caf%C3%A9%2Botter+123"
        )

    def test_white_space_is_one_space_and_half_a_letter_a_mark(self) -> None:
        """Bytes to both sides are shown as they can be."""
        page = b"\xe9 <p>\n\n\t <mark>" + SECRET.encode() + b"</mark>\r\n\xc3"
        made = visit(step("submit", replace(SENT, page=page)))
        line = found(made, "wire_response")
        assert line.partition(": ")[2] == f"\ufffd <p> <mark>{SECRET}</mark> \ufffd"

    def test_nothing_was_found(self) -> None:
        """The place in words, and what its observer says: not seen, or unknown."""
        assert found(visit(), "access_log") == "[nothing] access log: not seen"
        deaf = visit(replace(INNOCENT.step("submit"), log=()))
        assert found(deaf, "access_log").startswith("[nothing] access log: unknown: ")


class TestLog:
    """What a server wrote down of the submit."""

    LINES = (
        LogLine(
            SITE,
            '127.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET /sensitive?a=b HTTP/1.1" 200 5 '
            '"http://site.test/" "LabBrowser/1.0"',
        ),
        LogLine(
            STRANGER,
            '127.0.0.1 - - [27/Nov/2026:10:00:01 +0000] "GET /p HTTP/1.1" 404 9 "-" "Lab"',
        ),
        LogLine(SITE, '127.0.0.1 - - [x] "POST /a HTTP/1.1" 302 0 "-" "Lab] "'),
    )

    @pytest.mark.parametrize(
        ("hosts", "expected"),
        [
            (
                (),
                [
                    '[nothing] "GET /sensitive?a=b HTTP/1.1" 200 5',
                    '[nothing] "POST /a HTTP/1.1" 302 0',
                ],
            ),
            ((STRANGER,), ['[nothing] "GET /p HTTP/1.1" 404 9']),
        ],
    )
    def test_from_the_request_to_the_size(
        self, hosts: tuple[str, ...], expected: list[str]
    ) -> None:
        """The site's lines if no other host is asked for, without date and browser."""
        made = visit(replace(INNOCENT.step("submit"), log=self.LINES))
        assert log(made, *hosts).splitlines() == expected


class TestAnswers:
    """The site's answers in a step."""

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            (replace(SENT, page=PAGE), "POST /sensitive: status 200, page with your words"),
            (SENT, "POST /sensitive: status 200, page without your words"),
            (Said("/a?b=c"), "GET /a?b=c: status 200, page without your words"),
            (replace(SENT, page=b"", status=302), "POST /sensitive: status 302, no page"),
            (
                replace(SENT, page=FORGED.encode()),
                "POST /sensitive: status 200, page with the stranger's words",
            ),
            (
                replace(SENT, page=PAGE + FORGED.encode()),
                "POST /sensitive: status 200, page with the stranger's words",
            ),
        ],
    )
    def test_whose_words_a_page_has(self, said: Said, expected: str) -> None:
        """Method, address, status, and whose words; the form and other hosts are left out."""
        made = visit(step("reload", Said(page=PAGE), said, Said("/p", host=STRANGER)))
        assert answers(made, "reload") == f"[nothing] {expected}"

    def test_without_a_stranger_only_your_words_are_looked_for(self) -> None:
        """An empty text of a stranger stands in no page."""
        alone = Evidence((step("reload", Said("/a", page=PAGE)),), NOTE)
        made = Visit(SECRET, (), alone, "")
        assert answers(made, "reload") == "[nothing] GET /a: status 200, page with your words"

    def test_one_line_each(self) -> None:
        """In the order in which they came."""
        made = visit(step("reload", Said("/a"), Said("/b")))
        lines = [
            f"[nothing] GET {path}: status 200, page without your words"
            for path in ("/a", "/b")
        ]
        assert answers(made, "reload").splitlines() == lines


class TestHeader:
    """Headers of the site's answers."""

    FIELDS = (("set-cookie", "a=1"), ("Vary", "Cookie"), ("SET-COOKIE", "b=2"))

    def test_a_name_in_any_letters(self) -> None:
        """Each value has a line, under the name that was asked for."""
        made = visit(
            step("submit", replace(SENT, fields=self.FIELDS)),
            step("reload", Said("/a", fields=(("Set-Cookie", "c=3"),))),
        )
        assert header(made, "Set-Cookie").splitlines() == [
            "[nothing] Set-Cookie: a=1",
            "[nothing] Set-Cookie: b=2",
        ]
        assert header(made, "Set-Cookie", "reload") == "[nothing] Set-Cookie: c=3"
        assert header(made, "Location") == ""

    def test_of_the_site_alone(self) -> None:
        """What another host answers is not cited."""
        made = visit(step("submit", SENT, Said("/a", host=STRANGER, fields=self.FIELDS)))
        assert header(made, "Set-Cookie") == ""


def test_cookies_sent() -> None:
    """Which request had a cookie, and which answer set one; of the site, and answered."""
    made = visit(
        step(
            "reload",
            Said("/a", headers=(("Cookie", "s=1"),)),
            Said("/b?c", fields=(("Set-Cookie", "s=2"),), status=302),
            Said("/d", host=STRANGER),
        )
    )
    assert cookies_sent(made, "reload").splitlines() == [
        "[nothing] GET /a with a cookie: status 200",
        "[nothing] GET /b?c without a cookie: status 302, a new cookie",
    ]
    without_port = Talk().open().say(GET).answer(response(b""))
    made = visit(Step("reload", capture(without_port.frames)))
    assert cookies_sent(made, "reload") == (
        "[nothing] GET /sensitive without a cookie: status 200"
    )
    unanswered = Talk().open().say(Said("/a").request)
    deaf = visit(Step("reload", capture(unanswered.frames)))
    assert cookies_sent(deaf, "reload") == ""


class TestEncrypted:
    """What crosses beside the encryption."""

    @pytest.mark.parametrize(
        ("crossed", "expected"),
        [
            (sealed(), ["server name: site.test"]),
            (Capture.joined([sealed(), sealed(STRANGER), sealed()]),
             ["server name: site.test", "server name: other.test"]),
            (talks(SENT, Said("/p"), SENT), ["path: /sensitive", "path: /p"]),
        ],
    )  # fmt: skip
    def test_names_are_in_the_clear(self, crossed: Capture, expected: list[str]) -> None:
        """Each name once, in the order asked for; without TLS the paths, too."""
        made = visit(Step("submit", crossed), under=(https,))
        assert server_names(made).splitlines() == [f"[HTTPS] {one}" for one in expected]

    def test_lengths_are_in_the_clear(self) -> None:
        """How long each record is that was sent and received; of plain text nothing."""
        hello = sealed().frames[3].data[54:]
        changed = bytes.fromhex("140303000101")
        talk = Talk().open().say(hello).say(changed + record(40) + record(100) + record(7))
        talk.answer(record(300)).answer(record(20))
        other = Talk(50000).open().say(hello + changed + record(40) + record(9))
        crossed = Capture.joined(
            [capture(talk.frames), talks(SENT), capture(other.answer(record(8)).frames)]
        )
        made = visit(Step("submit", crossed), under=(https,))
        assert lengths(made).splitlines() == [
            "[HTTPS] site.test: bytes sent 100 + 7, received 300 + 20",
            "[HTTPS] site.test: bytes sent 9, received 8",
        ]

    def test_the_first_key_and_its_connection(self) -> None:
        """Its label, and the first signs of the connection; never the key."""
        keys = f"CLIENT_HANDSHAKE {'0123456789abcdef' * 4} 5ec4e7\nOTHER {'f' * 64} 00\n"
        made = visit(Step("submit", replace(sealed(), tls_secrets=keys)), under=(https,))
        assert key_log(made) == (
            "[HTTPS] CLIENT_HANDSHAKE, for the connection 0123456789abcdef..."
        )


def record(length: int) -> bytes:
    """Return a record of application data with as many bytes behind its head."""
    return b"\x17\x03\x03" + length.to_bytes(2, "big") + bytes(length)


def test_masked() -> None:
    """The lines of the report's text about the field: not the rest, not its HTML."""
    reports = (
        Report("POST:\nsensitive_info = '*****'\nother = 1", "sensitive_info = 2"),
        Report("sensitive_info\t3\n about sensitive_info", ""),
    )
    made = visit(replace(INNOCENT.step("outage"), reports=reports), under=(mask_reports,))
    assert masked(made).splitlines() == [
        f"[{mask_reports.short}] sensitive_info = '*****'",
        f"[{mask_reports.short}] sensitive_info\t3",
    ]


BODY = visit(step("submit", SENT), under=(post,))
SHOWN = visit(step("submit", replace(SENT, page=PAGE)), under=SIX)


@pytest.mark.parametrize(
    ("cite", "expected"),
    [
        (lambda: open_places(BODY), "[POST] 2 open: request body, http:// link"),
        (lambda: open_places(visit()), "[nothing] 0 open: "),
        (lambda: opened(BODY, SHOWN), "[all six] opened: answer"),
        (lambda: opened(SHOWN, BODY), "[POST] opened: none"),
        (lambda: opened(visit(), BODY), "[POST] opened: request body, http:// link"),
    ],
)
def test_what_is_open(cite: Callable[[], str], expected: str) -> None:
    """Counted and named; what was not open before is new."""
    assert expected == cite()


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        ((), "[nothing] "),
        ((post,), "[POST] "),
        ((post, https), "[POST + HTTPS] "),
        (SIX, "[all six] "),
        (SIX[:5], f"[{' + '.join(one.short for one in SIX[:5])}] "),
    ],
)
def test_each_line_says_what_was_applied(under: tuple[Remediation, ...], expected: str) -> None:
    """So that nobody takes a line of one visit for one of another."""
    assert log(visit(step("submit", SENT), under=under)).startswith(expected)
