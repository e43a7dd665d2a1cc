"""Whole visits: real packets on 127.0.0.1, from the form to the map."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import (
    Remediation,
    csrf,
    hardening,
    https,
    mask_reports,
    post,
    redirect,
    session,
)
from labapp.secret import plant_secret
from labapp.site.application import Own
from tests.relaying import only_linux

SECRET = "Rex's fake café+otter 417"
WIRE = {"wire_request_line", "wire_request_headers", "wire_request_body", "wire_response"}
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    pytest.param("errqueue", marks=only_linux),
    "relay",
]

MakeVisit = Callable[..., Visit]


@pytest.fixture(scope="module", params=BACKENDS)
def visit(request: pytest.FixtureRequest) -> Iterator[MakeVisit]:
    """Make visits in a lab of this module's own, each combination once."""
    known: dict[tuple[Remediation, ...], Visit] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as lab:

            def once(*remediations: Remediation) -> Visit:
                if remediations not in known:
                    known[remediations] = lab.visit(SECRET, *remediations)
                return known[remediations]

            yield once


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """A lab of this test's own, on the backend that works everywhere."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    with Laboratory() as laboratory:
        yield laboratory


def changed(before: Visit, after: Visit) -> dict[str, bool | None]:
    """Return the places whose answer differs, with the later answer."""
    return {place: now for place, now in after.seen.items() if now is not before.seen[place]}


def test_the_starting_site_shows_the_secret_to_whom_it_should(visit: MakeVisit) -> None:
    """With nothing applied these places have it, no other, and none is unknown."""
    seen = {place for place, answer in visit().seen.items() if answer}
    assert seen == {
        "wire_request_line",
        "wire_response",
        "http_link",
        "history",
        "browser_cache",
        "access_log",
        "report_text",
        "report_html",
        "debug_page",
        "reload_resubmits",
        "forgery_accepted",
    }
    assert None not in visit().seen.values()


def test_https_takes_it_off_the_wire_and_only_off_the_wire(visit: MakeVisit) -> None:
    """HTTPS closes the request line, the answer and the old link: all of them wire."""
    assert changed(visit(), visit(https)) == {
        "wire_request_line": False,
        "wire_response": False,
        "http_link": False,
    }


def test_post_moves_it_into_the_body(visit: MakeVisit) -> None:
    """POST closes log, history and request line, and opens the body."""
    assert changed(visit(), visit(post)) == {
        "wire_request_line": False,
        "wire_request_body": True,
        "history": False,
        "access_log": False,
    }


def test_the_decorator_changes_nothing_without_post(visit: MakeVisit) -> None:
    """sensitive_post_parameters does not know about a query string."""
    assert changed(visit(), visit(mask_reports)) == {}


def test_the_decorator_stars_the_text_and_not_the_html(visit: MakeVisit) -> None:
    """The HTML part shows local variables, which the decorator leaves alone."""
    assert changed(visit(post), visit(post, mask_reports)) == {"report_text": False}
    assert visit(post, mask_reports).seen["report_html"] is True


def test_a_redirect_without_a_session_opens_three_places(visit: MakeVisit) -> None:
    """The value must travel in the next address."""
    opened = changed(visit(post, mask_reports), visit(post, mask_reports, redirect))
    assert {place for place, now in opened.items() if now} == {
        "wire_request_line",
        "history",
        "access_log",
    }


def test_a_session_closes_them_and_opens_others(visit: MakeVisit) -> None:
    """The value waits on the server: a sniffed cookie and the database now have it."""
    before, after = (
        visit(post, mask_reports, redirect),
        visit(post, mask_reports, redirect, session),
    )
    assert changed(before, after) == {
        "wire_request_line": False,
        "history": False,
        "access_log": False,
        "cookie_replay": True,
        "store_decoded": True,
        "forgery_changed_session": True,
    }


def test_same_site_lax_does_not_save_the_session(visit: MakeVisit) -> None:
    """A forged POST carries no cookie, yet the visitor ends in the forger's session."""
    cookies = visit(post, session).step("read_back").memory.cookies
    assert [c.same_site for c in cookies if c.name == "sessionid"] == ["Lax"]
    assert visit(post, session).seen["forgery_changed_session"] is True


def test_only_post_and_the_check_together_refuse_the_forgery(visit: MakeVisit) -> None:
    """Django checks no GET, and without the check any POST will do."""
    forged = [
        visit(*on).seen["forgery_accepted"] for on in ((), (post,), (csrf,), (post, csrf))
    ]
    assert forged == [True, True, True, False]


