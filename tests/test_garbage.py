"""Laws of `labapp.garbage`."""

from __future__ import annotations

import gc
import weakref

import pytest

from labapp.garbage import uncollected


class Ring:
    """Refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_nothing_is_collected_within() -> None:
    """However much is made."""
    before = [one["collections"] for one in gc.get_stats()]
    with uncollected():
        assert not gc.isenabled()
        made: list[list[int]] = [[] for _ in range(100_000)]
    assert len(made) == 100_000
    assert [one["collections"] for one in gc.get_stats()] == before


def test_what_was_loaded_is_kept_out_of_the_way() -> None:
    """The collector does not see it again, and what is made later it frees as ever."""
    with uncollected():
        loaded = Ring()
    assert gc.isenabled()
    assert not any(one is loaded for one in gc.get_objects())
    later = weakref.ref(Ring())
    assert later() is not None
    gc.collect()
    assert later() is None


def test_after_an_error_it_is_on_again() -> None:
    """Whatever went wrong with what was loaded."""
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled()


def test_switched_off_it_stays_off() -> None:
    """It is not ours to switch on."""
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_one_inside_another_is_the_outer_ones() -> None:
    """Opening the lab may load what opens more of it."""
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
