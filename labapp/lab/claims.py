"""Seven claims of a published example, in our words, each a question to one visit.

The example calls `published.CompliantView` compliant and says these seven things of
it. Each function asks the evidence of a visit, whatever view was visited: where the
evidence is another, the verdict is another.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from html import unescape
from urllib.parse import urlsplit

from labapp import show
from labapp.evidence import SITE, STRANGER, Answer
from labapp.lab.claim import Claim, claim, header, logged, sighted, weigh
from labapp.lab.visiting import visit as make_visit
from labapp.lab.visits import Visit
from labapp.observers import WIRE
from labapp.observers.machine import decoded
from labapp.remedy import post, session
from labapp.secret import find, plant_secret
from labapp.site import published

_ADDRESSES = ("wire_request_line", "history", "access_log")
_REPORTS = ("report_text", "report_html")
_STORES = ("store_raw", "store_decoded")
_SESSION_ID = "sessionid"  # SESSION_COOKIE_NAME, Django's default
_WORDS = 45  # signs of a page's text
_NO_ANSWER = "no answer came to the form"


def published_visit(secret: str | None = None) -> Visit:
    """Visit the published view as it is, with all that it takes for granted.

    That is a form which posts, sessions switched on, and a secure page that shows
    what the visitor's session holds.
    """
    secret = plant_secret() if secret is None else secret
    return make_visit(secret, post, session, view=published.CompliantView)


def judge(visit: Visit) -> list[Claim]:
    """Put all seven claims to the evidence of *visit*, in the order of the view's lines."""
    return [question(visit) for question in CLAIMS]


def post_is_safer(visit: Visit) -> Claim:
    """It is if the value stands in no address, in part if somebody on the way reads it."""
    clean, unread = _not(_seen(visit, _ADDRESSES)), _not(_seen(visit, WIRE))
    verdict = weigh(clean, unread) if clean else weigh(clean)
    log = logged(visit.step("submit")) if clean else ""
    shown = (log, sighted(visit, (*_ADDRESSES, *WIRE) if clean else _ADDRESSES))
    text = "POST is safer: the value stands in no address"
    return claim(visit, text, verdict, "; ".join(filter(None, shown)))


def reports_are_starred(visit: Visit) -> Claim:
    """They are if neither part of the mailed report has the value."""
    verdict = weigh(*(_not(visit.seen[place]) for place in _REPORTS))
    shown = sighted(visit, _REPORTS) or _stars(visit)
    return claim(visit, "The decorator stars it in error reports", verdict, shown)


def redirect_leads_to_a_secure_page(visit: Visit) -> Claim:
    """It does if the page shows the value to its owner, over HTTPS and at a clean address."""
    text = "The redirect leads to a secure page"
    if not (answers := _submitted(visit)):
        return claim(visit, text, "unknown", _NO_ANSWER)
    first, last = answers[0], answers[-1]
    if not 300 <= first.status < 400:
        return claim(visit, text, "fails", f"no redirect, {first.status} at {first.url}")
    sealed = last.url.startswith("https://") and not find(visit.secret, last.url.encode())
    verdict = weigh(last.status == 200 and _shows(visit, last), sealed)
    shown = f"{first.status} to {last.url}: {_says(last)}"
    return claim(visit, text, verdict, shown)


def value_is_saved(visit: Visit) -> Claim:
    """It is if the database file has it, as it is or in the row of a session."""
    saved = _seen(visit, _STORES)
    shown = sighted(visit, _STORES) or _rows(visit)
    return claim(visit, "The value is saved in a session", weigh(saved), shown)


def id_is_sent(visit: Visit) -> Claim:
    """It is if the browser was told an id, in part if that id opens nothing."""
    text = "The session's id is sent to the browser"
    if not (answers := _submitted(visit)):
        return claim(visit, text, "unknown", _NO_ANSWER)
    told = _told(answers)
    sent = bool(told)
    verdict = weigh(sent, sent and any(_shows(visit, page) for page in _pages(visit)))
    return claim(visit, text, verdict, told or header(answers[0], "Set-Cookie"))


