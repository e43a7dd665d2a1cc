"""Chapter 04, "Where should it wait?": known answers, each a plain Django view."""

from __future__ import annotations

import base64
import codecs
import hashlib
import logging
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

from cryptography.fernet import Fernet
from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from labapp.checks.exercises import exercises
from labapp.checks.ordering import OrderExercise
from labapp.site import back_office
from tests.answers import Answer

KEEP, ORDER = "keep it on the server", "order the lines"
FIELD = "sensitive_info"
PAGE = "/secure_page"
SIGNED_COOKIES = {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}
CACHED = {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"}
MESSAGES = {"MIDDLEWARE": ["django.contrib.messages.middleware.MessageMiddleware"]}
KEY: Final = Fernet(Fernet.generate_key())
KEPT: dict[str, str] = {}
LISTED: list[str] = []
logger = logging.getLogger(__name__)
stars = method_decorator(sensitive_post_parameters(FIELD), name="dispatch")


def shown(request: HttpRequest, value: str | None) -> HttpResponse:
    """Answer with the site's secure page, as the site's own view does."""
    return render(request, "secure_page.html", {FIELD: value})


class Start(View):
    """Reads the value and tells the back office; *wait* is what each answer does with it."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse | None:
        value = request.POST[FIELD]
        back_office.notify()
        return self.wait(request, value)

    def wait(self, request: HttpRequest, value: str) -> HttpResponse | None:
        raise NotImplementedError


# Redirects that carry it -----------------------------------------------------------------


class Unchanged(Start):
    """It waits in the session, and travels in the query all the same."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return redirect(f"{PAGE}?" + urlencode({FIELD: value}))


class Temporary(Start):
    """307 keeps the method, so the secure page is sent a POST."""

    status = 307

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return HttpResponse(status=self.status, headers={"Location": PAGE})


class Permanent(Temporary):
    """308 keeps it as well."""

    status = 308


class InThePath(Start):
    """A part of the path is a part of the address, and no page is there."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return redirect(f"{PAGE}/{quote(value)}")


class InTheFragment(Start):
    """A fragment is not sent to the server, but the answer and the history have it."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return redirect(f"{PAGE}#{quote(value)}")


class FirstLines(Start):
    """The learner's starting lines, which keep nothing for the secure page."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        return redirect(f"{PAGE}?" + urlencode({FIELD: value}))


class Base64(Start):
    """Base64 is no encryption."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        packed = base64.urlsafe_b64encode(value.encode()).decode()
        return redirect(f"{PAGE}?v={packed}")


def base64_page(request: HttpRequest) -> HttpResponse:
    """Unpack the address."""
    packed = request.GET.get("v", "")
    return shown(request, base64.urlsafe_b64decode(packed).decode() or None)


class Rot13(Start):
    """ROT13 is no encryption either."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        return redirect(f"{PAGE}?" + urlencode({"v": codecs.encode(value, "rot13")}))


def rot13_page(request: HttpRequest) -> HttpResponse:
    """Turn it back."""
    return shown(request, codecs.decode(request.GET.get("v", ""), "rot13") or None)


class Xor(Start):
    """A home-made cipher: one key for all letters."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        return redirect(f"{PAGE}?v={bytes(b ^ 42 for b in value.encode()).hex()}")


def xor_page(request: HttpRequest) -> HttpResponse:
    """Turn it back."""
    mixed = bytes.fromhex(request.GET.get("v", ""))
    return shown(request, bytes(b ^ 42 for b in mixed).decode() or None)


class Digits(Start):
    """The hash of four digits: ten thousand guesses find it."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        digest = hashlib.sha256(value[-4:].encode()).hexdigest()
        return redirect(f"{PAGE}?pin={digest}")


# On the server, and not for one visitor --------------------------------------------------


class InADictionary(Start):
    """A dictionary of the module belongs to every visitor."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        KEPT[FIELD] = value
        return redirect(PAGE)


def dictionary_page(request: HttpRequest) -> HttpResponse:
    """Show what is in the dictionary."""
    return shown(request, KEPT.get(FIELD))


class InTheClass(Start):
    """An attribute of a class is one for all requests."""

    kept: str | None = None

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        InTheClass.kept = value
        return redirect(PAGE)


class ClassPage(View):
    """Shows the attribute."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return shown(request, InTheClass.kept)


class InTheCache(Start):
    """One key for all visitors is one value for all visitors."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        cache.set(FIELD, value)
        return redirect(PAGE)


def cache_page(request: HttpRequest) -> HttpResponse:
    """Show what is in the cache."""
    return shown(request, cache.get(FIELD))


class LooseStore(Start):
    """A session store of its own, of which the visitor has no cookie."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        store = SessionStore()
        store[FIELD] = value
        store.create()
        return redirect(PAGE)


class KeyInTheAddress(Start):
    """Kept for one visitor, but its key is in the next address."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        store = SessionStore()
        store[FIELD] = value
        store.create()
        return redirect(f"{PAGE}?key={store.session_key}")


def key_page(request: HttpRequest) -> HttpResponse:
    """Show what the key in the address opens, to whoever has it."""
    return shown(request, SessionStore(request.GET.get("key")).get(FIELD))


class Numbered(Start):
    """A list of all values, and the visitor's cookie has the place in it."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        LISTED.append(value)
        response = redirect(PAGE)
        response.set_cookie("number", str(len(LISTED) - 1))
        return response


def numbered_page(request: HttpRequest) -> HttpResponse:
    """Show the value with the number in the cookie, whoever has it."""
    number = int(request.COOKIES.get("number", "-1"))
    return shown(request, LISTED[number] if 0 <= number < len(LISTED) else None)


class OnlyWithAQuestion(Start):
    """One value for all, shown to whoever knows the address."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        KEPT["value"] = value
        return redirect(f"{PAGE}?n=1")


def question_page(request: HttpRequest) -> HttpResponse:
    """Show the one value if the address has its question."""
    return shown(request, KEPT.get("value") if "n" in request.GET else None)


class SharedStore(Start):
    """A session store under one key, which every visitor uses."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        store = SessionStore(KEPT.get("key"))
        store[FIELD] = value
        store.save()
        KEPT["key"] = store.session_key or ""
        return redirect(PAGE)


def shared_page(request: HttpRequest) -> HttpResponse:
    """Show what the shared session holds."""
    return shown(request, SessionStore(KEPT.get("key")).get(FIELD))


class Detached(Start):
    """The nested dictionary is changed; the session never hears of it."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        box = request.session.get("box", {})
        box[FIELD] = value
        return redirect(PAGE)


def box_page(request: HttpRequest) -> HttpResponse:
    """Show what the nested dictionary holds."""
    return shown(request, request.session.get("box", {}).get(FIELD))


class OtherName(Start):
    """It waits under a name that the secure page does not know."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session["info"] = value
        return redirect(PAGE)


class Forgotten(Start):
    """It waits nowhere."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        return redirect(PAGE)


# With the visitor ------------------------------------------------------------------------


class InACookie(Start):
    """A cookie is kept by the browser, and crosses with each request."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        response = redirect(PAGE)
        response.set_cookie(FIELD, quote(value))
        return response


def cookie_page(request: HttpRequest) -> HttpResponse:
    """Show the cookie."""
    return shown(request, unquote(request.COOKIES.get(FIELD, "")) or None)


class InASignedCookie(Start):
    """A signed cookie is the value and a signature."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        response = redirect(PAGE)
        response.set_signed_cookie(FIELD, value)
        return response


def signed_page(request: HttpRequest) -> HttpResponse:
    """Show the cookie if the signature is right."""
    return shown(request, request.get_signed_cookie(FIELD, default=None))


class InTheSession(Start):
    """What the site's own view does; with other settings it can leak all the same."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return redirect(PAGE)


class Thanks(Start):
    """It says in a message what it saved."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        messages.success(request, f"saved {value}")
        return redirect(PAGE)


class Hidden(Start):
    """A hidden field is hidden from nobody who reads the page's source."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        return HttpResponse(
            f'<form action="{PAGE}"><input type="hidden" name="v" value="{escape(value)}">'
            "<button>Go on</button></form>"
        )


class Disguised(Start):
    """The page has it turned by ROT13, and a script that would turn it back."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return HttpResponse(
            f'<p data-secret="{escape(codecs.encode(value, "rot13"))}">Wait ...</p>'
        )


