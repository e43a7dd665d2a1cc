"""Features of the club: what came in the place of each, in words that help."""

from __future__ import annotations

import pytest

from labapp.evidence import STRANGER, Answer, Evidence, Report
from labapp.observers.features import FEATURES
from tests.club_samples import (
    JSON,
    LOGIN,
    OTHER,
    TOLD,
    WORKS,
    answer,
    but,
    except_for,
    profile,
    step,
)

BY_KEY = {one.key: one for one in FEATURES}
TO_LOGIN = answer("/login", page=LOGIN)
REFUSED = answer(status=403, page=b"no", method="POST")
KEPT = answer("/api/hat", page=TOLD.place.encode(), headers=JSON)
REPORT = Report("crash", "")


def said(key: str, evidence: Evidence) -> str:
    """Return what came in the place of a feature."""
    return BY_KEY[key].ask(evidence, TOLD)


@pytest.mark.parametrize("key", BY_KEY)
def test_every_feature_works_in_the_tour_made_by_hand(key: str) -> None:
    """The control for all that follow: they change one step of it."""
    assert "" == said(key, WORKS)


BROKEN: dict[str, tuple[str, Evidence, str]] = {
    "nobody logs in": (
        "log_in",
        but(step("open", TO_LOGIN)),
        "with the right password: status 200 at /login",
    ),
    "any password logs in": (
        "refuse",
        but(step("wrong_password", TO_LOGIN, answer())),
        "another password opens the profile, too",
    ),
    "nobody tried another password": (
        "refuse",
        but(step("wrong_password", answer("/login", 0))),
        "no answer came from http://site.test/login",
    ),
    "nothing comes back": (
        "read_back",
        but(step("read_back", answer()), step("submit", REFUSED)),
        "what was saved does not come back: status 403 at /profile",
    ),
    "the second's words do not come back": (
        "second",
        but(step("second_read_back", TO_LOGIN)),
        "their own words do not come back: status 200 at /login",
    ),
    "the first is shown the second's": (
        "second",
        but(step("own_page_again", answer(page=profile(OTHER)))),
        "the first member is shown what the second one saved",
    ),
    "JSON without the field": (
        "json",
        but(step("read_back", answer("/api/hat", page=b"{}", headers=JSON))),
        "no JSON with the field for its owner: status 200 at /api/hat",
    ),
    "the field, but as HTML": (
        "json",
        but(
            step(
                "read_back",
                answer(page=profile(TOLD.place)),
                answer(
                    "/hat", page=TOLD.place.encode(), headers=(("Content-Type", "text/html"),)
                ),
            )
        ),
        "no JSON with the field for its owner: status 200 at /hat",
    ),
    "JSON only as another header": (
        "json",
        but(
            step(
                "read_back",
                answer("/hat", page=TOLD.place.encode(), headers=(("X-Kind", JSON[0][1]),)),
            )
        ),
        "no JSON with the field for its owner: status 200 at /hat",
    ),
    "JSON for strangers": (
        "json_refused",
        but(step("json_stranger", KEPT)),
        "/api/hat shows the field to somebody who is not logged in",
    ),
    "no stranger was answered": (
        "json_refused",
        but(step("json_stranger")),
        "nobody was answered",
    ),
    "no mail": (
        "reset",
        but(step("reset_asked", answer("/password_reset", 404))),
        "no mail with a link came: status 404 at /password_reset",
    ),
    "no new password": (
        "reset",
        but(step("new_password", TO_LOGIN), step("reset", answer("/reset/MQ/abc-123/", 500))),
        "the link brings no new password: status 500 at /reset/MQ/abc-123/ after it",
    ),
    "the old password": (
        "reset",
        but(step("old_password", TO_LOGIN, answer())),
        "the forgotten password still works",
    ),
    "no way out": (
        "log_out",
        but(step("logout", answer("/logout", 0))),
        "no answer came from http://site.test/logout",
    ),
    "still in": ("log_out", but(step("logout", answer())), "the profile is open after it"),
    "kept silent": (
        "error_report",
        but(step("outage", answer(method="POST", sent=TOLD.place))),
        "the back office was down, and nobody was told",
    ),
    "refused": (
        "error_report",
        but(step("outage", answer(status=403, method="POST", sent=TOLD.place))),
        "nobody could save, so nothing could crash: status 403 at /profile",
    ),
    "not by this method": (
        "error_report",
        but(step("outage", answer(status=405, method="POST", sent=TOLD.place))),
        "nobody could save, so nothing could crash: status 405 at /profile",
    ),
    "something else was sent": (
        "error_report",
        but(step("outage", answer(method="POST", sent="something else"))),
        "nobody could save, so nothing could crash: status 200 at /profile",
    ),
    "refused once, then taken": (
        "error_report",
        but(
            step(
                "outage",
                answer(status=403, method="POST", sent=TOLD.place),
                answer(method="POST", sent=TOLD.place),
            )
        ),
        "the back office was down, and nobody was told",
    ),
}


