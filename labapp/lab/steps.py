"""The steps of a visit, always the same, each with its own capture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode, urlsplit

from labapp.browser import Browser
from labapp.errors import LabError
from labapp.evidence import CONTROL, SITE, STRANGER
from labapp.lab.stage import Stage
from labapp.observers import wire
from labapp.observers.forgeries import FORGERIES, Forgery
from labapp.remedy import session
from labapp.secret import find

FIELD = "sensitive_info"
DIGITS = 6  # a longer number in a cookie is no small number to guess


@dataclass
class Script(Stage):
    """Plays one visit against one combination of remediations.

    With *thorough* a second visitor comes, and further strangers.
    """

    thorough: bool = False

    def _play(self, secret: str) -> None:
        visitor = self._begin()
        self._step("control", visitor, lambda: self._send_control(visitor))
        if not self._main_steps(visitor, secret):
            return
        if self.thorough:
            self._second_visit(visitor)
        self._replay("replay", wire.cookies(self._evidence()))
        self._step("again", visitor, lambda: self._submit(visitor, secret))
        self._step("reload", visitor, visitor.reload)
        self._serve(down=True)
        self._step("outage", visitor, lambda: self._submit(visitor, secret))
        self._serve(down=True, debug=True)
        self._step("outage_debug", visitor, lambda: self._submit(visitor, secret))
        self._serve()
        self._step("http_link", visitor, lambda: self._follow_old_link(visitor))
        self._replay("replay_after_link", wire.cookies(self._evidence(), ("http_link",)))
        self._step("forgery", visitor, lambda: self._forge(visitor))
        self._step("after_forgery", visitor, lambda: visitor.open(self._url(SITE, self.page)))
        if self.thorough:
            for forgery in FORGERIES:
                self._step(forgery.key, visitor, partial(self._forge_as, visitor, forgery))

    def _main_steps(self, visitor: Browser, secret: str) -> bool:
        """Open the form, submit it, read back; return whether the form was answered."""
        self._step("open", visitor, lambda: visitor.open(self._url(SITE)))
        self._refuse_common(secret)
        self._step("submit", visitor, lambda: _fill(visitor, {FIELD: secret}))
        if self._steps and not self._steps[-1].answers_of(SITE):
            return False
        if session in self.remediations or self.own.secure_page:
            self._step("read_back", visitor, lambda: self._read_back(visitor))
        return True

    # What happens in each -----------------------------------------------------------

    def _send_control(self, browser: Browser) -> None:
        query = urlencode({"control": self.control})
        browser.open(self._url(CONTROL, f"/control?{query}", scheme="http"))
        browser.submit({"control": self.control})

    def _submit(self, browser: Browser, secret: str) -> None:
        browser.open(self._url(SITE))
        _fill(browser, {FIELD: secret})

    def _read_back(self, browser: Browser) -> None:
        if "/secure_page" in browser.page.links:
            browser.follow("/secure_page")
        else:
            browser.open(self._url(SITE, self.page))

    def _replay(self, name: str, cookies: dict[str, str]) -> None:
        """Open the visitor's page as a listener would: with the cookies and no more."""
        if not cookies:
            return
        listener = self._newcomer()
        url = self._url(SITE, self.page)
        for cookie, value in cookies.items():
            listener.cookies.plant(url, cookie, value)
        self._step(name, listener, lambda: listener.open(url))

    def _follow_old_link(self, browser: Browser) -> None:
        browser.open(self._url(STRANGER, scheme="http"))
        for link in browser.page.links[:1]:
            browser.follow(link)

    def _second_visit(self, visitor: Browser) -> None:
        """Let somebody else in, then show the first visitor their own page again."""
        other, stranger = self._newcomer(), self._newcomer()
        page = self._url(SITE, self.page)
        landing = visitor.current.url if visitor.current else page
        known = [one for one in visitor.history if urlsplit(one).hostname == SITE]
        # Before anybody else has come: what is kept for all is still the first one's.
        self._step("address_replay", stranger, lambda: [stranger.open(one) for one in known])
        self._step("second_visitor", other, lambda: other.open(page))
        self._step("second_submit", other, lambda: self._submit(other, self.other))
        self._step("second_read_back", other, lambda: other.open(page))
        self._step(
            "own_page_again", visitor, lambda: [visitor.open(one) for one in (landing, page)]
        )
        query = urlencode({FIELD: self._evidence().addressed})
        address = self._url(SITE, f"/sensitive?{query}")
        self._step("by_address", other, lambda: other.open(address))
        if guesses := list(_guesses(other)):
            self._step("cookie_guess", other, lambda: self._try_cookies(other, guesses, page))

    def _try_cookies(self, browser: Browser, guesses: list[tuple[str, str]], page: str) -> None:
        for name, value in guesses:
            browser.cookies.plant(page, name, value)
            browser.open(page)

    def _forge(self, browser: Browser, host: str = STRANGER, **how: str) -> None:
        browser.open(self._url(SITE))
        form = browser.page.form
        query = urlencode(
            {
                "method": form.method if form else "get",
                "scheme": "https" if self._tls else "http",
                FIELD: self.forged,
            }
            | how
        )
        browser.open(self._url(host, f"/attack?{query}"))
        _fill(browser, {})

    def _forge_as(self, browser: Browser, forgery: Forgery) -> None:
        """Let one more stranger try, then look at the visitor's page."""
        how = {**forgery.how, FIELD: forgery.text(self.forged)}
        if forgery.copying:
            how["copied"] = urlencode(self._fields_for_anybody())
        self._forge(browser, forgery.host, **how)
        browser.open(self._url(SITE, self.page))

    def _fields_for_anybody(self) -> dict[str, str]:
        """Return what else the form sends when a stranger opens it: a token, say."""
        stranger = self._newcomer()
        stranger.open(self._url(SITE))
        stranger.close_connections()
        fields = stranger.page.form.fields if stranger.page.form else []
        return {one.name: one.value for one in fields if one.name not in ("", FIELD)}

    def _refuse_common(self, secret: str) -> None:
        """Refuse a secret that stands in what was sent before it was ever typed."""
        for step in self._steps:
            frames = b"".join(frame.data for frame in step.capture.frames)
            pages = b"".join(answer.body for answer in step.answers)
            if find(secret, frames) or find(secret, pages):
                raise LabError(
                    f"{secret!r} is already part of the site's pages, so finding it would "
                    "prove nothing. Choose another sentence."
                )


def _guesses(browser: Browser) -> Iterator[tuple[str, str]]:
    """Yield other numbers for each of the site's cookies that is a short number."""
    for cookie in browser.cookies.all:
        if cookie.host == SITE and cookie.value.isdigit() and len(cookie.value) <= DIGITS:
            near = {int(cookie.value) - 1, int(cookie.value) + 1, *range(10)}
            yield from ((cookie.name, str(one)) for one in sorted(near) if one >= 0)


def _fill(browser: Browser, values: dict[str, str]) -> None:
    """Submit the form; where there is none (an error page, say) send nothing."""
    if browser.page.form is not None:
        browser.submit(values)
