"""Combinations that look the same, and steps that make it worse."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import Listing, look_alikes, openings
from labapp.figures.table import Table
from labapp.remedy import csrf, https, post, redirect, session
from tests.combined import all_64, some
from tests.drawn import Elements, visit


class TestLookAlikes:
    """What no evidence can tell apart."""

    def test_a_group_has_the_same_answers_everywhere(self) -> None:
        """In a group all maps are equal, between groups none."""
        seen = {frozenset(v.remediations): v.seen for v in all_64()}
        found = look_alikes(all_64()).found
        for group in found:
            assert all(seen[one] == seen[group[0]] for one in group)
        first = [seen[group[0]] for group in found]
        assert all(one not in first[:index] for index, one in enumerate(first))

    def test_nothing_alike_is_left_out(self) -> None:
        """64 visits, 39 different maps: 8 groups of 33 visits, and 31 that stand alone."""
        listing = look_alikes(all_64())
        assert [len(group) for group in listing.found] == [5, 4, 4, 4, 4, 4, 4, 4]
        assert (
            listing.finding == "64 combinations give 39 different maps: 33 look like another."
        )

    def test_post_behind_a_redirect_and_https_is_not_seen(self) -> None:
        """The surprise: with these two nobody can say if the form posts."""
        assert set(look_alikes(all_64()).found[0]) == {
            frozenset({redirect, https}),
            frozenset({post, redirect, https}),
            *(frozenset({redirect, https, *more}) for more in all_more()),
        }

    def test_the_table_has_what_they_share(self) -> None:
        """Shared first, then each addition that changes nothing."""
        rows = look_alikes(some(csrf, https)).table.rows
        assert rows == [
            ("nothing", "nothing | CSRF check", "2"),
            ("HTTPS", "nothing | CSRF check", "2"),
        ]

    def test_visits_that_differ_are_not_alike(self) -> None:
        """The control."""
        listing = look_alikes(some(post, https))
        assert listing.found == ()
        assert (
            listing.finding == "4 combinations give 4 different maps: none looks like another."
        )

    def test_the_same_combination_twice_is_no_find(self) -> None:
        """A visit looks like itself."""
        assert look_alikes([visit(post), visit(post)]).found == ()

    def test_unknown_is_like_nothing(self) -> None:
        """Two visits with the same hole may differ in what was not captured."""
        torn = [v.without_packet() for v in some(csrf)]
        assert None in torn[0].seen.values()
        listing = look_alikes([*torn, visit(post)])
        assert listing.found == ()
        assert listing.finding.endswith("; 2 left out, for want of an answer.")

    def test_it_takes_visits(self) -> None:
        """None at all gives one line."""
        with pytest.raises(LabError, match="look_alikes takes visits"):
            look_alikes([])


def all_more() -> list[set[object]]:
    """Return the additions that change nothing under GET."""
    from labapp.remedy import mask_reports

    return [{csrf}, {mask_reports}, {csrf, mask_reports}]


class TestOpenings:
    """More is not always safer."""

    def test_every_opening_was_measured(self) -> None:
        """Before it was not seen, and with one remediation more it was."""
        made = {frozenset(v.remediations): v for v in all_64()}
        found = openings(all_64()).found
        for opening in found:
            for before in opening.before:
                was, now = made[before], made[before | {opening.added}]
                places = opening.row.places
                assert not any(was.seen[place] for place in places)
                assert any(now.seen[place] for place in places)
        assert len(found) == 5

    def test_the_guilty_are_named(self) -> None:
        """In the sentence, and with the smallest case in the table."""
        listing = openings(all_64())
        assert listing.finding == (
            "More is not always safer: redirect and session opened what was closed."
        )
        assert (
            "redirect", "reads the server log", "POST", "8 of 32",
        ) in listing.table.rows  # fmt: skip
        assert repr(listing.found[0]) == "<POST, then redirect: opens the history>"

    def test_the_innocent_are_not(self) -> None:
        """POST and HTTPS open nothing for anybody."""
        listing = openings(some(post, https))
        assert (listing.found, listing.table.rows) == ((), [])
        assert listing.finding == "No remediation opened what was closed."

    def test_nothing_opens_from_the_unknown(self) -> None:
        """Without the smallest case the others remain; without any there is no opening."""
        torn = [
            v.without_packet() if session not in v.remediations else v for v in some(session)
        ]
        names = {each.row.name for each in openings(torn).found}
        assert "the reused cookie" not in names
        assert "the reused cookie" in {each.row.name for each in openings(some(session)).found}

    def test_it_takes_every_combination(self) -> None:
        """One line says what to pass."""
        with pytest.raises(LabError, match=r"openings\(every_combination\(secret\)\)"):
            openings(some(post, https)[:3])


class TestListing:
    """A sentence, a table, data."""

    LISTING = Listing("<b>One.", Table(("a", "long heading"), [("<i>word", "x")]), (1,))

    def test_as_text_its_columns_stand_below_each_other(self) -> None:
        """For a terminal and for whoever reads with a screen reader."""
        assert repr(self.LISTING).splitlines() == [
            "<b>One.",
            "a        long heading",
            "<i>word  x",
        ]

    def test_as_html_it_is_escaped(self) -> None:
        """A real table with scopes; what looks like markup is text."""
        elements = Elements(self.LISTING._repr_html_())
        assert elements.scopes() == {"col", "row"}
        assert elements.text == "<b>One.along heading<i>wordx"

    def test_without_rows_there_is_only_the_sentence(self) -> None:
        """No heading over nothing."""
        empty: Listing[int] = Listing("None.", Table(("a", "b"), []), ())
        assert repr(empty) == "None."
        assert "table" not in {tag for tag, _ in Elements(empty._repr_html_()).found}
