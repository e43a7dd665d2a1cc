"""Chapter 05, "Who else can submit?": known answers, each a view and its form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import (
    csrf_exempt,
    csrf_protect,
    ensure_csrf_cookie,
    requires_csrf_token,
)
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from labapp.site import back_office
from tests.answers import Answer

REFUSE = "refuse the stranger"
FIELD = "sensitive_info"
FORM = """
<form action="/sensitive" method="post">
  <label for="it">Your made-up secret</label>
  <input id="it" name="sensitive_info" required>
  <button>Send it</button>
</form>
"""
INSIDE = 'method="post">'
TOKEN = FORM.replace(INSIDE, f"{INSIDE}\n  {{% csrf_token %}}")
WORD = FORM.replace(INSIDE, f'{INSIDE}\n  <input type="hidden" name="word" value="kettle">')
BY_GET = FORM.replace("post", "get")
TOO_EARLY = "{% csrf_token %}" + FORM
CHECKED = {"MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"]}
STRICT = {"SESSION_COOKIE_SAMESITE": "Strict"}
stars = method_decorator(sensitive_post_parameters(FIELD), name="dispatch")


def kept(request: HttpRequest) -> HttpResponse:
    """Keep the value as the starting view does."""
    sensitive_info = request.POST[FIELD]
    back_office.notify()
    request.session[FIELD] = sensitive_info
    return redirect("/secure_page")


@stars
class Start(View):
    """The starting view: it takes what comes."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return kept(request)


# Another test than Django's --------------------------------------------------------------


@stars
class ByPrefix(View):
    """site.test.other.test begins like site.test."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.headers.get("Referer", "").startswith("http://site.test"):
            return HttpResponseForbidden()
        return kept(request)


@stars
class IfThereIsOne(View):
    """A page can see to it that its visitors send no Referer."""

    def post(self, request: HttpRequest) -> HttpResponse:
        referer = request.headers.get("Referer")
        if referer and urlsplit(referer).hostname != "site.test":
            return HttpResponseForbidden()
        return kept(request)


@stars
class BySubstring(View):
    """The stranger's own name can have that word in it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if "site.test" not in request.headers.get("Referer", ""):
            return HttpResponseForbidden()
        return kept(request)


@stars
class ByWord(View):
    """A word that is the same for everybody can be copied by everybody."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("word") != "kettle":
            return HttpResponseForbidden()
        return kept(request)


@stars
class ByPresence(View):
    """It asks whether there is a token, and not whose."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if "csrfmiddlewaretoken" not in request.POST:
            return HttpResponseForbidden()
        return kept(request)


@stars
class ByCookie(View):
    """It asks for a session that is there before; the page of a new visitor has none."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if "sessionid" not in request.COOKIES:
            return HttpResponseForbidden()
        return kept(request)


# Decorators that do something else -------------------------------------------------------


@method_decorator(csrf_exempt, name="dispatch")
class Exempt(Start):
    """The form has a token, and the view says that nobody is to look at it."""


@method_decorator(ensure_csrf_cookie, name="dispatch")
class CookieOnly(Start):
    """It sends a cookie; it checks nothing."""


@method_decorator(requires_csrf_token, name="dispatch")
class TokenAtHand(Start):
    """It makes the token known to templates; it refuses nobody."""


@stars
class Straight(View):
    """A decorator for functions, straight on a method."""

    @csrf_protect
    def post(self, request: HttpRequest) -> HttpResponse:
        return kept(request)


@stars
class OnPost(View):
    """Django checks in dispatch; a decorator on the method is as good."""

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest) -> HttpResponse:
        return kept(request)


@method_decorator(csrf_protect, name="dispatch")
class Unstarred(View):
    """The stars of chapter 03 got lost on the way."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        request.session[FIELD] = sensitive_info
        return redirect("/secure_page")


@csrf_protect
@require_GET
def by_get(request: HttpRequest) -> HttpResponse:
    """Django does not check GET."""
    sensitive_info = request.GET[FIELD]
    back_office.notify()
    request.session[FIELD] = sensitive_info
    return redirect("/secure_page")


@method_decorator(csrf_protect, name="dispatch")
class Protected(Start):
    """Django's check for this one view."""


