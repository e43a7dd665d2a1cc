"""Doubt names what was not made, not answered or not recorded, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from labapp.evidence import STRANGER
from labapp.observers.doubt import unheard, unlogged
from tests.evidence_samples import (
    FORM,
    INNOCENT,
    PICTURE,
    SUBMIT,
    Said,
    changed,
    step,
    with_step,
    without_step,
)


def test_a_whole_visit_leaves_no_doubt() -> None:
    """Control for all the others."""
    assert "" == unheard(INNOCENT)
    assert "" == unheard(INNOCENT, [one.name for one in INNOCENT if one.name != "control"])
    assert "" == unlogged(INNOCENT)


def test_a_missing_step_is_named() -> None:
    """Whatever would have happened there was not looked at."""
    assert "this visit has no step 'submit'" == unheard(without_step("submit"))
    assert "" == unheard(without_step("submit"), ("open",))


def test_reading_back_happens_only_where_there_is_a_session() -> None:
    """Its absence is no doubt, but if it was made it must have had an answer."""
    assert not INNOCENT.has("read_back")
    assert "" == unheard(with_step(step("read_back", FORM)))
    silent = with_step(step("read_back"))

    assert "no answer came from site.test in step 'read_back'" == unheard(silent)


def test_an_answer_of_another_site_or_of_status_0_is_none() -> None:
    """A browser's own error page, or a stranger's, shows nothing of the site."""
    refused = replace(SUBMIT, status=0)

    assert "submit" in unheard(with_step(step("submit", refused, Said(host=STRANGER))))
    assert "" == unheard(with_step(step("submit", refused, SUBMIT)))


def test_every_answer_needs_its_line_in_the_log() -> None:
    """Each host's answers are counted against its own lines."""
    assert "" == unlogged(changed("submit", log=(SUBMIT.line, PICTURE.line, FORM.line)))
    for lines in ((), (SUBMIT.line,), (PICTURE.line,), (SUBMIT.line, FORM.line)):
        assert "in step 'submit'" in unlogged(changed("submit", log=lines))


def test_only_the_steps_that_are_given_need_their_lines() -> None:
    """The first one with holes is named."""
    holed = changed("reload", log=())
    assert "" == unlogged(holed.main)
    assert "the access log has holes in step 'reload'" == unlogged(holed)
    assert "" == unlogged([])
