"""The Hat Club: what is sought where, of a tour by two of its members.

Beside the places of the map stand four deeds: somebody uses a link, an address or a
cookie that they should not be able to use any more, or ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from labapp.evidence import SITE, Answer, Evidence
from labapp.observers import disk, wire
from labapp.observers.checked import CHECKED
from labapp.observers.doubt import unheard
from labapp.observers.observer import PLACES, Place
from labapp.observers.sighting import Finding, Sighting, sightings
from labapp.secret import find

_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Told:
    """What the members tell the club, all of it made up.

    *place* is where the first one's hat is hidden; *password* and *new_password* are
    hers, before and after she forgot it. The second one's words are `Evidence.other`.
    """

    place: str
    password: str
    new_password: str


def link(evidence: Evidence) -> str:
    """Return the link for a new password as the mail has it, ``""`` if no mail came."""
    step = evidence.step("reset_asked") if evidence.has("reset_asked") else None
    found = [_LINK.search(mail.text) for mail in step.reports] if step else []
    return next((one[0] for one in found if one), "")


def token(evidence: Evidence) -> str:
    """Return the last part of that link's path."""
    return urlsplit(link(evidence)).path.rstrip("/").rpartition("/")[2]


def pages(evidence: Evidence, step: str) -> tuple[Answer, ...]:
    """Return the club's answers in *step*, none if the tour ended before."""
    return evidence.step(step).answers_of(SITE) if evidence.has(step) else ()


# Deeds ----------------------------------------------------------------------------------


def shown_in(evidence: Evidence, text: str, step: str) -> Iterator[Sighting]:
    """Yield where *text* stands on a page of *step*, with the page's path."""
    for answer in pages(evidence, step):
        where = f"page of {urlsplit(answer.url).path}"
        yield from sightings(text, answer.body, step, where)


def link_doubt(evidence: Evidence) -> str:
    """The link was there, was used, and somebody else came with it afterwards."""
    if not link(evidence):
        return "no mail with a link came"
    return unheard(evidence, ("reset", "link_again"))


def cookie_doubt(evidence: Evidence) -> str:
    """The same cookie opened the page before its owner logged out."""
    if reason := unheard(evidence, ("cookie_before", "logout", "cookie_after")):
        return reason
    status = {page.status for page in pages(evidence, "cookie_before")[:1]}
    return "" if status == {200} else "the cookie opened nothing before logout either"


def address_doubt(evidence: Evidence) -> str:
    """All addresses were opened again, and answered."""
    return unheard(evidence, ("address_replay", "address_member"))


def reset_referer_doubt(evidence: Evidence) -> str:
    """The link was opened, and each Referer is written down."""
    return link_doubt(evidence) or disk.referer_doubt(evidence)


