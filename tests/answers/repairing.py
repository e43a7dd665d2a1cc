"""Known answers to the exercises of chapter 10, first half: repairs of the Hat Club."""

from __future__ import annotations

import hashlib
import logging
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordResetConfirmView, PasswordResetView
from django.core import signing
from django.core.mail import send_mail
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods
from django.views.generic import FormView, UpdateView

from labapp.lab.tour import told
from labapp.site import back_office
from labapp.site.hatclub.models import Member
from labapp.site.hatclub.repair import source
from tests.answers import Answer

LOGIN, SITE = "repair the login", "repair the site"
FIELD = "hiding_place"
Request = Any  # its user is a member's, which the stubs do not know

LOGIN_PAGE, PROFILE_PAGE = "registration/login.html", "hatclub/profile.html"
MAIL = "registration/password_reset_email.html"
TOKEN = '<form method="post">{% csrf_token %}'
TEMPLATES = {
    LOGIN_PAGE: source(LOGIN_PAGE).replace('<form method="get">', TOKEN),
    PROFILE_PAGE: source(PROFILE_PAGE).replace('<form method="post">', TOKEN),
    MAIL: source(MAIL).replace("http://", "{{ protocol }}://"),
}
SESSIONS = "django.contrib.sessions.backends"
CSRF_CHECK = "django.middleware.csrf.CsrfViewMiddleware"
SETTINGS = {
    "MIDDLEWARE": [CSRF_CHECK],
    "SESSION_ENGINE": f"{SESSIONS}.db",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}

private = (never_cache, sensitive_post_parameters(FIELD), login_required)
class_private = method_decorator(private, name="dispatch")


def page(request: Request, **more: object) -> HttpResponse:
    """Show the member's own profile."""
    context = {"member": request.user.member, **more}
    return render(request, "hatclub/profile.html", context)


def save(request: Request) -> None:
    """Keep the field in the member's own row."""
    back_office.notify()
    Member.objects.filter(user=request.user).update(hiding_place=request.POST[FIELD])


# The worked repair ----------------------------------------------------------------------


@class_private
class Profile(View):
    """Right: nothing beside the row."""

    def get(self, request: Request) -> HttpResponse:
        return page(request)

    def post(self, request: Request) -> HttpResponse:
        save(request)
        return redirect("profile")


@class_private
class Api(View):
    """Right: for whoever is logged in."""

    def get(self, request: Request) -> HttpResponse:
        member = request.user.member
        return JsonResponse({"member": str(member), FIELD: member.hiding_place})


GOOD: dict[str, Any] = {
    "login": LoginView,
    "profile": Profile,
    "api": Api,
    "password_reset": PasswordResetView,
    "password_reset_confirm": PasswordResetConfirmView,
    "templates": TEMPLATES,
    "settings": SETTINGS,
    "tls": True,
}


def but(**parts: Any) -> dict[str, Any]:
    """Return the worked repair with other *parts*; None leaves one out."""
    changed = {**GOOD, **parts}
    return {name: part for name, part in changed.items() if part is not None}


def set_to(**settings: object) -> dict[str, Any]:
    """Return the worked repair with other *settings*."""
    return but(settings={**SETTINGS, **settings})


def shown(name: str, text: str) -> dict[str, Any]:
    """Return the worked repair with the page *name* as *text*."""
    return but(templates={**TEMPLATES, name: text})


# Partial: the password ------------------------------------------------------------------


class GetOrPost(View):
    """Takes the password from wherever it comes."""

    def get(self, request: Request) -> HttpResponse:
        return self.post(request) if "username" in request.GET else render(request, LOGIN_PAGE)

    def post(self, request: Request) -> HttpResponse:
        told = request.POST or request.GET
        if user := authenticate(username=told["username"], password=told["password"]):
            login(request, user)
            return redirect("profile")
        return render(request, LOGIN_PAGE)


class AnyPassword(GetOrPost):
    """Knows the name, and asks for no more."""

    def post(self, request: Request) -> HttpResponse:
        login(request, User.objects.get(username=request.POST["username"]))
        return redirect("profile")


