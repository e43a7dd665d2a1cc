"""What the members of the Hat Club tell it, and the pages that it shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.evidence import SITE, Answer, Evidence
from labapp.secret import find

_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Told:
    """What the members tell the club, all of it made up.

    *place* is where the first one's hat is hidden; *password* and *new_password* are
    hers, before and after she forgot it, *mistyped* nearly the first of them. The second
    one's words are `Evidence.other`.
    """

    place: str
    password: str
    new_password: str
    mistyped: str

    def __str__(self) -> str:
        return "\n".join(f"{name}: {text}" for name, text in vars(self).items())


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


def shows(evidence: Evidence, step: str, text: str) -> bool:
    """Return whether a page of *step* shows *text*."""
    return any(page.status == 200 and find(text, page.body) for page in pages(evidence, step))


def at_profile(evidence: Evidence, step: str) -> bool:
    """Return whether the last page of *step* is a profile that can be edited."""
    last = pages(evidence, step)[-1:]
    return any(page.status == 200 and b'name="hiding_place"' in page.body for page in last)
