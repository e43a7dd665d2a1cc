from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest

from labapp import remedy
from labapp.checks.exercises import exercises
from labapp.checks.identifying import decider
from labapp.lab.case import Case, case_of
from labapp.lab.map import all_combinations
from labapp.remedy import csrf, https, mask_reports, post, redirect, session, title

SECRET = "Rex's fake café+otter 123"
TRUE = (post, redirect, csrf)
SEALED = (*TRUE, https)
grade = exercises()["read the case"].grade


def unlabelled(*applied: remedy.Remediation) -> Case:
    """Return a case as `open_case` hands it out."""
    return replace(case_of(SECRET, *applied), known=False)


@pytest.fixture(scope="module")
def case() -> Case:
    """A case in the clear."""
    return unlabelled(*TRUE)


@pytest.fixture(scope="module")
def sealed() -> Case:
    """The same, encrypted."""
    return unlabelled(*SEALED)


def words(verdict: object) -> str:
    """Return what the learner reads."""
    return repr(verdict)


@pytest.mark.timeout(300)
def test_right_answers(case) -> None:
    """The truth passes, and so does what leaves the same capture and the same log."""
    exact, as_good = grade(case, *TRUE), grade(case, *TRUE, mask_reports)

    assert [True, True] == [exact.passed, as_good.passed]
    assert title((post, mask_reports, redirect, csrf)) in words(exact)
    assert "would be told from it by: text part" in words(exact)
    assert "Another answer would be as good" in words(as_good)


WRONG = [
    one
    for one in chain.from_iterable(
        combinations((post, redirect, session, csrf, https), n) for n in range(6)
    )
    if set(one) != set(TRUE)
]


@pytest.mark.parametrize("answer", WRONG, ids=title)
def test_wrong_answers(case, answer) -> None:
    """Every other answer is told what differs, and not what was applied."""
    verdict = grade(case, list(answer))

    assert not verdict.passed
    assert "MISSES" in words(verdict)
    assert "Think:" in words(verdict)
    assert title(TRUE) not in words(verdict).replace(f"You say: {title(answer)}.", "")


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (
            (redirect, csrf),
            'MISSES   access log                 in the case: 127.0.0.1 - - [<date>] "GET / ',
        ),
        ((post, csrf), "MISSES   capture                    in the case: HTTP/1.1 302 Found"),
        ((*TRUE, session), "MISSES   access log                 in the case: 127.0.0.1"),
        ((post, redirect), "MISSES   capture                    in the case: Vary: Cookie"),
        (SEALED, "MISSES   capture                    in the case: GET / HTTP/1.1"),
    ],
    ids=str,
)
def test_the_line_that_tells(case, answer, line) -> None:
    """The first line of the case is shown that such a visit would not have left."""
    assert line in words(grade(case, *answer))


@pytest.mark.timeout(300)
def test_encrypted(sealed) -> None:
    """Sizes and the log tell an encrypted case, too."""
    assert grade(sealed, *SEALED).passed
    assert not grade(sealed, *TRUE).passed
    wrong = grade(sealed, post, redirect, https)

    assert not wrong.passed
    assert "in the case: TLS, server name site.test: (" in words(wrong)


def test_nothing_at_all(case) -> None:
    """An empty list is an answer, too: right where nothing was applied."""
    assert grade(unlabelled(), []).passed
    assert not grade(case, []).passed


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((), "There is nothing to check yet: name remediations"),
        ((...,), "There is nothing to check yet: name remediations"),
        (("post",), "'post' is not a remediation: write remedy.post"),
        ((post, remedy.hardening), "leave remedy.hardening out"),
    ],
    ids=str,
)
def test_no_answer(case, answer, reason) -> None:
    """What cannot be compared is named in one line."""
    verdict = grade(case, *answer)

    assert not verdict.passed
    assert reason in verdict.summary


def test_a_case_that_is_known() -> None:
    """Whoever says what is applied reads nothing: such a case is refused."""
    verdict = grade(case_of(SECRET, post), post)

    assert not verdict.passed
    assert "open_case" in verdict.summary


def test_a_case_that_lost_a_packet(case) -> None:
    """What was not captured is no difference: nobody can say, where the whole case passes."""
    first, *rest = case.steps
    torn = replace(case, steps=(replace(first, capture=first.capture.without(0)), *rest))
    verdict = grade(torn, *TRUE)

    assert grade(case, *TRUE).passed
    assert not verdict.passed
    assert "not all was captured: frame 0 was taken out" in verdict.summary


def test_no_case() -> None:
    """Without its case nothing can be compared."""
    assert "First the case" in grade(post, csrf).summary
    assert "First the case" in grade(case=3).summary


def test_what_would_have_decided() -> None:
    """Two combinations are told apart by the places in which they differ, if there are any."""
    assert "would be told from it by: text part" == decider(
        SECRET, (post,), (post, mask_reports)
    )
    assert "no evidence of this lab decides" in decider(SECRET, (), (mask_reports,))


def test_known_answers_are_all() -> None:
    """With the stars, right and wrong answers together are the 64 combinations."""
    rest = {frozenset(one) - {mask_reports} for one in all_combinations()}

    assert rest == {frozenset(one) for one in WRONG} | {frozenset(TRUE)}
