"""Who looks where: every observer with the places that are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from labapp.errors import LabError
from labapp.evidence import MAIN_STEPS, Evidence
from labapp.observers import deeds, disk, machine, wire
from labapp.observers.sighting import Finding, Sighting

Look = Callable[[Evidence, str], Iterable[Sighting] | bool | None]


@dataclass(frozen=True)
class Place:
    """One place a secret may be had, a key of the exposure map.

    *look* yields sightings (or answers yes, no or None for a deed); *control*
    tells whether the same search finds the control text; *wire_steps* are the
    steps whose captures must be whole before anything is called absent.
    """

    key: str
    label: str
    look: Look
    control: Callable[[Evidence], bool]
    wire_steps: tuple[str, ...] = ()

    def ask(self, evidence: Evidence, secret: str) -> Finding:
        """Return what is to be found of *secret* at this place."""
        answer = self.look(evidence, secret)
        if answer is None:
            return Finding(self.key, None, reason="this visit has no such step")
        if isinstance(answer, bool):
            return Finding(self.key, answer)
        if found := tuple(answer):
            return Finding(self.key, True, found)
        if problem := wire.gaps(evidence, self.wire_steps):
            return Finding(self.key, None, reason=problem)
        if not self.control(evidence):
            return Finding(self.key, None, reason="the control text was not found either")
        return Finding(self.key, False)


@dataclass(frozen=True)
class Observer:
    """Someone, named by what they do, and the places they can see."""

    name: str
    places: tuple[Place, ...]


def _finds_control(look: Look) -> Callable[[Evidence], bool]:
    """Return a control that needs no place of its own: the same look finds it."""

    def control(evidence: Evidence) -> bool:
        found = look(evidence, evidence.control)
        return not isinstance(found, bool | None) and any(found)

    return control


def _wire(key: str, label: str, part: str) -> Place:
    return Place(
        key,
        label,
        partial(wire.look, part=part),
        partial(wire.control, part=part),
        MAIN_STEPS,
    )


def _whole_wire(evidence: Evidence) -> bool:
    return all(wire.control(evidence, part) for part in deeds.PARTS)


def _has(step: str) -> Callable[[Evidence], bool]:
    return lambda evidence: evidence.has(step) and bool(evidence.step(step).answers)


OBSERVERS = (
    Observer(
        "listens to the network",
        (
            _wire("wire_request_line", "request line", wire.REQUEST_LINE),
            _wire("wire_request_headers", "request headers", wire.REQUEST_HEADERS),
            _wire("wire_request_body", "request body", wire.REQUEST_BODY),
            _wire("wire_response", "answer", wire.RESPONSE),
        ),
    ),
    Observer(
        "listens and reuses the cookie",
        (Place("cookie_replay", "replayed cookie", deeds.cookie_replay, _whole_wire, MAIN_STEPS),),
    ),
    Observer(
        "listens when an old link says http://",
        (
            Place(
                "http_link",
                "http:// link",
                deeds.http_link,
                _whole_wire,
                (*MAIN_STEPS, "http_link"),
            ),
        ),
    ),
    Observer(
        "reads the browser history",
        (
            Place(
                "history",
                "history",
                disk.history,
                _finds_control(partial(disk.history, host="control.test")),
            ),
        ),
    ),
    Observer(
        "reads the browser's disk",
        (
            Place(
                "browser_cache",
                "cache",
                disk.cache,
                _finds_control(partial(disk.cache, host="control.test")),
            ),
            Place(
                "cookie_jar",
                "cookies",
                disk.cookie_jar,
                _finds_control(partial(disk.cookie_jar, host="control.test")),
            ),
        ),
    ),
    Observer(
        "serves a picture on the page",
        (
            Place(
                "third_party_referer",
                "Referer",
                disk.third_party_referer,
                disk.control_referer,
            ),
        ),
    ),
    Observer(
        "reads the server log",
        (
            Place(
                "access_log", "access log", machine.access_log, _finds_control(machine.access_log)
            ),
        ),
    ),
    Observer(
        "gets the error e-mail",
        (
            Place(
                "report_text", "text part", machine.report_text, _finds_control(machine.report_text)
            ),
            Place(
                "report_html", "HTML part", machine.report_html, _finds_control(machine.report_html)
            ),
        ),
    ),
    Observer(
        "sees the debug page",
        (
            Place(
                "debug_page", "debug page", machine.debug_page, _finds_control(machine.debug_page)
            ),
        ),
    ),
    Observer(
        "copies the database",
        (
            Place("store_raw", "literal bytes", machine.store_raw, _finds_control(machine.store_raw)),
            Place(
                "store_decoded",
                "decoded row",
                machine.store_decoded,
                machine.rows_are_readable,
            ),
        ),
    ),
    Observer(
        "presses reload",
        (Place("reload_resubmits", "sent again", deeds.reload_resubmits, _has("reload")),),
    ),
    Observer(
        "can submit in your name",
        (
            Place("forgery_accepted", "accepted", deeds.forgery_accepted, _has("forgery")),
            Place(
                "forgery_changed_session",
                "changed your page",
                deeds.forgery_changed_session,
                _has("after_forgery"),
            ),
        ),
    ),
)

PLACES = {place.key: place for observer in OBSERVERS for place in observer.places}


def ask(evidence: Evidence, secret: str, key: str) -> Finding:
    """Ask whoever owns the place *key*; `LabError` lists the known places."""
    if key not in PLACES:
        raise LabError(f"There is no place {key!r}. Known: {', '.join(PLACES)}.")
    return PLACES[key].ask(evidence, secret)
