"""Chapter 08: answers to "answer the reviewer", "make all seven hold", "stay on HTTPS"."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from labapp.remedy import csrf, hardening, https, mask_reports, post, redirect, session
from labapp.site import back_office, published
from tests.answers import Answer

NAME = "https://site.test/"
YEAR = 365 * 24 * 3600  # seconds
REDIRECT: dict[str, object] = {"SECURE_SSL_REDIRECT": True}
HSTS: dict[str, object] = {"SECURE_HSTS_SECONDS": YEAR}
COOKIES: dict[str, object] = {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True}

FIELD = "sensitive_info"
NEEDED = [post, session, csrf, https, hardening]
stars = method_decorator(sensitive_post_parameters(FIELD))


class Copied(View):
    """The value is copied into a variable, which the HTML part of the report shows."""

    @stars
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the value."""
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        request.session[FIELD] = sensitive_info
        return HttpResponseRedirect("/secure_page")


class Uncopied(View):
    """No variable has the value."""

    @stars
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the value."""
        request.session[FIELD] = request.POST[FIELD]
        back_office.notify()
        return HttpResponseRedirect("/secure_page")


class Hidden(View):
    """A variable has the value, and reports are told not to show it."""

    @method_decorator(sensitive_variables("sensitive_info"))
    @stars
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the value."""
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        request.session[FIELD] = sensitive_info
        return HttpResponseRedirect("/secure_page")


@sensitive_post_parameters(FIELD)
def function(request: HttpRequest) -> HttpResponse:
    """Keep the value; a function needs no method_decorator."""
    request.session[FIELD] = request.POST[FIELD]
    back_office.notify()
    return HttpResponseRedirect("/secure_page")


@sensitive_post_parameters(FIELD)
def saved_by_hand(request: HttpRequest) -> HttpResponse:
    """Save a session of one's own, and tell nobody its key."""
    kept = SessionStore()
    kept[FIELD] = request.POST[FIELD]
    back_office.notify()
    kept.create()
    return HttpResponseRedirect("/secure_page")


@sensitive_post_parameters(FIELD)
def told_all(request: HttpRequest) -> HttpResponse:
    """Put the value into the address as well."""
    request.session[FIELD] = request.POST[FIELD]
    back_office.notify()
    return HttpResponseRedirect(f"/secure_page?{request.POST.urlencode()}")


@sensitive_post_parameters(FIELD)
def chatty(request: HttpRequest) -> HttpResponse:
    """Print the value, which a server writes into a file."""
    print(request.POST[FIELD])
    return function(request)


@sensitive_post_parameters(FIELD)
def calm(request: HttpRequest) -> HttpResponse:
    """Never ask the back office, so that nothing can crash, and nothing is reported."""
    request.session[FIELD] = request.POST[FIELD]
    return HttpResponseRedirect("/secure_page")


def _hold(
    name: str, *view: Any, remediations: Any = NEEDED, says: str = "", **parts: Any
) -> Answer:
    given = {"remediations": remediations, **parts}
    return Answer("make all seven hold", name, view, given, says)


def _review(name: str, *numbers: Any, says: str = "") -> Answer:
    return Answer("answer the reviewer", name, numbers, says=says)


def _travel(
    name: str, address: Any, settings: Any = None, *, tls: Any = True, says: str = ""
) -> Answer:
    parts = {"tls": tls, "settings": settings or {}}
    return Answer("stay on HTTPS", name, (address,), parts, says)


