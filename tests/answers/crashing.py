"""Known answers to the exercises of chapter 03, "Who reads the crash?"."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from django.core.mail import mail_admins
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from labapp.site import back_office
from tests.answers import Answer

TEXT, BOTH = "stars in the report", "stars in both parts"
FIELD = "sensitive_info"

logger = logging.getLogger(__name__)
starred = method_decorator(sensitive_post_parameters(FIELD), name="dispatch")


def received(request: HttpRequest, value: str) -> HttpResponse:
    """Answer as the site's own view does."""
    return render(request, "received.html", {FIELD: value})


class Plain(View):
    """The starting view: no stars."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


class Hushed(View):
    """Hides the crash itself: nobody learns of the outage."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        with suppress(back_office.BackOfficeDown):
            back_office.notify()
        return received(request, sensitive_info)


@starred
class LogsTheOutage(View):
    """Writes the value into the log, in an outage only."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown:
            logging.getLogger("django").warning("could not save %s", sensitive_info)
            raise
        return received(request, sensitive_info)


@starred
class Mails(View):
    """Mails the value to the admins whenever somebody submits."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        mail_admins("told", sensitive_info)
        return received(request, sensitive_info)


class WithoutBackOffice(View):
    """Leaves out the call that can crash."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.POST[FIELD])


class OnGet(View):
    """The decorator is on the method that nobody calls."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def get(self, request: HttpRequest) -> HttpResponse:
        return received(request, request.GET[FIELD])

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


class StraightOnMethod(View):
    """A decorator for functions on a method: it takes self for the request."""

    @sensitive_post_parameters(FIELD)
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


@method_decorator(sensitive_post_parameters("sensitive_inf"), name="dispatch")
class Misspelt(Plain):
    """Asks for stars on a field that is not there."""


@method_decorator(sensitive_post_parameters("Sensitive_Info"), name="dispatch")
class UpperCase(Plain):
    """Field names have small and big letters."""


@method_decorator(sensitive_variables(FIELD), name="dispatch")
class VariablesOnDispatch(Plain):
    """Stars on the variables of dispatch, which has none of that name."""