class SentOn(GetOrPost):
    """Takes the body, and writes all of it into the next address."""

    def post(self, request: Request) -> HttpResponse:
        return redirect("/login?" + urlencode(dict(request.POST.items())))

    def get(self, request: Request) -> HttpResponse:
        if "username" in request.GET:
            return GetOrPost.post(self, request)
        return render(request, LOGIN_PAGE)


class Forgetful(GetOrPost):
    """Compares, and logs nobody in."""

    def post(self, request: Request) -> HttpResponse:
        authenticate(username=request.POST["username"], password=request.POST["password"])
        return redirect("profile")


class ByPost(View):
    """Right: takes the password from the body alone."""

    def get(self, request: Request) -> HttpResponse:
        return render(request, LOGIN_PAGE)

    def post(self, request: Request) -> HttpResponse:
        told = request.POST
        if user := authenticate(username=told["username"], password=told["password"]):
            login(request, user)
            return redirect("profile")
        return render(request, LOGIN_PAGE)


@method_decorator(csrf_protect, name="dispatch")
class OwnLogin(ByPost):
    """Right: and looks at the token."""


@method_decorator(csrf_exempt, name="dispatch")
class AnybodysForm(ByPost):
    """Has the token in the form, and looks at none."""


class ByAddressToo(LoginView):
    """Django's own, and what was there before beside it."""

    def get(self, request: Request, *args: object, **kwargs: object) -> HttpResponse:
        if "username" in request.GET:
            return GetOrPost.post(GetOrPost(), request)
        return super().get(request, *args, **kwargs)


class Tried(LoginView):
    """Says what was tried, in the next address."""

    def form_invalid(self, form: Any) -> HttpResponse:
        return redirect("/?" + urlencode({"tried": form.data["password"]}))


class PrintsWhatWasTried(LoginView):
    """Prints a password that is no password, and nearly one."""

    def form_invalid(self, form: Any) -> HttpResponse:
        print("no such password:", form.data["password"])
        return super().form_invalid(form)


