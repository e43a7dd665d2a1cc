"""Mistakes: why a view does not work at all, in words for whoever wrote it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from labapp.evidence import SITE, Crash
from labapp.lab import Visit

FIELD = "sensitive_info"
_STRAIGHT = re.compile(
    r"didn't receive an HttpRequest|object has no attribute '(?:META|COOKIES|method|path)'"
)
_SCRIPT = re.compile(r"<script|<[^>]*\son\w+\s*=|javascript:", re.IGNORECASE)
_STATUS = {
    403: "The site refused its own visitor (status 403). Does your form carry what the "
    "check asks for?",
    404: "The visitor was sent to an address that does not exist (status 404).",
    405: "A page did not take the method of the request (status 405). Which method does the "
    "form use, which one does your view have, and which one does a redirect keep?",
}


def shape(view: object) -> str:
    """Return what keeps *view* from being called at all, or ``""``."""
    if view is None or view is ...:
        return "There is nothing to check yet: give your view, by its name."
    if inspect.isclass(view):
        return ""
    try:
        inspect.signature(view).bind(object())  # type: ignore[arg-type]
    except TypeError:
        if callable(view):
            return "Django calls a view with the request: write def my_view(request)."
    except ValueError:
        pass  # a function of C tells nothing about itself
    return ""


def scripted(form: object) -> str:
    """Return why *form*, the text of a page, cannot be graded, or ``""``."""
    if isinstance(form, str) and _SCRIPT.search(form):
        return (
            "Your form has JavaScript. The lab's browser runs none, so nobody can say here "
            "what yours would send. HTML alone is enough."
        )
    return ""


def explained(visit: Visit) -> str:
    """Return what went wrong when *visit* opened and sent the form, or ``""``."""
    if crashes := visit.step("open").crashes:
        return crash(crashes[-1], "form")
    step = visit.step("submit")
    if step.crashes:
        return crash(step.crashes[-1])
    answers = step.answers_of(SITE)
    if not answers and not step.capture.frames:
        return "Nothing was sent: there is no form on the page."
    if not answers:
        return (
            "Your view did not answer within three seconds, so it was stopped. "
            "Is there a loop that never ends?"
        )
    status = answers[-1].status
    if status < 400:
        return ""
    return _STATUS.get(status, f"The last answer had status {status}.")


def crash(crash: Crash, what: str = "view") -> str:
    """Return *crash* of a learner's *what* in words, then their lines that led to it."""
    said = _said(crash) if what == "view" else ""
    said = said or f"Your {what} raised {crash.kind}: {crash.message}"
    return "\n".join([said, *(f"  {line}" for line in crash.lines)])


def misspelt(visit: Visit) -> str:
    """Return which starred parameter the form does not have, or ``""``."""
    crashes = visit.step("outage").crashes if visit.evidence.has("outage") else ()
    for one in crashes:
        for name in one.starred:
            if name not in (FIELD, "__ALL__"):
                return f"Your view asks for stars on {name!r}. The form's field is {FIELD!r}."
    return ""


def printed(visit: Visit) -> str:
    """Return what the view printed or logged first, or ``""``."""
    return next((f"Your view printed: {line}" for line in _output(visit)), "")


def _output(visit: Visit) -> Iterator[str]:
    for step in visit.evidence.main:
        yield from (line.text for line in step.output if line.host == SITE)


def _said(crash: Crash) -> str:
    """Return what this crash of a view mostly means, or ``""``."""
    if "returned None instead" in crash.message:
        return (
            "Your view returned None. Each way through it must end with return and an answer."
        )
    if "unawaited coroutine" in crash.message:
        return "Your view returned a coroutine: write async def, and await what it calls."
    if _STRAIGHT.search(crash.message):
        return (
            "A decorator for functions stands straight on a method, so it takes self for "
            "the request. Django has method_decorator for this."
        )
    if crash.kind == "MultiValueDictKeyError":
        return (
            f"The request has no field {crash.message} where your view looks for it. "
            "Where does the form put its fields?"
        )
    if "no attribute 'session'" in crash.message:
        return "There is no request.session here: no middleware provides one in this step."
    if crash.kind == "MessageFailure":
        return f'{crash.message}: settings={{"MIDDLEWARE": ["..."]}} brings it.'
    return ""
