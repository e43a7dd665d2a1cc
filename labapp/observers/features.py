"""What the Hat Club is for: features that must go on working, whatever is repaired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.evidence import SITE, Evidence
from labapp.observers.told import Told, at_profile, link, pages, shows
from labapp.secret import find


@dataclass(frozen=True)
class Feature:
    """Something that must go on working; *ask* says what came instead, ``""`` if it works."""

    key: str
    label: str
    ask: Callable[[Evidence, Told], str]


def _came(evidence: Evidence, step: str) -> str:
    """Say what came first in *step* that is an error, else what came last."""
    if not evidence.has(step):
        return "the tour ended before"
    answers = [one for one in evidence.step(step).answers if urlsplit(one.url).hostname == SITE]
    for one in [*(one for one in answers if one.status >= 400), *reversed(answers)]:
        parts = urlsplit(one.url)
        if one.status:
            return f"status {one.status} at {parts.path}"
        return f"no answer came from {parts.scheme}://{SITE}{parts.path}"
    return "nobody was answered"


def _log_in(evidence: Evidence, told: Told) -> str:
    if at_profile(evidence, "open"):
        return ""
    return f"with the right password: {_came(evidence, 'open')}"


def _refuse(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "wrong_password"):
        return _came(evidence, "wrong_password")
    known = at_profile(evidence, "wrong_password")
    return "another password opens the profile, too" if known else ""


def _read_back(evidence: Evidence, told: Told) -> str:
    if shows(evidence, "read_back", told.place):
        return ""
    return f"what was saved does not come back: {_came(evidence, 'submit')}"


def _second(evidence: Evidence, told: Told) -> str:
    if not shows(evidence, "second_read_back", evidence.other):
        return f"their own words do not come back: {_came(evidence, 'second_read_back')}"
    mixed = shows(evidence, "own_page_again", evidence.other)
    return "the first member is shown what the second one saved" if mixed else ""


def _json(evidence: Evidence, told: Told) -> str:
    for answer in pages(evidence, "read_back"):
        kinds = [value for name, value in answer.headers if name.lower() == "content-type"]
        if kinds and kinds[0].startswith("application/json") and find(told.place, answer.body):
            return ""
    return f"no JSON with the field for its owner: {_came(evidence, 'read_back')}"


def _json_refused(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "json_stranger"):
        return _came(evidence, "json_stranger")
    leaks = shows(evidence, "json_stranger", told.place)
    return "/api/hat shows the field to somebody who is not logged in" if leaks else ""


def _reset(evidence: Evidence, told: Told) -> str:
    if not link(evidence):
        return f"no mail with a link came: {_came(evidence, 'reset_asked')}"
    if not at_profile(evidence, "new_password"):
        return f"the link brings no new password: {_came(evidence, 'reset')} after it"
    old = at_profile(evidence, "old_password")
    return "the forgotten password still works" if old else ""


def _log_out(evidence: Evidence, told: Told) -> str:
    if not pages(evidence, "logout"):
        return _came(evidence, "logout")
    return "the profile is open after it" if at_profile(evidence, "logout") else ""


def _report(evidence: Evidence, told: Told) -> str:
    if evidence.has("outage") and evidence.step("outage").reports:
        return ""
    # Only a view that was given the form can have kept the outage to itself.
    sent = [one for one in pages(evidence, "outage") if find(told.place, one.sent)]
    if any(one.status not in (403, 405) for one in sent):
        return "the back office was down, and nobody was told"
    return f"nobody could save, so nothing could crash: {_came(evidence, 'outage')}"


FEATURES = (
    Feature("log_in", "log in", _log_in),
    Feature("refuse", "another password is refused", _refuse),
    Feature("read_back", "save and read back", _read_back),
    Feature("second", "a second member", _second),
    Feature("json", "JSON for its owner", _json),
    Feature("json_refused", "JSON for nobody else", _json_refused),
    Feature("reset", "a new password by mail", _reset),
    Feature("log_out", "log out", _log_out),
    Feature("error_report", "error report in an outage", _report),
)
