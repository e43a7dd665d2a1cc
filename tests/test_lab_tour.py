"""A tour of the Hat Club: the same steps each time, whatever a repair does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

import pytest
from django.http import HttpRequest, HttpResponse
from scapy.packet import Packet

from labapp.errors import LabError
from labapp.lab.laboratory import Laboratory
from labapp.lab.tour import told, unanswered
from labapp.lab.toured import Toured
from labapp.lab.touring import tour
from labapp.observers.club import EXPOSURES, FEATURES
from labapp.secret import accept, find
from labapp.site.hatclub.repair import source
from tests.answers import graded_with
from tests.answers.repairing import GOOD, SETTINGS, Api, Profile

LOGIN_PAGE = "registration/login.html"


@pytest.fixture(scope="module", autouse=True)
def lab() -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with graded_with("relay") as opened:
        yield opened


@pytest.fixture(scope="module")
def found(lab: Laboratory) -> Toured:
    """A tour of the club as it was found."""
    return tour("found")


def endless(request: HttpRequest) -> HttpResponse:
    """Wait for itself."""
    while True:
        pass


def test_a_seed_gives_the_same_words_and_another_gives_others() -> None:
    """Each word is a secret that can be looked for; without a seed they are new each time."""
    assert told("Rosa") == told("Rosa")
    everything = [told("Rosa"), told("Emil"), told(), told()]
    words = [word for one in everything for word in astuple(one)]
    assert len(set(words)) == 16
    assert [accept(word) for word in words] == words
    assert f"mistyped: {everything[0].mistyped}" in str(everything[0]).splitlines()


def test_each_tour_has_the_same_steps_with_a_capture_each(found: Toured) -> None:
    """A second tour repeats them, in a database and a module that forgot the first."""
    again = tour("found")
    assert [step.name for step in again.evidence] == [step.name for step in found.evidence]
    assert again.told == found.told
    earlier = (again.told.place, again.evidence.other, again.evidence.forged)
    pages = [answer.body for name in ("control", "open") for answer in again.step(name).answers]
    assert [word for word in earlier for page in pages if find(word, page)] == []
    assert all(step.capture.frames for step in again.evidence)


def test_the_packets_are_scapys(found: Toured) -> None:
    """`capture.packets` has the login, as bytes on the wire."""
    heard = [one for one in found.capture.packets if b"username=rosa" in bytes(one)]
    assert heard
    assert isinstance(heard[0], Packet)


def test_the_text_has_a_line_for_everything_and_the_page_is_escaped(found: Toured) -> None:
    """Both say how the packets were had, and nothing of the site's pages is live HTML."""
    lines = repr(found).splitlines()
    assert len(lines) == len(EXPOSURES) + len(FEATURES) + 3  # heading, caption, how
    assert lines[0] == (
        "The Hat Club as it was found: 16 of 16 exposures left, 9 of 9 features work."
    )
    assert lines[-1] == found.how
    html = found._repr_html_()
    assert found.how in html
    assert "<button" not in html
    assert "&lt;button" in html


def test_a_view_that_never_answers_ends_the_tour(found: Toured) -> None:
    """It is waited for once; the next tour is as good as ever."""
    stopped = tour("stopped", profile=endless)
    assert [step.name for step in stopped.evidence] == ["control", "open"]
    assert unanswered(stopped.step("open"))
    assert not any(unanswered(step) for step in found.evidence)
    assert tour("found").features == found.features


def test_a_redirect_without_end_is_no_view_that_hangs() -> None:
    """The tour goes on, and the features say what came."""
    round_trip = tour("loop", settings={"SECURE_SSL_REDIRECT": True})
    assert round_trip.evidence.has("after_forgery")
    assert round_trip.features["log_in"] == (
        "with the right password: no answer came from https://site.test/profile"
    )


def test_a_field_that_is_missing_is_told_with_the_page() -> None:
    """In one line."""
    page = source(LOGIN_PAGE).replace('name="password"', 'name="word"')
    with pytest.raises(LabError) as refused:
        tour(templates={LOGIN_PAGE: page})
    assert str(refused.value) == (
        "At /login: This form has no field 'password'; it has username, word."
    )


def test_a_profile_of_its_own_closes_five_lines_and_the_json_one_more() -> None:
    """As the chapter says of its worked repair."""
    profile = ["hiding place in an address", "prints and logs", "error report"]
    profile += ["cookies on the disk", "second member's pages"]
    assert tour("found", profile=Profile).closed == profile
    both = tour("found", profile=Profile, api=Api)
    assert both.closed == [*profile, "addresses, opened by others"]


def test_hsts_counts_as_long_as_it_lasts() -> None:
    """Days later an hour of it is over, and the cookie without Secure crosses."""
    for seconds, seen in ((3600, True), (30 * 24 * 3600, False)):
        settings = {**SETTINGS, "SESSION_COOKIE_SECURE": False, "SECURE_HSTS_SECONDS": seconds}
        finding = tour("found", **{**GOOD, "settings": settings}).exposures["http_link"]
        assert (finding.seen, finding.place) == (
            seen,
            "http_link_later" if seen else "http_link",
        )


def test_what_was_counted_is_said(found: Toured) -> None:
    """A repaired club is called repaired, with the numbers of its own."""
    sealed = tour("found", tls=True)
    assert sealed.heading == (
        "The Hat Club with your repair: 15 of 16 exposures left, 9 of 9 features work."
    )
    assert [line.place for line in sealed.lines if line.state == "closed"] == [
        "listener on the network"
    ]
