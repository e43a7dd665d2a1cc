"""What a learner brings of their own: taken as it is, or refused in one line."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.errors import LabError
from labapp.site.own import Own
from tests.asking import SECRET, visitor

pytestmark = pytest.mark.usefixtures("database")
FORM = '<form action="/sensitive" method="post">{% csrf_token %}<input name="x"></form>'


def page(request: HttpRequest) -> HttpResponse:
    """A learner's own page."""
    return HttpResponse("my page")


def test_each_part_takes_the_place_of_the_sites() -> None:
    """A secure page, a form and a setting are what is served; the view stays ours."""
    own = Own(secure_page=page, form=FORM, settings={"SESSION_COOKIE_SAMESITE": "Strict"})
    browser = visitor(remedy.session, remedy.post, own=own)
    answer = browser.ask("/sensitive", data={"sensitive_info": SECRET})
    assert "SameSite=Strict" in (answer.header("Set-Cookie") or "")
    assert browser.ask("/secure_page").text == "my page"
    assert 'name="csrfmiddlewaretoken"' in browser.ask("/").text
    plain = visitor(remedy.session, remedy.post)
    answer = plain.ask("/sensitive", data={"sensitive_info": SECRET})
    assert "SameSite=Lax" in (answer.header("Set-Cookie") or "")


def test_a_token_in_the_form_brings_its_cookie() -> None:
    """So a view under csrf_protect can compare them; a form without a token brings none."""
    forms = FORM, FORM.replace("{% csrf_token %}", "")
    known = []
    for form in forms:
        browser = visitor(remedy.post, own=Own(form=form))
        browser.ask("/")
        known.append("csrftoken" in browser.cookies)
    assert known == [True, False]


def test_middleware_is_added_to_what_is_there() -> None:
    """MIDDLEWARE of a learner's brings the CSRF check; sessions go on working."""
    check = "django.middleware.csrf.CsrfViewMiddleware"
    browser = visitor(remedy.session, remedy.post, own=Own(settings={"MIDDLEWARE": [check]}))
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 403
    assert browser.ask("/secure_page").status == 200


def test_nothing_of_ones_own_is_nothing() -> None:
    """`any` tells whether there is anything at all."""
    assert not Own().any
    assert Own(view=page).any
    assert Own(form="").any
    assert Own(settings={"SESSION_COOKIE_SECURE": True}).any


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"view": 7}, "not a Django view"),
        ({"secure_page": "page"}, "not a Django view"),
        ({"form": 7}, "text of a page in quotes, not int"),
        ({"form": "{% csrf_tokn %}"}, "Django cannot read your form: Invalid block tag"),
        ({"settings": ["x"]}, "Settings are a dictionary"),
        ({"settings": {"SESSION_COOKIE_SECUR": True}}, "Did you mean SESSION_COOKIE_SECURE?"),
        ({"settings": {"ALLOWED_HOSTS": ["*"]}}, "changes no setting 'ALLOWED_HOSTS'"),
        ({"settings": {"DATABASES": {}}}, "changes no setting 'DATABASES'"),
        ({"settings": {"SESSION_FILE_PATH": "/"}}, "changes no setting 'SESSION_FILE_PATH'"),
        ({"settings": {"SESSION_ENGINE": "django.contrib.sessions.backends.file"}}, "one of"),
        ({"settings": {"MIDDLEWARE": ["os.system"]}}, "no middleware 'os.system'"),
        ({"settings": {"MIDDLEWARE": "os.system"}}, "MIDDLEWARE is a list: ['os.system']"),
        ({"settings": {7: 7}}, "changes no setting 7"),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_line(parts: dict[str, Any], says: str) -> None:
    """The error says what it is, and nothing has been served."""
    with pytest.raises(LabError) as refused:
        Own(**parts)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
