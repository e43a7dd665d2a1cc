"""The attacker who acts: the questions of chapter 07.

Their evidence is made when it is asked for: attacks on visits with the same secret.
"""

from __future__ import annotations

from labapp.checks.citation import found, header
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.lab.ambush import HTTPS
from labapp.lab.attack import Attack
from labapp.lab.attacked import (
    BY_ADDRESS,
    HOUR,
    HSTS,
    REDIRECT,
    first_visits,
    impersonate,
    strip,
)
from labapp.lab.trust import CAREFUL, NOTHING, OTHER_NAME
from labapp.remedy import SIX, hardening


def _noted(attack: Attack) -> str:
    lines = [*map(repr, attack.notes.of(attack.plot.host)), *attack.holds[:1]]
    return "\n".join(f"[notes] {line}" for line in lines)


def _first(before: Visit, after: Visit) -> str:
    return _noted(next(one for one in first_visits(before.secret) if one.site == REDIRECT))


def _lane(before: Visit, site: str) -> str:
    made = (one for one in first_visits(before.secret) if one.site == site)
    return "\n".join(f"[{one.title}] {_short(one)}" for one in made)


def _by_name(before: Visit, after: Visit) -> str:
    return _lane(before, HSTS)


def _by_number(before: Visit, after: Visit) -> str:
    return _lane(before, BY_ADDRESS)


def _short(attack: Attack) -> str:
    if attack.reads:
        return f"read: {attack.holds[0].rpartition('...')[2]}"
    return f"not read: {attack.notes.sealed} connections passed sealed"


def _careful(before: Visit, after: Visit) -> str:
    attack = impersonate(before.secret, OTHER_NAME, CAREFUL)
    return f"[client] {attack.pages()[0].body.decode('utf-8', 'replace')}"


def _careless(before: Visit, after: Visit) -> str:
    return _noted(impersonate(before.secret, OTHER_NAME, NOTHING))


def _flag(before: Visit, after: Visit) -> str:
    settings = {"SECURE_SSL_REDIRECT": True, "SESSION_COOKIE_SECURE": True}
    attack = strip(before.secret, HTTPS, settings=settings, after=HOUR, link=True)
    held = ", ".join(attack.notes.cookies(attack.plot.host)) or "none"
    return f"{_noted(attack)}\n[notes] cookies of that link: {held}"


def _both(before: Visit, after: Visit) -> str:
    return f"{found(before, 'http_link')}\n{_flag(before, after)}"


def _set(before: Visit, after: Visit) -> str:
    lines = f"{header(before, 'Set-Cookie')}\n{header(after, 'Set-Cookie')}".splitlines()
    return "\n".join(line for line in lines if "sessionid=" in line)


QUESTIONS = Questions(
    names="before, after",
    visits=(SIX, (*SIX, hardening)),
    questions=(
        Question(
            "A site redirects every http:// request. A stripper stands on the way of a first "
            "visit. What does the visitor get?",
            (
                Choice(
                    "A warning of the browser.",
                    "Nothing is broken, so nothing warns. Only the address says http://.",
                    _first,
                ),
                Choice(
                    "The pages as always, over http://.",
                    "The stripper asked the site by HTTPS, and told the visitor by HTTP.",
                    _first,
                    right=True,
                ),
                Choice(
                    "The redirect, and from then on HTTPS.",
                    "No redirect came to the visitor. The stripper speaks HTTPS in their place.",
                    _first,
                ),
            ),
        ),
        Question(
            "A site asks for HSTS of 30 days. Which visits to it does a stripper not read?",
            (
                Choice(
                    "Those within 30 days of a clean visit, by the site's name.",
                    "The browser remembers the name for so long, and no longer.",
                    _by_name,
                    right=True,
                ),
                Choice(
                    "All of them, from the first one on.",
                    "At the first visit no browser knows of it yet: see the first line.",
                    _by_name,
                ),
                Choice(
                    "Those to its number, 127.0.0.1, as well.",
                    "HSTS is for names. By its number, the site is read each time.",
                    _by_number,
                ),
            ),
        ),
        Question(
            "An impostor shows a real certificate of other.test. A client wants site.test. "
            "Who goes on?",
            (
                Choice(
                    "Every client: the authority is one they trust.",
                    "The authority is good, the name is not. This client went away.",
                    _careful,
                ),
                Choice(
                    "No client: the site refuses the connection.",
                    "The site hears nothing of it. Only the client can refuse.",
                    _careless,
                ),
                Choice(
                    "One that was told verify=False.",
                    "It sent all it had. The attacker's notes have every request.",
                    _careless,
                    right=True,
                ),
            ),
        ),
        Question(
            "What does the Secure flag of a session's cookie do?",
            (
                Choice(
                    "It encrypts the cookie, so nobody can use it.",
                    "First without the flag, then with it: a word more, and the value as plain.",
                    _set,
                ),
                Choice(
                    "It leads the visitor to HTTPS.",
                    "The link was followed by http://, with the flag set.",
                    _flag,
                ),
                Choice(
                    "It keeps a cookie that came by HTTPS off an http:// link.",
                    "First without the flag, as a listener saw it; then with it.",
                    _both,
                    right=True,
                ),
            ),
        ),
    ),
)
