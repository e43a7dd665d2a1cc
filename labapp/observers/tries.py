"""Tries: what somebody does in the Hat Club with what should not be theirs.

A link, an address, a cookie, a form; and a search that looks into every step of a tour,
because members are not asked where they make a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from labapp.evidence import SITE, Evidence, Step
from labapp.observers import disk, wire
from labapp.observers.checked import in_output
from labapp.observers.doubt import unheard, unlogged
from labapp.observers.guessing import in_disguise
from labapp.observers.observer import Place
from labapp.observers.sighting import Sighting, sightings
from labapp.observers.told import at_profile, link, pages

DAYS = 13  # after which the old link is followed again; Django's sessions live for 14

# Why there is nothing to see in a step that was not made.
_UNTRIED = {
    "cookie_before": "no cookie was there that somebody could copy",
    "cookie_after": "no cookie was there that somebody could copy",
    "reset": "nobody could open the link",
    "link_again": "nobody could open the link again",
}


def untried(evidence: Evidence, *steps: str) -> str:
    """Return, in words, which of *steps* was not made or had no answer, or ``""``."""
    for name in steps:
        if not pages(evidence, name):
            return _UNTRIED.get(name) or unheard(evidence, (name,))
    return ""


# Whatever browser, whatever step -------------------------------------------------------------


def _anywhere(
    evidence: Evidence, text: str, look: Callable[[Step, str], Iterator[Sighting]]
) -> Iterator[Sighting]:
    """Yield what *look* finds of *text* in the first step that has it."""
    for step in evidence:
        if found := tuple(look(step, text)):
            yield from found
            return


def in_prints(step: Step, text: str) -> Iterator[Sighting]:
    """Yield where *text* was printed or logged, as it is or in a disguise."""
    yield from in_output(step, text)
    for line in step.output:
        if line.host == SITE:
            yield from in_disguise(text, line.text.encode(), step.name, "printed or logged")


def everywhere(
    key: str, place: Place, look: Callable[[Step, str], Iterator[Sighting]]
) -> Place:
    """Return *place* as *look* sees it in every step: a wrong password is no main step."""

    def doubt(evidence: Evidence) -> str:
        return (
            place.doubt(evidence) or untried(evidence, "wrong_password") or unlogged(evidence)
        )

    return Place(key, place.label, partial(_anywhere, look=look), doubt)


# Deeds ---------------------------------------------------------------------------------------


def shown_in(evidence: Evidence, text: str, step: str) -> Iterator[Sighting]:
    """Yield where *text* stands on a page of *step*, with the page's path."""
    for answer in pages(evidence, step):
        where = f"page of {urlsplit(answer.url).path}"
        yield from sightings(text, answer.body, step, where)


def link_doubt(evidence: Evidence) -> str:
    """The link was there, was used, and somebody else came with it afterwards."""
    if not link(evidence):
        return "no mail with a link came"
    return untried(evidence, "reset", "link_again")


def cookie_doubt(evidence: Evidence) -> str:
    """The same cookie opened the page before its owner logged out."""
    if reason := untried(evidence, "cookie_before", "logout", "cookie_after"):
        return reason
    status = {page.status for page in pages(evidence, "cookie_before")[:1]}
    return "" if status == {200} else "the cookie opened nothing before logout either"


def logged_in(evidence: Evidence, text: str, step: str) -> bool:
    """Return whether *step* ended on a profile: whoever did it is logged in."""
    return at_profile(evidence, step)


def login_doubt(evidence: Evidence, step: str) -> str:
    """The name and the password were sent; by the club's own form they are right."""
    if reason := untried(evidence, step):
        return reason
    sent = [
        one
        for one in pages(evidence, step)
        if urlsplit(one.url).path == "/login" and (one.sent or urlsplit(one.url).query)
    ]
    if not sent:
        return "no name and no password were sent"
    return "" if at_profile(evidence, "second_visitor") else "they do not log in by the form"


def late_link(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield how *text* crossed in the clear, or a cookie that opens it, days later."""
    for part in wire.PARTS:
        yield from wire.look(evidence, text, part, ("http_link_later",))
    where = f"page opened with the cookie, {DAYS} days later"
    for one in shown_in(evidence, text, "replay_later"):
        yield replace(one, where=where)


def late_doubt(evidence: Evidence) -> str:
    """On another device its owner was logged in; what crossed later was tried."""
    if not at_profile(evidence, "other_device"):
        return "nobody could log in on another device"
    crossed = wire.cookies(evidence, ("http_link_later",))
    return wire.doubt(evidence, steps=("http_link_later",)) or (
        untried(evidence, "replay_later") if crossed else ""
    )


def reset_referer_doubt(evidence: Evidence) -> str:
    """The link was opened, and each Referer of that is written down."""
    return (
        link_doubt(evidence)
        or disk.referer_doubt(evidence)
        or unlogged([evidence.step("reset")])
    )


def reset_wire(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* crossed in the clear when the link was opened."""
    for part in wire.PARTS:
        yield from wire.look(evidence, text, part, ("reset",))


def reset_wire_doubt(evidence: Evidence) -> str:
    """The link was opened, and all of that was captured."""
    return link_doubt(evidence) or wire.doubt(evidence, steps=("reset",))


def tried(key: str, label: str, doubt: Callable[[Evidence], str] | None = None) -> Place:
    """Return the place in which a deed, the step *key*, shows what it brought."""
    doubt = doubt or (lambda evidence: untried(evidence, key))
    return Place(key, label, partial(shown_in, step=key), doubt)


def login_tried(step: str, label: str) -> Place:
    """Return the place that is open if *step* logs somebody in."""
    return Place(step, label, partial(logged_in, step=step), partial(login_doubt, step=step))
