"""A view of the learner's own in the place of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.views import View

from labapp import remedy
from labapp.errors import LabError
from labapp.site.application import (
    Own,
    application,
)
from tests.asking import SECRET, form_attribute, visitor

pytestmark = pytest.mark.usefixtures("database")


class Shout(View):
    """A learner's class view."""

    def get(self, request: object) -> HttpResponse:
        """Answer."""
        return HttpResponse("SHOUT")


def whisper(request: object) -> HttpResponse:
    """A learner's function view."""
    return HttpResponse("whisper")


@pytest.mark.parametrize(
    ("view", "expected"), [(Shout, "SHOUT"), (Shout.as_view(), "SHOUT"), (whisper, "whisper")]
)
def test_a_learners_view_takes_the_place_of_the_sites(view: Any, expected: str) -> None:
    """Class, its as_view() or function: /sensitive is theirs, the rest as it was."""
    browser = visitor(remedy.session, remedy.post, own=Own(view=view))
    assert browser.ask("/sensitive").text == expected
    assert form_attribute(browser.ask("/").text, "method") == "post"
    assert browser.ask("/secure_page").status == 200
    assert visitor().ask("/sensitive?sensitive_info=x").text != expected


@pytest.mark.parametrize("view", [7, "SensitiveInfoView", int, Shout()])
def test_what_is_no_view_is_refused_in_one_line(view: Any) -> None:
    """A number, a name, a class that is no View and an instance get a `LabError`."""
    with pytest.raises(LabError, match=r"^[^\n]+ is not a Django view: [^\n]+$"):
        visitor(own=Own(view=view))


def test_a_refused_view_leaves_the_site_as_it_was() -> None:
    """After a `LabError` the application made before still answers as before."""
    browser = visitor(remedy.post, debug=True)
    with pytest.raises(LabError):
        application([], own=Own(view=7))  # type: ignore[arg-type]
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 200
