"""What is sought of a tour: on guilty, on innocent and on missing evidence."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from labapp.evidence import SITE, Cookie, Evidence, LogLine, Report, Step
from labapp.lab.tour import told
from labapp.lab.toured import Toured
from labapp.observers.club import EXPOSURES, FEATURES, Exposure, Feature, link, token
from labapp.observers.forgeries import FORGERIES
from labapp.observers.observer import Place
from labapp.observers.sighting import Finding
from tests.club_samples import TOLD, WORKS, but, step
from tests.club_tours import changed, tours, without

DEEDS = {
    "second_member": ("second_visitor", "second_submit", "second_read_back"),
    "address_replay": ("address_replay", "address_member", "address_guessed"),
    "cookie_after": ("cookie_before", "logout", "cookie_after"),
    "login_forgery": ("login_forgery", "login_forgery_by_get", "second_visitor"),
    "forgery": ("forgery", "after_forgery", *(one.key for one in FORGERIES)),
    "link_again": ("reset_asked", "reset", "link_again"),
}
DOINGS = ("login_by_address", *DEEDS["login_forgery"][:2], *DEEDS["forgery"])
BY_KEY = {one.key: one for one in (*EXPOSURES, *FEATURES)}


@pytest.fixture
def guilty() -> Toured:
    """A tour of the club as it was found."""
    return tours().guilty


@pytest.fixture
def innocent() -> Toured:
    """A tour of the club, repaired."""
    return tours().innocent


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
    if "token" in exposure.seeks:  # which the mail itself has
        evidence = changed(
            guilty.evidence, "reset", answers=(), log=(), capture=no_packets(guilty)
        )
        assert exposure.ask(evidence, guilty.told).seen is not True
        return
    # Where a deed is enough, whatever the words, it was not done.
    undone = without(guilty.evidence, *(one for one in DOINGS if guilty.evidence.has(one)))
    assert exposure.ask(undone, told("somebody else")).seen is not True


def no_packets(toured: Toured) -> object:
    """Return the capture of a step in which nothing crossed."""
    return replace(toured.step("submit").capture, frames=())


@pytest.mark.parametrize(
    "exposure", [one for one in EXPOSURES if one.key not in DEEDS], ids=lambda one: one.key
)
def test_without_the_control_nothing_is_absent(innocent: Toured, exposure: Exposure) -> None:
    """Where the search does not find the control text either, the answer is unknown."""
    evidence = replace(innocent.evidence, control="a text that was never sent")
    finding = exposure.ask(evidence, innocent.told)
    assert finding.seen is None
    assert finding.reason


@pytest.mark.parametrize(("key", "steps"), DEEDS.items())
def test_a_deed_that_was_not_tried_is_unknown(
    innocent: Toured, key: str, steps: tuple[str, ...]
) -> None:
    """Each step that it takes is needed."""
    exposure = BY_KEY[key]
    assert isinstance(exposure, Exposure)
    for name in steps:
        torn = without(innocent.evidence, name)
        assert exposure.ask(torn, innocent.told).seen is None, name


def test_a_cookie_that_never_opened_anything_proves_nothing(innocent: Toured) -> None:
    """Refused before logging out as after it: nobody knows what logging out did."""
    answers = innocent.step("cookie_after").answers
    evidence = changed(innocent.evidence, "cookie_before", answers=answers)
    exposure = BY_KEY["cookie_after"]
    assert isinstance(exposure, Exposure)
    assert exposure.ask(evidence, innocent.told).seen is None


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


# A word for each place, and where in a tour it is said.
PLANTED = {
    "password_addressed": ("wrong_password", "mistyped"),
    "place_addressed": ("second_read_back", "place"),
    "printed": ("reset", "new_password"),
    "cache": ("wrong_password", "mistyped"),
    "cookie_jar": ("new_password", "new_password"),
}


@pytest.mark.parametrize(("key", "planted"), PLANTED.items())
def test_every_word_is_sought_in_every_step(
    innocent: Toured, key: str, planted: tuple[str, str]
) -> None:
    """Not only up to reading back, and not only in the first member's browser."""
    step, name = planted
    word = quote(getattr(innocent.told, name))
    line = LogLine(SITE, f"GET /?tried={word}")
    kept = innocent.step(step).memory
    parts: dict[str, dict[str, object]] = {
        "password_addressed": {"log": (*innocent.step(step).log, line)},
        "place_addressed": {"memory": replace(kept, history=(f"https://{SITE}/?a={word}",))},
        "printed": {"output": (line,)},
        "cache": {"memory": replace(kept, cache=((f"https://{SITE}/", word.encode()),))},
        "cookie_jar": {
            "memory": replace(kept, cookies=(Cookie(SITE, "pw", word, True, True, "Lax"),))
        },
    }
    exposure = BY_KEY[key]
    assert isinstance(exposure, Exposure)
    guilty = changed(innocent.evidence, step, **parts[key])
    assert [one.step for one in exposure.ask(guilty, innocent.told).sightings] == [step]


