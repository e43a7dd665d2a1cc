"""Mistakes get a readable answer: what it is, where, and never a stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.views import View
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from labapp import remedy
from labapp.checks import mistakes
from labapp.lab.laboratory import Laboratory
from labapp.site.application import Own

SECRET = "Rex sleeps at noon"


class Silent(View):
    """Answers nothing."""

    def post(self, request: HttpRequest) -> None:
        """Forget to return."""


class Straight(View):
    """A function's decorator on a method."""

    @sensitive_post_parameters("sensitive_info")
    def post(self, request: HttpRequest) -> HttpResponse:
        """Never reached."""
        return HttpResponse()


class StraightCsrf(View):
    """Another one."""

    @csrf_protect
    def post(self, request: HttpRequest) -> HttpResponse:
        """Never reached."""
        return HttpResponse()


class StraightPost(View):
    """And another one."""

    @require_POST
    def post(self, request: HttpRequest) -> HttpResponse:
        """Never reached."""
        return HttpResponse()


class WrongField(View):
    """Looks for a field that is not there."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise."""
        return HttpResponse(request.POST["sensitve_info"])


class NoSession(View):
    """Uses a session where there is none."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise."""
        request.session["sensitive_info"] = "x"
        return HttpResponse()


class Typo(View):
    """A misspelt name."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise."""
        return HttpRespnse("hello")  # type: ignore[name-defined,no-any-return]  # noqa: F821


class Nowhere(View):
    """Leads to a page that is not there."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Redirect."""
        return HttpResponse(status=302, headers={"Location": "/nowhere"})


def teapot(request: HttpRequest) -> HttpResponse:
    """Answer with a status of its own."""
    return HttpResponse(status=418)


def endless(request: HttpRequest) -> HttpResponse:
    """Never answer."""
    while True:
        pass


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """A lab for all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as opened:
            yield opened


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (Silent, "Your view returned None. Each way through it"),
        (Straight, "Django has method_decorator for this."),
        (StraightCsrf, "Django has method_decorator for this."),
        (StraightPost, "Django has method_decorator for this."),
        (WrongField, "The request has no field 'sensitve_info'"),
        (NoSession, "no middleware provides one"),
        (Typo, "NameError: name 'HttpRespnse' is not defined"),
        (Nowhere, "does not exist (status 404)"),
        (teapot, "The last answer had status 418."),
        (endless, "did not answer within three seconds"),
    ],
)
def test_explained(lab: Laboratory, view: Any, says: str) -> None:
    """Each mistake in its own words."""
    made = lab.visit(SECRET, remedy.post, own=Own(view=view))
    assert says in mistakes.explained(made)
    assert "Traceback" not in mistakes.explained(made)


def test_only_the_learners_lines_are_quoted(lab: Laboratory) -> None:
    """One line of theirs, none of Django's."""
    made = lab.visit(SECRET, remedy.post, own=Own(view=Typo))
    _, *lines = mistakes.explained(made).splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        'return HttpRespnse("hello")  # type: ignore[name-defined,no-any-return]  # noqa: F821'
    ]


def test_a_view_for_the_other_method(lab: Laboratory) -> None:
    """A form that sends POST to a view without post: status 405, in words."""
    made = lab.visit(SECRET, remedy.post, own=Own(view=View))
    assert "(status 405)" in mistakes.explained(made)


def test_a_view_that_works_needs_no_explanation(lab: Laboratory) -> None:
    """The control: nothing is said of it."""
    assert mistakes.explained(lab.visit(SECRET, remedy.post)) == ""
    assert mistakes.misspelt(lab.visit(SECRET, remedy.post, remedy.mask_reports)) == ""
    assert mistakes.printed(lab.visit(SECRET, remedy.post)) == ""


def test_an_endless_view_leaves_a_lab_that_works(lab: Laboratory) -> None:
    """The next visit is as any other."""
    lab.visit(SECRET, remedy.post, own=Own(view=endless))
    assert lab.visit(SECRET, remedy.post).works


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (None, "nothing to check yet"),
        (..., "nothing to check yet"),
        (lambda: None, "Django calls a view with the request"),
        (lambda request, more: None, "Django calls a view with the request"),
        (lambda request: None, ""),
        (Silent, ""),
        (Silent.as_view(), ""),
    ],
)
def test_shape(view: object, says: str) -> None:
    """What cannot be called with a request is told before any visit."""
    found = mistakes.shape(view)
    assert (says in found) if says else found == ""


@sensitive_post_parameters("sensitive_info")
class Decorated(View):
    """A function's decorator on a class."""


def text(request: HttpRequest) -> Any:
    """Return an address instead of an answer."""
    return "/secure_page"


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("MyView", "its name without quotes, not 'MyView'"),
        (Decorated, "stands on a class"),
    ],
)
def test_what_students_give(view: object, says: str) -> None:
    """A name in quotes, and a decorator above a class."""
    assert says in mistakes.shape(view)


def test_a_text_for_an_answer(lab: Laboratory) -> None:
    """What the view returned is named, and what Django wants instead."""
    made = lab.visit(SECRET, remedy.post, own=Own(view=text))
    assert "returned a value of type str. Return an answer" in mistakes.explained(made)


def test_what_a_session_holds(lab: Laboratory) -> None:
    """By name only; nothing where nothing was put, and no word where there is none."""

    def other_name(request: HttpRequest) -> HttpResponse:
        request.session["info"] = request.POST["sensitive_info"]
        return HttpResponse()

    def nothing(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    base = (remedy.post, remedy.session)
    assert mistakes.kept(lab.visit(SECRET, *base)) == (
        "The visitor's session holds: 'sensitive_info'."
    )
    assert mistakes.kept(lab.visit(SECRET, *base, own=Own(view=other_name))) == (
        "The visitor's session holds: 'info'."
    )
    assert mistakes.kept(lab.visit(SECRET, *base, own=Own(view=nothing))) == (
        "Nothing was put into the visitor's session."
    )
    assert mistakes.kept(lab.visit(SECRET, remedy.post)) == ""
