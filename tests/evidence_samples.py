"""Evidence made by hand, of visits that leaked and of visits that did not.

`INNOCENT` leaks nothing and has every control. Each of `GUILTY` differs from it by
one leak, each of `DOUBTFUL` by one thing that could not be looked at; beside them
stand the places that must then say "seen" or "unknown".
"""

from __future__ import annotations

import base64
import itertools
import json
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass, replace
from urllib.parse import quote_plus

from labapp.capture import Capture
from labapp.evidence import (
    CONTROL,
    SITE,
    STRANGER,
    THIRD_PARTY,
    Answer,
    Cookie,
    Evidence,
    LogLine,
    Memory,
    Report,
    Step,
)
from tests.frames import CLIENT_PORT, SERVER_PORT, Talk, capture, response

SECRET = "Rex's fake café+otter 123"
HARMLESS = "Nora waters the plants"  # what the innocent visitor types
NOTE = "control kettle 4242"
FORGED = "Mia's fake café+violin 777"
AGENT = f"LabBrowser/1.0 ({NOTE})"
PLACES_ON_THE_WIRE = frozenset(
    ("wire_request_line", "wire_request_headers", "wire_request_body", "wire_response")
)
WIRE = PLACES_ON_THE_WIRE | {"cookie_replay", "http_link"}
BROWSER = frozenset(("history", "browser_cache", "cookie_jar"))
LOG = frozenset(("access_log",))
STORE = frozenset(("store_raw", "store_decoded"))
EVERY_MAIN_PLACE = WIRE | BROWSER | LOG | STORE | {"third_party_referer"}

_ports = itertools.count(CLIENT_PORT)


