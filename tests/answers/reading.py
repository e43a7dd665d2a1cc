"""Chapter 10, second half: answers to "read the case"."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from labapp.lab.case import Case, case_of
from labapp.remedy import Remediation, csrf, hardening, https, mask_reports, post, redirect
from labapp.remedy import session as with_session
from tests.answers import Answer, Later

NAME = "read the case"
SECRET = "Mia's fake café+violin 4711"


def _case(*applied: Remediation) -> Case:
    """Return a case as `open_case` hands it out."""
    return replace(case_of(SECRET, *applied), known=False)


CLEAR = Later(partial(_case, post, redirect, csrf))
SEALED = Later(partial(_case, post, redirect, with_session, csrf, https))
BARE = Later(_case)
KNOWN = Later(partial(case_of, SECRET, post))


def _answer(name: str, *given: Any, says: str = "") -> Answer:
    return Answer(NAME, name, given, says=says)


WRONG = [
    _answer(
        "the method missed",
        CLEAR,
        redirect,
        csrf,
        says='in the case: 127.0.0.1 - - [<date>] "GET / ',
    ),
    _answer("the redirect missed", CLEAR, post, csrf, says="in the case: HTTP/1.1 302 Found"),
    _answer("the token missed", CLEAR, post, redirect, says="in the case: Vary: Cookie"),
    _answer(
        "a session too many",
        CLEAR,
        post,
        redirect,
        with_session,
        csrf,
        says="MISSES   access log",
    ),
    _answer(
        "it only looks encrypted",
        CLEAR,
        post,
        redirect,
        csrf,
        https,
        says="in the case: GET / HTTP/1.1",
    ),
    _answer(
        "HTTPS overlooked",
        SEALED,
        post,
        redirect,
        with_session,
        csrf,
        says="in the case: TLS, server name",
    ),
    _answer(
        "sizes not counted",
        SEALED,
        post,
        redirect,
        with_session,
        https,
        says="in the case: TLS, server name",
    ),
    _answer("none at all", CLEAR, [], says="You say: nothing."),
    _answer("something where nothing is", BARE, csrf, says="You say: CSRF check."),
    _answer("a case that is known", KNOWN, post, says="take one from open_case"),
    _answer("beyond the six", CLEAR, post, hardening, says="leave remedy.hardening out"),
    _answer("names in quotes", CLEAR, "post", says="'post' is not a remediation"),
    _answer("no case", post, redirect, says="First the case"),
    _answer("nothing yet", CLEAR, ..., says="nothing to check yet"),
]
RIGHT = [
    _answer("what was applied", CLEAR, post, redirect, csrf),
    _answer("with stars, which nobody can tell", CLEAR, csrf, redirect, mask_reports, post),
    _answer("from the sizes", SEALED, post, redirect, with_session, csrf, https),
    _answer("none, in a list", BARE, []),
]
