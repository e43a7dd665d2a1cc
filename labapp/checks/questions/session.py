"""Where should it wait: the questions of chapter 04."""

from __future__ import annotations

from labapp.checks.citation import answers, found, header, log
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import mask_reports, post, redirect, session

_START = (post, mask_reports)


def _logs(before: Visit, moved: Visit, after: Visit) -> str:
    return f"{log(before)}\n{log(moved)}"


def _location(before: Visit, moved: Visit, after: Visit) -> str:
    return header(moved, "Location")


def _answers(before: Visit, moved: Visit, after: Visit) -> str:
    return answers(moved, "submit")


def _log_moved(before: Visit, moved: Visit, after: Visit) -> str:
    return log(moved)


def _replay(before: Visit, moved: Visit, after: Visit) -> str:
    return found(after, "cookie_replay")


def _cookie(before: Visit, moved: Visit, after: Visit) -> str:
    return f"{header(after, 'Set-Cookie')}\n{found(after, 'cookie_replay')}"


def _body(before: Visit, moved: Visit, after: Visit) -> str:
    return f"{found(after, 'wire_request_body')}\n{found(after, 'wire_response')}"


def _reload(before: Visit, moved: Visit, after: Visit) -> str:
    return f"{found(before, 'reload_resubmits')}\n{found(after, 'reload_resubmits')}"


QUESTIONS = Questions(
    names="before, moved, after",
    visits=(_START, (*_START, redirect), (*_START, redirect, session)),
    questions=(
        Question(
            "The view only redirects; nothing keeps the value. What became of the log?",
            (
                Choice(
                    "It is better: the form's address is gone.",
                    "That line is still there, and a second one came.",
                    _logs,
                ),
                Choice(
                    "It is the same: a redirect is no request.",
                    "The browser follows with a request of its own. It is logged, too.",
                    _logs,
                ),
                Choice(
                    "It is worse: a second line came, with your words.",
                    "POST had closed the log. The redirect opens it again.",
                    _logs,
                    right=True,
                ),
            ),
        ),
        Question(
            "Who put your words into that second address?",
            (
                Choice(
                    "The server, in the header Location of its answer.",
                    "The browser only did what the answer told it.",
                    _location,
                    right=True,
                ),
                Choice(
                    "The browser: it sends the form's body once more.",
                    "After a 302 it sends a GET, which has no body here.",
                    _answers,
                ),
                Choice(
                    "The visitor: the form was sent twice.",
                    "There is one POST. The GET came by itself.",
                    _log_moved,
                ),
            ),
        ),
        Question(
            "With the session: can one who listens to the network still get your words?",
            (
                Choice(
                    "No: they wait on the server, and only an identifier crosses.",
                    "They cross on the way there, and on the page. Nothing is encrypted.",
                    _body,
                ),
                Choice(
                    "No: the cookie is HttpOnly, so nobody can copy it.",
                    "HttpOnly is about scripts in a page. A listener reads the header.",
                    _cookie,
                ),
                Choice(
                    "Yes, and the cookie alone is enough to open the page.",
                    "The identifier is as good as what it stands for.",
                    _replay,
                    right=True,
                ),
            ),
        ),
        Question(
            "What did the redirect do well?",
            (
                Choice(
                    "It hides your words from the network.",
                    "They cross as before.",
                    _body,
                ),
                Choice(
                    "Pressing reload does not submit the form again.",
                    "That is what it is for. It is no secrecy.",
                    _reload,
                    right=True,
                ),
                Choice(
                    "It keeps the cookie safe.",
                    "The cookie is read off the wire, and opens the page.",
                    _replay,
                ),
            ),
        ),
    ),
)
