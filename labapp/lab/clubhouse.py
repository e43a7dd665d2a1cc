"""The Hat Club's pages, and what its members do at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from labapp.browser import Browser
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab.steps import Script
from labapp.site import application as site

PLACE = "hiding_place"  # the field of the profile


@dataclass
class Clubhouse(Script):
    """A script at the club with *repair*; each method is one thing to do at one page."""

    repair: site.Repair = field(default_factory=site.Repair)
    page = "/profile"

    @property
    def _tls(self) -> bool:
        return self.repair.tls

    def _serve(self, *, down: bool = False, debug: bool = False) -> None:
        self.server.swap(lambda: site.club(self.repair, down=down), tls=self._tls)

    def _log_in(self, browser: Browser, name: str, password: str) -> None:
        self._fill_in(browser, "/login", {"username": name, "password": password})
        browser.open(self._url(SITE, self.page))

    def _log_out(self, browser: Browser) -> None:
        self._fill_in(browser, "/logout", {})
        browser.open(self._url(SITE, self.page))

    def _save(self, browser: Browser, place: str) -> None:
        self._fill_in(browser, self.page, {PLACE: place})

    def _look_around(self, browser: Browser) -> None:
        """Open the profile, then follow its link to the JSON, or open that address."""
        browser.open(self._url(SITE, self.page))
        links = [one for one in browser.page.links if urlsplit(one).path == "/api/hat"]
        if links:
            browser.follow(links[0])
        else:
            browser.open(self._url(SITE, "/api/hat"))

    def _fill_in(self, browser: Browser, path: str, values: Mapping[str, str]) -> None:
        browser.open(self._url(SITE, path))
        if browser.current and urlsplit(browser.current.url).path == path:
            self._send(browser, values)

    def _send(self, browser: Browser, values: Mapping[str, str]) -> None:
        """Submit the page's form; where there is none (an error page, say) nothing."""
        if browser.page.form is None or browser.current is None:
            return
        try:
            browser.submit(values)
        except LabError as error:
            path = urlsplit(browser.current.url).path
            raise LabError(f"At {path}: {error}") from None
