"""Deeds: the secret was had by doing something, and the doing is in the evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labapp.evidence import STRANGER, Evidence
from labapp.observers import deeds
from tests.evidence_samples import (
    FORGED,
    FORM,
    GUILTY,
    HARMLESS,
    INNOCENT,
    PICTURE,
    SECRET,
    SUBMIT,
    Said,
    sealed,
    step,
    submission,
    with_step,
    without_step,
)

PAGE = f"<mark>{SECRET}</mark>".encode()
SHOWN = replace(SUBMIT, page=PAGE)


def submitted(*said: Said, back: tuple[Said, ...] = ()) -> Evidence:
    evidence = with_step(step("submit", *said))
    return with_step(step("read_back", *back), evidence) if back else evidence


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (submitted(SHOWN), True),
        (submitted(SHOWN, PICTURE), True),
        (submitted(SUBMIT, back=(Said("/secure_page", page=PAGE),)), True),
        (submitted(replace(SUBMIT, status=302), replace(SHOWN, target="/secure_page")), True),
        (submitted(SUBMIT), False),
        (submitted(SUBMIT, back=(FORM,)), False),
        (submitted(SUBMIT, back=(Said("/secure_page", page=PAGE), FORM)), False),
        (submitted(replace(SHOWN, status=403)), False),
        (submitted(replace(SUBMIT, status=403), back=(Said(page=PAGE),)), False),
        (submitted(replace(SUBMIT, status=302)), False),
        (submitted(replace(SHOWN, status=0)), False),
        (submitted(replace(SHOWN, host=STRANGER)), False),
        (submitted(SHOWN, replace(SUBMIT, status=500)), False),
        (submitted(), False),
        (without_step("submit"), False),
    ],
    ids=[
        *("shown at once", "with a picture", "read back", "after a redirect"),
        *(
            "never shown",
            "not read back",
            "gone again",
            "refused",
            "refused, old value",
            "redirect alone",
        ),
        *("no answer", "another site", "crash at the end", "nothing happened", "no step"),
    ],
)
def test_the_form_works_if_it_is_accepted_and_the_visitor_can_read_the_value(
    evidence: Evidence, expected: bool
) -> None:
    """200 in the end, and the value on that page or on /secure_page."""
    assert expected == deeds.works(evidence, SECRET)


def test_a_replay_shows_the_page_that_came() -> None:
    """The value of the visitor; another one is not theirs."""
    for page, expected in ((PAGE, ["page opened with the cookie"]), (HARMLESS.encode(), [])):
        evidence = with_step(step("replay", Said("/secure_page", page=page)))
        assert expected == [one.where for one in deeds.cookie_replay(evidence, SECRET)]


def test_where_no_cookie_crossed_in_the_clear_none_was_replayed() -> None:
    """Then "not seen" is true without any replay: under HTTPS, and without a session."""
    assert not INNOCENT.has("replay")
    assert "" == deeds.replay_doubt(INNOCENT)
    submit = INNOCENT.step("submit")
    answers = (SUBMIT.answer("https"), PICTURE.answer("https"))
    encrypted = with_step(replace(submit, capture=sealed(), answers=answers))
    assert "" == deeds.replay_doubt(encrypted)


def test_the_link_counts_whatever_had_crossed_before() -> None:
    """Over plain HTTP the secret is out before any old link is followed."""
    before, _ = GUILTY["the form is sent by POST"]

    assert ["submit"] == [one.step for one in deeds.http_link(before, SECRET)]
    assert [] == list(deeds.http_link(INNOCENT, SECRET))


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        (SUBMIT, submission(SECRET), ["body"]),
        (Said("/sensitive?v=1"), Said(f"/sensitive?v={SECRET}".replace(" ", "+")), ["address"]),
        (SUBMIT, submission(HARMLESS), []),
        (SUBMIT, Said("/secure_page?v=" + SECRET.replace(" ", "+")), []),
        (SUBMIT, replace(submission(SECRET), host=STRANGER), []),
        (SUBMIT, replace(submission(SECRET), status=0), []),
    ],
    ids=["POST", "GET", "another text", "another page", "another site", "no answer"],
)
def test_reload_counts_if_it_sends_the_secret_to_the_form_again(
    first: Said, again: Said, expected: list[str]
) -> None:
    """To the form's own address: reloading the page after a redirect is harmless."""
    evidence = with_step(step("reload", again), with_step(step("submit", first)))

    found = [(one.step, one.where) for one in deeds.reload_resubmits(evidence, SECRET)]
    assert [("reload", where) for where in expected] == found


def test_reloading_the_page_after_a_redirect_is_harmless() -> None:
    """Its address is not the form's, whatever it holds."""
    led_on = (replace(SUBMIT, status=302), Said("/secure_page"))
    again = Said("/secure_page?v=" + SECRET.replace(" ", "+"))
    evidence = with_step(step("reload", again), submitted(*led_on))

    assert [] == list(deeds.reload_resubmits(evidence, SECRET))


def forged(*said: Said) -> Evidence:
    return with_step(step("forgery", FORM, Said("/attack", host=STRANGER), *said))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((submission(FORGED),), True),
        ((Said("/sensitive?v=" + FORGED.replace(" ", "+")),), True),
        ((replace(submission(FORGED), status=302), Said("/secure_page")), True),
        ((replace(submission(FORGED), status=302), Said("/login", status=403)), False),
        ((replace(submission(FORGED), status=403),), False),
        ((submission(FORGED), Said(status=500)), False),
        ((submission(HARMLESS),), False),
        ((), False),
    ],
    ids=["POST", "GET", "redirect", "login", "refused", "crash", "another text", "never sent"],
)
def test_a_forgery_is_accepted_if_what_it_sent_ends_in_200(
    said: tuple[Said, ...], expected: bool
) -> None:
    """The form page that was opened before it, with its own 200, does not count."""
    assert expected == deeds.forgery_accepted(forged(*said), SECRET)


def test_a_form_that_was_never_sent_leaves_a_doubt() -> None:
    """Then nobody knows whether it would have been accepted."""
    assert deeds.forgery_doubt(forged())
    assert deeds.forgery_doubt(forged(submission(HARMLESS)))
    assert "" == deeds.forgery_doubt(forged(replace(submission(FORGED), status=403)))


@pytest.mark.parametrize(
    ("page", "expected"),
    [(FORGED, True), (SECRET, False), ("There is nothing here yet.", False)],
)
def test_the_visitors_page_shows_whose_value_it_holds(page: str, expected: bool) -> None:
    """The stranger's, or still the visitor's own."""
    opened = Said("/secure_page", page=f"<mark>{page}</mark>".encode())
    evidence = with_step(step("after_forgery", opened))

    assert expected == deeds.forgery_changed_session(evidence, SECRET)
    assert "" == deeds.change_doubt(evidence)


def test_the_page_that_is_shown_last_counts() -> None:
    """What stood there before may have been repaired."""
    forged, own = (
        Said("/secure_page", page=f"<mark>{text}</mark>".encode()) for text in (FORGED, SECRET)
    )
    for pages, expected in (((forged, own), False), ((own, forged), True)):
        evidence = with_step(step("after_forgery", *pages))
        assert expected == deeds.forgery_changed_session(evidence, SECRET)


def test_without_a_forged_text_nothing_is_accepted() -> None:
    """An empty text would be found everywhere."""
    evidence = replace(forged(submission(FORGED)), forged="")

    assert not deeds.forgery_accepted(evidence, SECRET)
    assert not deeds.forgery_changed_session(evidence, SECRET)
