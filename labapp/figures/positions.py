"""Positions: where everybody stands who could look, and who of them has the secret."""

from __future__ import annotations

from labapp.errors import LabError
from labapp.figures.change import change
from labapp.figures.columns import how, said
from labapp.figures.picture import Picture
from labapp.figures.scene import Scene
from labapp.figures.sheet import Sheet
from labapp.figures.style import MARGIN, WIDTH
from labapp.figures.table import Table
from labapp.figures.windows import (
    COOKIE,
    DATABASE,
    FORGERY,
    HISTORY,
    LOG,
    MAIL,
    NETWORK,
    OLD_LINK,
    WORDS,
    Windows,
)
from labapp.lab import Visit

_MOST = 8  # visits whose marks fit below one another's feet
_BROWSER, _SERVER = 3.6, 8.6  # inches: where the browser ends and the server begins
_STANDS = {
    HISTORY: "at the browser",
    FORGERY: "on another page in the browser",
    NETWORK: "on the way",
    COOKIE: "on the way",
    OLD_LINK: "on the way",
    LOG: "at the server's log",
    MAIL: "at the server's mail",
    DATABASE: "at the server's database",
}
_FINDING = "Whoever stands on the way can listen; others look at what browser and server keep."
_INSET = "One machine plays all the parts: you see what the bytes are, not who is there."


def positions(*visits: Visit) -> Picture:
    """Draw browser, air, router and server, and the observers where they stand.

    Each of *visits*, if any, adds a mark to every observer: full if they found
    the secret, a ring if not, ``?`` if that is unknown.
    """
    if not all(isinstance(visit, Visit) for visit in visits):
        raise LabError("positions takes visits: positions(), positions(before, after).")
    if len(visits) > _MOST:
        raise LabError(f"positions has room for {_MOST} visits; choose some of these.")
    windows = Windows(visits)
    finding = _FINDING
    if visits:
        finding = change(windows.names, windows.answers, works=visits[-1].works)
    sheet = Sheet()
    bottom = _draw(sheet, windows, sheet.title(finding) + 0.4)
    return sheet.picture(
        sheet.caption(bottom + 0.1, _caption(visits, windows)), finding, _table(visits, windows)
    )


def _draw(sheet: Sheet, windows: Windows, top: float) -> float:
    scene = Scene(sheet)
    foot = top + scene.machine_height
    middle = (top + foot) / 2
    browser = scene.machine("browser", MARGIN, _BROWSER, top, ("history", "other.test"))
    server = scene.machine("server", _SERVER, WIDTH - MARGIN, top, ("log", "mail", "database"))
    scene.way(_BROWSER, _SERVER, 4.85, middle)
    scene.router(7.2, middle)
    rows = zip((HISTORY, FORGERY, LOG, MAIL, DATABASE), (*browser, *server), strict=True)
    ends = [scene.below(x, foot, row.deed, windows.answers[row]) for row, x in rows]
    left, right = _BROWSER + 0.4, _SERVER - 0.4
    y = foot + 0.05
    scene.bracket(left, right, y)
    y += 0.12
    for row in (NETWORK, COOKIE, OLD_LINK):
        y = scene.beside(left + 0.2, y, right - left, row.deed, windows.answers[row])
    return scene.inset(max(y, *ends) + 0.15, _INSET)


def _caption(visits: tuple[Visit, ...], windows: Windows) -> str:
    if not visits:
        return "other.test is a stranger's page, open in the same browser."
    which = ""
    if len(visits) > 1:
        names = "; ".join(name.heading for name in windows.names)
        which = f" One mark for each visit: {names}."
    return f"Full: has the secret, or can submit. Ring: not.{which} {how(visits)}"


def _table(visits: tuple[Visit, ...], windows: Windows) -> Table:
    rows = [
        (row.deed, where, *(WORDS[answer] for answer in windows.answers[row]))
        for row, where in _STANDS.items()
    ]
    return Table(("someone who ...", "stands", *map(said, visits)), rows)
