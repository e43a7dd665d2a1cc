"""Known answers to the exercises of chapter 02, "What does POST change?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, unquote, unquote_plus, urlencode, urlsplit

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from labapp.site import back_office
from tests.answers import Answer

ADDRESS, READER, FOOL = "take it out of the address", "be the log reader", "fool the one-liner"
FIELD = "sensitive_info"

GET_FORM = '<form action="/sensitive"><input name="sensitive_info"><button>Send</button></form>'
POST_FORM = GET_FORM.replace("<form", '<form method="post"')


def received(request: HttpRequest, value: str | None) -> HttpResponse:
    """Answer as the site's own view does."""
    back_office.notify()
    return render(request, "received.html", {FIELD: value})


# The view and the form -------------------------------------------------------------------


class ByPost(View):
    """Right: the body, and no other method."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST[FIELD])


class ByGet(View):
    """The starting view: nothing has changed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET[FIELD])


class Fallback(View):
    """Looks in the address where the body has nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST.get(FIELD) or request.GET.get(FIELD))

    get = post


class EitherMethod(View):
    """The form posts, and an old link with the value in it works as before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET[FIELD])

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST[FIELD])


class ReadsTheAddress(View):
    """Takes a POST, and looks for the value in the address."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET[FIELD])


class ReadsTheAddressKindly(View):
    """The same, and does not mind that nothing is there."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET.get(FIELD))


class BackToTheAddress(View):
    """Takes the body, and sends the browser on to an address with the value in it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return redirect(f"/sensitive?{urlencode({FIELD: request.POST[FIELD]})}")

    def get(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET[FIELD])


class ReturnsNothing(View):
    """Forgets to return its answer."""

    def post(self, request: HttpRequest) -> None:
        received(request, request.POST[FIELD])


class NeverReturns(View):
    """Waits for itself."""

    def post(self, request: HttpRequest) -> HttpResponse:
        while True:
            pass


class Prints(View):
    """Prints the value, to see whether it came."""

    def post(self, request: HttpRequest) -> HttpResponse:
        print("got", request.POST[FIELD])
        return received(request, request.POST[FIELD])


class CallsNoBackOffice(View):
    """Does without the back office, so that no outage can be noticed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "received.html", {FIELD: request.POST[FIELD]})


class Raises(View):
    """Asks for a field that the form does not have."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST["secret"])


class NoView:
    """A class that inherits nothing."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST[FIELD])


def without_request() -> HttpResponse:
    """A function that takes no request."""
    return HttpResponse("Thank you.")


def on_get_too(request: HttpRequest) -> HttpResponse:
    """A function takes every method, unless it says otherwise."""
    return received(request, request.POST.get(FIELD) or request.GET.get(FIELD))


@require_POST
def by_function(request: HttpRequest) -> HttpResponse:
    """Right: a function, and POST is all it takes."""
    return received(request, request.POST[FIELD])


def says_no_itself(request: HttpRequest) -> HttpResponse:
    """Right: a function that looks at the method by itself."""
    if request.method != "POST":
        return HttpResponse("Please use the form.", status=405)
    return received(request, request.POST[FIELD])


class Told(forms.Form):
    """The form as Django sees it."""

    sensitive_info = forms.CharField()


class ByForm(FormView):
    """Right: a FormView. It answers GET with an empty page, whatever the address says."""

    form_class = Told
    template_name = "received.html"

    def form_valid(self, form: Told) -> HttpResponse:
        return received(self.request, form.cleaned_data[FIELD])


class ByAsync(View):
    """Right: an async view."""

    async def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST[FIELD])


async def by_async_function(request: HttpRequest) -> HttpResponse:
    """Right: an async function that looks at the method by itself."""
    if request.method != "POST":
        return HttpResponse(status=405)
    return received(request, request.POST[FIELD])


# The log reader ---------------------------------------------------------------------------


def as_it_is(lines: Sequence[str], secret: str) -> bool:
    """Looks for the words as they were typed."""
    return any(secret in line for line in lines)


def with_percent_20(lines: Sequence[str], secret: str) -> bool:
    """Writes a space as a path does, and not as a form does."""
    return any(quote(secret) in line for line in lines)


def with_plus_only(lines: Sequence[str], secret: str) -> bool:
    """Knows of spaces, and of nothing else."""
    return any(secret.replace(" ", "+") in line for line in lines)


def decoded_without_plus(lines: Sequence[str], secret: str) -> bool:
    """Decodes all but the spaces."""
    return any(secret in unquote(line) for line in lines)


def any_word(lines: Sequence[str], secret: str) -> bool:
    """Takes one word for the whole sentence."""
    return any(quote_plus(word) in line for line in lines for word in secret.split())


def always(lines: Sequence[str], secret: str) -> bool:
    """Cries wolf."""
    return True


def never(lines: Sequence[str], secret: str) -> bool:
    """Sees nothing."""
    return False


def any_query(lines: Sequence[str], secret: str) -> bool:
    """Takes every question mark for the secret."""
    return any("?" in line for line in lines)


