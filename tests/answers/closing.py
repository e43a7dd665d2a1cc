"""Chapter 09: answers to "close three with the fewest"."""

from __future__ import annotations

from typing import Any

from labapp import remedy
from tests.answers import Answer

NAME = "close three with the fewest"


def _answer(name: str, *given: Any, says: str = "") -> Answer:
    return Answer(NAME, name, given, says=says)


WRONG = [
    _answer("HTTPS alone", remedy.https, says="OPEN     access log"),
    _answer("POST alone", remedy.post, says="OPEN     answer"),
    _answer("all six", *remedy.SIX, says="SPARE    stars in error reports"),
    _answer(
        "a redirect undoes POST",
        remedy.post,
        remedy.redirect,
        remedy.https,
        says="OPEN     access log",
    ),
    _answer("hardening without HTTPS", remedy.hardening, says="does the server speak"),
    _answer("one too many", remedy.post, remedy.https, remedy.csrf, says="CSRF check"),
    _answer("names in quotes", "post", "https", says="'post' is not a remediation"),
    _answer("nothing yet", ..., says="nothing to check yet"),
]
RIGHT = [
    _answer("POST and HTTPS", remedy.post, remedy.https),
    _answer("in another order, twice", remedy.https, remedy.post, remedy.https),
]
