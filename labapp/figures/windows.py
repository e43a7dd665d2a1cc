"""Windows of exposure: who could look, and from which column until which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labapp.figures.columns import Column, columns
from labapp.lab import Visit
from labapp.observers import OBSERVERS, WIRE
from labapp.show import together


@dataclass(frozen=True)
class Row:
    """Someone, named by what they do (*deed*) and by what they hold (*name*).

    They were there if the secret was seen at one of *places*.
    """

    name: str
    deed: str
    places: tuple[str, ...]


def _row(name: str, *places: str) -> Row:
    """Return the row of the observer who owns *places*, who is called by the same words."""
    (owner,) = (one for one in OBSERVERS if any(place.key == places[0] for place in one.places))
    return Row(name, owner.name, places)


HISTORY = _row("the history", "history")
LOG = _row("the server log", "access_log")
MAIL = _row("the error e-mail (text)", "report_text")
NETWORK = _row("the network", *WIRE)
COOKIE = _row("the reused cookie", "cookie_replay")
OLD_LINK = _row("the old link", "http_link")
DATABASE = _row("the database", "store_raw", "store_decoded")
FORGERY = _row("the forged form", "forgery_accepted")

# Ordered by when they close in the taught order, which makes a staircase.
READING = (HISTORY, LOG, MAIL, NETWORK, COOKIE, OLD_LINK, DATABASE)
ACTING = (FORGERY,)
ALSO = {
    "debug_page": "debug page",
    "report_html": "HTML report",
    "browser_cache": "browser cache",
}
# The map has no room for all. The first two are shut under every combination of the six;
# the reload stands in `what_closes_what`; the changed page is one deed more of the forger.
LEFT_OUT = ("cookie_jar", "third_party_referer", "reload_resubmits", "forgery_changed_session")
WORDS = {True: "seen", False: "not seen", None: "unknown"}

Answers = Sequence[bool | None]


def seen(visit: Visit, row: Row) -> bool | None:
    """Return whether *row* had it in *visit*: seen at one place is seen."""
    return together(visit.seen, row.places)


@dataclass(frozen=True)
class Run:
    """Columns *first* to *last* (both counted) with one answer.

    *opens* is true if the window was shut in the column before.
    """

    first: int
    last: int
    answer: bool | None
    opens: bool = False


def runs(answers: Answers, names: Sequence[Column]) -> list[Run]:
    """Return *answers* as runs of equal ones; a column that begins anew begins a run."""
    found: list[Run] = []
    for column, answer in enumerate(answers):
        if found and names[column].grows and found[-1].answer is answer:
            found[-1] = replace(found[-1], last=column)
        else:
            opens = bool(answer) and names[column].grows and answers[column - 1] is False
            found.append(Run(column, column, answer, opens))
    return found


def until(answers: Answers, names: Sequence[Column]) -> str:
    """Say how long a window stays open: ``"until HTTPS"``, ``"open to the end"``.

    Columns that do not follow from each other have no end: ``"open in 2 of 3"``.
    """
    if len(answers) == 1:
        return {True: "open", False: "closed", None: "unknown"}[answers[0]]
    if True not in answers:
        return "unknown" if None in answers else "not open here"
    if not all(name.grows for name in names[1:]):
        return f"open in {answers.count(True)} of {len(answers)}"
    last = max(column for column, answer in enumerate(answers) if answer)
    if last == len(answers) - 1:
        return "open to the end"
    if answers[last + 1] is None:
        return "then unknown"
    return f"until {names[last + 1].added}"


class Windows:
    """The answers of every row, one for each of some visits, and the visits' names."""

    def __init__(self, visits: Sequence[Visit]) -> None:
        self.names = columns(visits)
        self.answers = {
            row: [seen(visit, row) for visit in visits] for row in (*READING, *ACTING)
        }

    def runs(self, row: Row) -> list[Run]:
        """Return the answers of *row* as runs."""
        return runs(self.answers[row], self.names)

    def until(self, row: Row) -> str:
        """Say how long *row* stays open."""
        return until(self.answers[row], self.names)
