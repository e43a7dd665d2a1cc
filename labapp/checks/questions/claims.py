"""Do the published claims hold: the questions of chapter 08."""

from __future__ import annotations

from labapp.checks.citation import found, log, masked, open_places
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import cumulative


def _log_lines(*seven: Visit) -> str:
    return f"{log(seven[1])}\n{log(seven[2])}"


def _stars(*seven: Visit) -> str:
    return f"{masked(seven[1])}\n{masked(seven[2])}"


def _html_report(*seven: Visit) -> str:
    return f"{masked(seven[2])}\n{found(seven[2], 'report_html')}"


def _replay(*seven: Visit) -> str:
    return found(seven[4], "cookie_replay")


def _row(*seven: Visit) -> str:
    return f"{found(seven[4], 'store_raw')}\n{found(seven[4], 'store_decoded')}"


def _link(*seven: Visit) -> str:
    return found(seven[6], "http_link")


def _wire(*seven: Visit) -> str:
    places = ("wire_request_line", "wire_request_headers", "wire_request_body", "wire_response")
    return "\n".join(found(seven[6], place) for place in places)


def _wire_and_link(*seven: Visit) -> str:
    return f"{_wire(*seven)}\n{_link(*seven)}"


def _open_at_the_end(*seven: Visit) -> str:
    return open_places(seven[6])


def _first_and_last(*seven: Visit) -> str:
    return f"{open_places(seven[0])}\n{open_places(seven[6])}"


QUESTIONS = Questions(
    names="*seven",
    visits=tuple(cumulative()),
    questions=(
        Question(
            "The claim: sensitive_post_parameters keeps the value out of logs. Which "
            "evidence tests it?",
            (
                Choice(
                    "The text part of the e-mail: it has stars.",
                    "True, but an e-mail is no log. It tests another claim.",
                    _stars,
                ),
                Choice(
                    "The log line without the decorator, and the one with it.",
                    "They say the same, and neither holds the value. POST did that.",
                    _log_lines,
                    right=True,
                ),
                Choice(
                    "The HTML part of the e-mail: it shows the value.",
                    "That limits another claim. For the log, read the log.",
                    _html_report,
                ),
            ),
        ),
        Question(
            "The claim: in the session, the value is safe. What answers it best?",
            (
                Choice(
                    "The replayed cookie: it opens the page with the value.",
                    "It was copied off the wire, and nothing else was needed.",
                    _replay,
                    right=True,
                ),
                Choice(
                    "Searching the database file for the value.",
                    "The search finds nothing, and proves little: decode the row.",
                    _row,
                ),
                Choice(
                    "Nothing: the value did not leave the server.",
                    "It left the server on the page that the cookie opens.",
                    _replay,
                ),
            ),
        ),
        Question(
            "All six are applied. What may you write about one who listens?",
            (
                Choice(
                    "The listener gets nothing, whatever the visitor does.",
                    "An old http:// link is enough: the cookie crosses in the clear.",
                    _link,
                ),
                Choice(
                    "In the visit itself nothing was seen; an http:// link opens it again.",
                    "That is what was tested, and no more.",
                    _wire_and_link,
                    right=True,
                ),
                Choice(
                    "HTTPS changed nothing for the listener.",
                    "It closed every part of the messages of the visit.",
                    _wire,
                ),
            ),
        ),
        Question(
            "Fewer places are open at the end than at the beginning. What does that prove?",
            (
                Choice(
                    "The risk is smaller by the same part.",
                    "A count says how many. It does not say how bad each one is.",
                    _first_and_last,
                ),
                Choice(
                    "The last version is compliant.",
                    "Each open place is a question that somebody must answer first.",
                    _open_at_the_end,
                ),
                Choice(
                    "Which places closed in these visits, and which did not.",
                    "So name the places. A count is no score.",
                    _first_and_last,
                    right=True,
                ),
            ),
        ),
    ),
)