def reset_wire(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* crossed in the clear when the link was opened."""
    for part in wire.PARTS:
        yield from wire.look(evidence, text, part, ("reset",))


def reset_wire_doubt(evidence: Evidence) -> str:
    """The link was opened, and all of that was captured."""
    return link_doubt(evidence) or wire.doubt(evidence, steps=("reset",))


def _deed(key: str, label: str, step: str, doubt: Callable[[Evidence], str]) -> Place:
    return Place(key, label, partial(shown_in, step=step), doubt)


# Who finds what -------------------------------------------------------------------------


@dataclass(frozen=True)
class Exposure:
    """One way in which the club leaks: *places*, and what of `Told` is sought there.

    *seeks* names fields of `Told`; ``"token"`` is that of the mailed link. *deed* says
    what was done, where there are no bytes to show. Where the feature *needs* does not
    work, there was nothing to find.
    """

    key: str
    label: str
    places: tuple[Place, ...]
    seeks: tuple[str, ...] = ("place",)
    deed: str = ""
    needs: str = "read_back"

    def ask(self, evidence: Evidence, told: Told) -> Finding:
        """Return what is found: seen at one place is seen, then unknown at one is unknown."""
        finding = self._look(evidence, told)
        if finding.seen is False:
            needed = next(one for one in FEATURES if one.key == self.needs)
            if needed.ask(evidence, told):
                reason = f"no answer without this feature: {needed.label}"
                return Finding(self.key, None, reason=reason)
        return finding

    def _look(self, evidence: Evidence, told: Told) -> Finding:
        found = [
            place.ask(evidence, text)
            for name in self.seeks
            if (text := token(evidence) if name == "token" else getattr(told, name))
            for place in self.places
        ]
        if not found:
            return Finding(self.key, None, reason="no mail with a link came")
        return next(
            (one for one in found if one.seen),
            next((one for one in found if one.seen is None), found[0]),
        )


_ADDRESSES = (PLACES["access_log"], PLACES["history"])

EXPOSURES = (
    Exposure(
        "password_addressed",
        "password in an address",
        _ADDRESSES,
        ("password",),
        needs="log_in",
    ),
    Exposure("place_addressed", "hiding place in an address", _ADDRESSES),
    Exposure("printed", "prints and logs", (CHECKED["printed"],), ("place", "password")),
    Exposure("report", "error report", (PLACES["report_text"], PLACES["report_html"])),
    Exposure("cache", "cache on the disk", (PLACES["browser_cache"],)),
    Exposure("cookie_jar", "cookies on the disk", (PLACES["cookie_jar"],)),
    Exposure(
        "second_member",
        "second member's pages",
        (CHECKED["second_visitor"],),
    ),
    Exposure(
        "address_replay",
        "addresses, opened by others",
        (
            _deed("address_replay", "address", "address_replay", address_doubt),
            _deed("address_member", "address", "address_member", address_doubt),
        ),
    ),
    Exposure(
        "cookie_after",
        "cookie after logout",
        (_deed("cookie_after", "cookie", "cookie_after", cookie_doubt),),
        needs="log_out",
    ),
    Exposure(
        "forgery",
        "stranger's form",
        (PLACES["forgery_changed_session"],),
        deed="a form on other.test changed where the hat is hidden",
        needs="second",
    ),
    Exposure(
        "link_again",
        "reset link, used again",
        (_deed("link_again", "link", "link_again", link_doubt),),
        needs="reset",
    ),
    Exposure(
        "link_referer",
        "reset link, told to others",
        (
            Place(
                "link_referer",
                "Referer",
                partial(disk.third_party_referer, steps=("reset",)),
                reset_referer_doubt,
            ),
        ),
        ("token",),
        needs="reset",
    ),
    Exposure(
        "link_wire",
        "reset link, on the wire",
        (Place("link_wire", "wire", reset_wire, reset_wire_doubt),),
        ("token", "new_password"),
        needs="reset",
    ),
    Exposure(
        "wire",
        "listener on the network",
        tuple(place for key, place in PLACES.items() if key.startswith("wire_")),
        ("password", "place"),
    ),
    Exposure("http_link", "old http:// link", (PLACES["http_link"],)),
)


# What the club is for -------------------------------------------------------------------


@dataclass(frozen=True)
class Feature:
    """Something that must go on working; *ask* says what came instead, ``""`` if it works."""

    key: str
    label: str
    ask: Callable[[Evidence, Told], str]


def _shows(evidence: Evidence, step: str, text: str) -> bool:
    return any(page.status == 200 and find(text, page.body) for page in pages(evidence, step))


def _came(evidence: Evidence, step: str) -> str:
    """Say what came first in *step* that is an error, else what came last."""
    if not evidence.has(step):
        return "the tour ended before"
    answers = [one for one in evidence.step(step).answers if urlsplit(one.url).hostname == SITE]
    for one in [*(one for one in answers if one.status >= 400), *reversed(answers)]:
        parts = urlsplit(one.url)
        if one.status:
            return f"status {one.status} at {parts.path}"
        return f"no answer came from {parts.scheme}://{SITE}{parts.path}"
    return "nobody was answered"


def _profile(evidence: Evidence, step: str) -> bool:
    """Return whether the last page of *step* is a profile that can be edited."""
    last = pages(evidence, step)[-1:]
    return any(page.status == 200 and b'name="hiding_place"' in page.body for page in last)


def _log_in(evidence: Evidence, told: Told) -> str:
    if _profile(evidence, "open"):
        return ""
    return f"with the right password: {_came(evidence, 'open')}"


def _refuse(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "wrong_password"):
        return _came(evidence, "wrong_password")
    known = _profile(evidence, "wrong_password")
    return "another password opens the profile, too" if known else ""


def _read_back(evidence: Evidence, told: Told) -> str:
    if _shows(evidence, "read_back", told.place):
        return ""
    return f"what was saved does not come back: {_came(evidence, 'submit')}"


def _second(evidence: Evidence, told: Told) -> str:
    if not _shows(evidence, "second_read_back", evidence.other):
        return f"their own words do not come back: {_came(evidence, 'second_read_back')}"
    mixed = _shows(evidence, "own_page_again", evidence.other)
    return "the first member is shown what the second one saved" if mixed else ""


def _json(evidence: Evidence, told: Told) -> str:
    for answer in pages(evidence, "read_back"):
        kinds = [value for name, value in answer.headers if name.lower() == "content-type"]
        if kinds and kinds[0].startswith("application/json") and find(told.place, answer.body):
            return ""
    return f"no JSON with the field for its owner: {_came(evidence, 'read_back')}"


def _json_refused(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "json_stranger"):
        return _came(evidence, "json_stranger")
    leaks = _shows(evidence, "json_stranger", told.place)
    return "/api/hat shows the field to somebody who is not logged in" if leaks else ""


def _reset(evidence: Evidence, told: Told) -> str:
    if not link(evidence):
        return f"no mail with a link came: {_came(evidence, 'reset_asked')}"
    if not _profile(evidence, "new_password"):
        return f"the link brings no new password: {_came(evidence, 'reset')} after it"
    old = _profile(evidence, "old_password")
    return "the forgotten password still works" if old else ""


def _log_out(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "logout"):
        return _came(evidence, "logout")
    return "the profile is open after it" if _profile(evidence, "logout") else ""


def _report(evidence: Evidence, told: Told) -> str:
    if evidence.has("outage") and evidence.step("outage").reports:
        return ""
    return "the back office was down, and nobody was told"


FEATURES = (
    Feature("log_in", "log in", _log_in),
    Feature("refuse", "another password is refused", _refuse),
    Feature("read_back", "save and read back", _read_back),
    Feature("second", "a second member", _second),
    Feature("json", "JSON for its owner", _json),
    Feature("json_refused", "JSON for nobody else", _json_refused),
    Feature("reset", "a new password by mail", _reset),
    Feature("log_out", "log out", _log_out),
    Feature("error_report", "error report in an outage", _report),
)
