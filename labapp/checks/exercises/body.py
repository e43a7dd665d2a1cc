"""Chapter 02, "What does POST change?": its exercises."""

from __future__ import annotations

import random

from labapp.checks.fooling import FoolExercise
from labapp.checks.observing import ObserverExercise, Trial
from labapp.checks.views import ViewExercise
from labapp.lab import Visit
from labapp.remedy import post, redirect, session

WORDS = ("anchor", "barrel", "cactus", "donkey", "engine", "falcon", "guitar", "hammer")
OTHER_ADDRESS = """<form action="/sensitive?sensitive_info=by+letter+only" method="post">
<input name="sensitive_info"><button>Send</button></form>"""


def log_of(visit: Visit) -> list[str]:
    """Return the lines of the site's access log, as text."""
    return [line.text for line in visit.log]


def visits_to_read() -> list[Trial]:
    """Return visits whose words and order are chosen anew each time."""
    a, b, c, d = random.sample(WORDS, 4)
    text = f"{a} {b} {c}"
    cases = [
        Trial("GET, no space", f"{a}{b}"),
        Trial("GET, spaces", text),
        Trial("GET, an apostrophe", f"{a} can't {b}"),
        Trial("GET, other letters", f"{a} \u00fc {b} \u732b"),
        Trial("GET, a plus sign", f"{a} + {b} is {c}"),
        Trial("GET, a slash", f"{a} and/or {b}"),
        Trial("GET, another page follows", text, (redirect, session)),
        Trial("GET, newest line first", text, turned=True),
        Trial("POST", text, (post,)),
        Trial("POST, another address", text, (post,), form=OTHER_ADDRESS),
        Trial("GET, another last word", text, asks=f"{a} {b} {d}"),
        Trial("GET, another first word", text, asks=f"{d} {b} {c}"),
        Trial("GET, words swapped", text, asks=f"{c} {b} {a}"),
        Trial("GET, only the beginning", f"{a} {b}", asks=text),
    ]
    return random.sample(cases, len(cases))


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
            "On another text: quote_plus('a & b') is 'a+%26+b', and unquote_plus() undoes it.",
        ),
        place="access_log",
        reads=log_of,
        cases=visits_to_read,
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
