"""The rows of the exposure map by short words, for predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labapp import show
from labapp.errors import LabError
from labapp.observers import OBSERVERS, WIRE


@dataclass(frozen=True)
class Row:
    """One row of a prediction: its *word*, what it is called, its places.

    A row of the learner's own, which is not on the map, has no *places*.
    """

    word: str
    label: str
    places: tuple[str, ...] = ()

    def measured(self, seen: Mapping[str, bool | None]) -> bool | None:
        """Return what its places say together: seen at one is seen, None is unknown."""
        return show.together(seen, self.places)


def row(word: str) -> Row:
    """Return the row of the map called *word*; `LabError` lists the known ones."""
    if word not in ROWS:
        raise LabError(f"The map has no row {word!r}. Known: {', '.join(ROWS)}.")
    return ROWS[word]


def _row(word: str, *places: str) -> Row:
    for observer in OBSERVERS:
        mine = [place for place in observer.places if place.key in places]
        if len(mine) == len(observer.places):
            return Row(word, observer.name, places)
        if mine:
            return Row(word, f"{observer.name}: {mine[0].label}", places)
    raise KeyError(word)


ROWS = {
    one.word: one
    for one in (
        _row("listener", *WIRE),
        _row("cookie", "cookie_replay"),
        _row("link", "http_link"),
        _row("history", "history"),
        _row("cache", "browser_cache"),
        _row("cookie_jar", "cookie_jar"),
        _row("referer", "third_party_referer"),
        _row("log", "access_log"),
        _row("report", "report_text"),
        _row("html_report", "report_html"),
        _row("debug_page", "debug_page"),
        _row("database", "store_raw", "store_decoded"),
        _row("stored_bytes", "store_raw"),
        _row("stored_row", "store_decoded"),
        _row("reload", "reload_resubmits"),
        _row("forgery", "forgery_accepted"),
        _row("page_changed", "forgery_changed_session"),
    )
}
