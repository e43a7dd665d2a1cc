"""Deeds: what somebody did with what they had, carried out and not inferred."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from labapp.evidence import MAIN_STEPS, SITE, Answer, Evidence
from labapp.observers import wire
from labapp.observers.doubt import unheard
from labapp.observers.sighting import Sighting, sightings
from labapp.secret import find

LINK = "http_link"


def works(evidence: Evidence, secret: str) -> bool:
    """Return whether the form still does its work.

    It does if submitting ends in 200 and the visitor can read the value back,
    on that very page or on /secure_page afterwards.
    """
    submitted = _pages(evidence, "submit")[-1:]
    pages = submitted + _pages(evidence, "read_back")[-1:]
    accepted = any(page.status == 200 for page in submitted)
    return accepted and any(find(secret, page.body) for page in pages)


def cookie_replay(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield where a page that a replayed cookie opened shows *secret*."""
    yield from _replayed(evidence, secret, "replay")


def replay_doubt(evidence: Evidence) -> str:
    """Every cookie that crossed in the clear must have been tried, and all was captured."""
    return wire.doubt(evidence) or _untried(evidence, MAIN_STEPS, "replay")


def http_link(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield how *secret* crossed in the clear once an old http:// link was followed.

    Either its own bytes did, or a cookie that opens the page which shows it.
    """
    for part in wire.PARTS:
        yield from wire.look(evidence, secret, part, (*MAIN_STEPS, LINK))
    yield from _replayed(evidence, secret, "replay")
    yield from _replayed(evidence, secret, "replay_after_link")


def link_doubt(evidence: Evidence) -> str:
    """The same as for `cookie_replay`, and after the link once more."""
    return (
        wire.doubt(evidence, steps=(*MAIN_STEPS, LINK))
        or _untried(evidence, MAIN_STEPS, "replay")
        or _untried(evidence, (LINK,), "replay_after_link")
    )


def reload_resubmits(evidence: Evidence, secret: str) -> Iterator[Sighting]:
    """Yield where reloading the page sent *secret* to the form's address again."""
    for first in _pages(evidence, "submit")[:1]:
        for answer in _pages(evidence, "reload"):
            if urlsplit(answer.url).path == urlsplit(first.url).path:
                yield from sightings(secret, answer.url.encode(), "reload", "address")
                yield from sightings(secret, answer.sent, "reload", "body")


def reload_doubt(evidence: Evidence) -> str:
    """The page was reloaded, and what had been submitted was the visitor's own form."""
    return unheard(evidence, ("submit", "reload"))


def forgery_accepted(evidence: Evidence, secret: str) -> bool:
    """Return whether what a stranger's page submitted in the visitor's name ended in 200."""
    return any(page.status == 200 for page in forged_answers(evidence)[-1:])


def forgery_changed_session(evidence: Evidence, secret: str) -> bool:
    """Return whether the visitor's own page shows the stranger's value afterwards."""
    pages = _pages(evidence, "after_forgery")[-1:]
    return bool(evidence.forged) and any(find(evidence.forged, page.body) for page in pages)


def forgery_doubt(evidence: Evidence) -> str:
    """The stranger's form was really sent, and answered."""
    if reason := unheard(evidence, ("forgery",)):
        return reason
    return (
        "" if forged_answers(evidence) else "no answer came to what the stranger's page submits"
    )


def change_doubt(evidence: Evidence) -> str:
    """The stranger's form was answered, and the visitor's own page could be opened afterwards."""
    if reason := forgery_doubt(evidence) or unheard(evidence, ("after_forgery",)):
        return reason
    status = _pages(evidence, "after_forgery")[-1].status
    return "" if status == 200 else f"the visitor's own page did not open: status {status}"


def _replayed(evidence: Evidence, secret: str, step: str) -> Iterator[Sighting]:
    for answer in _pages(evidence, step):
        yield from sightings(secret, answer.body, step, "page opened with the cookie")


def _untried(evidence: Evidence, steps: tuple[str, ...], replay: str) -> str:
    return unheard(evidence, (replay,)) if wire.cookies(evidence, steps) else ""


def forged_answers(evidence: Evidence, step: str = "forgery") -> tuple[Answer, ...]:
    """Return the site's answers in *step* if the forged text was sent there, else none."""
    pages = _pages(evidence, step)
    sent = (part for page in pages for part in (page.url.encode(), page.sent))
    return pages if evidence.forged and any(find(evidence.forged, one) for one in sent) else ()


def _pages(evidence: Evidence, step: str) -> tuple[Answer, ...]:
    """Return the site's answers in *step*: pictures are of another host."""
    return evidence.step(step).answers_of(SITE) if evidence.has(step) else ()
