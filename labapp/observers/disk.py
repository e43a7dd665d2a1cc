"""What the visitor's own browser keeps, and what it tells a third party."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from labapp.evidence import CONTROL, MAIN_STEPS, SITE, THIRD_PARTY, Evidence, Memory
from labapp.observers.machine import decoded
from labapp.observers.sighting import Sighting, sightings


def _last_memory(evidence: Evidence) -> tuple[str, Memory]:
    steps = evidence.main
    return (steps[-1].name, steps[-1].memory) if steps else ("", Memory())


def history(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an address of *host* in the history."""
    step, memory = _last_memory(evidence)
    for address in memory.history:
        if f"//{host}" in address:
            yield from sightings(text, address.encode(), step, "history")


def cache(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in an answer of *host* in the cache."""
    step, memory = _last_memory(evidence)
    for address, body in memory.cache:
        if f"//{host}" in address:
            yield from sightings(text, address.encode(), step, "address in the cache")
            yield from sightings(text, body, step, "page in the cache")


def cookie_jar(evidence: Evidence, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in a cookie of *host*, decoded without the key."""
    step, memory = _last_memory(evidence)
    for cookie in memory.cookies:
        if cookie.host == host:
            where = f"cookie {cookie.name}"
            yield from sightings(text, cookie.value.encode(), step, where)
            for plain in (decoded(cookie.value), _base64(cookie.value)):
                yield from sightings(text, plain, step, where + ", decoded")


def third_party_referer(
    evidence: Evidence, text: str, page: str = SITE, steps: tuple[str, ...] = MAIN_STEPS
) -> Iterator[Sighting]:
    """Yield where *text* stands in a Referer that images.test got from *page*."""
    for step in evidence:
        if step.name in steps:
            for line in step.log:
                if line.host == THIRD_PARTY and f"//{page}" in line.referer:
                    yield from sightings(text, line.referer.encode(), step.name, "Referer")


def control_referer(evidence: Evidence) -> bool:
    """Return whether a page with ``Referrer-Policy: unsafe-url`` did leak the control."""
    return any(third_party_referer(evidence, evidence.control, CONTROL, ("control",)))


def _base64(value: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return b""
