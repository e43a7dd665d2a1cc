"""Exceptions that left a view, as data."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp import remedy
from labapp.checks import mistakes
from labapp.site.application import Own, take_crashes
from tests.asking import SECRET, visitor

pytestmark = pytest.mark.usefixtures("database")


class Falls(View):
    """A view whose helper raises."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Raise, two calls deep."""
        return deeper()


def deeper() -> HttpResponse:
    """Raise."""
    raise ValueError("too deep")


async def falls_later(request: HttpRequest) -> HttpResponse:
    """Raise in a thread of Django's choice."""
    raise ValueError("too late")


def leaves(request: HttpRequest) -> HttpResponse:
    """Leave, as a program would."""
    sys.exit("bye")


@method_decorator(sensitive_post_parameters("sensitve_info"), name="dispatch")
class Stars(View):
    """Asks for stars on a field the form does not have."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise."""
        raise ValueError("no stars")


@method_decorator(sensitive_post_parameters(), name="dispatch")
class AllStars(View):
    """Asks for stars on every field."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Raise."""
        raise ValueError("no stars")


def test_a_crash_has_the_authors_lines_and_no_others() -> None:
    """From the view down to where it was raised; not Django's thirty frames."""
    take_crashes()
    assert visitor(own=Own(view=Falls)).ask("/sensitive").status == 500
    [crash] = take_crashes()
    assert (crash.kind, crash.message) == ("ValueError", "too deep")
    assert [line.partition(": ")[2] for line in crash.lines] == [
        "return deeper()",
        'raise ValueError("too deep")',
    ]
    assert take_crashes() == ()


def test_a_view_that_works_leaves_none() -> None:
    """No exception, no crash: not even for a 404."""
    take_crashes()
    browser = visitor(remedy.post)
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 200
    assert browser.ask("/nowhere").status == 404
    assert take_crashes() == ()


def test_an_async_view_is_watched_too() -> None:
    """Django runs it in another thread; its crash is kept all the same."""
    take_crashes()
    assert visitor(own=Own(view=falls_later)).ask("/sensitive").status == 500
    assert [crash.message for crash in take_crashes()] == ["too late"]


@pytest.mark.parametrize(
    ("view", "starred"), [(Stars, ("sensitve_info",)), (AllStars, ("__ALL__",)), (Falls, ())]
)
def test_a_crash_says_which_parameters_are_starred(
    view: type[View], starred: tuple[str, ...]
) -> None:
    """As sensitive_post_parameters noted them on the request."""
    take_crashes()
    browser = visitor(remedy.post, own=Own(view=view))
    if view is Falls:
        browser.ask("/sensitive")
    else:
        browser.ask("/sensitive", data={"sensitive_info": SECRET})
    assert [crash.starred for crash in take_crashes()] == [starred]


class Wordy(View):
    """Returns no answer but its words."""

    @method_decorator(sensitive_post_parameters())
    def get(self, request: HttpRequest) -> str:
        """Forget what an answer is."""
        return "words"


def wordy(request: HttpRequest) -> str:
    """Forget it, too."""
    return "words"


@pytest.mark.parametrize(
    ("view", "name", "first"),
    [(Wordy, "Wordy.get", Wordy.get), (wordy, "wordy", wordy)],
)
def test_a_crash_in_none_of_the_authors_lines_says_which_view(
    view: type[View], name: str, first: Callable[..., str]
) -> None:
    """What it returned was no answer; the view is named, and where it begins."""
    take_crashes()
    visitor(own=Own(view=view)).ask("/sensitive")
    [crash] = take_crashes()
    begins = inspect.unwrap(first).__code__.co_firstlineno
    assert (crash.lines, crash.view) == ((), f"in {name}, from line {begins}")
    assert mistakes.crash(crash).splitlines()[1:] == [f"  in {name}, from line {begins}"]


def test_a_view_that_ends_the_program_is_kept_as_well() -> None:
    """Django passes SystemExit on without a word; whoever serves it still hears it."""
    take_crashes()
    with pytest.raises(SystemExit):
        visitor(own=Own(view=leaves)).ask("/sensitive")
    [crash] = take_crashes()
    assert (crash.kind, crash.message) == ("SystemExit", "bye")
    assert [line.partition(": ")[2] for line in crash.lines] == ['sys.exit("bye")']
