"""Deeds: what somebody did with what they had, carried out and not inferred."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from labapp.evidence import MAIN_STEPS, SITE, Answer, Evidence
from labapp.observers import wire
from labapp.observers.sighting import Sighting, sightings

PARTS = (wire.REQUEST_LINE, wire.REQUEST_HEADERS, wire.REQUEST_BODY, wire.RESPONSE)


def works(evidence: Evidence, secret: str) -> bool:
    """Return whether the form still does its work.

    It does if submitting ends in 200 and the visitor can read the value back,
    on that very page or on /secure_page afterwards.
    """
    submitted = _page(evidence, "submit")
    if submitted is None or submitted.status != 200:
        return False
    pages = [submitted, _page(evidence, "read_back")]
    return any(any(sightings(secret, page.body, "", "")) for page in pages if page)


def cookie_replay(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield where a page that a replayed cookie opened shows *secret*."""
    yield from _replayed(evidence, secret, "replay")


def http_link(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield how *secret* crossed in the clear once an old http:// link was followed.

    Either its own bytes did, or a cookie that opens the page which shows it.
    """
    for part in PARTS:
        yield from wire.look(evidence, secret, part, (*MAIN_STEPS, "http_link"))
    yield from _replayed(evidence, secret, "replay")
    yield from _replayed(evidence, secret, "replay_after_link")


def reload_resubmits(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield where reloading the page sent *secret* to the form's address again."""
    sent = evidence.step("submit").answers if evidence.has("submit") else ()
    again = evidence.step("reload").answers if evidence.has("reload") else ()
    if sent:
        address = urlsplit(sent[0].url).path
        for answer in again:
            if urlsplit(answer.url).path == address:
                yield from sightings(secret, answer.url.encode(), "reload", "address")
                yield from sightings(secret, answer.sent, "reload", "body")


def forgery_accepted(evidence: Evidence, secret: str) -> bool | None:
    """Return whether a stranger's page could submit in the visitor's name."""
    page = _page(evidence, "forgery")
    return None if page is None else page.status == 200


def forgery_changed_session(evidence: Evidence, secret: str) -> bool | None:
    """Return whether the visitor's own page shows the stranger's value afterwards."""
    page = _page(evidence, "after_forgery")
    if page is None:
        return None
    return any(sightings(evidence.forged, page.body, "", ""))


def _replayed(evidence: Evidence, secret: str, step: str) -> Iterator[Sighting]:
    for answer in evidence.step(step).answers if evidence.has(step) else ():
        yield from sightings(secret, answer.body, step, "page opened with the cookie")


def _page(evidence: Evidence, step: str) -> Answer | None:
    """Return the last page of *step* from site.test, pictures left out."""
    answers = evidence.step(step).answers if evidence.has(step) else ()
    pages = [a for a in answers if urlsplit(a.url).hostname == SITE]
    return pages[-1] if pages else None
