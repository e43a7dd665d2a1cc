"""Chapter 08, "Do the published claims hold?": its exercises."""

from __future__ import annotations

from labapp.checks.claiming import ClaimsExercise
from labapp.checks.reviewing import Exhibit, ReviewExercise
from labapp.checks.travelling import JourneyExercise
from labapp.lab import Visit
from labapp.lab.claim import logged
from labapp.remedy import mask_reports, post
from labapp.show import shown


def _log(visit: Visit) -> str:
    return f"server {logged(visit.step('submit'))}"


def _history(visit: Visit) -> str:
    return f"browser history: {visit.step('submit').memory.history[-1]}"


def _report(visit: Visit) -> str:
    text = visit.step("outage").reports[0].text
    line = next(row for row in text.splitlines() if row.startswith("sensitive_info"))
    return f"error e-mail: {line}"


def _body(visit: Visit) -> str:
    return f"capture, {shown(visit.findings['wire_request_body'].sightings)}"


EXERCISES = (
    ReviewExercise(
        name="answer the reviewer",
        chapter="08",
        task='A colleague writes: "We use POST and sensitive_post_parameters, so the value is '
        'encrypted on the way." Which one of these lines answers that? Choose by number.',
        hints=(
            'The claim has the words "on the way". Who is there?',
            (
                "A server log, a history and an e-mail are written at the two ends. What is in "
                'between shows in Wireshark under "Follow TCP Stream", or in a capture here.'
            ),
            (
                'On another claim, "our log is clean": the line that answers it is one of the '
                "log, and none of a capture."
            ),
        ),
        remediations=(post, mask_reports),
        exhibits=(
            Exhibit(_log, "it shows what a server writes down, not what crosses."),
            Exhibit(_history, "it shows what the visitor's browser keeps."),
            Exhibit(_report, "it shows stars in a mail, written after the value had come."),
            Exhibit(_body, "a listener reads it as it is: encrypted it is not.", answers=True),
        ),
    ),
    ClaimsExercise(
        name="make all seven hold",
        chapter="08",
        task="Write a view, and choose remediations for it, so that all seven claims hold. "
        "Begin with the starting code: two claims are left.",
        hints=(
            (
                "Read the evidence of the first line that does not hold. In which part of the "
                "report does the value stand, or what does the cookie's line not say?"
            ),
            (
                'A report\'s HTML part shows local variables: see "Filtering error reports" in '
                "Django's documentation, and SESSION_COOKIE_SECURE among its settings."
            ),
            (
                'On another field: request.session["colour"] = request.POST["colour"] needs no '
                "variable of its own."
            ),
        ),
    ),
    JourneyExercise(
        name="stay on HTTPS",
        chapter="08",
        task="Give the address that visitors begin at, tls=True or False, and settings. "
        "Nothing readable may cross: not on the first visit, and not a day later, when "
        "somebody follows an old link with http://.",
        hints=(
            (
                "Which of the three lines is open? Who decides there: the server, or the "
                "browser before it asks anybody?"
            ),
            (
                "A browser can promise to use HTTPS only, for a time and for a name. See "
                '"HTTP Strict Transport Security" under "Security in Django".'
            ),
            (
                'On another site: "https://shop.test/" with '
                'settings={"SECURE_HSTS_SECONDS": 60} holds for a minute.'
            ),
        ),
    ),
)
