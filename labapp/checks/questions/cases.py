"""A case to read: the questions of chapter 10."""

from __future__ import annotations

from labapp.checks.citation import found, header, log, masked, server_names
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import SIX, mask_reports, post


def _methods(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return f"{server_names(sealed)}\n{log(sealed)}"


def _names(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return f"{server_names(clear)}\n{server_names(sealed)}"


def _stars(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return f"{masked(clear)}\n{masked(starred)}"


def _logs(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return f"{log(clear)}\n{log(starred)}"


def _cookie(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return header(sealed, "Set-Cookie")


def _body(clear: Visit, starred: Visit, sealed: Visit) -> str:
    return f"{found(clear, 'wire_request_body')}\n{found(sealed, 'wire_request_body')}"


QUESTIONS = Questions(
    names="clear, starred, sealed",
    visits=((post,), (post, mask_reports), SIX),
    questions=(
        Question(
            "A capture is encrypted. You have the access log, too. Which method did the form "
            "use?",
            (
                Choice(
                    "The log says it.",
                    "Its lines begin with the method, encrypted or not.",
                    _methods,
                    right=True,
                ),
                Choice(
                    "Nobody can say: the request line is encrypted.",
                    "On its way it is. The server decrypts it and writes it down.",
                    _methods,
                ),
                Choice(
                    "POST: encrypted forms always use it.",
                    "GET can be encrypted as well. The log tells which it was.",
                    _methods,
                ),
            ),
        ),
        Question(
            "Which of the six do neither capture nor log show?",
            (
                Choice(
                    "HTTPS.",
                    "Nothing is plainer in a capture: paths are gone, and a name is left.",
                    _names,
                ),
                Choice(
                    "The stars.",
                    "They change an error report, and nothing that crosses or is logged.",
                    _stars,
                    right=True,
                ),
                Choice(
                    "The session.",
                    "It has a cookie, and /secure_page is asked for without a value.",
                    _cookie,
                ),
            ),
        ),
        Question(
            "Two answers fit your case. What can decide between them?",
            (
                Choice(
                    "A longer capture of the same kind.",
                    "What does not cross once does not cross in an hour.",
                    _logs,
                ),
                Choice(
                    "Evidence of another kind, such as an error report.",
                    "Ask who else could have looked, and at what.",
                    _stars,
                    right=True,
                ),
                Choice(
                    "The key of the connection.",
                    "Without HTTPS there is nothing to decrypt, and still two answers fit.",
                    _body,
                ),
            ),
        ),
    ),
)
