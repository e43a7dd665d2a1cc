"""Every combination of the six is built, answers and works."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from labapp import remedy
from labapp.remedy import Remediation
from tests.asking import EVERY, SECRET, form_attribute, names, same_site, visitor

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("chosen", EVERY, ids=names)
def test_every_combination_of_the_six_gives_the_visitor_the_value_back(
    chosen: tuple[Remediation, ...],
) -> None:
    """All 64 build; who fills in the form reads the value there or on the secure page."""
    browser = visitor(*chosen)
    answer = browser.submit(SECRET)
    assert answer.status == 200
    if remedy.session in chosen and remedy.redirect not in chosen:
        assert SECRET not in unescape(answer.text)
        assert 'href="/secure_page"' in answer.text
        answer = browser.ask("/secure_page")
    assert SECRET in unescape(answer.text)
    assert "another sentence" not in unescape(answer.text)


@pytest.mark.parametrize("chosen", EVERY, ids=names)
def test_the_form_and_the_view_agree_on_the_method(chosen: tuple[Remediation, ...]) -> None:
    """The method the form does not use is refused, and a redirect is one if asked for."""
    browser = visitor(*chosen)
    form = browser.ask("/").text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
    fields["sensitive_info"] = SECRET
    by_get = browser.ask(f"/sensitive?{urlencode(fields)}").status
    by_post = browser.ask("/sensitive", data=fields, headers=same_site(browser)).status
    works = 302 if remedy.redirect in chosen else 200
    if remedy.post in chosen:
        assert (by_get, by_post, form_attribute(form, "method")) == (405, works, "post")
    else:
        assert (by_get, by_post, form_attribute(form, "method")) == (works, 405, "get")


def test_all_seven_together_work_over_https() -> None:
    """With hardening too the form works, and every cookie is Secure."""
    browser = visitor(*remedy.ALL)
    answer = browser.submit(SECRET)
    assert SECRET in unescape(answer.text)
    assert {"sessionid", "csrftoken"} == set(browser.cookies)
    assert all(cookie["secure"] for cookie in browser.cookies.values())
    assert answer.header("Strict-Transport-Security") == "max-age=3600"


def test_hardening_without_https_sends_the_visitor_away() -> None:
    """Over plain HTTP each page of the hardened site is a redirect to HTTPS; not
    without hardening.
    """
    assert visitor().ask("/").status == 200
    answer = visitor(remedy.hardening).ask("/")
    assert answer.status == 301
    assert answer.header("Location") == "https://site.test:8123/"
