"""An owner gives back what it opened, however its with block ends."""

from __future__ import annotations

import pytest

from labapp.owner import Owner


class Counted(Owner):
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_it_is_open_until_the_block_ends() -> None:
    """The block is given the owner itself, closed neither before nor within."""
    with Counted() as one:
        assert 0 == one.closed
    assert 1 == one.closed


def test_an_error_goes_on_its_way() -> None:
    """It is closed all the same, and hides nothing."""
    one = Counted()

    with pytest.raises(ZeroDivisionError), one:
        1 / 0  # noqa: B018

    assert 1 == one.closed


def test_nobody_owns_without_giving_back() -> None:
    """A class that cannot be closed cannot be made."""
    with pytest.raises(TypeError, match="close"):
        Owner()  # type: ignore[abstract]
