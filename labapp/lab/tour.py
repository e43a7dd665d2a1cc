"""A tour of the Hat Club: two members, some strangers, and all that they leave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode, urlsplit

from labapp.browser import Browser
from labapp.errors import LabError
from labapp.evidence import SITE, STRANGER, Step
from labapp.lab.clubhouse import PLACE, Clubhouse
from labapp.lab.journey import Clock
from labapp.lab.steps import FIELD
from labapp.observers import wire
from labapp.observers.club import Told, link
from labapp.observers.forgeries import FORGERIES
from labapp.observers.tries import DAYS
from labapp.secret import plant_secret
from labapp.site import application as site

FIRST, SECOND = "rosa", "emil"
_EMILS = "emil's own password"
_THIEFS = "the thief's password"
_DAY = 24 * 3600  # seconds
# What an address may ask for, if it asks for somebody by name, number or e-mail address.
_WHOM = ("user", "username", "member", "name", "who", "owner", "login")
_WHICH = ("id", "pk", "user", "user_id", "member", "member_id", "number", "uid")


class Stopped(Exception):
    """A view did not answer: each further step would only have to be waited for."""


def told(seed: int | str | None = None) -> Told:
    """Return what the members tell in a tour; the same for the same *seed*.

    Raises `LabError` for a seed that is neither text nor a number.
    """
    if not isinstance(seed, int | str | None):
        raise LabError(f'A seed is a word or a number: tour("Rex"), not {seed!r}.')
    chance = random.Random(seed)
    secrets = [plant_secret(chance.randrange(1 << 32)) for _ in range(3)]
    place, password, new = (f"{one}{chance.randrange(10)}" for one in secrets)
    # A slip of the fingers: as good as the password, and not found by looking for that.
    return Told(place, f"first {password}", f"second {new}", mistyped=f"fist {password}")


@dataclass
class Tour(Clubhouse):
    """Plays one tour of the club with *repair*.

    Up to ``read_back`` the first member logs in, saves where her hat is hidden and reads it
    back. Then come a mistyped password, strangers with her addresses and cookies, a
    second member, an outage, an old link, now and days later by *clock*, logging out, a
    forgotten password, and forms of a stranger's.
    """

    told: Told = field(default_factory=told)
    clock: Clock = field(default_factory=Clock)

    def _play(self, secret: str) -> None:
        try:
            self._walk(secret)
        except Stopped:
            return

    def _walk(self, place: str) -> None:
        rosa = self._begin()
        site.open_club(
            [
                site.NewMember(FIRST, self.told.password),
                site.NewMember(SECOND, _EMILS),
            ]
        )
        self._step("control", rosa, lambda: self._send_control(rosa))
        self._step("open", rosa, lambda: self._log_in(rosa, FIRST, self.told.password))
        self._step("submit", rosa, lambda: self._save(rosa, place))
        self._step("read_back", rosa, lambda: self._look_around(rosa))
        self._strangers(rosa)
        self._second_member(rosa)
        self._serve(down=True)
        self._step("outage", rosa, lambda: self._save(rosa, place))
        self._serve()
        self._step("http_link", rosa, lambda: self._follow_old_link(rosa))
        self._replay("replay_after_link", wire.cookies(self._evidence(), ("http_link",)))
        self._come_back()
        self._leave(rosa)
        self._forget()
        self._strangers_forms()

    # The lab's own parts, for this site ---------------------------------------------

    def _step(self, name: str, browser: Browser, act: Callable[[], object]) -> None:
        super()._step(name, browser, act)
        if unanswered(self._steps[-1]):
            raise Stopped

    # What happens -------------------------------------------------------------------

    def _strangers(self, rosa: Browser) -> None:
        """Let others try: a wrong password, her addresses, the cookies that crossed."""
        one = self._newcomer()
        self._step("wrong_password", one, lambda: self._log_in(one, FIRST, self.told.mistyped))
        known = [url for url in rosa.history if urlsplit(url).hostname == SITE]
        two = self._newcomer()
        self._step("address_replay", two, lambda: [two.open(url) for url in known])
        emil = self._newcomer()
        self._step("address_member", emil, lambda: self._try(emil, known))
        again = self._newcomer()
        guesses = list(self._guessed_addresses())
        self._step("address_guessed", again, lambda: self._try(again, guesses))
        three = self._newcomer()
        self._step("json_stranger", three, lambda: three.open(self._url(SITE, "/api/hat")))
        four = self._newcomer()
        self._step("login_by_address", four, lambda: self._log_in_by_address(four))
        self._replay("replay", wire.cookies(self._evidence()))

    def _second_member(self, rosa: Browser) -> None:
        emil = self._newcomer()
        self._step("second_visitor", emil, lambda: self._log_in(emil, SECOND, _EMILS))
        self._step("second_submit", emil, lambda: self._save(emil, self.other))
        self._step("second_read_back", emil, lambda: self._look_around(emil))
        self._step("own_page_again", rosa, lambda: rosa.open(self._url(SITE, self.page)))

    def _leave(self, rosa: Browser) -> None:
        """Log out; somebody has copied the cookies of her browser just before."""
        cookies = {one.name: one.value for one in rosa.cookies.all if one.host == SITE}
        self._replay("cookie_before", cookies)
        self._step("logout", rosa, lambda: self._log_out(rosa))
        self._replay("cookie_after", cookies)

    def _forget(self) -> None:
        """Forget the password and get a new one; then somebody else finds the link."""
        rosa, thief = self._newcomer(), self._newcomer()
        asked = {"email": f"{FIRST}@site.test"}
        self._step("reset_asked", rosa, lambda: self._fill_in(rosa, "/password_reset", asked))
        if not (address := link(self._evidence())):
            return
        self._step("reset", rosa, lambda: self._renew(rosa, address, self.told.new_password))
        for name, password in (
            ("new_password", self.told.new_password),
            ("old_password", self.told.password),
        ):
            again = self._newcomer()
            self._step(name, again, lambda b=again, p=password: self._log_in(b, FIRST, p))  # type: ignore[misc]
        self._step("link_again", thief, lambda: self._steal(thief, address))

    def _come_back(self) -> None:
        """Log in on another device, and follow the old link with it days later."""
        tablet = self._newcomer()
        self._step(
            "other_device", tablet, lambda: self._log_in(tablet, FIRST, self.told.password)
        )
        self.clock.now += DAYS * _DAY
        self._step("http_link_later", tablet, lambda: self._follow_old_link(tablet))
        self._replay("replay_later", wire.cookies(self._evidence(), ("http_link_later",)))
        self.clock.now -= DAYS * _DAY

    def _strangers_forms(self) -> None:
        """Be lured by a stranger's pages: not logged in yet, then logged in."""
        for step, method in (("login_forgery", "post"), ("login_forgery_by_get", "get")):
            rosa = self._newcomer()
            self._step(step, rosa, partial(self._be_logged_in, rosa, method))
        emil = self._newcomer()
        self._step("forgery", emil, lambda: self._log_in_and_be_lured(emil))
        self._step("after_forgery", emil, lambda: emil.open(self._url(SITE, self.page)))
        for forgery in FORGERIES:
            self._step(forgery.key, emil, partial(self._forge_as, emil, forgery))

    def _log_in_and_be_lured(self, emil: Browser) -> None:
        self._log_in(emil, SECOND, _EMILS)
        self._forge(emil, method="post")

    def _forge(self, browser: Browser, host: str = STRANGER, **how: str) -> None:
        """Open a page of a stranger's that submits the profile's form."""
        browser.open(self._url(SITE, self.page))
        form = {"method": "post", "path": self.page[1:], "field": PLACE, FIELD: self.forged}
        self._lure(browser, host, form | how)

    def _be_logged_in(self, browser: Browser, method: str) -> None:
        """Open a page of a stranger's that logs its visitors in, as the stranger."""
        browser.open(self._url(SITE, "/login"))
        form = {"method": method, "path": "login", "field": "username", FIELD: SECOND}
        self._lure(browser, STRANGER, {**form, "copied": urlencode({"password": _EMILS})})
        browser.open(self._url(SITE, self.page))

    def _lure(self, browser: Browser, host: str, form: Mapping[str, str]) -> None:
        query = urlencode({**form, "scheme": "https" if self._tls else "http"})
        browser.open(self._url(host, f"/attack?{query}"))
        browser.submit({})

    def _fields_for_anybody(self) -> dict[str, str]:
        """Return what else the form sends; this stranger is a member, too."""
        stranger = self._newcomer()
        self._log_in(stranger, SECOND, _EMILS)
        stranger.close_connections()
        fields = stranger.page.form.fields if stranger.page.form else []
        return {one.name: one.value for one in fields if one.name not in ("", PLACE)}

    # One page -----------------------------------------------------------------------

    def _log_in_by_address(self, browser: Browser) -> None:
        query = urlencode({"username": SECOND, "password": _EMILS})
        browser.open(self._url(SITE, f"/login?{query}"))
        browser.open(self._url(SITE, self.page))

    def _guessed_addresses(self) -> Iterator[str]:
        """Yield addresses that ask for the first member by the usual words."""
        for words, value in ((_WHOM, FIRST), (_WHICH, "1"), (_WHOM, f"{FIRST}@site.test")):
            query = urlencode(dict.fromkeys(words, value))
            for path in ("/api/hat", self.page):
                yield self._url(SITE, f"{path}?{query}")

    def _try(self, emil: Browser, addresses: list[str]) -> None:
        """Open *addresses* as a member to whom they do not belong."""
        self._log_in(emil, SECOND, _EMILS)
        for address in addresses:
            emil.open(address)

    def _renew(self, browser: Browser, address: str, password: str) -> None:
        arrived = browser.open(address)
        if urlsplit(arrived.url).path.startswith("/reset/"):  # and not at the login
            self._send(browser, {"new_password1": password, "new_password2": password})

    def _steal(self, thief: Browser, address: str) -> None:
        self._renew(thief, address, _THIEFS)
        self._log_in(thief, FIRST, _THIEFS)


def unanswered(step: Step) -> bool:
    """Return whether a view of the club did not answer in time."""
    return any(
        not one.status and urlsplit(one.url).hostname == SITE and b"imeout" in one.body
        for one in step.answers
    )