def test_answers_to_post_are_cached(visit: MakeVisit) -> None:
    """The page that echoes the secret stands in the cache, POST or not."""
    assert visit(post).seen["browser_cache"] is True


def test_all_six_leave_what_they_cannot_reach(visit: MakeVisit) -> None:
    """What stays needs other remediations: the old link, the copy of the database."""
    seen = {place for place, answer in visit(*remedy.SIX).seen.items() if answer}
    assert seen == {"http_link", "browser_cache", "report_html", "debug_page", "store_decoded"}
    assert None not in visit(*remedy.SIX).seen.values()


def test_hardening_closes_the_old_link(visit: MakeVisit) -> None:
    """With HSTS and a Secure cookie the http:// link shows nothing any more."""
    before, after = visit(*remedy.SIX), visit(*remedy.SIX, hardening)
    assert changed(before, after) == {"http_link": False}
    assert after.works


@pytest.mark.parametrize("applied", list(remedy.cumulative()), ids=len)
def test_the_form_works_at_every_step(
    visit: MakeVisit, applied: tuple[Remediation, ...]
) -> None:
    """A remediation that breaks the form would be no remediation."""
    assert visit(*applied).works


def test_every_capture_is_complete(visit: MakeVisit) -> None:
    """No step of any visit misses a packet, and the backend is named."""
    for made in (visit(), visit(*remedy.SIX)):
        assert [step.capture.problems for step in made.evidence] == [()] * len(
            made.evidence.steps
        )
        assert made.capture.backend in made.how


def test_a_lost_packet_makes_the_wire_unknown(visit: MakeVisit) -> None:
    """Where a packet is missing nothing is called absent; the rest stays as it was."""
    whole = visit(https)
    torn = whole.without_packet()
    assert {place for place, now in changed(whole, torn).items() if now is None} == {
        *WIRE,
        "cookie_replay",
        "http_link",
    }
    assert set(changed(whole, torn).values()) == {None}


def test_hardening_without_https_does_not_work(lab: Laboratory) -> None:
    """The site sends everybody to a port that speaks no TLS."""
    assert not lab.visit(SECRET, hardening).works
    assert lab.visit(SECRET, hardening, https).works


def test_the_check_without_a_token_does_not_work(lab: Laboratory) -> None:
    """The site's own form is refused when it carries no token."""
    assert not lab.visit(SECRET, post, csrf, form_token=False).works
    assert lab.visit(SECRET, post, csrf).works


def test_a_view_of_the_learners_own_is_visited(lab: Laboratory) -> None:
    """What the visit runs is that view and no other."""

    def quiet(request: HttpRequest) -> HttpResponse:
        return HttpResponse("<p>Thank you, says my own view.</p>")

    answer = lab.visit(SECRET, own=Own(view=quiet)).step("submit").answers[0]
    assert answer.body == b"<p>Thank you, says my own view.</p>"


@pytest.mark.parametrize(
    "secret",
    [
        "Rex sleeps at noon",
        "Tom & Jerry <b>",
        "القط ينام",
        "猫在睡觉",
        "🐙 sleeps 🐙",
        plant_secret(),
    ],
)
def test_any_sentence_will_do(lab: Laboratory, secret: str) -> None:
    """Whatever is typed is found where it crossed and read back by the visitor."""
    made = lab.visit(secret)
    assert (made.seen["wire_request_line"], made.seen["wire_response"]) == (True, True)
    assert made.works


@pytest.mark.parametrize("secret", ["sensitive_info", "Made-up secrets", "Referrer-Policy"])
def test_a_sentence_of_the_sites_own_is_refused(lab: Laboratory, secret: str) -> None:
    """To find what was there before would prove nothing."""
    with pytest.raises(LabError, match="already part of the site's pages"):
        lab.visit(secret)


def test_visits_run_inside_an_event_loop(lab: Laboratory) -> None:
    """A notebook's cell does, and there Django's ORM would refuse to work."""

    async def cells() -> list[bool]:
        return [lab.visit(SECRET, session).works for _ in range(2)]

    assert asyncio.run(cells()) == [True, True]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_lab_leaves_nothing_behind(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    """Visits, a refused one among them, leave no thread, file, child or folder."""
    monkeypatch.setenv("LABAPP_CAPTURE", backend)
    for _ in range(3):
        with Laboratory() as lab:
            lab.visit(SECRET, *remedy.SIX)
            with pytest.raises(LabError):
                lab.visit("sensitive_info")
            lab.visit(SECRET)