class AlsoByGet(Protected):
    """Django checks no GET, and this view takes one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        request.session[FIELD] = request.GET[FIELD]
        return redirect("/secure_page")


@stars
class BySuffix(View):
    """not-site.test ends like site.test."""

    def post(self, request: HttpRequest) -> HttpResponse:
        host = urlsplit(request.headers.get("Origin", "")).hostname or ""
        if not host.endswith("site.test"):
            return HttpResponseForbidden()
        return kept(request)


def wrong(name: str, view: object, says: str, form: str = FORM, **parts: Any) -> Answer:
    """Return an answer that does not pass."""
    return Answer(REFUSE, name, (view,), {"form": form, **parts}, says)


WRONG = [
    wrong("the first lines", Start, "which line asks for it?"),
    wrong("token in the form only", Start, "which line asks for it?", TOKEN),
    wrong("Referer by startswith", ByPrefix, "which addresses begin as yours does?"),
    wrong("Referer with site.test in it", BySubstring, "which addresses begin as yours does?"),
    wrong("also by GET", AlsoByGet, "which methods does your view take", TOKEN),
    wrong("Origin by endswith", BySuffix, "which addresses end as yours does?"),
    wrong("no Referer passes", IfThereIsOne, "what if a browser does not say where"),
    wrong("a constant word", ByWord, "what if a stranger opens your form", WORD),
    wrong("any token", ByPresence, "what if a stranger opens your form", TOKEN),
    wrong("a session there before", ByCookie, "The site refused its own visitor"),
    wrong("SameSite=Strict", Start, "what a form on other.test sent", settings=STRICT),
    wrong("csrf_exempt", Exempt, "which line asks for it?", TOKEN),
    wrong("csrf_exempt under the middleware", Exempt, "the site took", TOKEN, settings=CHECKED),
    wrong("straight on a method", Straight, "Django has method_decorator for this", TOKEN),
    wrong("no token in the form", Protected, "Does your form carry what the check asks for?"),
    wrong("token outside the form", Protected, "Does your form carry", TOO_EARLY),
    wrong("middleware, and no token", Start, "Does your form carry", settings=CHECKED),
    wrong("ensure_csrf_cookie", CookieOnly, "which line asks for it?", TOKEN),
    wrong("requires_csrf_token", TokenAtHand, "which line asks for it?", TOKEN),
    wrong("GET", by_get, "which line asks for it?", BY_GET),
    wrong("stars lost", Unstarred, "OPEN     text part", TOKEN),
    wrong("no form in the page", Protected, "there is no form on the page", "Tell us!"),
]


@csrf_protect
@require_POST
@sensitive_post_parameters(FIELD)
def function(request: HttpRequest) -> HttpResponse:
    """A function, with Django's check."""
    return kept(request)


@stars
class ByOrigin(View):
    """The whole origin is compared, and who does not say it is refused."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin") != f"http://{request.get_host()}":
            return HttpResponseForbidden()
        return kept(request)


@method_decorator(csrf_protect, name="dispatch")
@stars
class Asynchronous(View):
    """An async view under the same decorator."""

    async def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        await request.session.aset(FIELD, sensitive_info)
        return redirect("/secure_page")


@stars
class LedToTheForm(View):
    """Whoever comes from elsewhere is led to the form, and nothing is taken."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Origin") != f"http://{request.get_host()}":
            return redirect("/")
        return kept(request)


def right(name: str, view: object, form: str = TOKEN, **parts: Any) -> Answer:
    """Return an answer that passes."""
    return Answer(REFUSE, name, (view,), {"form": form, **parts})


RIGHT = [
    right("csrf_protect on dispatch", Protected),
    right("csrf_protect on post", OnPost),
    right("function", function),
    right("async", Asynchronous),
    right("middleware", Start, settings=CHECKED),
    right("middleware, twice", Protected, settings=CHECKED),
    right("token in the session", Start, settings=CHECKED | {"CSRF_USE_SESSIONS": True}),
    right("decorator, token in the session", Protected, settings={"CSRF_USE_SESSIONS": True}),
    right("the whole origin", ByOrigin, FORM),
    right("strangers are led to the form", LedToTheForm, FORM),
    right("around as_view", csrf_protect(Start.as_view())),
]