@pytest.mark.parametrize(("key", "evidence", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_feature_says_what_came_instead(
    key: str, evidence: Evidence, sentence: str
) -> None:
    """The whole sentence; all other steps are those of a club that works."""
    assert sentence == said(key, evidence)


@pytest.mark.parametrize(
    ("key", "missing", "sentence"),
    [
        ("log_in", "open", "with the right password: the tour ended before"),
        ("refuse", "wrong_password", "the tour ended before"),
        ("read_back", "submit", ""),
        (
            "second",
            "second_read_back",
            "their own words do not come back: the tour ended before",
        ),
        ("second", "own_page_again", ""),
        ("json", "read_back", "no JSON with the field for its owner: the tour ended before"),
        ("json_refused", "json_stranger", "the tour ended before"),
        ("reset", "reset_asked", "no mail with a link came: the tour ended before"),
        ("reset", "old_password", ""),
        ("log_out", "logout", "the tour ended before"),
        (
            "error_report",
            "outage",
            "nobody could save, so nothing could crash: the tour ended before",
        ),
    ],
)
def test_where_a_tour_ended_before_it_is_said(key: str, missing: str, sentence: str) -> None:
    """Each feature asks for its own steps, and not for others."""
    assert sentence == said(key, except_for(missing))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ((answer("/a"), answer("/b", 302), TO_LOGIN), "status 200 at /login"),
        (
            (answer("/a", 302), answer("/b", 404), answer("/c", 500), TO_LOGIN),
            "status 404 at /b",
        ),
        ((answer("/a", 400), TO_LOGIN), "status 400 at /a"),
        ((answer("/a", 399), TO_LOGIN), "status 200 at /login"),
        ((TO_LOGIN, answer("/a?b=c", 0)), "no answer came from http://site.test/a"),
        (
            (answer("/a", 0, to="https://site.test:8443"),),
            "no answer came from https://site.test/a",
        ),
        ((TO_LOGIN, answer("/a", 500, to=f"http://{STRANGER}")), "status 200 at /login"),
        ((answer("/a", 500, to=f"http://{STRANGER}"),), "nobody was answered"),
    ],
)
def test_what_came_is_the_first_error_or_else_the_last_answer(
    answers: tuple[Answer, ...], sentence: str
) -> None:
    """Of the club alone: its path without the query, and a scheme where no answer came."""
    evidence = but(step("open", *answers))
    assert f"with the right password: {sentence}" == said("log_in", evidence)


@pytest.mark.parametrize(
    "headers",
    [
        (("CONTENT-TYPE", "application/json; charset=utf-8"),),
        (("Vary", "Cookie"), *JSON),
    ],
)
def test_json_is_known_by_its_content_type(headers: tuple[tuple[str, str], ...]) -> None:
    """However the header is written, and whatever pages without one came before."""
    page = TOLD.place.encode()
    evidence = but(
        step("read_back", answer(page=page), answer("/h", page=page, headers=headers))
    )
    assert "" == said("json", evidence)


def test_a_report_is_enough_although_the_view_refused() -> None:
    """Who tells of the outage has done its duty."""
    assert "" == said("error_report", but(step("outage", REFUSED, reports=(REPORT,))))
