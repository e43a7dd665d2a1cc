"""The predictions of the chapters: by title, the chapter and the rows."""

from __future__ import annotations

from labapp.remedy import SIX

# A test compares this with the notebooks.
ASKED: dict[str, tuple[str, tuple[str, ...]]] = {
    "after HTTPS": ("00", ("listener", "log", "history")),
    "how often each crosses": ("01", ("your sentence", "the view's secret")),
    "after POST": ("02", ("listener", "log", "history")),
    "the picture's host, with GET": ("02", ("referer",)),
    "with stars": ("03", ("report", "html_report", "debug_page", "log", "listener")),
    "with the session": ("04", ("log", "listener", "cookie", "database")),
    "a signed row, no key": ("04", ("stored_bytes", "stored_row")),
    "forgery accepted": (
        "05",
        ("nothing applied", "POST", "CSRF check, with GET", "POST and CSRF check"),
    ),
    "without the check": ("05", ("Strict refuses the form", "a cookie belongs to one port")),
    "still told": (
        "06",
        (
            "the site's name",
            "the address of the page (its path)",
            "the visitor's words",
            "how long the words are",
        ),
    ),
    "a stripper reads it": (
        "07",
        (
            "redirect, first visit",
            "HSTS, first visit",
            "HSTS, an hour later",
            "HSTS, site opened by number",
        ),
    ),
    "of seven published claims": ("08", ("how many hold", "how many more hold in part")),
    "check --deploy is clean": ("08", ("listener", "log", "history", "forgery")),
    "can adding it open something": ("09", tuple(one.label for one in SIX)),
    "the club's login": ("10", ("listener", "log", "history", "database")),
    "HTTPS for the club": ("10", ("closed by HTTPS alone",)),
    "told by the log alone": ("10", tuple(one.label for one in SIX)),
}