class KeepsThePassword(LoginView):
    """Keeps it at hand for the next time."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        answer.set_cookie("pw", quote(form.cleaned_data["password"]), secure=True)
        return answer


class LogsThePassword(GetOrPost):
    """Tells the log who comes, and with what."""

    def post(self, request: Request) -> HttpResponse:
        logging.getLogger("login").info("login: %s", request.POST)
        return super().post(request)


class NewInTheAddress(PasswordResetConfirmView):
    """Leads on to an address with the new password."""

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        return redirect("/login?" + urlencode({"now": form.cleaned_data["new_password1"]}))


# Partial: the profile -------------------------------------------------------------------


@class_private
class Says(Profile):
    """Says what came in, to see that it came."""

    def post(self, request: Request) -> HttpResponse:
        print("saving", request.POST)
        return super().post(request)


@class_private
class Logs(Profile):
    """Logs it, at the lowest level that is kept."""

    def post(self, request: Request) -> HttpResponse:
        logging.getLogger("club").info("hidden %r", request.POST[FIELD])
        return super().post(request)


@class_private
class LogsBackwards(Profile):
    """Logs what everybody can turn round again."""

    def post(self, request: Request) -> HttpResponse:
        logging.getLogger("club").info("hidden %s", request.POST[FIELD][::-1])
        return super().post(request)


@class_private
class SavesByGet(Profile):
    """Saves what an address says: a link is enough."""

    def get(self, request: Request) -> HttpResponse:
        if FIELD in request.GET:
            Member.objects.filter(user=request.user).update(hiding_place=request.GET[FIELD])
        return super().get(request)


@class_private
class Carries(Profile):
    """Carries the value in the next address, and no more in a query."""

    def post(self, request: Request) -> HttpResponse:
        save(request)
        return HttpResponseRedirect(f"/profile#{quote(request.POST[FIELD])}")


@method_decorator([never_cache, login_required], name="dispatch")
class NoStars(View):
    """Leaves the report as it was."""

    get = Profile.get
    post = Profile.post


@class_private
class StarsOnTheField(Profile):
    """Hides the field, and not the variable."""

    def post(self, request: Request) -> HttpResponse:
        where = request.POST[FIELD]
        back_office.notify()
        Member.objects.filter(user=request.user).update(hiding_place=where)
        return redirect("profile")


@method_decorator(
    [never_cache, login_required, sensitive_post_parameters("hidingplace")], name="dispatch"
)
class Misspelt(NoStars):
    """Hides a field that no form has."""


@class_private
class Swallows(Profile):
    """Hides the crash instead of the value."""

    def post(self, request: Request) -> HttpResponse:
        try:
            back_office.notify()
        except back_office.BackOfficeDown:
            return redirect("profile")
        Member.objects.filter(user=request.user).update(hiding_place=request.POST[FIELD])
        return redirect("profile")


class Speaks(Profile):
    """Raises an exception of its own, with the value in its text."""

    def post(self, request: Request) -> HttpResponse:
        try:
            return super().post(request)
        except back_office.BackOfficeDown as error:
            raise RuntimeError(f"not saved: {request.POST[FIELD]}") from error


@method_decorator([login_required, sensitive_post_parameters(FIELD)], name="dispatch")
class Kept(Profile):
    """Forgets the header; `Profile.dispatch` has it, so this one starts anew."""

    dispatch = View.dispatch


cached = method_decorator(
    [
        cache_control(no_cache=True, private=True),
        login_required,
        sensitive_post_parameters(FIELD),
    ],
    name="dispatch",
)


@cached
class AskedAgain(NoStars):
    """Asks browsers to ask again, which is not the same as not to keep."""

    dispatch = View.dispatch


SHARED: dict[str, str] = {}


@class_private
class Shared(Profile):
    """On the server, and the same for all."""

    def get(self, request: Request) -> HttpResponse:
        return page(request, draft=SHARED.get(FIELD, ""))

    def post(self, request: Request) -> HttpResponse:
        SHARED[FIELD] = request.POST[FIELD]
        return super().post(request)


@class_private
class OfTheClass(Profile):
    """The same on the class, and not in the row at all."""

    kept = ""

    def get(self, request: Request) -> HttpResponse:
        return page(request, draft=type(self).kept)

    def post(self, request: Request) -> HttpResponse:
        back_office.notify()
        type(self).kept = request.POST[FIELD]
        return redirect("profile")


@class_private
class Hashed(Profile):
    """Keeps a hash: nobody reads it, its owner neither."""

    def post(self, request: Request) -> HttpResponse:
        back_office.notify()
        digest = hashlib.sha256(request.POST[FIELD].encode()).hexdigest()
        Member.objects.filter(user=request.user).update(hiding_place=digest)
        return redirect("profile")


@class_private
class InACookie(Profile):
    """Keeps the value at hand in a cookie, signed."""

    def post(self, request: Request) -> HttpResponse:
        response = super().post(request)
        response.set_signed_cookie("place", quote(request.POST[FIELD]), secure=True)
        return response


@method_decorator(csrf_exempt, name="dispatch")
class Exempt(Profile):
    """Has the token in the form, and looks at none."""


@class_private
class Nothing(Profile):
    """Forgets to return its answer."""

    def post(self, request: Request) -> HttpResponse:  # type: ignore[return]
        save(request)


@class_private
class Crashes(Profile):
    """Asks for a name that is not there."""

    def get(self, request: Request) -> HttpResponse:
        return page(request, member=request.user.hat)


@class_private
class Endless(Profile):
    """Waits for itself."""

    def post(self, request: Request) -> HttpResponse:
        while True:
            pass


# Partial: the JSON ----------------------------------------------------------------------


class Keyed(View):
    """Adds the header, and asks for the key as before."""

    def get(self, request: Request) -> HttpResponse:
        member = get_object_or_404(Member, api_key=request.GET.get("key"))
        answer = JsonResponse({"member": str(member), FIELD: member.hiding_place})
        answer["Cache-Control"] = "no-store"
        return answer


@class_private
class WhoeverAsks(View):
    """For members only, about whichever member the address names."""

    def get(self, request: Request) -> HttpResponse:
        key = request.GET.get("key")
        member = get_object_or_404(Member, api_key=key) if key else request.user.member
        return JsonResponse({"member": str(member), FIELD: member.hiding_place})


@class_private
class ByName(View):
    """For members only, about whomever the address names: rosa, say."""

    def get(self, request: Request) -> HttpResponse:
        name = request.GET.get("user", request.user.username)
        member = get_object_or_404(Member, user__username=name)
        return JsonResponse({"member": str(member), FIELD: member.hiding_place})


@class_private
class ByNumber(View):
    """The same by number."""

    def get(self, request: Request) -> HttpResponse:
        member = get_object_or_404(Member, pk=request.GET.get("id", request.user.pk))
        return JsonResponse({"member": str(member), FIELD: member.hiding_place})


@never_cache
def everybody(request: Request) -> HttpResponse:
    """Answer anybody, about all."""
    return JsonResponse(dict(Member.objects.values_list("user__username", FIELD)))


@class_private
class Text(View):
    """For its owner, and not as JSON."""

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(request.user.member.hiding_place)


@never_cache
@login_required
def by_heart(request: Request) -> HttpResponse:
    """What a neighbour was told."""
    return JsonResponse({FIELD: told("a neighbour").place})


@login_required
def cached_json(request: Request) -> HttpResponse:
    """For its owner, and left on the disk."""
    return JsonResponse({FIELD: request.user.member.hiding_place})


@never_cache
def refused(request: Request) -> HttpResponse:
    """For nobody."""
    return JsonResponse({"error": "not here any more"}, status=403)


# Partial: the password by mail -----------------------------------------------------------


class OnceOnly(View):
    """Uses the token up, and keeps the page at the address with the token."""

    def dispatch(self, request: Request, uidb64: str, token: str) -> Any:
        mine = Member.objects.filter(reset_token=token).first()
        if mine is None:
            return render(request, "registration/password_reset_confirm.html")
        return super().dispatch(request, mine)

    def get(self, request: Request, mine: Member) -> HttpResponse:
        return render(request, "registration/password_reset_confirm.html", {"validlink": True})

    def post(self, request: Request, mine: Member) -> HttpResponse:
        mine.user.set_password(request.POST["new_password1"])
        mine.user.save()
        Member.objects.filter(pk=mine.pk).update(reset_token="")
        return redirect("password_reset_complete")


class Unchanged(OnceOnly):
    """Uses the token up, and changes no password."""

    def post(self, request: Request, mine: Member) -> HttpResponse:
        Member.objects.filter(pk=mine.pk).update(reset_token="")
        return redirect("password_reset_complete")


# Unusual, and right ---------------------------------------------------------------------


@never_cache
@login_required
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """A function, with a variable that is hidden."""
    if request.method == "POST":
        where = request.POST[FIELD]
        back_office.notify()
        Member.objects.filter(user=request.user).update(hiding_place=where)
        return HttpResponseRedirect("/profile", status=303)
    return page(request)


@never_cache
@require_GET
def api(request: Request) -> HttpResponse:
    """A function that says 401."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "log in first"}, status=401)
    return JsonResponse({"hats": [{FIELD: request.user.member.hiding_place}]})


