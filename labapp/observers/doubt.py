"""Doubt: why nothing may be called absent, in a sentence, or ``""`` for no doubt.

"Not seen" is an answer only where something was looked at. Where a step is
missing, no answer came or a record has holes, there was nothing to look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from labapp.evidence import MAIN_STEPS, SITE, Evidence, Step

NO_CONTROL = "the control text was not found either"
_OPTIONAL = "read_back"  # only where there is a session to read back from


def unheard(evidence: Evidence, steps: Iterable[str] = MAIN_STEPS) -> str:
    """Return which of *steps* was not made or had no answer from the site."""
    for name in steps:
        if not evidence.has(name):
            if name != _OPTIONAL:
                return f"this visit has no step {name!r}"
        elif not evidence.step(name).answers_of(SITE):
            return f"no answer came from {SITE} in step {name!r}"
    return ""


def unlogged(steps: Iterable[Step]) -> str:
    """Return in which of *steps* the log has fewer lines than the browser answers."""
    for step in steps:
        answers = Counter(urlsplit(one.url).hostname for one in step.answers if one.status)
        if answers - Counter(line.host for line in step.log):
            return f"the access log has holes in step {step.name!r}"
    return ""
