"""An ambush: a visitor on the way to the site, and an attacker who stands there."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from labapp.browser import Browser
from labapp.evidence import SITE
from labapp.lab import trust
from labapp.lab.journey import Clock, beginning
from labapp.lab.steps import FIELD, Script
from labapp.lab.trust import CAREFUL
from labapp.onpath import Impostor, Notes, Relay, Stripper
from labapp.server import Authority

HTTP, HTTPS = f"http://{SITE}/", f"https://{SITE}/"


@dataclass(frozen=True)
class Plot:
    """What the visitor does, and who stands on the way.

    Visitors begin at *address*. With *after* they have been there before, so many
    seconds ago and with nobody on the way. With *link* they only follow an old
    ``http://`` link to the secure page. A client that *forgets* keeps no HSTS.
    *certificate* is what an impostor shows, ``""`` means a stripper; *client* says
    what the visitor's client checks (see `labapp.lab.trust`).

    `LabError` for an address that is not the site's.
    """

    address: str = HTTP
    after: float | None = None
    link: bool = False
    forgets: bool = False
    certificate: str = ""
    client: str = CAREFUL

    def __post_init__(self) -> None:
        beginning(self.address)

    @property
    def host(self) -> str:
        """The host that visitors name."""
        return urlsplit(self.address).hostname or SITE

    @property
    def scheme(self) -> str:
        """What visitors write before the host."""
        return urlsplit(self.address).scheme

    def arms(
        self, authority: Authority, connect: Callable[[], socket.socket], tls: ssl.SSLContext
    ) -> tuple[ssl.SSLContext, Callable[[], Relay]]:
        """Return what the visitor's client trusts, and how the attacker's relay is made.

        *authority* is the site's, *connect* leads to the site, and *tls* verifies it.
        """
        if not self.certificate:
            return tls, lambda: Stripper(connect, tls)
        attacker = Authority()
        own = trust.shown(self.certificate, authority, attacker)
        return (
            trust.client(self.client, authority, attacker),
            lambda: Impostor(connect, tls, own),
        )


@dataclass
class Road:
    """The visitor's way to the site: *straight*, or through a *relay*."""

    straight: Callable[[], socket.socket]
    relay: Relay | None = None

    def connect(self) -> socket.socket:
        """Return a connection to whoever is at the other end just now."""
        return self.relay.connect() if self.relay else self.straight()


@dataclass
class Ambush(Script):
    """The steps ``clean`` (if the plot has one), ``attacked`` and ``replay``.

    In ``attacked`` every connection of the visitor goes to the relay that *attack*
    makes. In ``replay`` the attacker opens the secure page, straight and by HTTPS,
    with the cookies in the notes and no more.
    """

    plot: Plot = field(default_factory=Plot)
    clock: Clock = field(default_factory=Clock)
    road: Road | None = None
    attack: Callable[[], Relay] | None = None
    notes: Notes = field(default_factory=Notes)

    @property
    def _tls(self) -> bool:
        return True

    def _play(self, secret: str) -> None:
        assert self.road is not None
        assert self.attack is not None
        plot = self.plot
        visitor = self.new_browser(f"LabBrowser/1.0 ({self.control})")
        self._serve()
        if plot.after is not None:
            self._step("clean", visitor, lambda: self._arrive(visitor, secret))
            self.clock.now += plot.after
        if plot.forgets:  # as the site itself would say it: RFC 6797, 6.1.1
            visitor.hsts.note(self._url(plot.host), "max-age=0")
        with self.attack() as relay:
            self.road.relay = relay
            try:
                self._step("attacked", visitor, lambda: self._walk(visitor, secret))
            finally:
                self.road.relay = None
            self.notes = relay.notes()
        self._reuse(self.notes.cookies(plot.host))

    def _walk(self, visitor: Browser, secret: str) -> None:
        if self.plot.link:
            visitor.open(self._url(self.plot.host, "/secure_page", scheme="http"))
        else:
            self._arrive(visitor, secret)

    def _arrive(self, visitor: Browser, secret: str) -> None:
        visitor.open(self._url(self.plot.host, scheme=self.plot.scheme))
        if visitor.page.form is not None:
            visitor.submit({FIELD: secret})

    def _reuse(self, cookies: dict[str, str]) -> None:
        if not cookies:
            return
        attacker = self.new_browser("Attacker/1.0")
        url = self._url(self.plot.host, "/secure_page")
        for name, value in cookies.items():
            attacker.cookies.plant(url, name, value)
        self._step("replay", attacker, lambda: attacker.open(url))
