"""The first cause: what went wrong before all else in a tour of the Hat Club."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.evidence import SITE, Answer, Evidence, Step
from labapp.observers.told import at_profile

# What members do, in this order; strangers may well be refused.
DOING = {
    "open": "logs in",
    "submit": "saves where the hat is hidden",
    "read_back": "reads it back",
    "second_visitor": "logs in as the second member",
    "second_submit": "saves as the second member",
    "second_read_back": "reads back as the second member",
    "logout": "logs out",
    "reset_asked": "asks for a new password",
    "reset": "follows the link in the mail",
    "new_password": "logs in with the new password",
}
SECURE, CSRF, OTHER = "secure", "csrf", "other"
# What Django's CSRF check says to the logger django.security.csrf.
_REFUSED = re.compile(r"django\.security\.csrf: Forbidden \((.+?)\.?\): (\S+)")
_IS_SECURE = re.compile(r";\s*secure\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Cause:
    """What a member met first that is an error: its *kind*, and *text*, a sentence or two."""

    kind: str
    text: str


def first_cause(evidence: Evidence) -> Cause | None:
    """Return what went wrong first in what members did, None if nothing did.

    It looks at answers, cookies and at what Django logged; it knows no repair.
    """
    for name, doing in DOING.items():
        if evidence.has(name):
            for kind, said in _wrong(evidence.step(name)):
                return Cause(kind, f"While somebody {doing}: {said}")
        if name == "open" and not at_profile(evidence, name):
            return None  # what comes later comes of that
    return None


def _wrong(step: Step) -> Iterator[tuple[str, str]]:
    for one in step.answers:
        parts = urlsplit(one.url)
        if parts.hostname != SITE:
            continue
        for cookie in _lost(one):
            said = (
                f"{parts.path} sets the cookie {cookie} as Secure, but the visit uses http://."
            )
            yield SECURE, f"{said} The browser does not keep it."
        if not one.status:
            yield OTHER, f"no answer came from {parts.scheme}://{SITE}{parts.path}."
        elif one.status == 403 and (reason := _reason(step, parts.path)):
            said = f"the form sent to {parts.path} was refused (status 403)."
            yield CSRF, f'{said} Django says: "{reason}".'
        elif one.status >= 400:
            yield OTHER, f"{one.method} {parts.path} was answered with status {one.status}."


def _lost(answer: Answer) -> Iterator[str]:
    """Yield the names of cookies that came in the clear and are for HTTPS only."""
    for name, value in answer.headers:
        if name.lower() == "set-cookie" and answer.url.startswith("http://"):
            if _IS_SECURE.search(value):
                yield value.partition("=")[0].strip()


def _reason(step: Step, path: str) -> str | None:
    said = (_REFUSED.search(line.text) for line in step.output if line.host == SITE)
    return next((one[1] for one in said if one and one[2] == path), None)
