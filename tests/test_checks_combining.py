"""Combine: the fewest remediations that close some places, on visits made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from labapp.checks import combining
from labapp.checks.combining import CombinationExercise
from labapp.checks.verdict import CLOSED, OPEN, SPARE, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.evidence import SITE, Evidence
from labapp.lab.visits import Visit
from labapp.observers import PLACES
from labapp.remedy import Remediation, csrf, https, mask_reports, post, redirect
from tests.evidence_samples import AGENT, INNOCENT, MEMORY, PICTURE, SUBMIT, with_step

EXERCISE = CombinationExercise(
    "combine", "09", "Close.", ("a", "b", "c"), closes=("access_log", "history")
)
LABELS = [PLACES[key].label for key in EXERCISE.closes]
WHICH = "which remediation closed this place in an earlier chapter, and with which help?"
FEWER = "what happens if you leave one of them out?"
SPEAKS = "does the server speak what it asks its visitors to speak?"


def evidence(secret: str, *, logged: bool, remembered: bool, works: bool) -> Evidence:
    """Return what a visit left that leaked in these places."""
    query = f"/sensitive?sensitive_info={secret}".replace(" ", "+")
    line = replace(SUBMIT.line, text=f'"GET {query}" {AGENT}') if logged else SUBMIT.line
    address = (f"http://{SITE}:8000{query}",) if remembered else ()
    page = replace(SUBMIT, page=secret.encode()) if works else SUBMIT
    return with_step(
        replace(
            INNOCENT.step("submit"),
            answers=(page.answer(),),
            log=(line, PICTURE.line),
            memory=replace(MEMORY, history=MEMORY.history + address),
        )
    )


@dataclass
class Lab:
    """A lab in which *logs* and *remembers* say what leaks under which remediations."""

    logs: Callable[[set[Remediation]], bool] = lambda chosen: post not in chosen
    remembers: Callable[[set[Remediation]], bool] = lambda chosen: csrf not in chosen
    works: Callable[[set[Remediation]], bool] = lambda chosen: True
    asked: list[tuple[str, tuple[Remediation, ...]]] = field(default_factory=list)

    def visit(self, secret: str, *chosen: Remediation) -> Visit:
        """Make the visit by hand."""
        self.asked.append((secret, chosen))
        left = evidence(
            secret,
            logged=self.logs(set(chosen)),
            remembered=self.remembers(set(chosen)),
            works=self.works(set(chosen)),
        )
        return Visit(secret, chosen, left, "by hand")


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade an answer in a lab."""

    def grade(lab: Lab, *answer: object, **parts: object) -> Verdict:
        monkeypatch.setattr(combining, "laboratory", lambda: lab)
        return EXERCISE.grade(*answer, **parts)

    return grade


CLOSED_BOTH = tuple(Line(CLOSED, label, CONTROL) for label in LABELS)


@pytest.mark.parametrize(
    "answer", [(post, csrf), (csrf, post), ([post, csrf],), ((csrf, post),)]
)
def test_the_fewest_that_close_pass(
    graded: Callable[..., Verdict], answer: tuple[object, ...]
) -> None:
    """In whatever order, one after another or in a list."""
    assert graded(Lab(), *answer) == Verdict(
        "combine",
        passed=True,
        summary="You chose POST, CSRF check. The form still works.",
        lines=CLOSED_BOTH,
    )


def test_each_is_left_out_once(graded: Callable[..., Verdict]) -> None:
    """With one secret: the start, all of them, and all but one."""
    lab = Lab()
    graded(lab, post, redirect, csrf)

    assert [chosen for _, chosen in lab.asked] == [
        (), (post, redirect, csrf), (redirect, csrf), (post, csrf), (post, redirect),
    ]  # fmt: skip
    assert len({secret for secret, _ in lab.asked}) == 1


def test_one_too_many_is_named(graded: Callable[..., Verdict]) -> None:
    """What changes nothing is spare, each that does so."""
    verdict = graded(Lab(), post, mask_reports, csrf, https)

    spare = [
        Line(SPARE, one.label, "not needed: all is closed without it")
        for one in (mask_reports, https)
    ]
    assert verdict == Verdict(
        "combine",
        passed=False,
        summary="You chose POST, stars in error reports, CSRF check, HTTPS. The form still works.",
        lines=(*CLOSED_BOTH, *spare),
        think=FEWER,
    )


def test_a_form_needs_what_it_does_not_work_without(graded: Callable[..., Verdict]) -> None:
    """What closes nothing is not spare if the form works with it alone."""
    lab = Lab(works=lambda chosen: csrf not in chosen or https in chosen)

    assert graded(lab, post, csrf, https).passed


def test_open_at_one_place_is_open(graded: Callable[..., Verdict]) -> None:
    """Nothing is left out on trial then: that would make visits for nothing."""
    lab = Lab()
    verdict = graded(lab, post, https)

    assert [CLOSED, OPEN] == [line.state for line in verdict.lines]
    assert (verdict.passed, verdict.think) == (False, WHICH)
    assert len(lab.asked) == 2


def test_a_place_that_was_never_open(graded: Callable[..., Verdict]) -> None:
    """Without a control it is not closed."""
    verdict = graded(Lab(remembers=lambda chosen: False), post)

    assert [CLOSED, UNKNOWN] == [line.state for line in verdict.lines]
    assert not verdict.passed


def test_a_form_that_does_not_work(graded: Callable[..., Verdict]) -> None:
    """All is closed, and nobody can use it: that is no answer, and asked about first."""
    lab = Lab(works=lambda chosen: not chosen)
    verdict = graded(lab, post, csrf)

    assert verdict == Verdict(
        "combine",
        passed=False,
        summary="You chose POST, CSRF check. The form does not work any more.",
        lines=CLOSED_BOTH,
        think=SPEAKS,
    )
    assert len(lab.asked) == 2
    assert graded(lab, https).think == SPEAKS


def test_nothing_is_an_answer(graded: Callable[..., Verdict]) -> None:
    """An empty one, under which everything stays open."""
    verdict = graded(Lab())

    assert [OPEN, OPEN] == [line.state for line in verdict.lines]
    assert verdict.summary == "You chose nothing. The form still works."


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        ((...,), {}, "There is nothing to check yet: name remediations, remedy.post say."),
        (
            (post,),
            {"csrf": True},
            'Name them one after another: check("combine", remedy.csrf, ...).',
        ),
        (
            ("post",),
            {},
            "'post' is not a remediation: write remedy.post, remedy.https and so on.",
        ),
        (
            ([post], csrf),
            {},
            "[remedy.post] is not a remediation: write remedy.post, remedy.https and so on.",
        ),
    ],
)
def test_what_is_no_choice(
    graded: Callable[..., Verdict],
    answer: tuple[object, ...],
    parts: dict[str, object],
    says: str,
) -> None:
    """It is told in a sentence, and no visit is made."""
    lab = Lab()

    assert graded(lab, *answer, **parts) == Verdict("combine", passed=False, summary=says)
    assert lab.asked == []
