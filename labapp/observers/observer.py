"""Who looks where: every observer with the places that are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from labapp.errors import LabError
from labapp.evidence import Evidence
from labapp.observers import deeds, disk, machine, wire
from labapp.observers.sighting import Finding, Sighting


@dataclass(frozen=True)
class Place:
    """One place a secret may be had, a key of the exposure map.

    *look* yields sightings, or answers yes or no for a deed. *doubt* says why
    nothing may be called absent here, or ``""``: an observer who did not look
    properly cannot say "not seen".
    """

    key: str
    label: str
    look: Callable[[Evidence, str], Iterable[Sighting] | bool]
    doubt: Callable[[Evidence], str]

    def ask(self, evidence: Evidence, secret: str) -> Finding:
        """Return what is to be found of *secret* at this place."""
        answer = self.look(evidence, secret)
        found = () if isinstance(answer, bool) else tuple(answer)
        if found or answer is True:
            return Finding(self.key, True, found)
        if reason := self.doubt(evidence):
            return Finding(self.key, None, reason=reason)
        return Finding(self.key, False)


@dataclass(frozen=True)
class Observer:
    """Someone, named by what they do, and the places they can see."""

    name: str
    places: tuple[Place, ...]


def on_the_wire(key: str, label: str, part: str) -> Place:
    """Return the place *part* of the messages that cross; see `wire.look`."""
    look = partial(wire.look, part=part)
    return Place(key, label, look, partial(wire.doubt, parts=(part,)))


OBSERVERS = (
    Observer(
        "listens to the network",
        (
            on_the_wire("wire_request_line", "request line", wire.REQUEST_LINE),
            on_the_wire("wire_request_headers", "request headers", wire.REQUEST_HEADERS),
            on_the_wire("wire_request_body", "request body", wire.REQUEST_BODY),
            on_the_wire("wire_response", "answer", wire.RESPONSE),
        ),
    ),
    Observer(
        "listens and reuses the cookie",
        (Place("cookie_replay", "replayed cookie", deeds.cookie_replay, deeds.replay_doubt),),
    ),
    Observer(
        "listens when an old link says http://",
        (Place("http_link", "http:// link", deeds.http_link, deeds.link_doubt),),
    ),
    Observer(
        "reads the browser history",
        (Place("history", "history", disk.history, disk.history_doubt),),
    ),
    Observer(
        "reads the browser's disk",
        (
            Place("browser_cache", "cache", disk.cache, disk.cache_doubt),
            Place("cookie_jar", "cookies", disk.cookie_jar, disk.jar_doubt),
        ),
    ),
    Observer(
        "serves a picture on the page",
        (
            Place(
                "third_party_referer", "Referer", disk.third_party_referer, disk.referer_doubt
            ),
        ),
    ),
    Observer(
        "reads the server log",
        (Place("access_log", "access log", machine.access_log, machine.log_doubt),),
    ),
    Observer(
        "gets the error e-mail (text)",
        (Place("report_text", "text part", machine.report_text, machine.text_doubt),),
    ),
    Observer(
        "gets the error e-mail (HTML)",
        (Place("report_html", "HTML part", machine.report_html, machine.html_doubt),),
    ),
    Observer(
        "sees the debug page",
        (Place("debug_page", "debug page", machine.debug_page, machine.debug_doubt),),
    ),
    Observer(
        "copies the database",
        (
            Place("store_raw", "literal bytes", machine.store_raw, machine.raw_doubt),
            Place("store_decoded", "decoded row", machine.store_decoded, machine.decoded_doubt),
        ),
    ),
    Observer(
        "presses reload",
        (Place("reload_resubmits", "sent again", deeds.reload_resubmits, deeds.reload_doubt),),
    ),
    Observer(
        "can submit in your name",
        (
            Place("forgery_accepted", "accepted", deeds.forgery_accepted, deeds.forgery_doubt),
            Place(
                "forgery_changed_session",
                "changed your page",
                deeds.forgery_changed_session,
                deeds.change_doubt,
            ),
        ),
    ),
)

PLACES = {place.key: place for observer in OBSERVERS for place in observer.places}
WIRE = tuple(place.key for place in OBSERVERS[0].places)  # what crosses in the clear


def ask(evidence: Evidence, secret: str, key: str) -> Finding:
    """Ask whoever owns the place *key*; `LabError` lists the known places."""
    if key not in PLACES:
        raise LabError(f"There is no place {key!r}. Known: {', '.join(PLACES)}.")
    return PLACES[key].ask(evidence, secret)
