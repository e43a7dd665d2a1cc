"""What the visitor's own browser keeps, and what it tells a third party."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from labapp.evidence import CONTROL, MAIN_STEPS, SITE, THIRD_PARTY, Evidence, Step
from labapp.observers.doubt import NO_CONTROL, unheard, unlogged
from labapp.observers.machine import decoded
from labapp.observers.sighting import Sighting, sightings


def history(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an address of *host* in the history."""
    return _in_the_end(evidence, text, host, in_history)


def cache(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an answer of *host* in the cache."""
    return _in_the_end(evidence, text, host, in_cache)


def cookie_jar(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in a cookie of *host*, decoded without the key."""
    return _in_the_end(evidence, text, host, in_jar)


def in_history(step: Step, text: str, host: str = SITE) -> Iterator[Sighting]:
    """The same as `history`, of the browser of one step."""
    for address in step.memory.history:
        if urlsplit(address).hostname == host:
            yield from sightings(text, address.encode(), step.name, "history")


def in_cache(step: Step, text: str, host: str = SITE) -> Iterator[Sighting]:
    """The same as `cache`, of the browser of one step."""
    for address, body in step.memory.cache:
        if urlsplit(address).hostname == host:
            yield from sightings(text, address.encode(), step.name, "address in the cache")
            yield from sightings(text, body, step.name, "page in the cache")


def in_jar(step: Step, text: str, host: str = SITE) -> Iterator[Sighting]:
    """The same as `cookie_jar`, of the browser of one step."""
    for cookie in step.memory.cookies:
        if cookie.host == host:
            where = f"cookie {cookie.name}"
            for plain in (cookie.value.encode(), decoded(cookie.value)):
                if found := list(sightings(text, plain, step.name, where)):
                    yield from found
                    break
                where = f"cookie {cookie.name}, decoded"


def third_party_referer(
    evidence: Evidence, text: str, page: str = SITE, steps: tuple[str, ...] = MAIN_STEPS
) -> Iterator[Sighting]:
    """Yield where *text* stands in a Referer that images.test got from *page*."""
    for step in evidence:
        if step.name in steps:
            for line in step.log:
                if line.host == THIRD_PARTY and urlsplit(line.referer).hostname == page:
                    yield from sightings(text, line.referer.encode(), step.name, "Referer")


def history_doubt(evidence: Evidence) -> str:
    """The control text stands in an address of control.test."""
    return _doubt(evidence, control=any(history(evidence, evidence.control, CONTROL)))


def cache_doubt(evidence: Evidence) -> str:
    """The control text stands on a page of control.test."""
    return _doubt(evidence, control=any(cache(evidence, evidence.control, CONTROL)))


def jar_doubt(evidence: Evidence) -> str:
    """The control text stands in a cookie of control.test."""
    return _doubt(evidence, control=any(cookie_jar(evidence, evidence.control, CONTROL)))


def referer_doubt(evidence: Evidence) -> str:
    """A page of control.test with ``Referrer-Policy: unsafe-url`` leaks the control text."""
    leaked = third_party_referer(evidence, evidence.control, CONTROL, ("control",))
    return _doubt(evidence, control=any(leaked)) or unlogged(evidence.main)


def _doubt(evidence: Evidence, *, control: bool) -> str:
    return unheard(evidence) or ("" if control else NO_CONTROL)


def _in_the_end(
    evidence: Evidence, text: str, host: str, look: Callable[..., Iterator[Sighting]]
) -> Iterator[Sighting]:
    for step in evidence.main[-1:]:
        yield from look(step, text, host)
