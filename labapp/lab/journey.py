"""A journey: a first visit to an address, and an old link to it one day later."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from labapp.browser import Browser
from labapp.conversations import conversations
from labapp.errors import LabError
from labapp.evidence import SITE, Evidence, Step
from labapp.lab.steps import FIELD, Script
from labapp.observers import wire
from labapp.secret import find

DAY = 24 * 3600  # seconds
ADDRESSES = (SITE, "127.0.0.1")
_PORTS = {"http": (None, 80), "https": (None, 443)}


def beginning(address: str) -> SplitResult:
    """Return the parts of an *address* at which visitors can begin: that of the form.

    Raises `LabError` for another host, path or port.
    """
    try:
        parts = urlsplit(str(address))
        port = parts.port
    except ValueError:  # a bracket, say, or a port that is no number
        parts, port = urlsplit(""), None
    known = parts.hostname in ADDRESSES and port in _PORTS.get(parts.scheme, ())
    if not known or parts.path not in {"", "/"} or parts.query or parts.username is not None:
        raise LabError(
            f"{address!r} is no address of the site: write https://{SITE}/ or http://{SITE}/."
        )
    return parts


@dataclass
class Clock:
    """Seconds that pass only when somebody says so."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@dataclass
class Journey(Script):
    """The steps ``first`` (open the form, submit it, read back) and ``later``.

    Visitors begin at *address*, such as ``"https://site.test/"``. The site speaks
    TLS if *tls*. In ``later``, one day on, an ``http://`` link to the same host is
    followed. `LabError` for an address that is not the site's.
    """

    address: str = f"http://{SITE}/"
    tls: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        parts = beginning(self.address)
        self.host = parts.hostname or SITE
        self._scheme = parts.scheme

    @property
    def _tls(self) -> bool:
        return self.tls

    def _play(self, secret: str) -> None:
        visitor = self._newcomer()
        self._serve()
        self._step("first", visitor, lambda: self._arrive(visitor, secret))
        self.clock.now += DAY
        link = self._url(self.host, "/secure_page", scheme="http")
        self._step("later", visitor, lambda: visitor.open(link))

    def _arrive(self, visitor: Browser, secret: str) -> None:
        visitor.open(self._url(self.host, scheme=self._scheme))
        if visitor.page.form is not None:
            visitor.submit({FIELD: secret})


@dataclass(frozen=True)
class Journeyed:
    """What a journey left, and what it says."""

    secret: str
    host: str
    evidence: Evidence

    @property
    def works(self) -> bool:
        """True if the visitor sees the secret on the last page of the first visit."""
        pages = [
            one
            for one in self.evidence.step("first").answers
            if urlsplit(one.url).hostname == self.host
        ]
        return any(one.status == 200 and find(self.secret, one.body) for one in pages[-1:])

    @property
    def readable(self) -> list[str]:
        """Where the secret crossed in the clear, on the first visit."""
        return [
            str(sighting)
            for part in wire.PARTS
            for sighting in wire.look(self.evidence, self.secret, part, ("first",))
        ]

    def plain(self, name: str) -> list[str]:
        """The first lines of requests to the site that crossed in the clear in a step."""
        step: Step = self.evidence.step(name)
        return [
            exchange.request.start_line.decode("latin-1")
            for conversation in conversations(step.capture)
            for exchange in conversation.exchanges
            if exchange.request.host.partition(":")[0] == self.host
        ]
