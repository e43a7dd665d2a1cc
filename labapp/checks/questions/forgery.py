"""Who else can submit: the questions of chapter 05."""

from __future__ import annotations

from labapp.checks.citation import answers, cookies_sent, found
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import SIX, csrf


def _accepted(before: Visit, after: Visit, token: Visit) -> str:
    return cookies_sent(before, "forgery")


def _refused(before: Visit, after: Visit, token: Visit) -> str:
    return answers(after, "forgery")


def _both(before: Visit, after: Visit, token: Visit) -> str:
    return f"{answers(before, 'forgery')}\n{answers(after, 'forgery')}"


def _body(before: Visit, after: Visit, token: Visit) -> str:
    return found(after, "wire_request_body")


def _replay(before: Visit, after: Visit, token: Visit) -> str:
    return found(after, "cookie_replay")


def _unchecked(before: Visit, after: Visit, token: Visit) -> str:
    return answers(token, "forgery")


def _post_and_get(before: Visit, after: Visit, token: Visit) -> str:
    return f"{answers(after, 'forgery')}\n{answers(token, 'forgery')}"


QUESTIONS = Questions(
    names="before, after, token",
    visits=(SIX[:4], SIX[:5], (csrf,)),
    questions=(
        Question(
            "A page of other.test submits a form in the visitor's name. Who refuses it "
            "in the second visit?",
            (
                Choice(
                    "The browser: a page may not submit to another site.",
                    "It may. The browser sent the form in both visits.",
                    _both,
                ),
                Choice(
                    "Django's check: the token of the site's own form is missing.",
                    "Status 403: the middleware answers, and the view never runs.",
                    _refused,
                    right=True,
                ),
                Choice(
                    "Nobody: the visitor's page shows the stranger's value.",
                    "That was the visit before. Now the answer is status 403.",
                    _both,
                ),
            ),
        ),
        Question(
            "The session cookie is SameSite=Lax. What did that do against the forgery, "
            "before the check?",
            (
                Choice(
                    "It stopped it: no cookie, no submit.",
                    "The form came without a cookie. The site took it all the same.",
                    _accepted,
                ),
                Choice(
                    "Nothing: the cookie was sent along.",
                    "Lax did keep the cookie back. Look at the line with POST.",
                    _accepted,
                ),
                Choice(
                    "The cookie stayed back, and the site opened a new session.",
                    "The visitor now uses a session that a stranger filled.",
                    _accepted,
                    right=True,
                ),
            ),
        ),
        Question(
            "The CSRF check is on, but the form uses GET. Is the forgery refused?",
            (
                Choice(
                    "Yes: the check is for every request.",
                    "Django does not check GET: it should change nothing.",
                    _unchecked,
                ),
                Choice(
                    "No: only POST and its like are checked.",
                    "The token needs POST. Neither of them is enough alone.",
                    _post_and_get,
                    right=True,
                ),
                Choice(
                    "Yes: the stranger's form has no token.",
                    "It has none, and nobody asked for it.",
                    _unchecked,
                ),
            ),
        ),
        Question(
            "What does the CSRF check change for one who listens to the network?",
            (
                Choice(
                    "Your words are encrypted with the token.",
                    "The token stands beside your words, as another field.",
                    _body,
                ),
                Choice(
                    "The copied cookie is of no use any more.",
                    "To read a page is a GET. Nobody asks for a token.",
                    _replay,
                ),
                Choice(
                    "Nothing: your words can be read, and the token as well.",
                    "The check is about who may submit. It hides nothing.",
                    _body,
                    right=True,
                ),
            ),
        ),
    ),
)
