"""Places beyond the map: what an exercise asks of a view that somebody wrote.

They need the steps of a thorough visit (a second visitor, further strangers).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from labapp.evidence import CONTROL, SITE, Answer, Evidence, Step
from labapp.observers import guessing
from labapp.observers.doubt import NO_CONTROL, unheard
from labapp.observers.forgeries import FORGERIES
from labapp.observers.observer import Place
from labapp.observers.sighting import Sighting, sightings
from labapp.secret import find

FORM_PATH = "/sensitive"


def answer_to_submit(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in the answer to the form itself, head and body."""
    for answer in _form_answers(evidence):
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        yield from sightings(text, head.encode(), "submit", "head of the answer to the form")
        yield from sightings(text, answer.body, "submit", "body of the answer to the form")


def answer_doubt(evidence: Evidence) -> str:
    """The same search finds the control text in the answer of control.test."""
    if not _form_answers(evidence):
        return "no answer came to the form"
    answers = evidence.step("control").answers_of(CONTROL) if evidence.has("control") else ()
    found = any(find(evidence.control, answer.body) for answer in answers)
    return "" if found else NO_CONTROL


def printed(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in what the view printed or logged."""
    for step in evidence:
        yield from in_output(step, text)


def in_output(step: Step, text: str, host: str = SITE) -> Iterator[Sighting]:
    """Yield where *text* stands in what was printed or logged for *host* in one step."""
    for line in step.output:
        if line.host == host:
            yield from sightings(text, line.text.encode(), step.name, "printed or logged")


def printed_doubt(evidence: Evidence) -> str:
    """The control text is printed by control.test."""
    control = evidence.step("control") if evidence.has("control") else None
    found = control and any(in_output(control, evidence.control, CONTROL))
    return "" if found else NO_CONTROL


def second_visitor(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands on a page that a second visitor was shown."""
    for name in ("second_visitor", "second_submit", "second_read_back"):
        for answer in _answers(evidence, name):
            yield from sightings(text, answer.body, name, "page of a second visitor")


def second_doubt(evidence: Evidence) -> str:
    """The second visitor's pages came, and show what they told the site themselves."""
    if reason := unheard(evidence, ("second_visitor", "second_submit", "second_read_back")):
        return reason
    pages = _answers(evidence, "second_submit") + _answers(evidence, "second_read_back")
    found = any(find(evidence.other, page.body) for page in pages)
    return "" if found else "the second visitor cannot read their own value back"


def mixed_up(evidence: Evidence, text: str) -> bool:
    """Return whether the first visitor's page now shows what the second one told."""
    return any(find(evidence.other, page.body) for page in _answers(evidence, "own_page_again"))


def mixed_doubt(evidence: Evidence) -> str:
    """The first visitor's page could be opened again."""
    return unheard(evidence, ("own_page_again",))


def address_replay(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where a page shows *text* to a stranger who has the visitor's addresses only."""
    for answer in _answers(evidence, "address_replay"):
        where = "page that an address of the history opens"
        yield from sightings(text, answer.body, "address_replay", where)


def replay_doubt(evidence: Evidence) -> str:
    """The addresses were opened, and answered."""
    return unheard(evidence, ("address_replay",))


def by_address(evidence: Evidence, text: str) -> bool:
    """Return whether the view also takes the value from an address, and shows it.

    A view may answer GET with a page of its own, such as an empty form.
    """
    pages = _answers(evidence, "by_address")
    accepted = any(page.status < 400 for page in pages[:1])
    return accepted and any(find(evidence.addressed, page.body) for page in pages)


def address_doubt(evidence: Evidence) -> str:
    """An address with a value in it was opened, and answered."""
    return unheard(evidence, ("by_address",))


def mailed(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where *text* stands in a mail that is no report of a crash."""
    for step in evidence.main:
        for report in step.reports:
            for part in (report.text, report.html):
                yield from sightings(text, part.encode(), step.name, "mail")


def mail_doubt(evidence: Evidence) -> str:
    """Mail goes out at all: the crash in the outage was reported."""
    reports = evidence.step("outage").reports if evidence.has("outage") else ()
    return "" if reports else "no mail came, not even in the outage"


def cookie_guessed(evidence: Evidence, text: str) -> Iterator[Sighting]:
    """Yield where a page shows *text* to a second visitor who changed a number in a cookie."""
    for answer in _answers(evidence, "cookie_guess"):
        yield from sightings(text, answer.body, "cookie_guess", "page for another number")


def cookie_doubt(evidence: Evidence) -> str:
    """The second visitor was there; where no cookie is a number, there is nothing to guess."""
    return unheard(evidence, ("second_visitor",))


CHECKED = {
    place.key: place
    for place in (
        Place("answer_to_submit", "answer to submit", answer_to_submit, answer_doubt),
        Place("printed", "prints and logs of the view", printed, printed_doubt),
        Place("second_visitor", "second visitor's pages", second_visitor, second_doubt),
        Place("mixed_up", "first visitor's page", mixed_up, mixed_doubt),
        Place("address_replay", "address without a cookie", address_replay, replay_doubt),
        Place("by_address", "value taken from an address", by_address, address_doubt),
        Place("guessed", "what can be guessed", guessing.guessed, guessing.guess_doubt),
        Place("mailed", "mail", mailed, mail_doubt),
        Place("cookie_guessed", "cookie with another number", cookie_guessed, cookie_doubt),
        *(forgery.place for forgery in FORGERIES),
    )
}


def _answers(evidence: Evidence, step: str) -> tuple[Answer, ...]:
    return evidence.step(step).answers_of(SITE) if evidence.has(step) else ()


def _form_answers(evidence: Evidence) -> list[Answer]:
    return [
        answer
        for answer in _answers(evidence, "submit")
        if urlsplit(answer.url).path == FORM_PATH
    ]
