"""Who reads the crash: the questions of chapter 03."""

from __future__ import annotations

from labapp.checks.citation import answers, found, log, masked
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import mask_reports, post


def _stars(before: Visit, after: Visit) -> str:
    return f"{masked(before)}\n{masked(after)}"


def _html(before: Visit, after: Visit) -> str:
    return found(after, "report_html")


def _stars_and_html(before: Visit, after: Visit) -> str:
    return f"{masked(after)}\n{found(after, 'report_html')}"


def _body(before: Visit, after: Visit) -> str:
    return found(after, "wire_request_body")


def _page(before: Visit, after: Visit) -> str:
    return answers(after, "outage")


def _logs(before: Visit, after: Visit) -> str:
    return f"{log(before)}\n{log(after)}"


QUESTIONS = Questions(
    names="before, after",
    visits=((post,), (post, mask_reports)),
    questions=(
        Question(
            "What did sensitive_post_parameters change?",
            (
                Choice(
                    "Your words left every error report.",
                    "The e-mail has two parts. Your words are still in the HTML part.",
                    _html,
                ),
                Choice(
                    "In the text part of the e-mail, stars stand for your words.",
                    "That is all it changed, among all the places of the map.",
                    _stars,
                    right=True,
                ),
                Choice(
                    "Your words do not cross the network any more.",
                    "The decorator works after the request arrived. The wire is the same.",
                    _body,
                ),
            ),
        ),
        Question(
            "Why are your words still in the HTML part?",
            (
                Choice(
                    "It shows the view's own variables. One of them holds a copy.",
                    "The decorator puts stars on the form's fields, not on the view's variables.",
                    _html,
                    right=True,
                ),
                Choice(
                    "The decorator does not work for this view.",
                    "It works: the field has stars. The copy beside it has none.",
                    _stars_and_html,
                ),
                Choice(
                    "The e-mail shows the page that the visitor saw.",
                    "The visitor saw an error page. It does not have your words.",
                    _page,
                ),
            ),
        ),
        Question(
            "Your words are not in the server log. Is that the decorator's work?",
            (
                Choice(
                    "Yes: it keeps sensitive fields out of logs.",
                    "They were not in the log before it, either. POST did that.",
                    _logs,
                ),
                Choice(
                    "No: the log says the same with and without it.",
                    "The decorator is about error reports. The Django page says so, too.",
                    _logs,
                    right=True,
                ),
                Choice(
                    "In part: the log has stars now.",
                    "No line has stars. It has no field of the form at all.",
                    _logs,
                ),
            ),
        ),
    ),
)
