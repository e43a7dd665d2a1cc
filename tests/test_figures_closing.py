"""Who closes what is read off truth tables: made-up ones here, then the measured ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import HttpResponse

from labapp.errors import LabError
from labapp.figures.closing import (
    ROWS,
    Closing,
    Combination,
    closers,
    effect,
    opened_from,
    ordered,
    shut_from,
)
from labapp.figures.windows import COOKIE, DATABASE, HISTORY, LOG, MAIL, NETWORK, OLD_LINK
from labapp.lab import Visit
from labapp.remedy import SIX, Remediation, csrf, https, mask_reports, post, redirect, session
from labapp.site.application import Own
from tests.combined import THREE, Law, all_64, some, truth
from tests.drawn import visit


def group(*remediations: Remediation) -> Combination:
    """Return a combination."""
    return frozenset(remediations)


@pytest.mark.parametrize(
    ("law", "smallest"),
    [
        (lambda on: True, ()),
        (lambda on: False, ()),
        (lambda on: post not in on, ({post},)),
        (lambda on: not on & {post, csrf}, ({post}, {csrf})),
        (lambda on: not {post, csrf} <= on, ({post, csrf},)),
        (lambda on: len(on) < 3, (set(THREE),)),
        (
            lambda on: not (post in on or {redirect, csrf} <= on),
            ({post}, {redirect, csrf}),
        ),
        (
            lambda on: len(on) < 2,
            ({post, redirect}, {post, csrf}, {redirect, csrf}),
        ),
        # It opens again, which makes what closed it no less the smallest.
        (lambda on: post not in on or redirect in on, ({post},)),
        (lambda on: on != {post, redirect}, ({post, redirect},)),
        # Closed from the beginning: there was nothing to close.
        (lambda on: redirect in on, ()),
        (lambda on: redirect in on and post not in on, ()),
    ],
)
def test_the_smallest_that_close(law: Law, smallest: tuple[set[object], ...]) -> None:
    """A group closes if it is closed and every part of it, down to nothing, is open."""
    assert closers(truth(law)) == smallest


@pytest.mark.parametrize(
    ("unknown", "smallest"),
    [
        ({post, csrf}, ({post},)),  # larger than what closes: it says nothing
        ({redirect}, ({post},)),  # beside it
        ({post}, ()),  # what would have closed: it may be open
        (set(), ()),  # the beginning: it may have been closed
    ],
)
def test_unknown_closes_nothing(
    unknown: set[object], smallest: tuple[set[object], ...]
) -> None:
    """What is not known is not called closed, and nothing is proven by it."""
    assert closers(truth(lambda on: None if on == unknown else post not in on)) == smallest


def test_unknown_parts_prove_no_togetherness() -> None:
    """Whether it takes both is not known where one of them alone is unknown."""

    def law(on: frozenset[object]) -> bool | None:
        return None if on == group(post) else not group(post, csrf) <= on

    assert closers(truth(law)) == ()
    assert closers(truth(lambda on: not group(post, csrf) <= on)) == (group(post, csrf),)


def test_opening_is_told_with_every_case() -> None:
    """The combinations to which it was added, smallest first; the control: POST opens none."""
    table = truth(lambda on: post not in on or redirect in on)
    assert opened_from(table, redirect) == (group(post), group(post, csrf))
    assert opened_from(table, post) == ()


@pytest.mark.parametrize("side", [group(post), group(post, redirect)])
def test_nothing_opens_from_or_into_the_unknown(side: set[object]) -> None:
    """An opening is from not seen to seen; unknown is neither."""
    table = truth(
        lambda on: None if on == side else post not in on or redirect in on, (post, redirect)
    )
    assert opened_from(table, redirect) == ()


def test_what_was_opened_may_be_closed_again() -> None:
    """Where it is in no group that closes, closing after an opening is told apart."""
    table = truth(lambda on: redirect in on and csrf not in on)
    assert shut_from(table, csrf) == (group(redirect), group(post, redirect))
    found = effect(table, csrf)
    assert (found.alone, found.beside, found.again[0]) == (False, (), group(redirect))
    alone = truth(lambda on: csrf not in on)
    assert effect(alone, csrf).again == ()


def test_closing_again_is_proven_by_what_was_closed_before() -> None:
    """Where the answer is missing that would have closed alone, nothing is said to close again."""
    table = truth(lambda on: None if on == group(csrf) else csrf not in on)
    assert shut_from(table, csrf) == ()
    assert effect(table, csrf).unknown


def test_an_effect_has_all_it_does() -> None:
    """Alone, beside others, opening: one remediation may do several to one row."""
    table = truth(lambda on: not (post in on or group(redirect, csrf) <= on))
    assert effect(table, post).alone
    assert effect(table, redirect).beside == (group(csrf),)
    again = truth(lambda on: not (on == group(post) or group(redirect, csrf) <= on))
    found = effect(again, redirect)
    assert (found.beside, found.opens) == ((group(csrf),), (group(post),))


def test_nothing_is_said_only_of_what_was_looked_at() -> None:
    """One unknown answer makes every "does nothing" of its row unknown, and no more."""
    whole = truth(lambda on: post not in on)
    torn = whole | {frozenset(THREE): None}
    assert [effect(whole, one).unknown for one in THREE] == [False] * 3
    assert [effect(torn, one).unknown for one in THREE] == [False, True, True]
    assert effect(torn, post).alone


def test_smaller_comes_first_then_the_taught_order() -> None:
    """Whatever order the visits were made in."""
    groups = [
        frozenset(group) for group in ((csrf, redirect), (csrf,), (post, csrf), (), (post,))
    ]
    assert ordered(groups) == [
        group(),
        group(post),
        group(csrf),
        group(post, csrf),
        group(redirect, csrf),
    ]


class TestMeasured:
    """The 64 visits."""

    def test_what_closes_is_what_was_measured(self) -> None:
        """Three close alone, three only in company; what was never open has no closer."""
        closing = Closing(all_64(), who="test")
        found = {row.name: closers(table) for row, table in closing.truth.items()}
        assert found == {
            HISTORY.name: ({post}, {redirect, session}),
            LOG.name: ({post},),
            MAIL.name: ({post, mask_reports},),
            NETWORK.name: ({https},),
            COOKIE.name: (),
            OLD_LINK.name: ({https},),
            DATABASE.name: (),
            "the reports and the cache": (),
            "the forged form": ({post, csrf},),
            "the reload": ({redirect},),
        }

    def test_what_opens_is_what_was_measured(self) -> None:
        """A redirect opens log and history, a session cookie, old link and database."""
        closing = Closing(all_64(), who="test")
        found = {(one, row) for one in SIX for row in ROWS if closing.effect(row, one).opens}
        assert found == {
            (redirect, HISTORY),
            (redirect, LOG),
            (session, COOKIE),
            (session, OLD_LINK),
            (session, DATABASE),
        }

    def test_what_closes_again_is_what_was_measured(self) -> None:
        """The session closes the log that the redirect opened, HTTPS the session's cookie."""
        closing = Closing(all_64(), who="test")
        found = {
            (one, row, effects.again[0])
            for one in SIX
            for row in ROWS
            if (effects := closing.effect(row, one)).again
        }
        assert found == {
            (session, LOG, frozenset({post, redirect})),
            (https, COOKIE, frozenset({session})),
        }

    def test_fewer_remediations_are_enough(self) -> None:
        """All combinations of two are a whole table, too."""
        closing = Closing(some(post, https), who="test")
        assert closing.remediations == (post, https)
        assert closing.with_all(LOG) is False
        assert closing.with_all(DATABASE) is False

    def test_a_lost_packet_stays_unknown(self) -> None:
        """The closer that was measured with a hole in its capture is no closer."""
        torn = [
            v.without_packet() if v.remediations == (https,) else v for v in some(post, https)
        ]
        closing = Closing(torn, who="test")
        assert closing.truth[NETWORK][frozenset({https})] is None
        assert closers(closing.truth[NETWORK]) == ()
        assert closing.effect(NETWORK, https).unknown
        assert closing.effect(LOG, post).alone


def incomplete() -> list[list[Visit]]:
    """Return lists of visits that are not every combination, each once."""
    four = some(post, https)
    return [[], four[:1], four[:3], [*four, four[0]], [*four[:3], visit(redirect)]]


@pytest.mark.parametrize("case", range(5))
def test_it_takes_every_combination_once(case: int) -> None:
    """Whatever is missing or there twice: one line says what to pass."""
    with pytest.raises(LabError, match=r"what\(every_combination\(secret\)\)"):
        Closing(incomplete()[case], who="what")


def test_only_our_own_site_is_compared() -> None:
    """A visit to a view of the learner's own is not what its remediations say."""
    four = some(post, https)
    four[0] = replace(four[0], own=Own(view=lambda request: HttpResponse()))
    with pytest.raises(LabError, match="takes one visit"):
        Closing(four, who="what")


def test_what_is_no_visit_is_refused() -> None:
    """So is anything else."""
    with pytest.raises(LabError, match="takes one visit"):
        Closing(["post"], who="what")  # type: ignore[list-item]
