"""Tries: what somebody did with what should not be theirs, and what was not tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from labapp.evidence import SITE, STRANGER, Answer, Evidence, LogLine, Step
from labapp.observers import machine, tries
from labapp.observers.observer import Place
from labapp.observers.sighting import Finding, Sighting
from tests import evidence_samples as visited
from tests.club_samples import (
    LOGIN,
    TOLD,
    WORKS,
    answer,
    but,
    except_for,
    profile,
    step,
)
from tests.evidence_samples import SECRET, Said, with_step
from tests.frames import capture

TEXT = TOLD.place
ELSEWHERE = f"http://{STRANGER}:8000"
HELD = answer(page=profile(TEXT))


def stands(found: Iterator[Sighting]) -> list[tuple[str, str]]:
    """Return when and where."""
    return [(one.step, one.where) for one in found]


# What was not tried --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((), ""),
        (("open", "logout"), ""),
        (("cookie_before",), "no cookie was there that somebody could copy"),
        (("open", "cookie_after"), "no cookie was there that somebody could copy"),
        (("link_again", "cookie_after"), "nobody could open the link again"),
        (("address_replay",), "this visit has no step 'address_replay'"),
    ],
)
def test_the_first_step_that_was_not_made_is_named(names: tuple[str, ...], reason: str) -> None:
    """In the words of who would have made it."""
    assert reason == tries.untried(WORKS, *names)


def test_a_step_without_an_answer_was_not_made() -> None:
    """What another host answered is none."""
    for one in (step("logout"), step("logout", answer(to=ELSEWHERE))):
        reason = tries.untried(but(one), "logout")
        assert "no answer came from site.test in step 'logout'" == reason
    assert "nobody could open the link" == tries.untried(but(step("reset")), "reset")


# Whatever browser, whatever step -------------------------------------------------------------


def test_what_was_printed_is_read_in_any_disguise() -> None:
    """What only looks unreadable, too; what others printed is not the club's."""
    printed = step("logout", said=TEXT)
    turned = step("logout", said=TEXT[::-1])
    assert [("logout", "printed or logged")] == stands(tries.in_prints(printed, TEXT))
    (only,) = tries.in_prints(turned, TEXT)
    assert ("logout", "printed or logged", "reversed") == (only.step, only.where, only.encoding)
    elsewhere = step("logout", said=TEXT[::-1], host=STRANGER)
    assert [] == stands(tries.in_prints(elsewhere, TEXT))


def logged(evidence: Evidence) -> Evidence:
    """Return *evidence* in whose log every answer has its line."""
    lines = {one.name: (LogLine(SITE, "GET /"),) * len(one.answers) for one in evidence}
    return replace(evidence, steps=tuple(replace(one, log=lines[one.name]) for one in evidence))


def told_in(evidence: Evidence, *names: str) -> Evidence:
    """Return *evidence* with the text in one more line of the log of these steps."""
    line = LogLine(SITE, f"GET /?a={TEXT}")
    steps = (
        replace(one, log=(*one.log, line)) if one.name in names else one for one in evidence
    )
    return replace(evidence, steps=tuple(steps))


def everywhere(reason: str = "") -> Place:
    """Return the log as it is read in every step; who reads one has the doubt *reason*."""

    def doubt(evidence: Evidence) -> str:
        assert evidence.has("open")
        return reason

    log = Place("of a visit", "access log", machine.access_log, doubt)
    return tries.everywhere("of a tour", log, machine.in_log)


def test_the_first_step_that_has_it_is_shown() -> None:
    """Main or not; the place keeps its label, under another key."""
    place, evidence = everywhere(), logged(WORKS)
    assert ("of a tour", "access log") == (place.key, place.label)
    assert Finding("of a tour", False) == place.ask(evidence, TEXT)
    for names, first in ((("logout",), "logout"), (("logout", "submit"), "submit")):
        found = place.ask(told_in(evidence, *names), TEXT)
        assert [(first, "access log")] == [(one.step, one.where) for one in found.sightings]
    twice = told_in(told_in(evidence, "reset"), "reset")
    assert 2 == len(place.ask(twice, TEXT).sightings)


def test_what_was_not_looked_at_everywhere_is_unknown() -> None:
    """The doubt of the place itself, no wrong password, or a log with holes in any step."""
    evidence = logged(WORKS)
    holed = replace(
        evidence,
        steps=tuple(replace(one, log=()) if one.name == "reset" else one for one in evidence),
    )
    for given, reason, expected in (
        (evidence, "nobody read", "nobody read"),
        (logged(except_for("wrong_password")), "", "this visit has no step 'wrong_password'"),
        (holed, "", "the access log has holes in step 'reset'"),
    ):
        finding = everywhere(reason).ask(given, TEXT)
        assert (None, expected) == (finding.seen, finding.reason)


