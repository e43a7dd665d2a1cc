"""Citations: lines of a visit's own evidence, for answers that name their proof."""

from __future__ import annotations

from urllib.parse import urlsplit

from labapp.conversations import conversations
from labapp.evidence import SITE, THIRD_PARTY
from labapp.lab import Visit
from labapp.observers import PLACES
from labapp.remedy import SIX
from labapp.secret import find


def found(visit: Visit, place: str) -> str:
    """Cite where the secret stood at *place*, first sighting; or that it did not."""
    finding = visit.findings[place]
    if not finding.sightings:
        return f"{_under(visit)}{PLACES[place].label}: {finding}"
    one = finding.sightings[0]
    text = " ".join((one.before + one.found + one.after).decode("utf-8", "replace").split())
    return f"{_under(visit)}{one.step}, {one.where}, byte {one.offset}: {text}"


def log(visit: Visit, host: str = SITE) -> str:
    """Cite what the log of *host* says of the submit: its lines without date and browser."""
    lines = [one.text for one in visit.step("submit").log if one.host == host]
    return "\n".join(f"{_under(visit)}{_short(line)}" for line in lines)


def referer(visit: Visit) -> str:
    """Cite the Referer that images.test got with the request for its picture."""
    lines = [one for one in visit.step("submit").log if one.host == THIRD_PARTY]
    return "\n".join(f"{_under(visit)}Referer: {one.referer or '(none)'}" for one in lines)


def answers(visit: Visit, step: str) -> str:
    """Cite the site's answers in a step, and whose words they held; not the form's page."""
    said = []
    for one in visit.step(step).answers_of(SITE):
        parts = urlsplit(one.url)
        if parts.path != "/":
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            said.append(
                f"{_under(visit)}{one.method} {target}: status {one.status}, "
                f"{_whose(visit, one.body)}"
            )
    return "\n".join(said)


def header(visit: Visit, name: str, step: str = "submit") -> str:
    """Cite the headers called *name* of the site's answers in a step, as the browser had them."""
    values = [
        value
        for one in visit.step(step).answers_of(SITE)
        for known, value in one.headers
        if known.lower() == name.lower()
    ]
    return "\n".join(f"{_under(visit)}{name}: {value}" for value in values)


def cookies_sent(visit: Visit, step: str) -> str:
    """Cite which requests of a step had a cookie, and which answers set one.

    Read from the capture, so it needs a visit without HTTPS.
    """
    said = []
    for conversation in conversations(visit.step(step).capture):
        for exchange in conversation.exchanges:
            request, response = exchange.request, exchange.response
            if request.host.partition(":")[0] == SITE and response is not None:
                had = "with a cookie" if request.header("Cookie") else "without a cookie"
                new = ", a new cookie" if response.header("Set-Cookie") else ""
                said.append(
                    f"{_under(visit)}{request.method} {request.target} {had}: "
                    f"status {response.status}{new}"
                )
    return "\n".join(said)


def masked(visit: Visit) -> str:
    """Cite how the text part of the error report shows the form's field."""
    lines = [
        line
        for report in visit.step("outage").reports
        for line in report.text.splitlines()
        if line.startswith("sensitive_info")
    ]
    return "\n".join(f"{_under(visit)}{line}" for line in lines)


def open_places(visit: Visit) -> str:
    """Cite where the secret was had, or what was done with it, in all of the visit."""
    labels = [PLACES[key].label for key, seen in visit.seen.items() if seen]
    return f"{_under(visit)}{len(labels)} open: {', '.join(labels)}"


def opened(before: Visit, after: Visit) -> str:
    """Cite what is open in *after* and was not in *before*."""
    new = [
        place.label for key, place in PLACES.items() if after.seen[key] and not before.seen[key]
    ]
    return f"{_under(after)}opened: {', '.join(new) or 'none'}"


def _under(visit: Visit) -> str:
    if visit.remediations == SIX:
        return "[all six] "
    return f"[{' + '.join(one.short for one in visit.remediations) or 'nothing'}] "


def _whose(visit: Visit, body: bytes) -> str:
    if visit.evidence.forged and find(visit.evidence.forged, body):
        return "with the stranger's words"
    return "with your words" if find(visit.secret, body) else "without your words"


def _short(line: str) -> str:
    """Return a log line from its request to its size."""
    return line.partition("] ")[2].split(' "http')[0].split(' "-"')[0]