def says_where(lines: Sequence[str], secret: str) -> list[str]:
    """Returns the lines themselves."""
    return [line for line in lines if quote_plus(secret) in line]


def last_word(lines: Sequence[str], secret: str) -> bool:
    """Looks for the last word alone."""
    return any(quote_plus(secret.rsplit(maxsplit=1)[-1]) in line for line in lines)


def every_word(lines: Sequence[str], secret: str) -> bool:
    """Looks for every word, wherever it stands in a line."""
    return any(all(quote_plus(w) in line for w in secret.split()) for line in lines)


def first_word(lines: Sequence[str], secret: str) -> bool:
    """Looks for the first word alone."""
    return any(quote_plus(secret.split(maxsplit=1)[0]) in line for line in lines)


def last_line(lines: Sequence[str], secret: str) -> bool:
    """Reads the last line alone."""
    return quote_plus(secret) in lines[-1]


def not_the_first_line(lines: Sequence[str], secret: str) -> bool:
    """Takes the first line for a heading."""
    return any(quote_plus(secret) in line for line in lines[1:])


def last_letters(lines: Sequence[str], secret: str) -> bool:
    """Looks for the last five letters."""
    return any(quote_plus(secret[-5:]) in line for line in lines)


def same_length(lines: Sequence[str], secret: str) -> bool:
    """Measures the value and does not read it."""
    values = re.findall(rf"{FIELD}=([^ &]*)", "\n".join(lines))
    return any(len(unquote_plus(value)) == len(secret) for value in values)


def slash_as_in_a_path(lines: Sequence[str], secret: str) -> bool:
    """Writes spaces as forms do, and leaves a slash as it is."""
    return any(quote(secret).replace("%20", "+") in line for line in lines)


def without_return(lines: Sequence[str], secret: str) -> None:
    """Prints what it should return."""
    print(as_it_is(lines, secret))


def one_argument(lines: Sequence[str]) -> bool:
    """Takes no secret."""
    return bool(lines)


def endless(lines: Sequence[str], secret: str) -> bool:
    """Goes round and round."""
    while True:
        pass


def encoded(lines: Sequence[str], secret: str) -> bool:
    """Right: writes the secret as the log does."""
    return any(quote_plus(secret) in line for line in lines)


def decoded(lines: Sequence[str], secret: str) -> bool:
    """Right: reads the log as the server does."""
    return any(secret in unquote_plus(line) for line in lines)


def parsed(lines: Sequence[str], secret: str) -> bool:
    """Right: takes each address apart."""
    for line in lines:
        target = line.split('"')[1].split()[1]
        if secret in parse_qs(urlsplit(target).query).get(FIELD, []):
            return True
    return False


def by_expression(lines: Sequence[str], secret: str) -> bool:
    """Right: a regular expression finds the field, and its value is decoded."""
    found = re.findall(rf"{FIELD}=([^ &]*)", "\n".join(lines))
    return secret in map(unquote_plus, found)


def numpys(lines: Sequence[str], secret: str) -> Any:
    """Right: the truth comes in numpy's own type."""
    return np.any([quote_plus(secret) in line for line in lines])


def view(name: str, view: Any, form: Any = POST_FORM, says: str = "") -> Answer:
    """Return an answer to the first exercise; a *form* of None is the site's own."""
    return Answer(ADDRESS, name, (view,), {} if form is None else {"form": form}, says)


BOTH = "value taken from an address"
METHOD = "form use, and which one does your view have"