def cookie_is_secure(visit: Visit) -> Claim:
    """It is if the browser keeps it as Secure and HttpOnly, in part if as Secure alone."""
    text = "The id travels in a secure cookie"
    if not (answers := _submitted(visit)):
        return claim(visit, text, "unknown", _NO_ANSWER)
    kept = [
        cookie
        for cookie in visit.evidence.main[-1].memory.cookies
        if (cookie.host, cookie.name) == (SITE, _SESSION_ID)
    ]
    secure = any(cookie.secure for cookie in kept)
    verdict = weigh(secure, secure and any(cookie.http_only for cookie in kept))
    lost = "" if kept else f"the browser keeps no session cookie of {SITE}"
    return claim(visit, text, verdict, "; ".join(filter(None, (lost, _told(answers)))))


def csrf_is_enforced(visit: Visit) -> Claim:
    """It is if a stranger's form is refused, in part if the visitor's own is refused, too."""
    text = "CSRF protection is enforced"
    refused = _not(visit.seen["forgery_accepted"])
    own = any(page.status == 200 for page in _submitted(visit)[-1:])
    verdict = weigh(refused) if not refused else weigh(refused, own)
    reason = visit.findings["forgery_accepted"].reason
    shown = reason or logged(visit.step("forgery"), STRANGER)
    return claim(visit, text, verdict, shown)


CLAIMS = (
    post_is_safer,
    reports_are_starred,
    redirect_leads_to_a_secure_page,
    value_is_saved,
    id_is_sent,
    cookie_is_secure,
    csrf_is_enforced,
)


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _seen(visit: Visit, places: tuple[str, ...]) -> bool | None:
    return show.together(visit.seen, places)


def _submitted(visit: Visit) -> tuple[Answer, ...]:
    """Return the site's answers to the visitor's own form, redirects followed."""
    return visit.step("submit").answers_of(SITE)


def _pages(visit: Visit) -> Iterable[Answer]:
    for step in visit.evidence.main:
        yield from step.answers_of(SITE)


def _shows(visit: Visit, page: Answer) -> bool:
    """Return whether *page* is the secure page and shows the value."""
    at_home = urlsplit(page.url).path == "/secure_page"
    return at_home and bool(find(visit.secret, page.body))


def _told(answers: Iterable[Answer]) -> str:
    """Return the line that sets the session's cookie, without the whole id and its dates."""
    for answer in answers:
        for name, value in answer.headers:
            if name.lower() == "set-cookie" and value.startswith(f"{_SESSION_ID}="):
                short = re.sub(r"=(\w{4})\w*", r"=\1...", value, count=1)
                return f"{name}: {re.sub(r' (expires|Max-Age)=[^;]*;', '', short)}"
    return ""


def _says(page: Answer) -> str:
    """Return how *page* begins below its heading, in words, without its links."""
    text = page.body.decode("utf-8", "replace")
    text = re.sub("<a [^>]*>[^<]*</a>", "", text.partition("</h1>")[2] or text)
    words = re.sub("<[^>]*>", " ", text).split()
    return unescape(" ".join(words))[:_WORDS].strip() or f"nothing, status {page.status}"


def _stars(visit: Visit) -> str:
    lines = [
        line for report in visit.step("outage").reports for line in report.text.splitlines()
    ]
    starred = [line for line in lines if "sensitive_info" in line and "****" in line]
    return f"error report, text part: {starred[0]}" if starred else "the report names no value"


def _rows(visit: Visit) -> str:
    """Count the rows of the session table, those of the control apart."""
    step = visit.evidence.main[-1]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(step.database)
        rows = connection.execute("SELECT session_data FROM django_session").fetchall()
    controls = sum(bool(find(visit.evidence.control, decoded(row))) for (row,) in rows)
    return (
        f"rows in django_session: {len(rows) - controls} of the site, {controls} of the control"
    )
