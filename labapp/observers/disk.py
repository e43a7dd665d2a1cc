"""What the visitor's own browser keeps, and what it tells a third party."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import urlsplit

from labapp.evidence import CONTROL, MAIN_STEPS, SITE, THIRD_PARTY, Evidence, Memory
from labapp.observers.doubt import NO_CONTROL, unheard, unlogged
from labapp.observers.machine import decoded
from labapp.observers.sighting import Sighting, sightings


def history(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an address of *host* in the history."""
    step, memory = _last_memory(evidence)
    for address in memory.history:
        if urlsplit(address).hostname == host:
            yield from sightings(text, address.encode(), step, "history")


def cache(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an answer of *host* in the cache."""
    step, memory = _last_memory(evidence)
    for address, body in memory.cache:
        if urlsplit(address).hostname == host:
            yield from sightings(text, address.encode(), step, "address in the cache")
            yield from sightings(text, body, step, "page in the cache")


def cookie_jar(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in a cookie of *host*, decoded without the key."""
    step, memory = _last_memory(evidence)
    for cookie in memory.cookies:
        if cookie.host == host:
            where = f"cookie {cookie.name}"
            for plain in (cookie.value.encode(), decoded(cookie.value), _base64(cookie.value)):
                if found := list(sightings(text, plain, step, where)):
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
    return _doubt(evidence, control=any(leaked)) or unlogged(evidence)


def _doubt(evidence: Evidence, *, control: bool) -> str:
    return unheard(evidence) or ("" if control else NO_CONTROL)


def _last_memory(evidence: Evidence) -> tuple[str, Memory]:
    steps = evidence.main
    return (steps[-1].name, steps[-1].memory) if steps else ("", Memory())


def _base64(value: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return b""