@class_private
class Updated(UpdateView):
    """Django's own view for a row."""

    fields = (FIELD,)
    template_name = "hatclub/profile.html"
    success_url = "/profile"

    def get_object(self, queryset: Any = None) -> Any:
        user: Any = self.request.user
        return user.member

    def form_valid(self, form: Any) -> HttpResponse:
        back_office.notify()
        return super().form_valid(form)


class PlaceForm(forms.Form):
    """One field."""

    hiding_place = forms.CharField()


@class_private
class Formed(FormView):
    """A form without a model."""

    form_class = PlaceForm
    template_name = "hatclub/profile.html"
    success_url = "/profile"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(member=user.member, **kwargs)

    def form_valid(self, form: PlaceForm) -> HttpResponse:
        back_office.notify()
        mine = Member.objects.filter(user_id=self.request.user.pk)
        mine.update(hiding_place=form.cleaned_data[FIELD])
        return super().form_valid(form)


@class_private
@method_decorator(csrf_protect, name="dispatch")
class Protected(Profile):
    """Brings the check along."""


def stamp(user: User) -> str:
    """Return what changes with the password, a short piece of its hash."""
    return hashlib.sha256(user.password.encode()).hexdigest()[:12]


def ask(request: Request) -> HttpResponse:
    """Mail a signed link that ends with the password it is for."""
    if request.method == "POST":
        for user in User.objects.filter(email=request.POST["email"]):
            path = reverse("password_reset_confirm", args=[user.pk, signing.dumps(stamp(user))])
            url = request.build_absolute_uri(path)
            send_mail("A link", f"Open {url}", None, [user.email])
        return redirect("password_reset_done")
    return render(request, "registration/password_reset_form.html")


