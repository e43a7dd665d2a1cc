"""A real Chromium that a script of the lab can use in place of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labapp.backends import Backend
from labapp.backends.kernel_packets import KernelPackets
from labapp.backends.relay import Relay
from labapp.evidence import SITE, Answer, Cookie, Memory
from labapp.server import Server
from tests import chromium_disk
from tests.chromium import launch
from tests.chromium_answers import Answers

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

PATIENCE = 30.0  # seconds for one page, or for connections to end


def begun(backend: Backend) -> list[int]:
    """Return the client ports of all connections that began in this recording.

    A backend knows those it made itself, and waits for their last packet.
    """
    if isinstance(backend, KernelPackets):
        backend._drain()
    assert isinstance(backend, KernelPackets | Relay)
    headers = (one.data[14 + 4 * (one.data[14] & 15) :] for one in list(backend._frames))
    return [int.from_bytes(tcp[:2]) for tcp in headers if tcp[13] & 0x12 == 0x02]  # SYN, no ACK


@dataclass(frozen=True)
class Form:
    """All that a script wants to know of a form."""

    method: str


@dataclass(frozen=True)
class Page:
    """The first form and the links of the page in the tab."""

    form: Form | None
    links: tuple[str, ...]


class Cookies:
    """The cookie jar, for whoever has a cookie and wants to use it."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium

    def plant(self, url: str, name: str, value: str) -> None:
        """Put a cookie in by hand."""
        self._chromium.context.add_cookies([{"name": name, "value": value, "url": url}])


class Chromium:
    """Does what `labapp.browser.Browser` does, by a Chromium of its own.

    *profile* is its folder; *server* and *backend* tell when connections have ended.
    Without *styles* it loads no style sheets, as the model does not; icons never.
    """

    def __init__(
        self,
        playwright: Playwright,
        profile: Path,
        key: str,
        agent: str,
        server: Server,
        backend: Backend,
        *,
        styles: bool = False,
    ) -> None:
        self._start = lambda: launch(playwright, profile, key, agent)
        self._styles = styles
        self._profile = profile
        self._server = server
        self._backend = backend
        self._answers: list[Answer] = []
        self.cookies = Cookies(self)
        self._open()

    def _open(self) -> None:
        self.context = self._start()
        self.tab = self.context.pages[0]
        self.tab.set_default_timeout(1000 * PATIENCE)
        tools = self.context.new_cdp_session(self.tab)
        self._heard = Answers(tools)
        # An icon is asked for some time after a page without one: in which step?
        left_out = ["*/favicon.ico"] + ["*/style.css"] * (not self._styles)
        tools.send("Network.setBlockedURLs", {"urls": left_out})

    def close(self) -> None:
        """Quit."""
        self.context.close()

    # What a visitor does --------------------------------------------------------------

    def open(self, url: str) -> None:
        """Type an address; a stranger's page that submits itself may do so."""
        attack = urlsplit(url).path == "/attack"
        with self._acting():
            self.tab.goto(url, wait_until="commit" if attack else "load")
            if attack:
                self.tab.wait_for_url(lambda now: urlsplit(now).hostname == SITE)

    def follow(self, href: str) -> None:
        """Click a link."""
        with self._acting(), self.tab.expect_navigation():
            self.tab.click(f'a[href="{href}"]')

    def submit(self, values: Mapping[str, str]) -> None:
        """Fill the first form in and press its button."""
        with self._acting(), self.tab.expect_navigation():
            for name, value in values.items():
                control = self.tab.locator(f'form [name="{name}"]').first
                if control.is_visible():
                    control.fill(value)
                else:
                    control.evaluate("(control, text) => { control.value = text }", value)
            self.tab.locator("form button").first.click()

    def reload(self) -> None:
        """Press F5 and confirm that the form is sent again."""
        with self._acting():
            self.tab.reload()

    @property
    def page(self) -> Page:
        """What the tab shows now."""
        form, links = self.tab.evaluate(
            "[document.forms[0]?.method, [...document.links].map(a => a.getAttribute('href'))]"
        )
        return Page(Form(form) if form else None, tuple(links))

    @contextmanager
    def _acting(self) -> Iterator[None]:
        from playwright.sync_api import Error

        try:
            yield
        except Error as error:
            if "net::ERR" not in str(error):  # else Chromium shows an error page of its own
                raise
        self._answers += self._heard.take()

    # What it leaves -------------------------------------------------------------------

    def take_answers(self) -> tuple[Answer, ...]:
        """Return every answer since the last call."""
        answers = tuple(self._answers)
        self._answers.clear()
        return answers

    def close_connections(self) -> None:
        """Have Chromium close its sockets, and wait until the server has seen it."""
        self.tab.evaluate("chrome.benchmarking.closeConnections()")
        traffic, open_ones = self._server.traffic.changed, self._server._connections
        with traffic:
            if not traffic.wait_for(lambda: not open_ones, PATIENCE):
                raise TimeoutError(f"{len(open_ones)} connections of Chromium did not end")
        if (recording := self._backend._recording) is not None:
            recording.clients += begun(self._backend)

    def memory(self) -> Memory:
        """Return the cookies: the rest is on the disk once Chromium quits."""
        return Memory(cookies=self._jar())

    def quit_and_read(self) -> Memory:
        """Quit, read what the profile has kept, and start again with that profile."""
        cookies = self._jar()
        self.context.close()
        memory = Memory(
            history=chromium_disk.history(self._profile),
            cache=chromium_disk.cache(self._profile),
            cookies=cookies,
        )
        self._open()
        return memory

    def _jar(self) -> tuple[Cookie, ...]:
        return tuple(
            Cookie(
                host=one["domain"].removeprefix("."),
                name=one["name"],
                value=one["value"],
                secure=one["secure"],
                http_only=one["httpOnly"],
                same_site=one["sameSite"],
            )
            for one in self.context.cookies()
        )