class VariablesOnly(View):
    """Stars on the local variable alone: the field is still listed."""

    @method_decorator(sensitive_variables(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


@starred
class SaysItInTheException(View):
    """The exception's own text has the value."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown:
            raise ValueError(f"cannot save {sensitive_info}") from None
        return received(request, sensitive_info)


@starred
class RaisesAgainWithTheValue(View):
    """Catches the crash, and raises it again with the value added."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown as down:
            down.args = (f"{down} Lost: {sensitive_info}",)
            raise
        return received(request, sensitive_info)


@starred
class LogsIt(View):
    """The report has stars, and the program's own log has the value."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        logger.info("told: %s", sensitive_info)
        back_office.notify()
        return received(request, sensitive_info)


class AnswersByHand(View):
    """Catches the crash and answers with 500 itself. Django reports that, too."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown:
            return HttpResponse("Please come back later.", status=500)
        return received(request, sensitive_info)


class AnswersByHandKindly(View):
    """Catches the crash and answers with 200: nobody learns of the outage."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        try:
            back_office.notify()
        except back_office.BackOfficeDown:
            return HttpResponse("Please come back later.")
        return received(request, sensitive_info)


class DeletesThePost(View):
    """Takes the form's fields away from the request; Django does not allow that."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        del request.POST
        back_office.notify()
        return received(request, sensitive_info)


class MovedToAHeader(View):
    """The field is starred, and its value was copied to where no star comes."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        request.META["TOLD"] = request.POST[FIELD]
        back_office.notify()
        return received(request, request.POST[FIELD])


@method_decorator(sensitive_post_parameters(), name="dispatch")
class CopiesThePost(View):
    """Stars on all fields; but the local variable is all of request.POST."""

    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST
        back_office.notify()
        return received(request, data[FIELD])


@starred
class Starred(Plain):
    """Stars on the field; the local variable is a copy without."""


@starred
class OtherVariable(View):
    """Stars on one variable, and the words are in another one."""

    @method_decorator(sensitive_variables(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        value = request.POST[FIELD]
        back_office.notify()
        return received(request, value)


@starred
class InAContext(View):
    """Stars on the variable; a dictionary has the value, too."""

    @method_decorator(sensitive_variables(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        context = {FIELD: sensitive_info}
        back_office.notify()
        return render(request, "received.html", context)


@starred
class InItsOwnWords(View):
    """No local variable of its own, but the value is shown with self's words."""

    def __repr__(self) -> str:
        return f"<view of {self.request.POST.get(FIELD)}>"

    def post(self, request: HttpRequest) -> HttpResponse:
        back_office.notify()
        return received(request, request.POST[FIELD])


def _told(value: str) -> None:
    back_office.notify()


@starred
class HandsItOn(View):
    """Its own variable has stars; the one of the function it calls has another name."""

    @method_decorator(sensitive_variables(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        _told(sensitive_info)
        return received(request, sensitive_info)


# Right ------------------------------------------------------------------------------------


class OwnDispatch(Plain):
    """Right: dispatch itself is decorated."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)


class OnPost(View):
    """Right: the method that is called is decorated."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class AllFields(Plain):
    """Right: without a name, all fields of the form have stars."""


@sensitive_post_parameters(FIELD)
def by_function(request: HttpRequest) -> HttpResponse:
    """Right: a function, with the decorator as it is."""
    sensitive_info = request.POST[FIELD]
    back_office.notify()
    return received(request, sensitive_info)


class AsyncView(View):
    """Right: an async method."""

    @method_decorator(sensitive_post_parameters(FIELD))
    async def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


class EmptiesThePost(View):
    """Right, and unusual: no field is left in the request when the crash comes."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        request.POST = QueryDict()
        back_office.notify()
        return received(request, sensitive_info)


@starred
class NoCopy(View):
    """Right: there is no variable with the words when the crash comes."""

    def post(self, request: HttpRequest) -> HttpResponse:
        back_office.notify()
        return received(request, request.POST[FIELD])


@starred
class BothDecorators(View):
    """Right: stars on the field and on the variable."""

    @method_decorator(sensitive_variables(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        back_office.notify()
        return received(request, sensitive_info)


class NamedAndCopied(View):
    """Right: Django stars a named field in every variable that is request.POST."""

    @method_decorator(sensitive_post_parameters(FIELD))
    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST
        back_office.notify()
        return received(request, data[FIELD])


@sensitive_post_parameters()
@sensitive_variables()
def all_stars(request: HttpRequest) -> HttpResponse:
    """Right: a function, with stars on everything."""
    sensitive_info = request.POST[FIELD]
    back_office.notify()
    return received(request, sensitive_info)


@starred
class Forgets(View):
    """Right: the variable is deleted before anything can crash."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sensitive_info = request.POST[FIELD]
        answer = received(request, sensitive_info)
        del sensitive_info
        back_office.notify()
        return answer


FIELD_OPEN = "OPEN     text part"
COPY_OPEN = "OPEN     HTML part"

WRONG = [
    *(
        Answer(TEXT, name, (view,), says=says)
        for name, view, says in (
            ("nothing changed", Plain, FIELD_OPEN),
            ("try and pass", Hushed, "MISSING  error report"),
            ("without the back office", WithoutBackOffice, "MISSING  error report"),
            ("decorator on get", OnGet, FIELD_OPEN),
            ("straight on the method", StraightOnMethod, "Django has method_decorator"),
            ("misspelt", Misspelt, "Your view asks for stars on 'sensitive_inf'"),
            ("upper case", UpperCase, "Your view asks for stars on 'Sensitive_Info'"),
            ("variables of dispatch", VariablesOnDispatch, FIELD_OPEN),
            ("variables only", VariablesOnly, FIELD_OPEN),
            ("value in the exception", SaysItInTheException, FIELD_OPEN),
            ("raised again with the value", RaisesAgainWithTheValue, FIELD_OPEN),
            ("logged", LogsIt, "OPEN     prints and logs of the view"),
            ("logged in an outage", LogsTheOutage, "OPEN     prints and logs of the view"),
            ("mailed", Mails, "OPEN     mail"),
            ("500 by hand", AnswersByHand, FIELD_OPEN),
            ("200 by hand", AnswersByHandKindly, "MISSING  error report"),
            ("POST deleted", DeletesThePost, "Your view raised AttributeError"),
            ("copied to META", MovedToAHeader, FIELD_OPEN),
            ("nothing yet", ..., "There is nothing to check yet"),
        )
    ),
    *(
        Answer(BOTH, name, (view,), says=says)
        for name, view, says in (
            ("field only", Starred, COPY_OPEN),
            ("all fields only", AllFields, COPY_OPEN),
            ("local copy of request.POST", CopiesThePost, COPY_OPEN),
            ("variables only", VariablesOnly, FIELD_OPEN),
            ("other variable", OtherVariable, COPY_OPEN),
            ("in the context", InAContext, COPY_OPEN),
            ("in the words of self", InItsOwnWords, COPY_OPEN),
            ("in the function it calls", HandsItOn, COPY_OPEN),
            ("try and pass", Hushed, "MISSING  error report"),
        )
    ),
]
RIGHT = [
    *(
        Answer(TEXT, name, (view,))
        for name, view in (
            ("class", Starred),
            ("own dispatch", OwnDispatch),
            ("on post", OnPost),
            ("all fields", AllFields),
            ("function", by_function),
            ("around as_view", sensitive_post_parameters(FIELD)(Plain.as_view())),
            ("as_view of a decorated class", Starred.as_view()),
            ("async view", AsyncView),
            ("no copy", NoCopy),
            ("empties the POST", EmptiesThePost),
        )
    ),
    *(
        Answer(BOTH, name, (view,))
        for name, view in (
            ("both decorators", BothDecorators),
            ("no copy", NoCopy),
            ("named field and request.POST", NamedAndCopied),
            ("all stars", all_stars),
            ("forgets", Forgets),
        )
    ),
]