def confirm(request: Request, uidb64: str, token: str) -> HttpResponse:
    """Look at the signature, and whether the password is still that one."""
    user = User.objects.get(pk=uidb64)
    good = signing.loads(token, max_age=600) == stamp(user)
    if good and request.method == "POST":
        user.set_password(request.POST["new_password1"])
        user.save()
        return redirect("password_reset_complete")
    answer = render(request, "registration/password_reset_confirm.html", {"validlink": good})
    answer["Referrer-Policy"] = "same-origin"
    return answer


SCRYPT = "django.contrib.auth.hashers.ScryptPasswordHasher"
HSTS = {
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
}
ONLY_LOGIN = {LOGIN_PAGE: TEMPLATES[LOGIN_PAGE]}


def right(name: str, parts: dict[str, Any], to: str = SITE) -> Answer:
    """Return an answer that passes."""
    return Answer(to, name, (), parts)


def wrong(says: str, name: str, parts: dict[str, Any], to: str = SITE) -> Answer:
    """Return an answer that does not, and the words that help."""
    return Answer(to, name, (), parts, says)


RIGHT = [
    right("by Django's own views", GOOD),
    right("functions, and other statuses", but(profile=profile, api=api)),
    right("UpdateView", but(profile=Updated)),
    right("FormView", but(profile=Formed)),
    right(
        "a link of one's own that is signed",
        but(password_reset=ask, password_reset_confirm=confirm),
    ),
    right(
        "sessions in the cache, a slow hasher",
        set_to(SESSION_ENGINE=f"{SESSIONS}.cache", PASSWORD_HASHERS=[SCRYPT]),
    ),
    right("HSTS in the place of Secure", set_to(**HSTS)),
    right(
        "csrf_protect in the place of middleware",
        {**set_to(MIDDLEWARE=[]), "profile": Protected},
    ),
    right("no picture is told", set_to(SECURE_REFERRER_POLICY="same-origin")),
    right("Django's own view", {"login": LoginView, "templates": ONLY_LOGIN}, LOGIN),
    right("a view of one's own", {"login": OwnLogin, "templates": ONLY_LOGIN}, LOGIN),
    right("a view of one's own, under the middleware", but(login=ByPost)),
    right("all of it", GOOD, LOGIN),
]

_OPEN, _BROKEN = "OPEN     {:26} {}".format, "BROKEN   {:26} {}".format

