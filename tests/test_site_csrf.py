"""The CSRF check of the site."""

from __future__ import annotations

import pytest

from labapp import remedy
from tests.asking import SECRET, visitor

pytestmark = pytest.mark.usefixtures("database")


def test_the_check_refuses_a_forged_post_and_accepts_the_sites_own_form() -> None:
    """Without a token 403; without the check the same POST is accepted."""
    forged = {"sensitive_info": "forged words"}
    assert visitor(remedy.post, remedy.csrf).ask("/sensitive", data=forged).status == 403
    assert visitor(remedy.post).ask("/sensitive", data=forged).status == 200
    assert visitor(remedy.post, remedy.csrf).submit(SECRET).status == 200


def test_the_check_with_no_token_in_the_form_breaks_the_form() -> None:
    """The control of the lab: the check alone is not a remediation."""
    browser = visitor(remedy.post, remedy.csrf, form_token=False)
    assert "csrfmiddlewaretoken" not in browser.ask("/").text
    assert browser.submit(SECRET).status == 403


def test_the_token_can_stand_in_a_form_that_nobody_checks() -> None:
    """A token without the check changes the page and nothing else."""
    browser = visitor(remedy.post, form_token=True)
    assert "csrfmiddlewaretoken" in browser.ask("/").text
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 200
