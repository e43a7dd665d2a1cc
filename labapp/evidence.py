"""Evidence: all that one visit leaves behind, frozen. No I/O happens here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from labapp.capture import Capture
from labapp.errors import LabError

SITE, STRANGER, THIRD_PARTY, CONTROL = "site.test", "other.test", "images.test", "control.test"
# The stranger's too, though one begins like the site, and the other ends so.
LOOKALIKES = ("site.test.other.test", "not-site.test")
MAIN_STEPS = ("open", "submit", "read_back")


@dataclass(frozen=True)
class LogLine:
    """One line of a server's access log, in the combined form of Apache httpd.

    *host* is the virtual host whose log it stands in (without the port).
    """

    host: str
    text: str
    referer: str = ""


@dataclass(frozen=True)
class Report:
    """One e-mailed error report: its plain text part and its HTML part."""

    text: str
    html: str


@dataclass(frozen=True)
class Crash:
    """An exception that left a view: its type's name and its message.

    *lines* are those of the view's author, outermost first ("line 6, in post:
    ..."); *view* says which view had been called, and where it begins. *starred* names
    the parameters that error reports of that request hide.
    """

    kind: str
    message: str
    lines: tuple[str, ...] = ()
    starred: tuple[str, ...] = ()
    view: str = ""


@dataclass(frozen=True, repr=False)
class Answer:
    """One answer as the browser had it, decrypted.

    *status* is 0 if none came; *headers* keep their order and repetitions; *body*
    is in bytes, without codings; *sent* is the body of the request.
    """

    method: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: bytes = b""

    def __repr__(self) -> str:
        return f"<Answer {self.status} to {self.method} {self.url}, {len(self.body)} bytes>"


@dataclass(frozen=True)
class Cookie:
    """One cookie as the browser keeps it (RFC 6265)."""

    host: str
    name: str
    value: str
    secure: bool
    http_only: bool
    same_site: str


@dataclass(frozen=True, repr=False)
class Memory:
    """What a browser keeps on its own disk: history, cache (address, body), cookies."""

    history: tuple[str, ...] = ()
    cache: tuple[tuple[str, bytes], ...] = ()
    cookies: tuple[Cookie, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Memory of {len(self.history)} addresses, {len(self.cache)} cached answers, "
            f"{len(self.cookies)} cookies>"
        )


@dataclass(frozen=True, repr=False)
class Step:
    """What one step of a visit left behind.

    *answers* in the order the browser had them; *memory* and *database* as they
    were when the step ended (*database*: the bytes of the SQLite file). *output* is
    what the site's code printed or logged, by host; *crashes* are its exceptions.
    """

    name: str
    capture: Capture
    answers: tuple[Answer, ...] = ()
    log: tuple[LogLine, ...] = ()
    reports: tuple[Report, ...] = ()
    memory: Memory = field(default_factory=Memory)
    database: bytes = b""
    output: tuple[LogLine, ...] = ()
    crashes: tuple[Crash, ...] = ()

    def answers_of(self, host: str) -> tuple[Answer, ...]:
        """Return the answers that came from *host*: those of status 0 are none."""
        return tuple(
            answer
            for answer in self.answers
            if answer.status and urlsplit(answer.url).hostname == host
        )

    def __repr__(self) -> str:
        return (
            f"<Step {self.name}: {len(self.answers)} answers, {len(self.log)} log lines, "
            f"{len(self.capture.frames)} frames>"
        )


@dataclass(frozen=True, repr=False)
class Evidence:
    """All steps of one visit.

    *control* is a second, harmless text the lab sent along on purpose: whoever
    did not find it did not look properly, so their "not seen" counts for nothing.
    *forged* is the text that the stranger's page submits in the visitor's name,
    *other* what a second visitor tells the site.
    """

    steps: tuple[Step, ...]
    control: str
    forged: str = ""
    other: str = ""

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def addressed(self) -> str:
        """What the second visitor writes into an address, beside *other* in the form."""
        return f"{self.other} by address"

    def has(self, name: str) -> bool:
        """Return whether the visit had a step called *name*."""
        return any(step.name == name for step in self.steps)

    def step(self, name: str) -> Step:
        """Return the step called *name*; `LabError` lists those there are."""
        for step in self.steps:
            if step.name == name:
                return step
        known = ", ".join(step.name for step in self.steps) or "none"
        raise LabError(f"This visit has no step {name!r}; it has {known}.")

    @property
    def main(self) -> tuple[Step, ...]:
        """The steps from opening the form to reading the value back."""
        return tuple(step for step in self.steps if step.name in MAIN_STEPS)

    def __repr__(self) -> str:
        return f"<Evidence of {', '.join(step.name for step in self.steps) or 'no step'}>"
