"""Windows of exposure: the rows of the exposure map, in words and in runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labapp.lab import Visit


@dataclass(frozen=True)
class Row:
    """Someone, named by what they do (*deed*) and by what they hold (*name*).

    They were there if the secret was seen at one of *places*.
    """

    name: str
    deed: str
    places: tuple[str, ...]


WIRE = ("wire_request_line", "wire_request_headers", "wire_request_body", "wire_response")
HISTORY = Row("the history", "reads the browser history", ("history",))
# Ordered by when they close in the taught order, which makes a staircase.
READING = (
    HISTORY,
    Row("the server log", "reads the server log", ("access_log",)),
    Row("the error e-mail (text)", "gets the error e-mail (text)", ("report_text",)),
    Row("the network", "listens to the network", WIRE),
    Row("the reused cookie", "listens and reuses the cookie", ("cookie_replay",)),
    Row("the old link", "listens when an old link says http://", ("http_link",)),
    Row("the database", "copies the database", ("store_raw", "store_decoded")),
)
ACTING = (Row("the forged form", "can submit in your name", ("forgery_accepted",)),)
ALSO = {
    "debug_page": "debug page",
    "report_html": "HTML report",
    "browser_cache": "browser cache",
}


def seen(visit: Visit, row: Row) -> bool | None:
    """Return whether *row* had it in *visit*: seen at one place is seen."""
    answers = [visit.seen[place] for place in row.places]
    return True if True in answers else None if None in answers else False


@dataclass(frozen=True)
class Run:
    """Columns *first* to *last* (both counted) with one answer."""

    first: int
    last: int
    answer: bool | None


def runs(answers: Sequence[bool | None]) -> list[Run]:
    """Return *answers* as runs of equal ones, in order."""
    found: list[Run] = []
    for column, answer in enumerate(answers):
        if found and found[-1].answer is answer:
            found[-1] = Run(found[-1].first, column, answer)
        else:
            found.append(Run(column, column, answer))
    return found


@dataclass(frozen=True)
class Column:
    """One visit: its *heading*, and in a word or two what was *added* for it."""

    heading: str
    added: str


def columns(visits: Sequence[Visit]) -> list[Column]:
    """Name each visit: what it adds to the one before it, else all it has."""
    found = []
    for index, visit in enumerate(visits):
        before = visits[index - 1].remediations if index else ()
        added = [one for one in visit.remediations if one not in before]
        grows = index and added and set(before) <= set(visit.remediations)
        if grows:
            heading = "+ " + " + ".join(one.label for one in added)
            found.append(Column(heading, " + ".join(one.short for one in added)))
        else:
            found.append(Column(visit.title, visit.title))
    return found


def until(answers: Sequence[bool | None], names: Sequence[Column]) -> str:
    """Say how long a window stays open: ``"until HTTPS"``, ``"open to the end"``."""
    if True not in answers:
        return "unknown" if None in answers else "never open"
    last = max(column for column, answer in enumerate(answers) if answer)
    if last == len(answers) - 1:
        return "open to the end"
    if answers[last + 1] is None:
        return "then unknown"
    return f"until {names[last + 1].added}"
