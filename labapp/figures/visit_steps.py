"""The steps of a visit as six small panels: the same in every visit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.errors import LabError
from labapp.evidence import SITE, STRANGER, Answer
from labapp.figures.columns import how
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import FAINT, GREY, MARGIN, WIDTH
from labapp.figures.table import Table
from labapp.lab import Visit

_ACROSS = 3  # panels in a row
_GAP = 0.2  # inches between panels
_MOST = 4  # requests written in a panel
_FINDING = "One visit, step by step: every visit is made the same way."


@dataclass(frozen=True)
class Panel:
    """One or two *steps* of a visit, and what the visitor does in them."""

    steps: tuple[str, ...]
    title: str
    deed: str


PANELS = (
    Panel(("open",), "open", "opens the page with the form"),
    Panel(("submit",), "submit", "types the secret and sends it"),
    Panel(("read_back",), "read back", "opens the secure page, where there is a session"),
    Panel(("again", "reload"), "again, reload", "sends it once more, then presses reload"),
    Panel(("outage", "outage_debug"), "outage", "sends it while the view crashes"),
    Panel(
        ("http_link", "forgery"),
        "old link, forgery",
        "follows an old http:// link, then opens a stranger's page that sends a form",
    ),
)


def visit_steps(visit: Visit) -> Picture:
    """Draw the steps of *visit*, with the requests that were made in each."""
    if not isinstance(visit, Visit):
        raise LabError("visit_steps takes a visit: visit_steps(before).")
    sheet = Sheet()
    line = sheet.style.line
    wide = (WIDTH - 2 * MARGIN - (_ACROSS - 1) * _GAP) / _ACROSS
    deeds = [sheet.wrap(panel.deed, wide - 0.24) for panel in PANELS]
    tallest = max(map(len, deeds))  # lines
    high = (_MOST + tallest + 1.6) * line + 0.3
    top = sheet.title(_FINDING) + 0.25
    for number, (panel, deed) in enumerate(zip(PANELS, deeds, strict=True)):
        x = MARGIN + number % _ACROSS * (wide + _GAP)
        y = top + number // _ACROSS * (high + _GAP)
        sheet.box(x, y, wide, high, edge=GREY)
        sheet.box(x, y, wide, line + 0.16, fill=FAINT)
        sheet.words(x + 0.12, y + line / 2 + 0.08, f"{number + 1}  {panel.title}", bold=True)
        first = y + line + 0.26
        sheet.words(x + 0.12, first + len(deed) * line / 2, deed)
        at = first + (tallest + 0.7) * line
        for text in requests(visit, panel) or ["not in this visit"]:
            # Cut to the panel: an address may be as long as a sentence.
            shown = sheet.wrap(text, wide - 0.24)[0]
            sheet.words(
                x + 0.12, at, shown if shown == text else f"{shown[:-3]}...", color=GREY
            )
            at += line
    bottom = top + 2 * high + _GAP
    caption = f"Below each: what was asked, and the answer's status. {how((visit,))}"
    return sheet.picture(sheet.caption(bottom + 0.12, caption), _FINDING, _table(visit))


def requests(visit: Visit, panel: Panel) -> list[str]:
    """Return lines such as ``"2 x POST /sensitive 200"`` for the pages of a panel."""
    answers = [
        answer
        for name in panel.steps
        if visit.evidence.has(name)
        for answer in visit.step(name).answers
        if urlsplit(answer.url).hostname in (SITE, STRANGER)
    ]
    lines = [_said(answer) for answer in answers]
    # The form is opened before each submit: said in panel 1, left out later.
    if panel is not PANELS[0]:
        lines = [line for line in lines if not line.startswith("GET / ")]
    counted = Counter(lines)
    times = "\N{MULTIPLICATION SIGN}"
    return [f"{n} {times} {line}" if n > 1 else line for line, n in counted.items()][:_MOST]


def _said(answer: Answer) -> str:
    parts = urlsplit(answer.url)
    host = STRANGER if parts.hostname == STRANGER else ""
    query = "?..." if parts.query else ""
    return f"{answer.method} {host}{parts.path or '/'}{query} {answer.status or 'no answer'}"


def _table(visit: Visit) -> Table:
    rows = [
        (panel.title, panel.deed, "; ".join(requests(visit, panel)) or "not in this visit")
        for panel in PANELS
    ]
    return Table(("step", "the visitor", "requests"), rows)
