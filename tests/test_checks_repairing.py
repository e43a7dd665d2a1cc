"""Repairs of the Hat Club: all known ones with one backend, some with every one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from labapp.capture import Capture
from labapp.checks import check, repairing
from labapp.checks.repairing import CAUSES, QUESTIONS, explained
from labapp.evidence import Crash, Evidence, Step
from labapp.lab.laboratory import Laboratory
from labapp.lab.tour import told
from labapp.lab.toured import Toured
from labapp.observers.club import EXPOSURES, FEATURES, Told
from labapp.site.application import Repair
from tests.answers import Answer, asks_for_more, graded_with, passes, verdict_on
from tests.answers.repairing import GOOD, RIGHT, SITE, WRONG

EVERYWHERE = {  # where packets, addresses, TLS or a stopped view matter
    "by Django's own views",
    "Django's own view",
    "no TLS",
    "no Secure cookie",
    "http:// in the mail",
    "csrf_exempt",
    "a loop",
}
RELAY = "relay"


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with graded_with(getattr(request, "param", RELAY)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted in a folder of this test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def one_weak_tour(lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The members tell the same each time, and the weak club is toured only once."""

    def tour(said: Told, repair: Repair) -> Toured:
        return Laboratory.tour(lab, said, repair) if repair.any else weak(lab, said)

    monkeypatch.setattr(repairing, "told", lambda seed: told(seed or "these tests"))
    monkeypatch.setattr(lab, "tour", tour)


@cache
def weak(lab: Laboratory, said: Told) -> Toured:
    """Return a tour of the club as it was found, the same one again and again."""
    return Laboratory.tour(lab, said, Repair())


def cases(answers: list[Answer]) -> list[Any]:
    """Return each answer with the relay, and those of `EVERYWHERE` with real packets, too."""
    everywhere = [one for one in answers if one.name in EVERYWHERE]
    return [pytest.param(RELAY, one, id=str(one)) for one in answers] + [
        pytest.param(backend, one, marks=pytest.mark.root, id=f"{one}-{backend}")
        for backend in ("live", "namespace")
        for one in everywhere
    ]


@pytest.mark.parametrize(("lab", "answer"), cases(WRONG), indirect=["lab"])
@pytest.mark.usefixtures("one_weak_tour")
def test_a_partial_repair_asks_for_more_and_says_what_helps(answer: Answer) -> None:
    """It does not pass, and the feedback has the words that help."""
    asks_for_more(answer)


@pytest.mark.parametrize(("lab", "answer"), cases(RIGHT), indirect=["lab"])
@pytest.mark.usefixtures("one_weak_tour")
def test_a_whole_repair_passes_however_unusual(answer: Answer) -> None:
    """It passes, with every exposure closed and every feature at work."""
    passes(answer)


def test_what_is_shown_everywhere_is_there() -> None:
    """Each name picked for every backend is one answer's."""
    names = [answer.name for answer in (*WRONG, *RIGHT) if answer.name in EVERYWHERE]
    assert sorted(names) == sorted(EVERYWHERE)


def test_each_check_tours_the_weak_club_with_words_of_its_own(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two checks make four tours, in pairs that were told the same; a seed is for both."""
    tours: list[tuple[Told, bool]] = []

    def tour(said: Told, repair: Repair) -> Toured:
        tours.append((said, repair.any))
        return Laboratory.tour(lab, said, repair)

    monkeypatch.setattr(lab, "tour", tour)
    check(SITE, tls=True)
    check(SITE, tls=True, seed="Rosa")
    (first, _), (again, _), (second, _), (once_more, _) = tours
    assert [repaired for _, repaired in tours] == [True, False, True, False]
    assert (first, second) == (again, once_more)
    assert first != second
    assert second == told("Rosa")


@pytest.mark.usefixtures("one_weak_tour")
def test_without_its_control_nothing_is_closed(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the weak club does not leak in this check, a line is unknown, and nothing passes."""
    whole = Laboratory.tour(lab, told("these tests"), Repair(GOOD_VIEWS, **GOOD_REST))
    monkeypatch.setattr(lab, "tour", lambda said, repair: whole)
    verdict = verdict_on(RIGHT[0])
    states = {line.state for line in verdict.lines if line.state != "works"}
    assert states == {"unknown"}
    assert not verdict.passed


@pytest.mark.usefixtures("lab")
def test_what_is_broken_comes_first() -> None:
    """Then what is open, then what waits for it; of a site that does not work nothing is
    called closed, and summary and question are about the first cause.
    """
    verdict = verdict_on(Answer(SITE, "secure cookies alone", (), {"settings": SECURE}))
    states = [(line.waits, line.state) for line in verdict.lines]
    assert states[0] == (False, "BROKEN")
    assert {state for waits, state in states if waits} == {"BROKEN", "unknown"}
    assert {state for waits, state in states if not waits} == {"BROKEN", "OPEN", "works"}
    assert [waits for waits, state in states if state != "works"] == sorted(
        waits for waits, state in states if state != "works"
    )
    assert verdict.summary.splitlines()[1] == (
        "While somebody logs in: /login sets the cookie sessionid as Secure, but the visit uses "
        "http://. The browser does not keep it."
    )
    assert verdict.think == CAUSES["secure"]


@pytest.mark.usefixtures("one_weak_tour")
def test_without_its_first_cause_the_question_is_about_the_first_line() -> None:
    """Whoever is not logged in is refused: that is no cause."""
    answer = next(one for one in WRONG if one.name == "nobody is logged in")
    verdict = verdict_on(answer)
    assert len(verdict.summary.splitlines()) == 1
    assert verdict.think == QUESTIONS["log_in"]


def test_a_refused_form_asks_about_the_token() -> None:
    """Not about where the view puts the field, which it never had."""
    answer = next(one for one in WRONG if one.name == "a check and no token")
    verdict = verdict_on(answer)
    assert verdict.think == CAUSES["csrf"]
    assert "/profile was refused (status 403)" in verdict.summary


def test_what_crashes_for_a_stranger_is_no_error_of_the_site() -> None:
    """It has let nobody in, and is no "while somebody visits the club"."""
    toured = tour_with("forgery", Crash("KeyError", "'token'"))
    assert explained(toured) == ""
    assert "KeyError" in explained(tour_with("submit", Crash("KeyError", "'token'")))


def tour_with(step: str, crash: Crash) -> Toured:
    """Return a tour of one step, which crashed."""
    made = Step(step, Capture((), "relay", "", 0), crashes=(crash,))
    return Toured(told("x"), Repair(), Evidence((made,), "control"), "")


def test_there_is_a_question_about_everything() -> None:
    """Each exposure and each feature has one, and no question is about anything else."""
    assert set(QUESTIONS) == {one.key for one in (*EXPOSURES, *FEATURES)}


REST = ("templates", "settings", "tls")
GOOD_VIEWS = {name: part for name, part in GOOD.items() if name not in REST}
GOOD_REST = {name: GOOD[name] for name in REST}
SECURE = {"SESSION_COOKIE_SECURE": True}
