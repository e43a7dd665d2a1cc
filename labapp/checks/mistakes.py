"""Mistakes: why a view does not work at all, in words for whoever wrote it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from labapp.checks.bounded import Raised
from labapp.evidence import SITE, Answer, Crash
from labapp.lab import Visit
from labapp.observers.checked import FORM_PATH
from labapp.observers.machine import decoded, rows
from labapp.remedy import session
from labapp.secret import find
from labapp.site.crashes import crash_of

FIELD = "sensitive_info"
_STRAIGHT = re.compile(
    r"didn't receive an HttpRequest|object has no attribute '(?:META|COOKIES|method|path)'"
)
_SCRIPT = re.compile(
    r"<script|<[^>]*[\s/]on\w+\s*=|<[^>]*=\s*[\"']?\s*javascript:", re.IGNORECASE
)
_REFRESH = re.compile(rb"<meta[^>]*http-equiv=[\"']?refresh|<script", re.IGNORECASE)
_UNANSWERED = re.compile(
    r"'(\w+)' object has no attribute '(?:status_code|headers|get|has_header)'"
)


def shape(view: object, *also: str) -> str:
    """Return what keeps *view* from being called at all, or ``""``.

    *also* names what it is given beside the request.
    """
    if view is None or view is ...:
        return "There is nothing to check yet: give your view, by its name."
    if isinstance(view, str):
        return f"Give the view itself: its name without quotes, not {view!r}."
    if inspect.isclass(view):
        return ""
    if callable(view) and inspect.isclass(inspect.unwrap(view)):
        return (
            "A decorator for functions stands on a class, so Django cannot call its methods. "
            "Django has method_decorator for this."
        )
    try:
        inspect.signature(view, follow_wrapped=False).bind(  # type: ignore[arg-type]
            None, **dict.fromkeys(also)
        )
    except TypeError:
        if callable(view):
            names = ", ".join(("request", *also))
            return f"Django calls a view with the request: write def my_view({names})."
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
    if answers[-1].status >= 400:
        return _refused(answers[-1], visit)
    for answer in answers:
        if _REFRESH.search(answer.body) or any(
            n.lower() == "refresh" for n, _ in answer.headers
        ):
            return (
                "An answer of yours lets the browser go on by itself (a script, or Refresh). "
                "The lab's browser follows redirects only: use redirect()."
            )
    return ""


def _refused(answer: Answer, visit: Visit) -> str:
    path = urlsplit(answer.url).path
    if answer.status == 403:
        return (
            "The site refused its own visitor (status 403). Does your form carry what the "
            "check asks for?"
        )
    if answer.status == 404:
        return f"The visitor was sent to an address that does not exist (status 404): {path}"
    if answer.status == 405 and path == FORM_PATH:
        whose = "" if visit.own.form is None else "your "
        return (
            f"A {answer.method} came to {path} (status 405). Which method does {whose or 'the '}"
            "form use, and which one does your view have?"
        )
    if answer.status == 405:
        return (
            f"A {answer.method} came to {path}, which does not take it (status 405). A browser "
            "followed a redirect: which one does a redirect keep, the method or the address?"
        )
    return f"The last answer had status {answer.status}."


def crash(crash: Crash, what: str = "view", field: str = FIELD) -> str:
    """Return *crash* of a learner's *what* in words, then their lines that led to it, or the view.

    *field* is the form's, ``""`` where there are several forms.
    """
    said = _said(crash, field) if what == "view" else ""
    said = said or f"Your {what} raised {crash.kind}: {crash.message}"
    # Where none of their own lines crashed, it was what their view returned.
    lines = crash.lines or tuple(filter(None, [crash.view]))
    return "\n".join([said, *(f"  {line}" for line in lines)])


def raised(error: Exception) -> str:
    """Return what a learner's function raised in words, *error* being what `call` raised."""
    cause = error.__cause__ if isinstance(error, Raised) else None
    return crash(crash_of(cause or error), "function")


def misspelt(visit: Visit) -> str:
    """Return which starred parameter the form does not have, or ``""``."""
    crashes = visit.step("outage").crashes if visit.evidence.has("outage") else ()
    for one in crashes:
        for name in one.starred:
            if name not in (FIELD, "__ALL__"):
                return f"Your view asks for stars on {name!r}. The form's field is {FIELD!r}."
    return ""


def kept(visit: Visit) -> str:
    """Return what the visitor's session holds by name, ``""`` where nobody can say."""
    if session not in visit.remediations:
        return ""
    sessions = list(_sessions(visit))
    if None in sessions:
        return ""
    names = sorted({name for held in sessions if held for name in held})
    if not names:
        return "Nothing was put into the visitor's session."
    return f"The visitor's session holds: {', '.join(map(repr, names))}."


def _sessions(visit: Visit) -> Iterator[dict[str, object] | None]:
    """Yield what the visitor's sessions hold, row by row; None for another serializer's."""
    step = visit.step("submit")
    mine = {cookie.value for cookie in step.memory.cookies if cookie.host == SITE}
    for key, data in rows(
        step.database, "SELECT session_key, session_data FROM django_session"
    ):
        if key in mine:
            try:
                held = json.loads(decoded(data))
            except (ValueError, RecursionError):
                held = None
            yield held if isinstance(held, dict) else None


def printed(visit: Visit) -> str:
    """Return what the view printed or logged first, or ``""``."""
    said = (line for line in _output(visit) if find(visit.secret, line.encode()))
    return next((f"Your view printed: {line}" for line in said), "")


def _output(visit: Visit) -> Iterator[str]:
    for step in visit.evidence:
        yield from (line.text for line in step.output if line.host == SITE)


def _said(crash: Crash, field: str) -> str:
    """Return what this crash of a view mostly means, or ``""``."""
    no_answer = None if crash.lines else _UNANSWERED.search(crash.message)
    if "returned None instead" in crash.message or (no_answer and no_answer[1] == "NoneType"):
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
        where = (
            "Where does the form put its fields?"
            if not field or crash.message == repr(field)
            else f"The form's field is {field!r}."
        )
        return f"The request has no field {crash.message} where your view looks for it. {where}"
    if no_answer:
        return (
            f"Your view returned a value of type {no_answer[1]}. Return an answer: render(...), "
            "redirect(...) or HttpResponse(...)."
        )
    if "no attribute 'session'" in crash.message:
        return "There is no request.session here: no middleware provides one in this step."
    if crash.kind == "MessageFailure":
        return f'{crash.message}: settings={{"MIDDLEWARE": ["..."]}} brings it.'
    return ""