# Deeds ---------------------------------------------------------------------------------------


def test_a_page_is_named_by_its_path() -> None:
    """In the step of the deed, and nowhere else."""
    evidence = but(step("cookie_after", answer("/a?b=c", page=profile(TEXT)), answer("/d")))
    expected = [("cookie_after", "page of /a")]
    assert expected == stands(tries.shown_in(evidence, TEXT, "cookie_after"))
    place = tries.tried("cookie_after", "cookie")
    assert ("cookie_after", "cookie") == (place.key, place.label)
    found = place.ask(evidence, TEXT).sightings
    assert expected == [(one.step, one.where) for one in found]


def test_a_deed_that_was_not_done_is_unknown() -> None:
    """By its own doubt, or else by what was not tried."""
    missing = tries.tried("address_replay", "address").ask(WORKS, TEXT)
    assert "this visit has no step 'address_replay'" == missing.reason
    assert tries.tried("logout", "logout").ask(WORKS, TEXT).seen is False
    doubted = tries.tried("logout", "logout", lambda evidence: evidence.control)
    assert WORKS.control == doubted.ask(WORKS, TEXT).reason


AGAIN = step("link_again", answer("/login", page=LOGIN))


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (but(AGAIN), ""),
        (but(AGAIN, step("reset_asked")), "no mail with a link came"),
        (but(AGAIN, step("reset")), "nobody could open the link"),
        (WORKS, "nobody could open the link again"),
    ],
)
def test_a_link_was_used_again_if_it_came_and_was_used(evidence: Evidence, reason: str) -> None:
    """Each of the three steps."""
    assert reason == tries.link_doubt(evidence)


NOBODY = "no cookie was there that somebody could copy"
BEFORE, AFTER = step("cookie_before", HELD), step("cookie_after", answer())


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (but(BEFORE, AFTER), ""),
        (but(AFTER), NOBODY),
        (but(BEFORE), NOBODY),
        (but(BEFORE, AFTER, step("logout")), "no answer came from site.test in step 'logout'"),
        (
            but(AFTER, step("cookie_before", answer(status=302), answer())),
            "the cookie opened nothing before logout either",
        ),
        (but(AFTER, step("cookie_before", answer(), answer(status=403))), ""),
        (
            but(AFTER, step("cookie_before", answer(status=201))),
            "the cookie opened nothing before logout either",
        ),
    ],
)
def test_a_cookie_tells_something_if_it_opened_the_page_before(
    evidence: Evidence, reason: str
) -> None:
    """With its first answer, before its owner logged out."""
    assert reason == tries.cookie_doubt(evidence)


SENT = answer("/login", 302, method="POST", sent="username=emil")
ASKED = answer("/login?username=emil", page=LOGIN)
NOT_SENT = "no name and no password were sent"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ((SENT, answer()), ""),
        ((ASKED,), ""),
        ((answer("/login", page=LOGIN),), NOT_SENT),
        ((answer("/other", sent="username=emil"),), NOT_SENT),
        ((answer("/other?username=emil"),), NOT_SENT),
        ((replace(SENT, url=f"{ELSEWHERE}/login"), answer()), NOT_SENT),
        ((), "no answer came from site.test in step 'login_forgery'"),
    ],
)
def test_a_login_was_tried_if_a_name_was_sent_to_it(
    answers: tuple[Answer, ...], reason: str
) -> None:
    """In the body or in the address, to the login itself."""
    evidence = but(step("login_forgery", *answers))
    assert reason == tries.login_doubt(evidence, "login_forgery")


def test_a_login_that_fails_by_its_own_form_proves_nothing() -> None:
    """Then the name or the password is wrong."""
    wrong = but(
        step("login_forgery", SENT), step("second_visitor", answer("/login", page=LOGIN))
    )
    assert "they do not log in by the form" == tries.login_doubt(wrong, "login_forgery")


def test_whoever_ends_on_a_profile_is_logged_in() -> None:
    """Whatever the text is; the place has the step as its key."""
    place = tries.login_tried("login_forgery", "login form")
    assert ("login_forgery", "login form") == (place.key, place.label)
    for answers, expected in (
        ((SENT, answer()), Finding("login_forgery", True)),
        ((SENT, answer("/login", page=LOGIN)), Finding("login_forgery", False)),
        (
            (answer("/login", page=LOGIN),),
            Finding("login_forgery", None, reason=NOT_SENT),
        ),
    ):
        assert expected == place.ask(but(step("login_forgery", *answers)), TEXT)