WRONG = [
    _review("the log", 1, says="not what crosses"),
    _review("the history", 2, says="what the visitor's browser keeps"),
    _review("stars in a mail", 3, says="after the value had come"),
    _review("all of them", 1, 2, 3, 4, says="leave them out"),
    _review("two that miss", 1, 3, says="still unanswered"),
    _review("no such line", 5, says="Choose by number, from 1 to 4."),
    _review("in words", "the wire", says="Choose by number, from 1 to 4."),
    _hold("nothing at all", remediations=[], says="no redirect"),
    _hold(
        "the six",
        remediations=[post, mask_reports, redirect, session, csrf, https],
        says="partly   The decorator",
    ),
    _hold(
        "the six and HSTS",
        remediations=[*NEEDED, mask_reports, redirect],
        says="which part of the report",
    ),
    _hold("the published view", published.CompliantView, says="0 of the site"),
    _hold("a copy in a variable", Copied, says="HTML part"),
    _hold(
        "a cookie that is not Secure",
        Uncopied,
        remediations=[post, session, csrf, https],
        says="keeps a cookie off http://",
    ),
    _hold(
        "no CSRF check",
        Uncopied,
        remediations=[post, session, https, hardening],
        says="what does the site's own form know",
    ),
    _hold(
        "no HTTPS",
        Uncopied,
        remediations=[post, session, csrf],
        says="who can read the body on its way?",
    ),
    _hold(
        "HSTS and no HTTPS",
        Uncopied,
        remediations=[post, session, csrf, hardening],
        says="Does it speak TLS?",
    ),
    _hold(
        "no middleware for sessions",
        Uncopied,
        remediations=[post, csrf, https, hardening],
        says="no middleware provides one",
    ),
    _hold("a session saved by hand", saved_by_hand, says="The form does not work"),
    _hold("a redirect that tells all", told_all, says="in which address"),
    _hold("a print", chatty, says="who else came by"),
    _hold("no back office", calm, says="which evidence is missing"),
    _hold(
        "a session in the cookie",
        Uncopied,
        settings={"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
        says="fails    The value is saved",
    ),
    _hold("no list", Uncopied, remediations=post, says="come as a list"),
    _hold(
        "names in quotes", Uncopied, remediations=["post"], says="'post' is not a remediation"
    ),
    _hold(
        "a misspelt part", Uncopied, remedies=[post], says="It takes a view and remediations="
    ),
    _hold("two views", Uncopied, Hidden, says="It takes a view"),
    _hold("nothing yet", ..., says="nothing to check yet"),
    _hold("no view", "a view", says="its name without quotes"),
    _travel(
        "nothing at all", "http://site.test/", tls=False, says="OPEN     secret, first visit"
    ),
    _travel("TLS alone", NAME, says="OPEN     old link, a day later"),
    _travel(
        "a redirect without TLS", NAME, REDIRECT, tls=False, says="The form does not work."
    ),
    _travel(
        "a redirect and an http:// address without TLS",
        "http://site.test/",
        REDIRECT,
        tls=False,
        says="speak the language of the address",
    ),
    _travel(
        "Secure cookies over HTTP",
        "http://site.test/",
        COOKIES,
        tls=False,
        says="does every cookie come back?",
    ),
    _travel("a redirect alone", NAME, REDIRECT, says="OPEN     old link, a day later"),
    _travel(
        "HSTS of five seconds",
        NAME,
        REDIRECT | {"SECURE_HSTS_SECONDS": 5},
        says="remember for a day",
    ),
    _travel(
        "HSTS on an address",
        "https://127.0.0.1/",
        REDIRECT | HSTS | COOKIES,
        says="for which kind of address?",
    ),
    _travel(
        "everything, but visitors begin at http://",
        "http://site.test/",
        REDIRECT | HSTS | COOKIES,
        says="OPEN     request, first visit",
    ),
    _travel(
        "a misspelt setting",
        NAME,
        {"SECURE_HSTS_SECOND": 5},
        says="Did you mean SECURE_HSTS_SEC",
    ),
    _travel("a stranger's address", "https://other.test/", HSTS, says="no address of the site"),
]
RIGHT = [
    _review("the body on the wire", 4),
    _review("the same line twice", 4, 4),
    _hold("no variable", Uncopied),
    _hold("a hidden variable", Hidden),
    _hold("a function", function),
    _hold("all there is", Hidden, remediations=(*NEEDED, mask_reports, redirect)),
    _hold(
        "a setting in the place of HSTS",
        Uncopied,
        remediations=[post, session, csrf, https],
        settings={"SESSION_COOKIE_SECURE": True},
    ),
    _travel("all settings", NAME, REDIRECT | HSTS | COOKIES),
    _travel("HSTS alone", NAME, HSTS),
    _travel("two days", NAME, {"SECURE_HSTS_SECONDS": 2 * 24 * 3600}),
]
