"""What does POST change, and for whom: the questions of chapter 02."""

from __future__ import annotations

from labapp.checks.citation import found, log
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import post


def _address_then_body(before: Visit, after: Visit) -> str:
    return f"{found(before, 'wire_request_line')}\n{found(after, 'wire_request_body')}"


def _body(before: Visit, after: Visit) -> str:
    return found(after, "wire_request_body")


def _body_and_answer(before: Visit, after: Visit) -> str:
    return f"{found(after, 'wire_request_body')}\n{found(after, 'wire_response')}"


def _log_and_history(before: Visit, after: Visit) -> str:
    return f"{log(before)}\n{log(after)}\n{found(before, 'history')}\n{found(after, 'history')}"


def _report(before: Visit, after: Visit) -> str:
    return found(after, "report_text")


def _log_after(before: Visit, after: Visit) -> str:
    return log(after)


def _log_before(before: Visit, after: Visit) -> str:
    return log(before)


def _answer(before: Visit, after: Visit) -> str:
    return found(after, "wire_response")


QUESTIONS = Questions(
    names="before, after",
    visits=((), (post,)),
    questions=(
        Question(
            "A colleague says: we use POST now, so nobody on the network can read it. "
            "What does your capture say?",
            (
                Choice(
                    "POST encrypts the body of the request.",
                    "The body is plain text. A listener reads your words in it.",
                    _body,
                ),
                Choice(
                    "Your words moved from the address to the body. Both can be read.",
                    "The same words, in another part of the same message.",
                    _address_then_body,
                    right=True,
                ),
                Choice(
                    "Your words do not cross the network any more.",
                    "They cross twice: in the body, and in the answer.",
                    _body_and_answer,
                ),
            ),
        ),
        Question(
            "Who had your words before, and has them no more?",
            (
                Choice(
                    "The one who listens to the network.",
                    "The listener reads the body instead of the address.",
                    _body,
                ),
                Choice(
                    "The one who gets the error e-mail.",
                    "The report lists the fields of a POST, too.",
                    _report,
                ),
                Choice(
                    "The ones who read the server log and the browser history.",
                    "Both keep addresses. The address is free of your words now.",
                    _log_and_history,
                    right=True,
                ),
            ),
        ),
        Question(
            "Why are your words not in the server log after POST?",
            (
                Choice(
                    "The log holds the first line of a request, and two headers. It has no body.",
                    "The address was the place of your words in these. It is clean now.",
                    _log_after,
                    right=True,
                ),
                Choice(
                    "Django removes secrets from the log.",
                    "With GET, the same server wrote your words down.",
                    _log_before,
                ),
                Choice(
                    "The server cannot read the request.",
                    "It read your words, and sent them back in its answer.",
                    _answer,
                ),
            ),
        ),
    ),
)
