"""Remediations are independent values, known by name, in the taught order."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from itertools import combinations, permutations

import pytest

from labapp import remedy
from labapp.errors import LabError

TAUGHT = ("post", "mask_reports", "redirect", "session", "csrf", "https")


def one_line(refusal: pytest.ExceptionInfo[LabError]) -> str:
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_the_six_stand_in_the_taught_order() -> None:
    """Redirect before session: alone it makes things worse, which is the lesson."""
    assert TAUGHT == tuple(one.name for one in remedy.SIX)
    assert remedy.SIX == remedy.ALL[:6]


@pytest.mark.parametrize("one", remedy.ALL, ids=repr)
def test_each_is_an_attribute_of_its_name(one: remedy.Remediation) -> None:
    """What a learner types, what is printed and what the map says are one word."""
    assert one is getattr(remedy, one.name)
    assert f"remedy.{one.name}" == repr(one)
    assert one is remedy.named(one.name)
    assert one.label
    assert one.claim


def test_none_is_left_out() -> None:
    """Whatever the module defines can be named, served and drawn: it stands in `ALL`."""
    defined = {one for one in vars(remedy).values() if isinstance(one, remedy.Remediation)}

    assert defined == set(remedy.ALL)


def test_names_and_labels_tell_them_apart() -> None:
    """No two are called the same."""
    for names in ({one.name for one in remedy.ALL}, {one.label for one in remedy.ALL}):
        assert len(remedy.ALL) == len(names)


def test_a_remediation_cannot_be_changed() -> None:
    """It means the same in every visit."""
    with pytest.raises(FrozenInstanceError):
        remedy.post.name = "get"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("httsp", "https"), ("POST", "post"), ("mask-reports", "mask_reports"), ("csfr", "csrf")],
)
def test_a_typing_error_is_refused_with_what_was_meant(typed: str, meant: str) -> None:
    """One line with a guess and all that are known."""
    with pytest.raises(LabError) as refusal:
        remedy.named(typed)

    assert f"Did you mean {meant}?" in one_line(refusal)


def test_a_misspelt_attribute_is_refused_in_the_same_words() -> None:
    """In a cell no traceback follows; whoever asks politely hears that there is none."""
    with pytest.raises(LabError) as refusal:
        getattr(remedy, "pots")  # noqa: B009  (as a learner writes it)

    assert "Did you mean post?" in one_line(refusal)
    assert hasattr(remedy, "post")
    assert not hasattr(remedy, "pots")
    assert not hasattr(remedy, "__path__")


@pytest.mark.parametrize("typed", ["", "xyzzy"])
def test_what_is_like_nothing_is_refused_without_a_guess(typed: str) -> None:
    """The known ones are listed all the same."""
    with pytest.raises(LabError) as refusal:
        remedy.named(typed)

    assert "Did you mean" not in one_line(refusal)
    assert ", ".join(TAUGHT) in one_line(refusal)


def test_order_and_repetition_do_not_matter() -> None:
    """A combination is a set, in the taught order; each of the 64 is another one."""
    wanted = (remedy.post, remedy.session, remedy.https)
    for order in permutations(wanted):
        assert wanted == remedy.together([*order, order[0]])
    chosen = [
        remedy.together(some) for size in range(7) for some in combinations(remedy.SIX, size)
    ]
    assert 64 == len(set(chosen))


@pytest.mark.parametrize(
    "wrong",
    ["post", None, remedy, [remedy.post], remedy.Remediation, replace(remedy.post, tls=True)],
)
def test_what_is_no_remediation_is_refused(wrong: object) -> None:
    """Also one of somebody's own making: nothing would serve it, in silence."""
    with pytest.raises(LabError, match="is not a remediation") as refusal:
        remedy.together([remedy.csrf, wrong])

    assert one_line(refusal)


def test_cumulative_adds_one_at_a_time() -> None:
    """From nothing to all six: seven visits."""
    steps = list(remedy.cumulative())

    assert [() if not n else remedy.SIX[:n] for n in range(7)] == steps
    assert [(), (remedy.https,)] == list(remedy.cumulative([remedy.https]))


def test_a_title_is_made_of_labels() -> None:
    """As a heading shows it."""
    assert "nothing" == remedy.title(())
    assert "POST, HTTPS" == remedy.title((remedy.post, remedy.https))
