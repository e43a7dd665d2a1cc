"""The first visit: which visits a stripper reads, on sites that ask for more and more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from labapp.errors import LabError
from labapp.figures.columns import listed
from labapp.figures.picture import Picture
from labapp.figures.sheet import Sheet
from labapp.figures.style import GREY, MARGIN, PALE, PAPER, WIDTH, WINE
from labapp.figures.table import Table
from labapp.lab.attack import Attack

_LABELS = 3.3  # inches at the left
_SAYING = "the stripper reads it"
_WORDS = {True: "read", False: "not read", None: "unknown"}


def first_visit(attacks: Sequence[Attack]) -> Picture:
    """Draw *attacks* as lanes, one for each site, and columns, one for each time.

    `labapp.lab.attacked.first_visits` makes them. A bar is a visit that the stripper
    reads, a ring one that it does not. Raises `LabError` if a site lacks a time.
    """
    lanes = _lanes(attacks)
    times = list(dict.fromkeys(one.when for one in attacks))
    finding = _finding(lanes)
    sheet = Sheet()
    left = MARGIN + _LABELS
    wide = (WIDTH - MARGIN - left) / len(times)
    line, bar = sheet.style.line, sheet.style.bar
    heads = [sheet.wrap(time, wide - 0.15) for time in times]
    y = sheet.title(finding) + 0.2
    foot = y + line * max(map(len, heads))
    sheet.words(MARGIN, foot - line / 2, "the site's settings", color=GREY)
    for number, head in enumerate(heads):
        sheet.words(left + wide * (number + 0.5), foot - line * len(head) / 2, head,
                    align="center")  # fmt: skip
    y, explains = foot + 0.16, True
    for site, answers in lanes.items():
        label = sheet.wrap(site, _LABELS - 0.2)
        high = max(len(label) * line, bar) + 0.24
        sheet.words(MARGIN, y + high / 2, label)
        sheet.line([left, WIDTH - MARGIN], [y + high / 2] * 2, color=PALE)
        _lane(sheet, answers, left, wide, y + high / 2, explains=explains)
        explains = explains and True not in answers
        y += high
    how = " ".join(dict.fromkeys(one.how for one in attacks))
    caption = (
        "Bar: a stripper reads what the visitor sends and sees. Ring: the visit passes it "
        "sealed. Each is a visit of its own, to http://. From the stripper's own notes; the "
        f"site's side: {how[0].lower()}{how[1:]}"
    )
    return sheet.picture(sheet.caption(y + 0.1, caption), finding, _table(lanes, times))


def _lanes(attacks: Sequence[Attack]) -> dict[str, list[bool | None]]:
    lanes: dict[str, list[bool | None]] = {}
    times: dict[str, list[str]] = {}
    for one in attacks:
        lanes.setdefault(one.site, []).append(one.reads)
        times.setdefault(one.site, []).append(one.when)
    if not lanes or len({tuple(row) for row in times.values()}) > 1:
        raise LabError(
            "first_visit takes every site at the same times: first_visit(first_visits(secret))."
        )
    return lanes


def _lane(
    sheet: Sheet,
    answers: Sequence[bool | None],
    left: float,
    wide: float,
    y: float,
    *,
    explains: bool,
) -> None:
    bar, column, shut = sheet.style.bar, 0, False
    for answer, group in groupby(answers):
        columns = len(list(group))
        x, long = left + wide * column + 0.04, wide * columns - 0.08
        if answer:
            sheet.box(x, y - bar / 2, long, bar, fill=WINE)
            if shut:
                tick = bar * 0.82
                sheet.line([x, x], [y - tick, y + tick], color="#000000", thick=5, above=True)
                sheet.words(x + 0.09, y, "opens", bold=True, color=PAPER)
            elif explains and long > sheet.width(_SAYING, bold=True) + 0.1:
                sheet.words(x + long / 2, y, _SAYING, bold=True, color=PAPER, align="center")
        elif answer is None:
            sheet.box(x, y - bar / 2, long, bar, edge=GREY, hatch="////")
            sheet.box(x + long / 2 - 0.15, y - bar / 2 + 0.03, 0.3, bar - 0.06)
            sheet.mark(x + long / 2, y, None)
        else:
            for number in range(column, column + columns):
                sheet.mark(left + wide * (number + 0.5), y, answer=False, size=9)
        shut = answer is False
        column += columns


def _finding(lanes: dict[str, list[bool | None]]) -> str:
    """Say in a sentence what the bars show, in numbers of this run."""
    first = [answers[0] for answers in lanes.values()]
    closing = [site for site, answers in lanes.items() if False in answers[1:]]
    again = [site for site in closing if _opens_again(lanes[site])]
    count = (
        "every first visit"
        if all(first)
        else f"{first.count(True)} of {len(first)} first visits"
    )
    later = "none of these sites closes later ones"
    if closing:
        later = f"{listed(closing)} {'closes' if len(closing) == 1 else 'close'} later ones"
        later += ", until it runs out" if again else ""
    unknown = sum(answers.count(None) for answers in lanes.values())
    doubt = f" ({unknown} unknown)" if unknown else ""
    return f"A stripper reads {count}; {later}{doubt}."


def _opens_again(answers: Sequence[bool | None]) -> bool:
    return True in answers[answers.index(False, 1) :]


def _table(lanes: dict[str, list[bool | None]], times: Sequence[str]) -> Table:
    rows = [(site, *(_WORDS[one] for one in answers)) for site, answers in lanes.items()]
    return Table(("the site's settings", *times), rows)
