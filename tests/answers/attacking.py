"""Chapter 07: answers to "leave the stripper nothing"."""

from __future__ import annotations

from typing import Any

from tests.answers import Answer

NAME, PLAIN = "https://site.test/", "http://site.test/"
DAY = 24 * 3600  # seconds
REDIRECT: dict[str, object] = {"SECURE_SSL_REDIRECT": True}
HSTS: dict[str, object] = {"SECURE_HSTS_SECONDS": 365 * DAY}
COOKIE: dict[str, object] = {"SESSION_COOKIE_SECURE": True}
ALL = REDIRECT | HSTS | COOKIE
SIGNED = {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}
FIRST, LINK, KEPT = (
    "OPEN     secret, first visit",
    "OPEN     old link, a week later",
    "OPEN     cookie, without HSTS",
)


def _strip(name: str, *address: Any, says: str = "", **parts: Any) -> Answer:
    return Answer("leave the stripper nothing", name, address, parts, says)


WRONG = [
    _strip("nothing at all", PLAIN, says=FIRST),
    _strip("a redirect alone", PLAIN, settings=REDIRECT, says=FIRST),
    _strip("all settings, and visitors begin at http://", PLAIN, settings=ALL, says=FIRST),
    _strip("the address alone", NAME, says=LINK),
    _strip("a redirect and Secure, no HSTS", NAME, settings=REDIRECT | COOKIE, says=LINK),
    _strip(
        "HSTS of a day",
        NAME,
        settings=ALL | {"SECURE_HSTS_SECONDS": DAY},
        says="remember for a week",
    ),
    _strip(
        "HSTS of a week, to the second",
        NAME,
        settings=ALL | {"SECURE_HSTS_SECONDS": 7 * DAY},
        says=LINK,
    ),
    _strip("by number", "https://127.0.0.1/", settings=ALL, says="for which kind of address?"),
    _strip("HSTS, and a cookie that is not Secure", NAME, settings=REDIRECT | HSTS, says=KEPT),
    _strip(
        "the token's cookie in the place of the session's",
        NAME,
        settings=REDIRECT | HSTS | {"CSRF_COOKIE_SECURE": True},
        says="what would hold it back?",
    ),
    _strip(
        "SameSite in the place of Secure",
        NAME,
        settings=REDIRECT | HSTS | {"SESSION_COOKIE_SAMESITE": "Strict"},
        says=KEPT,
    ),
    _strip(
        "HttpOnly in the place of Secure",
        NAME,
        settings=HSTS | {"SESSION_COOKIE_HTTPONLY": True},
        says="opens the page",
    ),
    _strip(
        "a cookie that ends before the link",
        NAME,
        settings=HSTS | {"SESSION_COOKIE_AGE": 3000},
        says=KEPT,
    ),
    _strip(
        "a cookie of one minute",
        NAME,
        settings=HSTS | {"SESSION_COOKIE_AGE": 60},
        says=KEPT,
    ),
    _strip("a session in the cookie", NAME, settings=HSTS | SIGNED, says=KEPT),
    _strip(
        "a cookie for another host",
        NAME,
        settings=ALL | {"SESSION_COOKIE_DOMAIN": "other.test"},
        says="The form does not work.",
    ),
    _strip("a misspelt setting", NAME, settings={"SECURE_HSTS_SECOND": 5}, says="Did you mean"),
    _strip("a stranger's address", "https://other.test/", settings=ALL, says="no address of"),
    _strip("an address without a page", f"{NAME}nowhere", settings=ALL, says="no address of"),
    _strip("a query", f"{NAME}?a=1", settings=ALL, says="no address of"),
    _strip("another port", "https://site.test:8000/", settings=ALL, says="no address of"),
    _strip("the port of http://", "https://site.test:80/", settings=ALL, says="no address of"),
    _strip("no port", "https://site.test:x/", settings=ALL, says="no address of"),
    _strip("a user", "https://me@site.test/", settings=ALL, says="no address of"),
    _strip("tls=", NAME, settings=ALL, tls=True, says="but no tls="),
    _strip("settings without their name", NAME, ALL, says="It takes one address"),
]
RIGHT = [
    _strip("all three", NAME, settings=ALL),
    _strip("without the redirect", NAME, settings=HSTS | COOKIE),
    _strip(
        "with all that browsers' lists ask for",
        NAME,
        settings=ALL
        | {
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
            "SECURE_HSTS_PRELOAD": True,
            "CSRF_COOKIE_SECURE": True,
        },
    ),
    _strip("HSTS of eight days", NAME, settings=COOKIE | {"SECURE_HSTS_SECONDS": 8 * DAY}),
    _strip(
        "a name that browsers keep Secure",
        NAME,
        settings=ALL | {"SESSION_COOKIE_NAME": "__Host-sessionid"},
    ),
    _strip("in capitals", "HTTPS://SITE.TEST", settings=ALL),
    _strip("with the port of https://", "https://site.test:443/", settings=ALL),
    _strip("a session in a Secure cookie", NAME, settings=ALL | SIGNED),
]
