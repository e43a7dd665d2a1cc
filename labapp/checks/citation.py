"""Citations: lines of a visit's own evidence, for answers that name their proof."""

from __future__ import annotations

from urllib.parse import urlsplit

from labapp.conversations import conversations
from labapp.conversations.sizes import sizes
from labapp.evidence import SITE
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


def answers(visit: Visit, step: str) -> str:
    """Cite the site's answers in a step, and whose words their page has; not the form's."""
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


def server_names(visit: Visit) -> str:
    """Cite the names that the visitor's client asked for in the clear; without TLS, paths."""
    said = dict.fromkeys(
        text
        for one in conversations(visit.step("submit").capture)
        for text in (
            [f"server name: {one.server_name}"]
            if one.tls
            else [f"path: {each.request.target}" for each in one.exchanges]
        )
    )
    return "\n".join(f"{_under(visit)}{one}" for one in said)


def lengths(visit: Visit) -> str:
    """Cite how long the encrypted records of the submit are; so it needs HTTPS."""
    return "\n".join(
        f"{_under(visit)}{one.server_name}: bytes sent {_sum(sent)}, received {_sum(received)}"
        for one in conversations(visit.step("submit").capture)
        for sent, received in [sizes(one)]
        if one.tls
    )


def key_log(visit: Visit) -> str:
    """Cite which connection the first key of the visit's key log belongs to."""
    label, connection, _ = visit.step("submit").capture.tls_secrets.splitlines()[0].split()
    return f"{_under(visit)}{label}, for the connection {connection[:16]}..."


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
    """Tell of the page alone: a header may have the words where the page does not."""
    if not body:
        return "no page"
    if visit.evidence.forged and find(visit.evidence.forged, body):
        return "page with the stranger's words"
    return "page with your words" if find(visit.secret, body) else "page without your words"


def _short(line: str) -> str:
    """Return a log line from its request to its size."""
    return line.partition("] ")[2].split(' "http')[0].split(' "-"')[0]


def _sum(lengths: tuple[int, ...]) -> str:
    return " + ".join(map(str, lengths))
