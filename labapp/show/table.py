"""The exposure map as a table of plain text: people by steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labapp.observers import OBSERVERS

SEEN = Mapping[str, bool | None]
_MARKS = {True: "X", False: ".", None: "?"}


def map_text(columns: Sequence[SEEN], works: Sequence[bool]) -> str:
    """Return one row per observer and one column per visit, numbered from 0.

    ``X`` is seen, ``.`` not seen, ``?`` unknown; an observer with several places
    has seen the secret if it was at one of them.
    """
    label = 40
    head = f"{'Someone who ...':{label}}" + "".join(f"{n:>4}" for n in range(len(columns)))
    rows = [head]
    for observer in OBSERVERS:
        keys = [place.key for place in observer.places]
        marks = "".join(f"{_MARKS[together(column, keys)]:>4}" for column in columns)
        rows.append(f"{observer.name:{label}}{marks}")
    rows.append(f"{'The form still works':{label}}" + "".join(f"{_yes(w):>4}" for w in works))
    rows.append("X has it, or can do it   . not, and a control was found   ? unknown")
    return "\n".join(rows)


def together(column: SEEN, keys: Sequence[str]) -> bool | None:
    """Return what several places say together: seen at one is seen."""
    answers = [column[key] for key in keys]
    return True if True in answers else None if None in answers else False


def _yes(works: bool) -> str:
    return "yes" if works else "no"