WRONG = [
    view("nothing changed", ByGet, GET_FORM, "OPEN     request line"),
    view("body, else address", Fallback, says=f"OPEN     {BOTH}"),
    view("both methods", EitherMethod, says=f"OPEN     {BOTH}"),
    view("function that takes any method", on_get_too, says=f"OPEN     {BOTH}"),
    view("form changed, view not", ByGet, says=METHOD),
    view("view changed, form not", ByPost, GET_FORM, METHOD),
    view("view changed, no form given", ByPost, None, METHOD),
    view("reads the address", ReadsTheAddress, says="has no field"),
    view(
        "reads the address, kindly",
        ReadsTheAddressKindly,
        says="where does the view look for it?",
    ),
    view("redirects with the value", BackToTheAddress, says="OPEN     request line"),
    view(
        "form without a field",
        ByPost,
        POST_FORM.replace('<input name="sensitive_info">', ""),
        "This form has no field",
    ),
    view(
        "field without a name",
        ByPost,
        POST_FORM.replace("name=", "id="),
        "This form has no field",
    ),
    view(
        "form that posts elsewhere",
        ByPost,
        POST_FORM.replace("/sensitive", "/somewhere"),
        "an address that does not exist",
    ),
    view(
        "form without an address",
        ByPost,
        POST_FORM.replace('action="/sensitive"', ""),
        "where does the form send its field",
    ),
    view(
        "another value in the address of the form",
        ReadsTheAddress,
        POST_FORM.replace("/sensitive", "/sensitive?sensitive_info=unknown"),
        "the visitor cannot read the value back",
    ),
    view(
        "script that puts the value into the address of the form",
        ByPost,
        POST_FORM.replace("<form", "<form onsubmit=\"action += '?q=' + elements[0].value\""),
        "JavaScript",
    ),
    view(
        "script instead of a form",
        ByPost,
        '<input id="it"><script>fetch("/sensitive", {method: "post"})</script>',
        "JavaScript",
    ),
    view("page without a form", ByPost, "<p>Tell us!</p>", "no form"),
    view("form that is no template", ByPost, "{% if %}" + POST_FORM, "cannot read your form"),
    view("form that is no text", ByPost, 5, "A form is the text of a page in quotes"),
    view("template tag that does not exist", ByPost, "{% form %}", "Invalid block tag"),
    view(
        "template that does not exist",
        ByPost,
        '{% extends "mine.html" %}',
        "Your form raised TemplateDoesNotExist: mine.html",
    ),
    view("nothing yet", ..., says="There is nothing to check yet"),
    view("instance instead of class", ByPost(), says="is not a Django view"),
    view("class that is no view", NoView, says="inherits from django.views.View"),
    view("function without a request", without_request, says="def my_view(request)"),
    view("returns None", ReturnsNothing, says="Your view returned None"),
    view("never returns", NeverReturns, says="Is there a loop that never ends?"),
    view("prints", Prints, says="Your view printed: got"),
    view("raises", Raises, says="The request has no field 'secret'"),
    view("without the back office", CallsNoBackOffice, says="MISSING  error report"),
    Answer(READER, "as it is", (as_it_is,), says="MISSES   GET, spaces"),
    Answer(READER, "space as in a path", (with_percent_20,), says="MISSES   GET, spaces"),
    Answer(READER, "plus for space", (with_plus_only,), says="MISSES   GET, an apostrophe"),
    Answer(
        READER, "decoded but for plus", (decoded_without_plus,), says="MISSES   GET, spaces"
    ),
    Answer(READER, "any word", (any_word,), says="ALARM    GET, words swapped"),
    Answer(READER, "last word", (last_word,), says="ALARM    GET, another first word"),
    Answer(READER, "first word", (first_word,), says="ALARM    GET, another last word"),
    Answer(READER, "every word", (every_word,), says="ALARM    GET, words swapped"),
    Answer(READER, "last line", (last_line,), says="MISSES   GET, newest line first"),
    Answer(READER, "not the first", (not_the_first_line,), says="MISSES   GET, newest line"),
    Answer(READER, "last letters", (last_letters,), says="ALARM    GET, another first word"),
    Answer(READER, "length", (same_length,), says="ALARM    GET, words swapped"),
    Answer(READER, "slash", (slash_as_in_a_path,), says="MISSES   GET, a slash"),
    Answer(READER, "always", (always,), says="is what you found the whole text"),
    Answer(READER, "never", (never,), says="MISSES"),
    Answer(READER, "any query", (any_query,), says="ALARM    POST, another address"),
    Answer(READER, "lines", (says_where,), says="return True or False"),
    Answer(READER, "None", (without_return,), says="returned None"),
    Answer(READER, "one argument", (one_argument,), says="takes 1 positional argument"),
    Answer(READER, "endless", (endless,), says="a loop without end"),
    Answer(READER, "nothing yet", (...,), says="There is nothing to check yet"),
    Answer(FOOL, "spaces only", ("Rex sleeps at noon",), says="finds it: <mark>Rex sleeps"),
    Answer(FOOL, "no spaces", ("BiscuitsInTheTin",), says="The one-liner sees your sentence"),
    Answer(FOOL, "other letters", ("m\u00fcde K\u00e4tzchen",), says="finds it: <mark>"),
    Answer(FOOL, "too short", ("'",), says="Not yet."),
    Answer(FOOL, "no text", (5,), says="Not yet."),
    Answer(FOOL, "nothing yet", (...,), says="Not yet."),
]
RIGHT = [
    view("class", ByPost),
    view("upper case", ByPost, POST_FORM.replace('"post"', '"POST"')),
    view(
        "hidden field beside it",
        ByPost,
        POST_FORM.replace("<input", "<input type=hidden name=a value=b><input"),
    ),
    view(
        "the site's own page extended",
        ByPost,
        f'{{% extends "base.html" %}}{{% block main %}}{POST_FORM}{{% endblock %}}',
    ),
    view(
        "with a token that nobody asks for",
        ByPost,
        POST_FORM.replace("<input", "{% csrf_token %}<input"),
    ),
    view("function", by_function),
    view("function that says no itself", says_no_itself),
    view("FormView", ByForm),
    view("async class", ByAsync),
    view("async function", by_async_function),
    Answer(READER, "encoded", (encoded,)),
    Answer(READER, "decoded", (decoded,)),
    Answer(READER, "parsed", (parsed,)),
    Answer(READER, "by expression", (by_expression,)),
    Answer(READER, "numpy", (numpys,)),
    Answer(FOOL, "apostrophe", ("Rex can't sleep at noon",)),
    Answer(FOOL, "quotation marks", ('Rex says "good night"',)),
    Answer(FOOL, "no space", ("cats&dogs&mice",)),
]