# Told to somebody else -------------------------------------------------------------------


class Prints(Start):
    """What a view prints stands in the server's output."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        print("saving", value)
        request.session[FIELD] = value
        return redirect(PAGE)


class Logs(Start):
    """What a view logs stands in a log."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        logger.info("saving %s", value)
        request.session[FIELD] = value
        return redirect(PAGE)


class RaisesAlways(Start):
    """It never answers."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        raise ValueError(f"cannot save {value}")


@stars
class RaisesInAnOutage(View):
    """The text of an exception stands in every report, stars or not."""

    def post(self, request: HttpRequest) -> HttpResponse:
        value = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown as error:
            raise ValueError(f"not sent: {value}") from error
        request.session[FIELD] = value
        return redirect(PAGE)


class Unstarred(View):
    """The decorator of the starting view is gone."""

    def post(self, request: HttpRequest) -> HttpResponse:
        value = request.POST[FIELD]
        back_office.notify()
        request.session[FIELD] = value
        return redirect(PAGE)


@stars
class Swallows(View):
    """Nobody hears that the back office is down."""

    def post(self, request: HttpRequest) -> HttpResponse:
        request.session[FIELD] = request.POST[FIELD]
        with suppress(back_office.BackOfficeDown):
            back_office.notify()
        return redirect(PAGE)


# Not a view that answers -----------------------------------------------------------------


class NoAnswer(Start):
    """It stores the value and returns nothing."""

    def wait(self, request: HttpRequest, value: str) -> None:
        request.session[FIELD] = value


@stars
class Misread(View):
    """It looks for the field where a GET would have it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        request.session[FIELD] = request.GET[FIELD]
        back_office.notify()
        return redirect(PAGE)