def test_what_is_printed_backwards_is_found(innocent: Toured) -> None:
    """A listing that everybody can turn round again tells the word."""
    line = LogLine(SITE, f"INFO club: {innocent.told.place[::-1]}")
    guilty = changed(innocent.evidence, "submit", output=(line,))
    exposure = BY_KEY["printed"]
    assert isinstance(exposure, Exposure)
    (found,) = exposure.ask(guilty, innocent.told).sightings
    assert found.encoding == "reversed"


def test_nothing_of_the_labs_is_internal_in_a_reason(innocent: Toured) -> None:
    """Why nobody can say is told without the names of steps."""
    torn = without(innocent.evidence, "cookie_before", "cookie_after")
    exposure = BY_KEY["cookie_after"]
    assert isinstance(exposure, Exposure)
    reason = exposure.ask(torn, innocent.told).reason
    assert reason == "no cookie was there that somebody could copy"


def test_an_outage_that_nobody_could_meet_hides_nothing(innocent: Toured) -> None:
    """A report is missing for two reasons: nothing was saved, or the view kept silent."""
    feature = BY_KEY["error_report"]
    assert isinstance(feature, Feature)
    swallowed = changed(
        innocent.evidence, "outage", reports=(), answers=innocent.step("submit").answers
    )
    assert feature.ask(swallowed, innocent.told) == (
        "the back office was down, and nobody was told"
    )
    refused = [
        replace(one, status=403) if one.sent else one for one in innocent.step("submit").answers
    ]
    forbidden = changed(innocent.evidence, "outage", reports=(), answers=tuple(refused))
    assert feature.ask(forbidden, innocent.told) == (
        "nobody could save, so nothing could crash: status 403 at /profile"
    )


# Exposures made by hand ----------------------------------------------------------------------


def place(key: str, seen: bool | None, reason: str = "nobody looked") -> Place:
    """Return a place at which every text is seen, not seen, or unknown."""
    return Place(key, key, lambda evidence, text: bool(seen), lambda _: reason * (seen is None))


SEEN, NOT_SEEN, UNKNOWN = place("seen", True), place("not", False), place("unknown", None)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((NOT_SEEN, UNKNOWN, SEEN), Finding("seen", True)),
        ((SEEN, place("seen, too", True)), Finding("seen", True)),
        ((NOT_SEEN, UNKNOWN), Finding("unknown", None, reason="nobody looked")),
        ((UNKNOWN, place("more", None)), Finding("unknown", None, reason="nobody looked")),
        ((NOT_SEEN, place("neither", False)), Finding("not", False)),
    ],
)
def test_seen_at_one_place_is_seen_and_then_unknown_is_unknown(
    places: tuple[Place, ...], expected: Finding
) -> None:
    """The first of its kind is told."""
    assert expected == Exposure("key", "label", places).ask(WORKS, TOLD)


def test_each_text_is_sought_at_each_place() -> None:
    """Those that the exposure names, of what was told, and the token of the mailed link."""
    sought = []

    def look(evidence: Evidence, text: str) -> bool:
        assert evidence is WORKS
        sought.append(text)
        return False

    places = (replace(NOT_SEEN, look=look), replace(NOT_SEEN, look=look))
    Exposure("key", "label", places, ("token", "mistyped")).ask(WORKS, TOLD)
    assert ["abc-123", "abc-123", TOLD.mistyped, TOLD.mistyped] == sought
    sought.clear()
    Exposure("key", "label", places[:1]).ask(WORKS, TOLD)
    assert [TOLD.place] == sought


def test_without_a_mail_there_is_no_link_to_seek() -> None:
    """Then nobody can say who else has it, but what else is sought is sought."""
    silent = but(step("reset_asked"))
    exposure = Exposure("key", "label", (SEEN,), ("token",))
    assert exposure.ask(silent, TOLD) == Finding("key", None, reason="no mail with a link came")
    assert replace(exposure, seeks=("token", "place")).ask(silent, TOLD).seen is True


@pytest.mark.parametrize(
    ("needs", "broken", "label"),
    [
        ("log_in", step("open"), "log in"),
        ("read_back", step("read_back"), "save and read back"),
        ("reset", step("reset_asked"), "a new password by mail"),
    ],
)
def test_a_broken_feature_explains_why_nothing_was_seen(
    needs: str, broken: Step, label: str
) -> None:
    """What was seen in spite of it was seen."""
    for one in (NOT_SEEN, UNKNOWN):
        assert Exposure("key", "label", (one,), needs=needs).ask(but(broken), TOLD) == Finding(
            "key", None, reason=f"no answer without this feature: {label}"
        )
        assert (
            "no answer" not in Exposure("key", "", (one,), needs=needs).ask(WORKS, TOLD).reason
        )
    seen = Exposure("key", "label", (SEEN,), needs=needs)
    assert Finding("seen", True) == seen.ask(but(broken), TOLD)


def test_a_deed_is_told_where_it_was_done() -> None:
    """By the place; nothing is told of what was not seen, or of a place that has bytes."""
    exposure = Exposure("key", "label", (), deeds={"seen": "somebody did it"})
    assert "somebody did it" == exposure.deed(Finding("seen", True))
    assert "" == exposure.deed(Finding("seen", False))
    assert "" == exposure.deed(Finding("seen", None))
    assert "" == exposure.deed(Finding("another", True))