WRONG = [
    # The login alone
    wrong(
        _OPEN("password in an address", "access log"), "nothing yet", {"settings": {}}, LOGIN
    ),
    wrong("with the right password", "the form still sends GET", {"login": LoginView}, LOGIN),
    wrong("status 405 at /login", "the view takes no POST", {"templates": ONLY_LOGIN}, LOGIN),
    wrong(
        "status 403 at /login",
        "no token",
        {
            "login": LoginView,
            "templates": {LOGIN_PAGE: source(LOGIN_PAGE).replace('"get"', '"post"')},
        },
        LOGIN,
    ),
    wrong(
        _OPEN("password in an address", "access log"),
        "both methods",
        {"login": GetOrPost},
        LOGIN,
    ),
    wrong(
        _OPEN("password in an address", "access log"),
        "sent on",
        {"login": SentOn, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        "another password opens the profile, too",
        "any password",
        {"login": AnyPassword, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        "status 200 at /login",
        "nobody is logged in",
        {"login": Forgetful, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        _OPEN("password in an address", "the login takes a password from an address, too"),
        "still by address",
        {"login": ByAddressToo, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        _OPEN("password in an address", "the login takes a password from an address, too"),
        "from wherever it comes",
        {"login": GetOrPost, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        _OPEN("password in an address", "access log"),
        "the mistyped one is sent on",
        {"login": Tried, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    wrong(
        _OPEN("stranger's login form", "a form on other.test logged the visitor in"),
        "no check at the login",
        {"login": ByPost, "templates": ONLY_LOGIN},
        LOGIN,
    ),
    # One place of the whole site
    wrong(
        _OPEN("stranger's login form", "a form on other.test logged the visitor in"),
        "csrf_exempt at the login",
        but(login=AnybodysForm),
    ),
    wrong(
        _OPEN("password in an address", "access log"),
        "the new one is sent on",
        but(password_reset_confirm=NewInTheAddress),
    ),
    wrong(
        _OPEN("prints and logs", "printed or logged"),
        "the mistyped one is printed",
        but(login=PrintsWhatWasTried),
    ),
    wrong(
        _OPEN("cookies on the disk", "cookie pw"),
        "a password kept",
        but(login=KeepsThePassword),
    ),
    wrong(
        _OPEN("prints and logs", "printed or logged"), "backwards", but(profile=LogsBackwards)
    ),
    wrong(
        _OPEN("stranger's form", "the site took what a form sent by GET"),
        "saves by GET",
        but(profile=SavesByGet),
    ),
    wrong(_OPEN("addresses, opened by others", "page of /api/hat"), "by name", but(api=ByName)),
    wrong(
        _OPEN("addresses, opened by others", "page of /api/hat"), "by number", but(api=ByNumber)
    ),
    wrong(
        _OPEN("old http:// link", "page opened with the cookie, 13 days later"),
        "an hour of HSTS",
        set_to(**HSTS | {"SECURE_HSTS_SECONDS": 3600}),
    ),
    wrong(
        _OPEN("prints and logs", "printed or logged"),
        "the password is logged",
        but(login=LogsThePassword),
    ),
    wrong(_OPEN("prints and logs", "printed or logged"), "print", but(profile=Says)),
    wrong(_OPEN("prints and logs", "printed or logged"), "logger.info", but(profile=Logs)),
    wrong(
        _OPEN("hiding place in an address", "history"), "in a fragment", but(profile=Carries)
    ),
    wrong(_OPEN("error report", "error report, text part"), "no stars", but(profile=NoStars)),
    wrong(
        _OPEN("error report", "error report, text part"),
        "another field's stars",
        but(profile=Misspelt),
    ),
    wrong(
        _OPEN("error report", "error report, HTML part"),
        "a variable",
        but(profile=StarsOnTheField),
    ),
    wrong(
        _OPEN("error report", "error report, text part"),
        "in the exception",
        but(profile=Speaks),
    ),
    wrong("nobody was told", "no crash at all", but(profile=Swallows)),
    wrong(_OPEN("cache on the disk", "page in the cache"), "no header", but(profile=Kept)),
    wrong(_OPEN("cache on the disk", "page in the cache"), "no-cache", but(profile=AskedAgain)),
    wrong(
        _OPEN("cache on the disk", "page in the cache"),
        "the JSON's header",
        but(api=cached_json),
    ),
    wrong(
        _OPEN("second member's pages", "page of a second visitor"),
        "a module's dictionary",
        but(profile=Shared),
    ),
    wrong(
        "the first member is shown what the second one saved",
        "a class attribute",
        but(profile=OfTheClass),
    ),
    wrong("what was saved does not come back", "a hash", but(profile=Hashed)),
    wrong(
        _OPEN("cookies on the disk", "cookie place"), "a signed cookie", but(profile=InACookie)
    ),
    wrong(
        _OPEN("stranger's form", "a form on other.test"),
        "csrf_exempt",
        but(profile=Exempt),
    ),
    wrong(
        _OPEN("stranger's form", "a form on other.test"),
        "a token and no check",
        set_to(MIDDLEWARE=[]),
    ),
    wrong(
        "status 403 at /profile",
        "a check and no token",
        shown(PROFILE_PAGE, source(PROFILE_PAGE)),
    ),
    wrong(
        _OPEN("cookie after logout", "page of /profile"),
        "the session in the cookie",
        set_to(SESSION_ENGINE=f"{SESSIONS}.signed_cookies"),
    ),
    wrong(_OPEN("addresses, opened by others", "page of /api/hat"), "the key", but(api=Keyed)),
    wrong(
        _OPEN("addresses, opened by others", "page of /api/hat"),
        "any member",
        but(api=WhoeverAsks),
    ),
    wrong(
        "/api/hat shows the field to somebody who is not logged in",
        "all to all",
        but(api=everybody),
    ),
    wrong("no JSON with the field for its owner", "a neighbour's answer", but(api=by_heart)),
    wrong("no JSON with the field for its owner", "no JSON", but(api=Text)),
    wrong("status 403 at /api/hat", "no JSON for anybody", but(api=refused)),
    wrong(
        _OPEN("reset link, used again", "page of /profile"),
        "the first reset",
        but(password_reset=None, password_reset_confirm=None),
    ),
    wrong("the link brings no new password", "half of the reset", but(password_reset=None)),
    wrong(
        _OPEN("reset link, told to others", "Referer"),
        "a token in the page's address",
        but(password_reset=None, password_reset_confirm=OnceOnly),
    ),
    wrong(
        "the link brings no new password",
        "no new password",
        but(password_reset=None, password_reset_confirm=Unchanged),
    ),
    wrong(
        _OPEN("reset link, on the wire", "request line"),
        "http:// in the mail",
        shown(MAIL, source(MAIL)),
    ),
    wrong(
        "no mail with a link came", "no link in the mail", shown(MAIL, "Ask us. {{ token }}")
    ),
    wrong(
        _OPEN("listener on the network", "request body"),
        "no TLS",
        {**set_to(SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False), "tls": False},
    ),
    wrong("with the right password", "Secure cookies without TLS", but(tls=False)),
    wrong(
        "no answer came",
        "a redirect to TLS that is not there",
        {**set_to(SECURE_SSL_REDIRECT=True), "tls": False},
    ),
    wrong(
        _OPEN("old http:// link", "page opened with the cookie"),
        "no Secure cookie",
        set_to(SESSION_COOKIE_SECURE=False),
    ),
    # What cannot be served or judged
    Answer(SITE, "no name", (Profile,), {}, "Give each part by its name"),
    wrong("Your view returned None", "no answer", but(profile=Nothing)),
    wrong("has no attribute 'hat'", "an AttributeError", but(profile=Crashes)),
    wrong("did not answer within three seconds", "a loop", but(profile=Endless)),
    wrong(
        "The club has no view 'profil'. Did you mean 'profile'?",
        "a misspelt part",
        but(profil=Profile),
    ),
    wrong("profile: Give the view itself", "a name in quotes", but(profile="Profile")),
    wrong(
        "profile: Django calls a view with the request",
        "no parameter",
        but(profile=lambda: None),
    ),
    wrong(
        "def my_view(request, uidb64, token)",
        "no parameters for the link",
        but(password_reset_confirm=lambda request: None),
    ),
    wrong("is not a Django view", "a class of another kind", but(api=dict)),
    wrong(
        "Did you mean SESSION_COOKIE_SECURE?",
        "a misspelt setting",
        set_to(SESSION_COOKIE_SECUR=True),
    ),
    wrong("Settings are a dictionary", "a list of settings", but(settings=["SESSION_ENGINE"])),
    wrong(
        "The club has no template 'login.html'", "a misspelt template", shown("login.html", "")
    ),
    wrong("Templates are a dictionary", "a template alone", but(templates="<form>")),
    wrong("A template is text in quotes", "a number for a page", shown(LOGIN_PAGE, 7)),  # type: ignore[arg-type]
    wrong(
        "Django cannot read your hatclub/profile.html",
        "a tag that is none",
        shown(PROFILE_PAGE, "{% csrf %}"),
    ),
    wrong("Your form has JavaScript", "a script", shown(LOGIN_PAGE, "<script>go()</script>")),
    wrong(
        "At /login: This form has no field 'username'",
        "another field",
        shown(LOGIN_PAGE, source(LOGIN_PAGE).replace('name="username"', 'name="user"')),
    ),
    wrong("tls is True or False", "tls in quotes", but(tls="yes")),
    wrong("A seed is a word or a number", "a list for a seed", but(seed=["Rex"])),
]