class NoView:
    """A class, but none of Django's."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return redirect(PAGE)


def letters(*lines: str) -> str:
    """Return the letters of the lines that begin with *lines*, in this order."""
    exercise = exercises()[ORDER]
    assert isinstance(exercise, OrderExercise)
    material = dict(row.split("  ", 1) for row in exercise.material.splitlines())
    return "".join(
        next(letter for letter, text in material.items() if text.startswith(line))
        for line in lines
    )


READ, TELL, STORE = "sensitive_info =", "back_office", "request.session"
CLEAN, WITH_VALUE = 'return redirect("/secure_page")', 'return redirect("/secure_page?"'


def wrong(name: str, view: object, says: str, **parts: Any) -> Answer:
    """Return an answer to the first exercise that does not pass."""
    return Answer(KEEP, name, (view,), parts, says)


WRONG = [
    wrong(
        "a number in a cookie",
        Numbered,
        "what if somebody writes another number",
        secure_page=numbered_page,
    ),
    wrong(
        "one value, and an address for it",
        OnlyWithAQuestion,
        "OPEN     address without a cookie",
        secure_page=question_page,
    ),
    wrong(
        "key in the address",
        KeyInTheAddress,
        "OPEN     address without a cookie",
        secure_page=key_page,
    ),
    wrong("the first lines", FirstLines, "did anybody put it there?"),
    wrong("stored, and in the address", Unchanged, "OPEN     answer to submit"),
    wrong("307", Temporary, "which one does a redirect keep"),
    wrong("308", Permanent, "which one does a redirect keep"),
    wrong("in the path", InThePath, "sent to an address that does not exist"),
    wrong("in the fragment", InTheFragment, "OPEN     history"),
    wrong("base64", Base64, "OPEN     answer to submit", secure_page=base64_page),
    wrong("rot13", Rot13, "OPEN     what can be guessed", secure_page=rot13_page),
    wrong("xor", Xor, "OPEN     what can be guessed", secure_page=xor_page),
    wrong("hash of four digits", Digits, "how many tries does somebody need"),
    wrong("module dict", InADictionary, "second visitor's pages", secure_page=dictionary_page),
    wrong(
        "class attribute", InTheClass, "how does the server know whose", secure_page=ClassPage
    ),
    wrong("cache", InTheCache, "how does the server know whose", secure_page=cache_page),
    wrong("loose session store", LooseStore, "did anybody put it there?"),
    wrong("shared session store", SharedStore, "second visitor", secure_page=shared_page),
    wrong("nested dict", Detached, "did anybody put it there?", secure_page=box_page),
    wrong("other name", OtherName, "under which name"),
    wrong("not stored", Forgotten, "did anybody put it there?"),
    wrong("cookie", InACookie, "and who keeps it?", secure_page=cookie_page),
    wrong("signed cookie", InASignedCookie, "and who keeps it?", secure_page=signed_page),
    wrong("signed_cookies", InTheSession, "OPEN     cookies", settings=SIGNED_COOKIES),
    wrong("message without middleware", Thanks, 'settings={"MIDDLEWARE": ["..."]} brings it'),
    wrong("message", Thanks, "OPEN     cookies", settings=MESSAGES),
    wrong("hidden field", Hidden, "body of the answer to the form"),
    wrong("encryption in the page", Disguised, "what can be guessed"),
    wrong("print", Prints, "Your view printed: saving"),
    wrong("log", Logs, "Your view printed: INFO"),
    wrong("exception", RaisesAlways, "Your view raised ValueError: cannot save"),
    wrong("exception in an outage", RaisesInAnOutage, "which of your lines puts the value"),
    wrong("no stars", Unstarred, "or does not hide it there"),
    wrong("swallowed error", Swallows, "MISSING  error report"),
    wrong("no answer", NoAnswer, "Your view returned None"),
    wrong("wrong dictionary", Misread, "Where does the form put its fields?"),
    wrong("no view", NoView, "is not a Django view"),
    wrong("an instance", InTheSession(), "give a class"),
    Answer(ORDER, "the other redirect", (letters(READ, TELL, STORE, WITH_VALUE),), {}, "OPEN"),
    Answer(ORDER, "not stored", (letters(READ, TELL, CLEAN),), {}, "put it there?"),
    Answer(ORDER, "stored too early", (letters(STORE, READ, TELL, CLEAN),), {}, "UnboundLocal"),
    Answer(ORDER, "answered first", (letters(READ, CLEAN, STORE, TELL),), {}, "put it there?"),
    Answer(ORDER, "nobody told", (letters(READ, STORE, CLEAN),), {}, "MISSING  error report"),
    Answer(ORDER, "other letters", ("AXB",), {}, "Use letters from"),
    Answer(ORDER, "a letter twice", ("AAB",), {}, "each at most once"),
]


# Right, though not as the site does it ----------------------------------------------------


@sensitive_post_parameters(FIELD)
@require_POST
def function(request: HttpRequest) -> HttpResponse:
    """A function instead of a class."""
    value = request.POST[FIELD]
    back_office.notify()
    request.session[FIELD] = value
    return redirect(PAGE)


class Secret(forms.Form):
    """The field as a Django form."""

    sensitive_info = forms.CharField()


@stars
class ByForm(FormView):
    """A generic view with a form."""

    form_class = Secret
    success_url = PAGE
    http_method_names = ["post"]

    def form_valid(self, form: Secret) -> HttpResponse:
        back_office.notify()
        self.request.session[FIELD] = form.cleaned_data[FIELD]
        return super().form_valid(form)


@stars
class Asynchronous(View):
    """An async view, with the session's own async methods."""

    async def post(self, request: HttpRequest) -> HttpResponse:
        value = request.POST[FIELD]
        back_office.notify()
        await request.session.aset(FIELD, value)
        return redirect(PAGE)


