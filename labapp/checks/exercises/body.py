"""Chapter 02, "What does POST change?": its exercises."""

from __future__ import annotations

from labapp.checks.fooling import FoolExercise
from labapp.checks.observing import Case, ObserverExercise
from labapp.checks.views import ViewExercise
from labapp.lab import Visit
from labapp.remedy import post


def log_of(visit: Visit) -> list[str]:
    """Return the lines of the site's access log, as text."""
    return [line.text for line in visit.log]


EXERCISES = (
    ViewExercise(
        name="take it out of the address",
        chapter="02",
        task="The form sends its field in the address. Change the form and the view, so that "
        "the field travels in the body, and only there.",
        hints=(
            (
                "Look at the first line of the request. Who chose its first word, the view or "
                "the form?"
            ),
            (
                "A form has a method, and a view has one method for each. See 'GET and POST' "
                "in Django's documentation, 'Working with forms'."
            ),
            (
                'On another field: <form method="post"> in the page, and '
                'colour = request.POST["colour"] in def post(self, request).'
            ),
        ),
        closes=("wire_request_line", "access_log", "history", "by_address"),
        may_open=("wire_request_body",),
        takes=("view", "form"),
        think={
            "wire_request_line": "which of your lines writes the value into an address?",
            "works": "where does the form send its field, and where does the view look for it?",
        },
    ),
    ObserverExercise(
        name="be the log reader",
        chapter="02",
        task="Write log_reader(lines, secret). It gets the lines of a server log, and returns "
        "True if the secret is in one of them, else False.",
        hints=(
            (
                "Print the lines. How does an address write a space, an apostrophe, a letter "
                "such as \u00fc?"
            ),
            (
                "Addresses are percent-encoded, and forms write a space as +. See "
                "'urllib.parse' in Python's documentation."
            ),
            "On another text: quote('a/b') is 'a%2Fb' only with safe=''; unquote('a%2Fb') is 'a/b'.",
        ),
        place="access_log",
        reads=log_of,
        cases=(
            Case("GET, no space", "BiscuitsInTheTin"),
            Case("GET, spaces", "Rex sleeps at noon"),
            Case("GET, an apostrophe", "Mia can't whistle"),
            Case("GET, other letters", "Otto mag \u00fc und \u732b"),
            Case("GET, a plus sign", "two + two is four"),
            Case("POST", "Rex sleeps at noon", (post,)),
            Case("GET, another sentence", "Rex sleeps at noon", asks="Rex sleeps at night"),
        ),
    ),
    FoolExercise(
        name="fool the one-liner",
        chapter="02",
        task="Find a sentence that crosses in the clear, and that the one-liner misses: it "
        "looks for sentence.encode() in the bytes of each packet.",
        hints=(
            (
                "Your sentence crosses twice: in an address and in a page. Which letters does "
                "each of them write in another way?"
            ),
            (
                "Django's templates escape five letters. See 'Automatic HTML escaping' in "
                "Django's documentation, 'The Django template language'."
            ),
            "On another letter: a page writes < as &lt;, and an address writes it as %3C.",
        ),
    ),
)
