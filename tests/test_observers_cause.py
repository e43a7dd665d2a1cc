"""The first cause: what members met before all else, from answers, cookies and logs."""

from __future__ import annotations

import pytest

from labapp.evidence import SITE, STRANGER, Answer, Evidence, Step
from labapp.observers.cause import CSRF, OTHER, SECURE, Cause, first_cause
from tests.club_samples import HERE, step

PROFILE = b'<input name="hiding_place">'


def answer(
    path: str, status: int = 200, *headers: tuple[str, str], method: str = "GET", to: str = HERE
) -> Answer:
    """Return one answer, with the profile as its body."""
    return Answer(method, f"{to}{path}", status, headers, PROFILE)


def cause(*steps: Step) -> Cause | None:
    """Return the first cause of a tour of *steps*."""
    return first_cause(Evidence(steps, "control"))


OPEN = step("open", answer("/login"), answer("/profile"))
REFUSED = "WARNING django.security.csrf: Forbidden (CSRF token missing.): /profile"
SAVED = step("submit", answer("/profile", 403, method="POST"), said=REFUSED)


def test_nothing_wrong_has_no_cause() -> None:
    """Nor has a tour without steps."""
    assert cause(OPEN, step("submit", answer("/profile"))) is None
    assert cause() is None


def test_a_refused_form_is_named_with_djangos_reason() -> None:
    """Which page, and why, as Django logged it."""
    assert cause(OPEN, SAVED) == Cause(
        CSRF,
        "While somebody saves where the hat is hidden: the form sent to /profile was refused "
        '(status 403). Django says: "CSRF token missing".',
    )


@pytest.mark.parametrize(
    ("said", "host"),
    [("", SITE), (REFUSED, STRANGER), (REFUSED.replace("/profile", "/login"), SITE)],
)
def test_a_403_without_that_reason_is_a_403(said: str, host: str) -> None:
    """A reason that was logged for another page or another host is none."""
    found = cause(OPEN, step("submit", answer("/profile", 403), said=said, host=host))
    assert found == Cause(
        OTHER,
        "While somebody saves where the hat is hidden: GET /profile was answered with status "
        "403.",
    )


@pytest.mark.parametrize(
    ("cookie", "scheme", "lost"),
    [
        ("sessionid=1; Path=/; Secure", "http", True),
        ("sessionid=1; secure; Path=/", "http", True),
        ("sessionid=1; Path=/; Secure", "https", False),
        ("sessionid=secure; Path=/secure", "http", False),
    ],
)
def test_a_secure_cookie_over_http_is_lost(cookie: str, scheme: str, lost: bool) -> None:
    """It is the cause, even of what is refused after it."""
    first = answer("/login", 200, ("Set-Cookie", cookie), to=f"{scheme}://{SITE}")
    found = cause(step("open", first, answer("/profile")), SAVED)
    assert found is not None
    assert (found.kind == SECURE) is lost
    assert ("/login sets the cookie sessionid as Secure" in found.text) is lost


def test_no_answer_is_a_cause() -> None:
    """With the scheme, which may be the reason."""
    found = cause(step("open", answer("/login", 0, to=f"https://{SITE}")))
    assert found == Cause(
        OTHER, f"While somebody logs in: no answer came from https://{SITE}/login."
    )


def test_what_comes_of_a_login_that_does_not_work_is_no_cause() -> None:
    """Whoever is not logged in is rightly refused afterwards."""
    outside = Answer("GET", f"{HERE}/login", 200, (), b"Log in")
    assert cause(step("open", outside), step("submit", answer("/profile", 404))) is None


def test_who_ends_elsewhere_later_is_still_a_member() -> None:
    """Saving may lead to a page of its own; what goes wrong after it is a cause."""
    saved = step("submit", Answer("POST", f"{HERE}/saved", 200, (), b"Saved."))
    found = cause(OPEN, saved, step("read_back", answer("/api/hat", 400)))
    assert found == Cause(
        OTHER, "While somebody reads it back: GET /api/hat was answered with status 400."
    )


def test_strangers_and_other_hosts_do_not_count() -> None:
    """A refused stranger is no error; what the club answers after another host is."""
    elsewhere = answer("/attack", 404, to=f"http://{STRANGER}")
    assert (
        cause(OPEN, step("forgery", answer("/profile", 403)), step("submit", elsewhere)) is None
    )
    found = cause(OPEN, step("submit", elsewhere, answer("/profile", 404)))
    assert found is not None
    assert found.text.endswith("GET /profile was answered with status 404.")
