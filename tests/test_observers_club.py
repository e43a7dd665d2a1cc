"""What is sought of a tour: on guilty, on innocent and on missing evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from labapp.evidence import Evidence, Report, Step
from labapp.lab.laboratory import Laboratory
from labapp.lab.tour import Toured, told
from labapp.observers.club import EXPOSURES, FEATURES, Exposure, Feature, link, token
from labapp.site.application import Repair
from tests.answers import graded_with
from tests.answers.repairing import GOOD, SETTINGS, TEMPLATES

GOOD_VIEWS = {name: view for name, view in GOOD.items() if "reset" in name or callable(view)}
BY_KEY = {one.key: one for one in (*EXPOSURES, *FEATURES)}


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with graded_with("relay") as opened:
        yield opened


@pytest.fixture(scope="module")
def guilty(lab: Laboratory) -> Toured:
    """A tour of the club as it was found."""
    return lab.tour(told("observers"), Repair())


@pytest.fixture(scope="module")
def innocent(lab: Laboratory) -> Toured:
    """A tour of the club, repaired."""
    return lab.tour(told("observers"), Repair(GOOD_VIEWS, TEMPLATES, SETTINGS, tls=True))


def without(evidence: Evidence, *names: str) -> Evidence:
    """Return *evidence* as if the steps called *names* had not been made."""
    return replace(evidence, steps=tuple(one for one in evidence if one.name not in names))


def changed(evidence: Evidence, name: str, **parts: object) -> Evidence:
    """Return *evidence* with other *parts* of the step called *name*."""
    steps: list[Step] = [
        replace(one, **parts) if one.name == name else one  # type: ignore[arg-type]
        for one in evidence
    ]
    return replace(evidence, steps=tuple(steps))


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda one: one.key)
def test_each_exposure_is_found_and_not_invented(
    guilty: Toured, innocent: Toured, exposure: Exposure
) -> None:
    """It is seen in the weak club and not seen in the repaired one, told the same words."""
    assert guilty.told == innocent.told
    assert exposure.ask(guilty.evidence, guilty.told).seen is True
    assert exposure.ask(innocent.evidence, innocent.told).seen is False


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda one: one.key)
def test_other_words_are_not_found(guilty: Toured, exposure: Exposure) -> None:
    """In the weak club, too, nobody finds words that were never told there."""
    other = told("somebody else")
    if exposure.key == "forgery" or "token" in exposure.seeks:
        other = guilty.told  # a deed, and a token that the mail itself has
        evidence = changed(guilty.evidence, "after_forgery", answers=())
        evidence = changed(evidence, "reset", answers=(), log=(), capture=no_packets(guilty))
        assert exposure.ask(evidence, other).seen is not True
        return
    assert exposure.ask(guilty.evidence, other).seen is not True


def no_packets(toured: Toured) -> object:
    """Return the capture of a step in which nothing crossed."""
    return replace(toured.step("submit").capture, frames=())


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda one: one.key)
def test_without_the_control_nothing_is_absent(innocent: Toured, exposure: Exposure) -> None:
    """Where the control, or the step that would show it, is missing, the answer is unknown."""
    torn = without(
        replace(innocent.evidence, control="a text that was never sent"),
        *("outage", "second_read_back", "address_replay", "cookie_before", "after_forgery"),
        *("reset", "link_again", "http_link"),
    )
    finding = exposure.ask(torn, innocent.told)
    assert finding.seen is None
    assert finding.reason


@pytest.mark.parametrize("exposure", EXPOSURES, ids=lambda one: one.key)
def test_what_needs_a_broken_feature_is_unknown(innocent: Toured, exposure: Exposure) -> None:
    """A club in which nothing can be done leaks nothing, and that is no repair."""
    broken = replace(innocent.evidence, steps=())
    assert BY_KEY[exposure.needs] in FEATURES
    assert exposure.ask(broken, innocent.told).seen is None


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.key)
def test_each_feature_works_in_both(guilty: Toured, innocent: Toured, feature: Feature) -> None:
    """The club does its work, weak or repaired."""
    assert feature.ask(guilty.evidence, guilty.told) == ""
    assert feature.ask(innocent.evidence, innocent.told) == ""


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.key)
def test_each_feature_is_broken_where_nothing_came(innocent: Toured, feature: Feature) -> None:
    """No evidence, no feature."""
    nothing = replace(innocent.evidence, steps=())
    assert feature.ask(nothing, innocent.told)


@pytest.mark.parametrize(
    ("key", "step", "by"),
    [
        ("refuse", "wrong_password", "read_back"),
        ("log_out", "logout", "submit"),
        ("json_refused", "json_stranger", "read_back"),
        ("second", "own_page_again", "second_read_back"),
        ("reset", "old_password", "new_password"),
    ],
)
def test_what_must_not_happen_breaks_a_feature(
    innocent: Toured, key: str, step: str, by: str
) -> None:
    """Somebody who is shown what somebody else should see: the feature is broken."""
    mixed = changed(innocent.evidence, step, answers=innocent.step(by).answers)
    if by == "read_back" and key == "refuse":
        mixed = changed(innocent.evidence, step, answers=innocent.step(by).answers[:1])
    feature = BY_KEY[key]
    assert isinstance(feature, Feature)
    assert feature.ask(mixed, innocent.told)


def test_the_link_is_read_from_the_mail(guilty: Toured) -> None:
    """Its last part is the token; without a mail there is neither."""
    mail = Report("Open\n\nhttp://site.test:8/reset/MQ/abc-123/\n\nand hurry.", "")
    evidence = changed(guilty.evidence, "reset_asked", reports=(mail,))
    assert (link(evidence), token(evidence)) == (
        "http://site.test:8/reset/MQ/abc-123/",
        "abc-123",
    )
    nothing = changed(guilty.evidence, "reset_asked", reports=())
    assert (link(nothing), token(nothing)) == ("", "")
    assert (link(without(nothing, "reset_asked")), token(nothing)) == ("", "")
