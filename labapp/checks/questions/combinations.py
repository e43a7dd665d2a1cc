"""What closes what: the questions of chapter 09."""

from __future__ import annotations

from labapp.checks.citation import found, open_places, opened
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import cumulative


def _redirect(*seven: Visit) -> str:
    return opened(seven[2], seven[3])


def _https(*seven: Visit) -> str:
    return f"{opened(seven[5], seven[6])}\n{_redirect(*seven)}"


def _log_story(*seven: Visit) -> str:
    return "\n".join(found(visit, "access_log") for visit in seven[:5])


def _log_late(*seven: Visit) -> str:
    return "\n".join(found(visit, "access_log") for visit in seven[3:])


def _html_stars(*seven: Visit) -> str:
    return f"{found(seven[2], 'report_text')}\n{found(seven[2], 'report_html')}"


def _html_last(*seven: Visit) -> str:
    return found(seven[6], "report_html")


def _last(*seven: Visit) -> str:
    return open_places(seven[6])


def _link(*seven: Visit) -> str:
    return found(seven[6], "http_link")


QUESTIONS = Questions(
    names="*seven",
    visits=tuple(cumulative()),
    questions=(
        Question(
            "Can one more remediation make something worse?",
            (
                Choice(
                    "No: each one only closes places.",
                    "The redirect opened places that POST had closed.",
                    _redirect,
                ),
                Choice(
                    "Yes: the redirect, without a session, opens places again.",
                    "Order and company matter: measure after each change.",
                    _redirect,
                    right=True,
                ),
                Choice(
                    "Yes: HTTPS opens places again.",
                    "HTTPS opened none here. Another one did.",
                    _https,
                ),
            ),
        ),
        Question(
            "POST closes the server log, the redirect opens it. What closes it again?",
            (
                Choice(
                    "HTTPS: the log is encrypted then.",
                    "The log was closed before. And the server reads what it decrypts.",
                    _log_late,
                ),
                Choice(
                    "The CSRF check.",
                    "The log was closed one step before it.",
                    _log_late,
                ),
                Choice(
                    "The session: the value need not travel in the address.",
                    "Then the second log line is free of your words.",
                    _log_story,
                    right=True,
                ),
            ),
        ),
        Question(
            "Which of the six closes the HTML part of the error e-mail?",
            (
                Choice(
                    "The stars.",
                    "They close the text part only.",
                    _html_stars,
                ),
                Choice(
                    "None of them, not even all six together.",
                    "It shows the variables of the view, and HTTPS ends at the server.",
                    _html_last,
                    right=True,
                ),
                Choice(
                    "HTTPS.",
                    "HTTPS ends at the server. The e-mail is written behind it.",
                    _html_last,
                ),
            ),
        ),
        Question(
            "All six are on. What is still open on the network?",
            (
                Choice(
                    "Nothing: HTTPS closed the network.",
                    "One http:// link, and the cookie crosses in the clear.",
                    _link,
                ),
                Choice(
                    "What follows an old http:// link.",
                    "HSTS and Secure cookies are for that. They are not among the six.",
                    _link,
                    right=True,
                ),
                Choice(
                    "Every place that was open before HTTPS.",
                    "Fewer are open now, and only one is on the network.",
                    _last,
                ),
            ),
        ),
    ),
)