# On the wire, later --------------------------------------------------------------------------

PROFILE = Said("/profile", page=profile())
TABLET = visited.step("other_device", PROFILE)
LATER = "http_link_later"
COOKIE = (("Cookie", "sessionid=abcdefgh"),)
IN_EACH_PART = {
    "request line": Said(f"/profile?a={SECRET}".replace(" ", "+")),
    "request headers": replace(PROFILE, headers=(("X-Note", SECRET),)),
    "request body": visited.submission(SECRET),
    "body of the answer": replace(PROFILE, page=profile(SECRET)),
}


@pytest.mark.parametrize(("where", "said"), IN_EACH_PART.items(), ids=IN_EACH_PART)
@pytest.mark.parametrize(
    ("look", "name"), [(tries.late_link, LATER), (tries.reset_wire, "reset")]
)
def test_what_crossed_in_the_clear_is_seen_in_its_step(
    look: Callable[[Evidence, str], Iterator[Sighting]], name: str, where: str, said: Said
) -> None:
    """At any part of a message; in another step it is another place's."""
    assert [(name, where)] == stands(look(with_step(visited.step(name, said)), SECRET))
    assert [] == stands(look(with_step(visited.step("reload", said)), SECRET))


def test_a_page_that_a_cookie_opened_later_is_named_so() -> None:
    """Thirteen days later."""
    opened = visited.step("replay_later", replace(PROFILE, page=profile(SECRET)))
    found = stands(tries.late_link(with_step(opened), SECRET))
    assert [("replay_later", "page opened with the cookie, 13 days later")] == found


def late(*steps: Step) -> Evidence:
    """Return a visit with these steps of days later, from another device."""
    evidence = with_step(TABLET)
    for one in steps:
        evidence = with_step(one, evidence)
    return evidence


FOLLOWED = visited.step(LATER, PROFILE)
WITH_COOKIE = visited.step(LATER, replace(PROFILE, headers=COOKIE))


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (late(FOLLOWED), ""),
        (with_step(FOLLOWED), "nobody could log in on another device"),
        (late(), "this visit has no step 'http_link_later'"),
        (
            late(replace(FOLLOWED, capture=capture([]))),
            "http_link_later: GET site.test:8000/profile is not in the capture",
        ),
        (late(WITH_COOKIE), "this visit has no step 'replay_later'"),
        (late(WITH_COOKIE, visited.step("replay_later", PROFILE)), ""),
        (replace(late(FOLLOWED), control="x" * 9), "the control text was not found either"),
    ],
)
def test_days_later_something_was_tried(evidence: Evidence, reason: str) -> None:
    """Whoever crossed in the clear was captured, and each cookie was used."""
    assert reason == tries.late_doubt(evidence)


def with_a_link(*steps: Step) -> Evidence:
    """Return a visit in which a link came, was opened and was stolen, with other *steps*."""
    evidence = visited.INNOCENT
    mails = WORKS.step("reset_asked").reports
    for one in (
        replace(visited.step("reset_asked", PROFILE), reports=mails),
        visited.step("reset", PROFILE),
        visited.step("link_again", PROFILE),
        *steps,
    ):
        evidence = with_step(one, evidence)
    return evidence


UNCAPTURED = replace(visited.step("reset", PROFILE), capture=capture([]))
UNLOGGED = replace(visited.step("reset", PROFILE), log=())


@pytest.mark.parametrize(
    ("doubt", "evidence", "reason"),
    [
        (tries.reset_wire_doubt, with_a_link(), ""),
        (tries.reset_wire_doubt, visited.INNOCENT, "no mail with a link came"),
        (
            tries.reset_wire_doubt,
            with_a_link(UNCAPTURED),
            "reset: GET site.test:8000/profile is not in the capture",
        ),
        (tries.reset_wire_doubt, with_a_link(UNLOGGED), ""),
        (tries.reset_referer_doubt, with_a_link(), ""),
        (tries.reset_referer_doubt, visited.INNOCENT, "no mail with a link came"),
        (
            tries.reset_referer_doubt,
            with_a_link(UNLOGGED),
            "the access log has holes in step 'reset'",
        ),
        (
            tries.reset_referer_doubt,
            replace(with_a_link(), control="x" * 9),
            "the control text was not found either",
        ),
        (tries.reset_referer_doubt, with_a_link(UNCAPTURED), ""),
    ],
)
def test_what_is_doubted_of_the_link(
    doubt: Callable[[Evidence], str], evidence: Evidence, reason: str
) -> None:
    """That it came, and that there was something to look at: packets, or the log."""
    assert reason == doubt(evidence)
