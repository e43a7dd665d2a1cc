"""A tour of the Hat Club made by hand: nothing leaks in it, and every feature works."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labapp.capture import Capture
from labapp.evidence import SITE, Answer, Evidence, LogLine, Report, Step
from labapp.observers.club import Told

HERE = f"http://{SITE}:8000"
TOLD = Told(
    place="under the third flower pot 17",
    password="first kettle and violin 58",
    new_password="second melon and lantern 29",
    mistyped="fist kettle and violin 58",
)
OTHER = "behind the blue piano 334"
FORGED = "in the stranger's pocket 65"
CONTROL_TEXT = "control kettle 4242"
LINK = f"{HERE}/reset/MQ/abc-123/"
LOGIN = b"<h1>Log in</h1>"
JSON = (("Content-Type", "application/json"),)


def profile(shown: str = "") -> bytes:
    """Return the profile, with *shown* in its field."""
    return f'<input name="hiding_place" value="{shown}">'.encode()


def answer(
    path: str = "/profile",
    status: int = 200,
    page: bytes = profile(),
    *,
    method: str = "GET",
    to: str = HERE,
    headers: tuple[tuple[str, str], ...] = (),
    sent: str = "",
) -> Answer:
    """Return one answer of the club's, or of another host's."""
    return Answer(method, f"{to}{path}", status, headers, page, sent.encode())


def step(name: str, *answers: Answer, said: str = "", host: str = SITE, **parts: Any) -> Step:
    """Return one step, in which nothing crossed; *said* was logged for *host*."""
    output = (LogLine(host, said),) if said else ()
    return Step(name, Capture((), "hand", "", 0), answers, output=output, **parts)


WORKS = Evidence(
    (
        step("open", answer("/login", page=LOGIN), answer()),
        step("submit", answer(method="POST", sent=TOLD.place)),
        step(
            "read_back",
            answer(page=profile(TOLD.place)),
            answer("/api/hat", page=f'{{"hat": "{TOLD.place}"}}'.encode(), headers=JSON),
        ),
        step("wrong_password", answer("/login", page=LOGIN)),
        step("json_stranger", answer("/api/hat", 401, b"{}")),
        step("second_visitor", answer("/login", page=LOGIN), answer()),
        step("second_submit", answer(method="POST", page=profile(OTHER), sent=OTHER)),
        step("second_read_back", answer(page=profile(OTHER))),
        step("own_page_again", answer(page=profile(TOLD.place))),
        step(
            "outage",
            answer(status=500, page=b"sorry", method="POST", sent=TOLD.place),
            reports=(Report("crash", "<p>crash</p>"),),
        ),
        step("logout", answer("/login", page=LOGIN)),
        step(
            "reset_asked",
            answer("/password_reset"),
            reports=(Report(f"Open\n\n{LINK}\n\nand hurry.", ""),),
        ),
        step("reset", answer("/reset/MQ/abc-123/", page=b"<h1>Done</h1>")),
        step("new_password", answer("/login", page=LOGIN), answer()),
        step("old_password", answer("/login", page=LOGIN)),
    ),
    CONTROL_TEXT,
    FORGED,
    OTHER,
)


def but(*steps: Step) -> Evidence:
    """Return the working tour with *steps* in place of those of the same names, or at its end."""
    new = {one.name: one for one in steps}
    kept = [new.pop(one.name, one) for one in WORKS]
    return replace(WORKS, steps=(*kept, *new.values()))


def except_for(*names: str) -> Evidence:
    """Return the working tour without the steps called *names*."""
    return replace(WORKS, steps=tuple(one for one in WORKS if one.name not in names))
