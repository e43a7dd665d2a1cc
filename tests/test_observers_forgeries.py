"""Forgeries: what each stranger's form did is told apart from what the others did."""

from __future__ import annotations

import pytest

from labapp.evidence import LOOKALIKES, STRANGER
from labapp.observers.forgeries import FORGERIES, Forgery
from tests.club_samples import FORGED, TOLD, WORKS, answer, but, profile, step

each = pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.key)


@each
def test_each_submits_a_text_of_its_own(forgery: Forgery) -> None:
    """It begins with the text of the visit's own forgery."""
    texts = {one.text(FORGED) for one in FORGERIES}
    assert len(FORGERIES) == len(texts)
    assert f"{FORGED} {forgery.key}" == forgery.text(FORGED)


@each
def test_a_forgery_is_seen_if_the_page_shows_its_text(forgery: Forgery) -> None:
    """Sent by POST or by GET; the text of another forgery is not its own."""
    own, other = forgery.text(FORGED), f"{FORGED} by somebody else"
    sent = answer(page=profile(own), method="POST", sent=own)
    by_get = answer("/profile?place=" + own.replace(" ", "+"), page=profile(own))
    for answers, seen in (
        ((sent,), True),
        ((by_get,), True),
        ((answer(method="POST", sent=own), answer(page=profile(own))), True),
        ((answer(status=403, method="POST", sent=own),), False),
        ((answer(page=profile(other), method="POST", sent=own),), False),
    ):
        finding = forgery.place.ask(but(step(forgery.key, *answers)), TOLD.place)
        assert (seen, forgery.key) == (finding.seen, finding.place)


@each
def test_a_forgery_that_was_not_sent_leaves_a_doubt(forgery: Forgery) -> None:
    """Although the page shows what a form sent before."""
    own = forgery.text(FORGED)
    shown = forgery.place.ask(but(step(forgery.key, answer(page=profile(own)))), "")
    assert (None, "the stranger sent nothing") == (shown.seen, shown.reason)
    missing = forgery.place.ask(WORKS, "")
    assert f"this visit has no step '{forgery.key}'" == missing.reason


def test_strangers_come_from_every_host_of_theirs() -> None:
    """Also from those that look like the site."""
    assert {STRANGER, *LOOKALIKES} == {one.host for one in FORGERIES}
