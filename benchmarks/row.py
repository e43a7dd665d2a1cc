"""One line of the table: what was measured, what came out, what was promised."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement, in words for a table.

    *met* is None where nothing was promised; *samples* says how much was
    measured, *how* what the number stands on.
    """

    what: str
    measured: str
    target: str = "-"
    met: bool | None = None
    samples: str = ""
    how: str = ""

    @property
    def verdict(self) -> str:
        """``"yes"``, ``"NO"``, or ``"-"`` where nothing was promised."""
        return {True: "yes", False: "NO", None: "-"}[self.met]


def at_most(what: str, ratio: float, most: float, samples: str, how: str = "") -> Row:
    """Return the row of a *ratio* that may be *most*."""
    return Row(what, f"{ratio:.2f}", f"at most {most:g}", ratio <= most, samples, how)


def at_least(what: str, ratio: float, least: float, samples: str, how: str = "") -> Row:
    """Return the row of a *ratio* that must be *least* or more."""
    shown = f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"
    return Row(
        what, f"{shown} times", f"at least {least:g} times", ratio >= least, samples, how
    )


def all_of(what: str, whole: int, number: int, how: str = "") -> Row:
    """Return the row of *whole* out of *number*, of which none may be missing."""
    met = whole == number
    return Row(what, f"{whole:,} of {number:,}", "all", met, f"{number:,}", how)


def none_of(what: str, lost: int, number: int, how: str = "") -> Row:
    """Return the row of *lost* things out of *number*, which must be none."""
    return Row(what, f"{lost:,} lost", "0 lost", lost == 0, f"{number:,}", how)


def ms(seconds: float) -> str:
    """Return *seconds* as milliseconds, such as ``"0.93 ms"``."""
    return f"{1000 * seconds:,.2f} ms" if seconds < 0.1 else f"{1000 * seconds:,.0f} ms"
