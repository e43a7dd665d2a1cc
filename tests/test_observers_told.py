"""What members tell the club, and what they are shown: read from steps made by hand."""

from __future__ import annotations

import pytest

from labapp.evidence import STRANGER, Report, Step
from labapp.observers.told import at_profile, link, pages, shows, token
from tests.club_samples import (
    LINK,
    LOGIN,
    TOLD,
    WORKS,
    answer,
    but,
    except_for,
    profile,
    step,
)

ELSEWHERE = f"http://{STRANGER}:8000"


def asked(*mails: str) -> Step:
    """Return the step in which these mails came."""
    return step("reset_asked", reports=tuple(Report(text, f"<p>{text}") for text in mails))


def test_what_was_told_reads_as_a_list() -> None:
    """A line for each text, with its name."""
    assert str(TOLD) == (
        "place: under the third flower pot 17\n"
        "password: first kettle and violin 58\n"
        "new_password: second melon and lantern 29\n"
        "mistyped: fist kettle and violin 58"
    )


@pytest.mark.parametrize(
    ("mails", "expected"),
    [
        ((f"Open {LINK} now",), (LINK, "abc-123")),
        (("http://x.test/reset/MX/9-zX/",), ("http://x.test/reset/MX/9-zX/", "9-zX")),
        (("https://x.test/reset/MQ/9-z9",), ("https://x.test/reset/MQ/9-z9", "9-z9")),
        (("http://site.test/a//?b=/c/#/d/",), ("http://site.test/a//?b=/c/#/d/", "a")),
        (("no link", f"{LINK} first", "http://x.test/r/second/"), (LINK, "abc-123")),
        (("no link",), ("", "")),
        ((), ("", "")),
    ],
)
def test_the_link_is_the_first_address_in_a_mail(
    mails: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Up to the next space; the token is the last part of its path."""
    evidence = but(asked(*mails))
    assert expected == (link(evidence), token(evidence))


def test_a_mail_of_another_step_has_no_link() -> None:
    """Only who asked for a new password gets one."""
    late = step("reset", reports=(Report(LINK, ""),))
    assert "" == link(but(asked(), late))
    assert "" == link(except_for("reset_asked"))


def test_pages_are_the_clubs_own_answers() -> None:
    """Not those of other hosts, none without an answer, none of a step that was not made."""
    own = answer("/a", 500)
    evidence = but(step("logout", answer("/b", to=ELSEWHERE), own, answer("/c", 0)))
    assert (own,) == pages(evidence, "logout")
    assert () == pages(evidence, "link_again")


@pytest.mark.parametrize(
    ("status", "page", "to", "expected"),
    [
        (200, profile(TOLD.place), None, True),
        (200, profile("another place"), None, False),
        (201, profile(TOLD.place), None, False),
        (404, profile(TOLD.place), None, False),
        (200, profile(TOLD.place), ELSEWHERE, False),
    ],
)
def test_a_page_shows_a_text_if_it_opened_and_has_it(
    status: int, page: bytes, to: str | None, expected: bool
) -> None:
    """Status 200, the club's own, whichever page of the step it is."""
    one = answer(status=status, page=page) if to is None else answer(page=page, to=to)
    for answers in ((one,), (one, answer()), (answer("/login", page=LOGIN), one)):
        evidence = but(step("own_page_again", *answers))
        assert expected == shows(evidence, "own_page_again", TOLD.place)
    assert not shows(WORKS, "logout", TOLD.place)


def test_whose_last_page_is_a_profile_is_logged_in() -> None:
    """The last page of all, and only if it opened."""
    login = answer("/login", page=LOGIN)
    for answers, expected in (
        ((answer(),), True),
        ((login, answer()), True),
        ((login, login, answer()), True),
        ((answer(), login), False),
        ((answer(), answer(status=403)), False),
        ((answer(status=201),), False),
        ((), False),
    ):
        assert expected == at_profile(but(step("logout", *answers)), "logout")
    assert not at_profile(WORKS, "link_again")