@dataclass(frozen=True)
class Said:
    """One request and its response, as they crossed.

    *coded*, if given, crosses instead of the body *page*, with *fields* beside it.
    """

    target: str = "/"
    method: str = "GET"
    host: str = SITE
    headers: tuple[tuple[str, str], ...] = ()
    sent: bytes = b""
    status: int = 200
    fields: tuple[tuple[str, str], ...] = ()
    page: bytes = b"<p>Welcome.</p>"
    coded: bytes | None = None
    agent: str = AGENT

    @property
    def request(self) -> bytes:
        """The bytes of the request."""
        lines = [
            f"{self.method} {self.target} HTTP/1.1",
            f"Host: {self.host}:{SERVER_PORT}",
            f"User-Agent: {self.agent}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        if self.sent:
            lines.append(f"Content-Length: {len(self.sent)}")
        return "\r\n".join((*lines, "", "")).encode() + self.sent

    @property
    def response(self) -> bytes:
        """The bytes of the response."""
        fields = [f"{name}: {value}".encode() for name, value in self.fields]
        status = b"%d Whatever" % self.status
        if self.coded is None:
            return response(self.page, *fields, status=status)
        return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", self.coded])

    def answer(self, scheme: str = "http") -> Answer:
        """What the browser had of it."""
        url = f"{scheme}://{self.host}:{SERVER_PORT}{self.target}"
        return Answer(self.method, url, self.status, self.fields, self.page, self.sent)

    @property
    def line(self) -> LogLine:
        """Its line in the access log."""
        text = f'127.0.0.1 - - "{self.method} {self.target} HTTP/1.1" {self.status} "-" "{self.agent}"'
        return LogLine(self.host, text, dict(self.headers).get("Referer", ""))


def talks(*said: Said, size: int = 1460) -> Capture:
    """Return the capture of *said*, each in a connection of its own."""
    frames: list[bytes] = []
    clients = []
    for one in said:
        clients.append(next(_ports))
        talk = Talk(clients[-1]).open().say(one.request, size).answer(one.response, size)
        frames += talk.close().frames
    return capture(frames, clients=tuple(clients))


def client_hello(name: str = SITE) -> bytes:
    """Return the record of a ClientHello that names *name*."""
    entry = b"\x00" + len(name).to_bytes(2, "big") + name.encode()
    entries = len(entry).to_bytes(2, "big") + entry
    extension = b"\x00\x00" + len(entries).to_bytes(2, "big") + entries
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    hello += len(extension).to_bytes(2, "big") + extension
    handshake = b"\x01" + len(hello).to_bytes(3, "big") + hello
    return b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake


def sealed(name: str = SITE, tail: bytes = b"") -> Capture:
    """Return the capture of one TLS connection: a ClientHello, then records."""
    data = b"\x17\x03\x03" + len(tail).to_bytes(2, "big") + tail
    port = next(_ports)
    talk = Talk(port).open().say(client_hello(name)).answer(data).say(data).close()
    return capture(talk.frames, clients=(port,))


def database(*sessions: str, note: str = NOTE, literal: str = "") -> bytes:
    """Return an SQLite file with the control text, these session rows and *literal*."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("CREATE TABLE control (note TEXT)")
        made.execute("CREATE TABLE other (text TEXT)")
        made.execute("CREATE TABLE django_session (session_key TEXT, session_data TEXT)")
        made.execute("INSERT INTO control VALUES (?)", (note,))
        made.execute("INSERT INTO other VALUES (?)", (literal,))
        made.executemany("INSERT INTO django_session VALUES ('k', ?)", [(s,) for s in sessions])
        made.commit()
        return made.serialize()


def signed(value: object, *, packed: bool = False) -> str:
    """Return *value* as Django signs it, with a signature of nobody."""
    data = json.dumps(value, separators=(",", ":")).encode()
    body = base64.urlsafe_b64encode(zlib.compress(data) if packed else data).decode()
    return f"{'.' if packed else ''}{body.rstrip('=')}:1tNoon:c2lnbmF0dXJl"


CONTROL_ROW = signed({"control": NOTE})
DATABASE = database(CONTROL_ROW, signed({"sensitive_info": HARMLESS}))
MEMORY = Memory(
    history=(
        f"http://{CONTROL}:8000/control?control={quote_plus(NOTE)}",
        f"http://{SITE}:8000/",
        f"http://{SITE}:8000/sensitive",
    ),
    cache=(
        (f"http://{CONTROL}:8000/control", f"<mark>{NOTE}</mark>".encode()),
        (f"http://{SITE}:8000/sensitive", b"<p>Thank you.</p>"),
    ),
    cookies=(
        Cookie(CONTROL, "control", "control%20kettle%204242", False, False, "Lax"),
        Cookie(SITE, "csrftoken", "aB3" * 10, False, False, "Lax"),
    ),
)
REPORT = Report(f"Report\nHTTP_USER_AGENT = {AGENT!r}", f"<td>{AGENT}</td>")
PICTURE = Said(
    "/p.png", host=THIRD_PARTY, page=b"png", headers=(("Referer", f"http://{SITE}:8000/"),)
)
CONTROL_GET = Said(
    f"/control?control={quote_plus(NOTE)}", host=CONTROL, page=f"<mark>{NOTE}</mark>".encode()
)
CONTROL_POST = Said(
    "/control", "POST", CONTROL, sent=f"control={quote_plus(NOTE)}".encode(), page=b"<p>ok</p>"
)
CONTROL_PICTURE = replace(
    PICTURE, headers=(("Referer", f"http://{CONTROL}:8000/control?control={quote_plus(NOTE)}"),)
)
FORM = Said(page=b'<form action="/sensitive" method="post"></form>')


def submission(text: str = HARMLESS) -> Said:
    """Return the form sent with *text*."""
    body = f"sensitive_info={quote_plus(text)}".encode()
    return Said("/sensitive", "POST", sent=body, page=b"<p>Thank you.</p>")


SUBMIT = submission()


def step(name: str, *said: Said, reports: tuple[Report, ...] = ()) -> Step:
    """Return a step in which *said* crossed in the clear, logged line by line."""
    return Step(
        name,
        talks(*said),
        tuple(one.answer() for one in said),
        tuple(one.line for one in said),
        reports,
        MEMORY,
        DATABASE,
    )


INNOCENT = Evidence(
    (
        step("control", CONTROL_GET, CONTROL_POST, CONTROL_PICTURE),
        step("open", FORM),
        step("submit", SUBMIT, PICTURE),
        step("reload", Said("/sensitive")),
        step("outage", FORM, replace(submission(), status=500), reports=(REPORT,)),
        step("outage_debug", FORM, replace(submission(), status=500, page=AGENT.encode())),
        step("http_link", Said(host=STRANGER), FORM),
        step(
            "forgery",
            FORM,
            Said("/attack", host=STRANGER),
            replace(submission(FORGED), status=403),
        ),
        step("after_forgery", Said("/secure_page", page=b"<p>There is nothing here.</p>")),
    ),
    NOTE,
    FORGED,
)


def with_step(new: Step, evidence: Evidence = INNOCENT) -> Evidence:
    """Return *evidence* with *new* in place of its step of that name, or before reload."""
    if not evidence.has(new.name):
        at = [one.name for one in evidence].index("reload")
        return replace(evidence, steps=(*evidence.steps[:at], new, *evidence.steps[at:]))
    steps = (new if one.name == new.name else one for one in evidence)
    return replace(evidence, steps=tuple(steps))


def changed(name: str, **changes: object) -> Evidence:
    """Return the innocent evidence with these fields of one step replaced."""
    return with_step(replace(INNOCENT.step(name), **changes))  # type: ignore[arg-type]


def without_step(name: str) -> Evidence:
    """Return the innocent evidence without one step."""
    return replace(INNOCENT, steps=tuple(one for one in INNOCENT if one.name != name))


def remembered(memory: Memory) -> Evidence:
    """Return the innocent evidence with another memory at the end of submitting."""
    return changed("submit", memory=memory)


def _sent(*said: Said, name: str = "submit") -> Evidence:
    return with_step(step(name, *said))


_query = f"/sensitive?sensitive_info={quote_plus(SECRET)}"
_page = f"<mark>{SECRET}</mark>".encode()
_cookie = (("Set-Cookie", "sessionid=abcdefgh; HttpOnly"),)
_address = f"http://{SITE}:8000{_query}"
_accepted = replace(submission(FORGED), status=200)

# Name, evidence, and all the places that must say "seen"; every other: "not seen".
GUILTY: dict[str, tuple[Evidence, frozenset[str]]] = {
    "nothing at all": (INNOCENT, frozenset()),
    "the form is sent by GET": (
        _sent(Said(_query), PICTURE),
        frozenset(("wire_request_line", "http_link", "access_log")),
    ),
    "a header holds it": (
        _sent(replace(SUBMIT, headers=(("X-Note", quote_plus(SECRET)),)), PICTURE),
        frozenset(("wire_request_headers", "http_link")),
    ),
    "the form is sent by POST": (
        _sent(submission(SECRET), PICTURE),
        frozenset(("wire_request_body", "http_link")),
    ),
    "the page shows it": (
        _sent(replace(SUBMIT, page=_page), PICTURE),
        frozenset(("wire_response", "http_link")),
    ),
    "a header of the answer holds it": (
        _sent(replace(SUBMIT, fields=(("Location", _query),)), PICTURE),
        frozenset(("wire_response", "http_link")),
    ),
    "a signed cookie holds it": (
        with_step(
            step("replay", Said("/secure_page")),
            _sent(
                replace(
                    SUBMIT, fields=(("Set-Cookie", f"s={signed({'v': SECRET}, packed=True)}"),)
                ),
                PICTURE,
            ),
        ),
        frozenset(("wire_response", "http_link")),
    ),
    "the cookie opens the page": (
        with_step(
            step("replay", Said("/secure_page", page=_page)),
            _sent(replace(SUBMIT, fields=_cookie), PICTURE),
        ),
        frozenset(("cookie_replay", "http_link")),
    ),
    "the link shows it": (
        _sent(Said(host=STRANGER), replace(FORM, page=_page), name="http_link"),
        frozenset(("http_link",)),
    ),
    "the cookie of the link opens the page": (
        with_step(
            step("replay_after_link", Said("/secure_page", page=_page)),
            _sent(replace(FORM, headers=(("Cookie", "sessionid=abcdefgh"),)), name="http_link"),
        ),
        frozenset(("http_link",)),
    ),
    "an address in the history": (
        remembered(replace(MEMORY, history=(*MEMORY.history, _address))),
        frozenset(("history",)),
    ),
    "a page in the cache": (
        remembered(replace(MEMORY, cache=(*MEMORY.cache, (f"http://{SITE}:8000/", _page)))),
        frozenset(("browser_cache",)),
    ),
    "an address in the cache": (
        remembered(replace(MEMORY, cache=(*MEMORY.cache, (_address, b"")))),
        frozenset(("browser_cache",)),
    ),
    "a cookie in the jar": (
        remembered(
            replace(
                MEMORY,
                cookies=(
                    *MEMORY.cookies,
                    Cookie(SITE, "s", signed({"v": SECRET}, packed=True), True, True, "Lax"),
                ),
            )
        ),
        frozenset(("cookie_jar",)),
    ),
    "the picture's host is told": (
        _sent(SUBMIT, replace(PICTURE, headers=(("Referer", _address),))),
        frozenset(("third_party_referer",)),
    ),
    "a line of the log": (
        changed(
            "submit", log=(replace(SUBMIT.line, text=f'"GET {_query}" {AGENT}'), PICTURE.line)
        ),
        frozenset(("access_log",)),
    ),
    "the report's text": (
        changed("outage", reports=(replace(REPORT, text=f"{AGENT} {SECRET!r}"),)),
        frozenset(("report_text",)),
    ),
    "the report's HTML": (
        changed("outage", reports=(replace(REPORT, html=f"{AGENT} {SECRET}"),)),
        frozenset(("report_html",)),
    ),
    "the debug page": (
        _sent(replace(SUBMIT, status=500, page=AGENT.encode() + _page), name="outage_debug"),
        frozenset(("debug_page",)),
    ),
    "literally in the database": (
        changed("submit", database=database(CONTROL_ROW, literal=SECRET)),
        frozenset(("store_raw",)),
    ),
    "in a session row": (
        changed("submit", database=database(CONTROL_ROW, signed({"v": SECRET}))),
        frozenset(("store_decoded",)),
    ),
    "in a packed session row": (
        changed("submit", database=database(CONTROL_ROW, signed({"v": SECRET}, packed=True))),
        frozenset(("store_decoded",)),
    ),
    "reloading sends it again": (
        _sent(submission(SECRET), name="reload"),
        frozenset(("reload_resubmits",)),
    ),
    "the forgery is accepted": (
        _sent(FORM, _accepted, name="forgery"),
        frozenset(("forgery_accepted",)),
    ),
    "the forgery is accepted after a redirect": (
        _sent(
            FORM,
            replace(_accepted, status=302),
            Said("/secure_page", page=b"<p>Thank you.</p>"),
            name="forgery",
        ),
        frozenset(("forgery_accepted",)),
    ),
    "the forgery changed the page": (
        _sent(
            Said("/secure_page", page=f"<mark>{FORGED}</mark>".encode()), name="after_forgery"
        ),
        frozenset(("forgery_changed_session",)),
    ),
}

_unanswered = Answer("POST", f"http://{SITE}:8000/sensitive", 0, (), b"refused")
_later = frozenset(("reload_resubmits",))

# Name, evidence, and all the places that must say "unknown"; every other: "not seen".
DOUBTFUL: dict[str, tuple[Evidence, frozenset[str]]] = {
    "no step at all": (
        Evidence((), NOTE, FORGED),
        EVERY_MAIN_PLACE
        | {"report_text", "report_html", "debug_page", "reload_resubmits"}
        | {"forgery_accepted", "forgery_changed_session"},
    ),
    "nothing was submitted": (without_step("submit"), EVERY_MAIN_PLACE | _later),
    "the submission had no answer": (
        changed("submit", answers=(_unanswered,)),
        EVERY_MAIN_PLACE | _later,
    ),
    "reading back had no answer": (
        with_step(replace(step("read_back", FORM), answers=())),
        EVERY_MAIN_PLACE,
    ),
    "no packets": (changed("submit", capture=capture([])), WIRE),
    "packets of another conversation": (changed("submit", capture=talks(FORM)), WIRE),
    "the backend knows of a loss": (
        changed("submit", capture=replace(talks(SUBMIT, PICTURE), problems=("one dropped",))),
        WIRE,
    ),
    "a connection is missing": (
        changed("submit", capture=replace(talks(SUBMIT, PICTURE), clients=(1,))),
        WIRE,
    ),
    "an unknown content coding": (
        _sent(
            replace(
                SUBMIT,
                fields=(("Content-Encoding", "br"), ("Content-Length", "4")),
                coded=b"\x0b\x01\x80x",
            ),
            PICTURE,
        ),
        WIRE,
    ),
    "an answer that is no HTTP": (
        changed("submit", capture=talks(SUBMIT, PICTURE, Said(page=b"", coded=b"", status=0))),
        WIRE,
    ),
    "no encrypted packets": (
        changed("submit", answers=(SUBMIT.answer("https"),), capture=capture([])),
        WIRE,
    ),
    "a cookie nobody replayed": (
        _sent(replace(SUBMIT, fields=_cookie), PICTURE),
        frozenset(("cookie_replay", "http_link")),
    ),
    "a replay without an answer": (
        with_step(
            replace(step("replay", FORM), answers=()),
            _sent(replace(SUBMIT, headers=(("Cookie", "sessionid=abcdefgh"),)), PICTURE),
        ),
        frozenset(("cookie_replay", "http_link")),
    ),
    "a cookie of the link nobody replayed": (
        _sent(replace(FORM, headers=(("Cookie", "sessionid=abcdefgh"),)), name="http_link"),
        frozenset(("http_link",)),
    ),
    "the link was not followed": (
        _sent(Said(host=STRANGER), name="http_link"),
        frozenset(("http_link",)),
    ),
    "the link's packets were lost": (
        changed("http_link", capture=capture([])),
        frozenset(("http_link",)),
    ),
    "no control": (without_step("control"), WIRE | {"third_party_referer"}),
    "no control in a request line": (
        _sent(
            replace(CONTROL_GET, target="/control"),
            CONTROL_POST,
            CONTROL_PICTURE,
            name="control",
        ),
        frozenset(("wire_request_line", "cookie_replay", "http_link")),
    ),
    "no control in a header": (
        _sent(
            replace(CONTROL_GET, agent="x"),
            replace(CONTROL_POST, agent="x"),
            CONTROL_PICTURE,
            name="control",
        ),
        frozenset(("wire_request_headers", "cookie_replay", "http_link")),
    ),
    "no control in a request body": (
        _sent(CONTROL_GET, replace(CONTROL_POST, sent=b"x"), CONTROL_PICTURE, name="control"),
        frozenset(("wire_request_body", "cookie_replay", "http_link")),
    ),
    "no control in an answer": (
        _sent(replace(CONTROL_GET, page=b"x"), CONTROL_POST, CONTROL_PICTURE, name="control"),
        frozenset(("wire_response", "cookie_replay", "http_link")),
    ),
    "no control in a Referer": (
        _sent(CONTROL_GET, CONTROL_POST, PICTURE, name="control"),
        frozenset(("third_party_referer",)),
    ),
    "an empty memory": (remembered(Memory()), BROWSER),
    "no control in the history": (
        remembered(replace(MEMORY, history=MEMORY.history[1:])),
        frozenset(("history",)),
    ),
    "no control in the cache": (
        remembered(replace(MEMORY, cache=MEMORY.cache[1:])),
        frozenset(("browser_cache",)),
    ),
    "no control in the jar": (
        remembered(replace(MEMORY, cookies=MEMORY.cookies[1:])),
        frozenset(("cookie_jar",)),
    ),
    "an empty log": (changed("submit", log=()), LOG | {"third_party_referer"}),
    "a line of the log is missing": (
        changed("submit", log=(PICTURE.line,)),
        LOG | {"third_party_referer"},
    ),
    "the picture's line is missing": (
        changed("submit", log=(SUBMIT.line,)),
        LOG | {"third_party_referer"},
    ),
    "no control in the log": (
        changed("submit", log=(replace(SUBMIT.line, text="GET /"), PICTURE.line)),
        LOG,
    ),
    "no outage": (without_step("outage"), frozenset(("report_text", "report_html"))),
    "no report": (changed("outage", reports=()), frozenset(("report_text", "report_html"))),
    "no control in the report's text": (
        changed("outage", reports=(replace(REPORT, text="starred"),)),
        frozenset(("report_text",)),
    ),
    "no control in the report's HTML": (
        changed("outage", reports=(replace(REPORT, html=""),)),
        frozenset(("report_html",)),
    ),
    "no debug step": (without_step("outage_debug"), frozenset(("debug_page",))),
    "no crash with DEBUG": (
        _sent(FORM, SUBMIT, name="outage_debug"),
        frozenset(("debug_page",)),
    ),
    "no control on the debug page": (
        _sent(FORM, replace(SUBMIT, status=500), name="outage_debug"),
        frozenset(("debug_page",)),
    ),
    "no database": (changed("submit", database=b""), STORE),
    "a damaged database": (
        changed("submit", database=DATABASE[:100] + bytes(len(DATABASE) - 100)),
        STORE,
    ),
    "a database without the control": (
        changed("submit", database=database(CONTROL_ROW, note="")),
        frozenset(("store_raw",)),
    ),
    "no session of the control": (
        changed("submit", database=database()),
        frozenset(("store_decoded",)),
    ),
    "no reload": (without_step("reload"), _later),
    "a reload without an answer": (changed("reload", answers=()), _later),
    "no forgery": (
        without_step("forgery"),
        frozenset(("forgery_accepted", "forgery_changed_session")),
    ),
    "the stranger's form was never sent": (
        _sent(FORM, Said("/attack", host=STRANGER), name="forgery"),
        frozenset(("forgery_accepted", "forgery_changed_session")),
    ),
    "the forgery had no answer": (
        changed(
            "forgery",
            answers=(FORM.answer(), replace(_accepted, status=0).answer()),
        ),
        frozenset(("forgery_accepted", "forgery_changed_session")),
    ),
    "no forged text": (
        replace(INNOCENT, forged=""),
        frozenset(("forgery_accepted", "forgery_changed_session")),
    ),
    "the page was not opened after the forgery": (
        without_step("after_forgery"),
        frozenset(("forgery_changed_session",)),
    ),
    "the page did not open after the forgery": (
        _sent(Said("/secure_page", status=500), name="after_forgery"),
        frozenset(("forgery_changed_session",)),
    ),
}