class SeeOther(Start):
    """303 says that a GET follows, whatever came before (RFC 9110, 15.4.4)."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session[FIELD] = value
        return HttpResponse(status=303, headers={"Location": PAGE})


class Row(Start):
    """A row of a table; the session has no more than its number."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS told (value TEXT)")
            cursor.execute("INSERT INTO told VALUES (%s)", [value])
            request.session["told"] = cursor.lastrowid
        return redirect(PAGE)


def row_page(request: HttpRequest) -> HttpResponse:
    """Show the row whose number the session has."""
    if "told" not in request.session:
        return shown(request, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM told WHERE rowid = %s", [request.session["told"]])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    return shown(request, row[0])


class Encrypted(Start):
    """A cookie that is really encrypted, with a key that the server keeps."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        response = redirect(PAGE)
        response.set_cookie("box", KEY.encrypt(value.encode()).decode(), httponly=True)
        return response


def encrypted_page(request: HttpRequest) -> HttpResponse:
    """Decrypt the cookie."""
    box = request.COOKIES.get("box")
    return shown(request, KEY.decrypt(box).decode() if box else None)


class Nested(Start):
    """A nested dictionary, and the session is told that it changed."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        request.session.setdefault("box", {})[FIELD] = value
        request.session.modified = True
        return redirect(PAGE)


class ByVisitor(Start):
    """In the cache, under a key that only this visitor has."""

    def wait(self, request: HttpRequest, value: str) -> HttpResponse:
        if not request.session.session_key:
            request.session.create()
        cache.set(f"told:{request.session.session_key}", value)
        return HttpResponseRedirect(PAGE)


def visitor_page(request: HttpRequest) -> HttpResponse:
    """Show what this visitor left in the cache."""
    return shown(request, cache.get(f"told:{request.session.session_key}"))


def right(name: str, view: object, **parts: Any) -> Answer:
    """Return an answer to the first exercise that passes."""
    return Answer(KEEP, name, (view,), parts)


RIGHT = [
    right("as the site does it", InTheSession),
    right("function", function),
    right("FormView", ByForm),
    right("async", Asynchronous),
    right("303", SeeOther),
    right("row in a table", Row, secure_page=row_page),
    right("encrypted cookie", Encrypted, secure_page=encrypted_page),
    right("nested and modified", Nested, secure_page=box_page),
    right("cache, by visitor", ByVisitor, secure_page=visitor_page),
    right("cached_db", InTheSession, settings=CACHED),
    Answer(ORDER, "as the site does it", (letters(READ, TELL, STORE, CLEAN),)),
    Answer(ORDER, "stored before it tells", (letters(READ, STORE, TELL, CLEAN),)),
]
