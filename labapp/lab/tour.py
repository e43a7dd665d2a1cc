"""A tour of the Hat Club: two members, some strangers, and all that they leave."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from urllib.parse import urlencode, urlsplit

from labapp import show
from labapp.browser import Browser
from labapp.capture import Capture
from labapp.errors import LabError
from labapp.evidence import SITE, STRANGER, Evidence, Step
from labapp.lab.journey import Clock
from labapp.lab.steps import FIELD, Script
from labapp.observers import Finding, wire
from labapp.observers.club import EXPOSURES, FEATURES, WITHOUT, Cause, Told, first_cause, link
from labapp.observers.forgeries import FORGERIES
from labapp.observers.tries import DAYS
from labapp.secret import plant_secret
from labapp.show.line import BROKEN, CLOSED, OPEN, UNKNOWN, WORKS, Line
from labapp.site import application as site

FIRST, SECOND = "rosa", "emil"
PLACE = "hiding_place"  # the field of the profile
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
class Tour(Script):
    """Plays one tour of the club with *repair*.

    Up to ``read_back`` the first member logs in, saves where her hat is hidden and reads it
    back. Then come a mistyped password, strangers with her addresses and cookies, a
    second member, an outage, an old link, now and days later by *clock*, logging out, a
    forgotten password, and forms of a stranger's.
    """

    repair: site.Repair = field(default_factory=site.Repair)
    told: Told = field(default_factory=told)
    clock: Clock = field(default_factory=Clock)
    page = "/profile"

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

    @property
    def _tls(self) -> bool:
        return self.repair.tls

    def _serve(self, *, down: bool = False, debug: bool = False) -> None:
        self.server.swap(lambda: site.club(self.repair, down=down), tls=self._tls)

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

    def _log_in(self, browser: Browser, name: str, password: str) -> None:
        self._fill_in(browser, "/login", {"username": name, "password": password})
        browser.open(self._url(SITE, self.page))

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

    def _log_out(self, browser: Browser) -> None:
        self._fill_in(browser, "/logout", {})
        browser.open(self._url(SITE, self.page))

    def _save(self, browser: Browser, place: str) -> None:
        self._fill_in(browser, self.page, {PLACE: place})

    def _try(self, emil: Browser, addresses: list[str]) -> None:
        """Open *addresses* as a member to whom they do not belong."""
        self._log_in(emil, SECOND, _EMILS)
        for address in addresses:
            emil.open(address)

    def _look_around(self, browser: Browser) -> None:
        """Open the profile, then follow its link to the JSON, or open that address."""
        browser.open(self._url(SITE, self.page))
        links = [one for one in browser.page.links if urlsplit(one).path == "/api/hat"]
        if links:
            browser.follow(links[0])
        else:
            browser.open(self._url(SITE, "/api/hat"))

    def _renew(self, browser: Browser, address: str, password: str) -> None:
        arrived = browser.open(address)
        if urlsplit(arrived.url).path.startswith("/reset/"):  # and not at the login
            self._send(browser, {"new_password1": password, "new_password2": password})

    def _steal(self, thief: Browser, address: str) -> None:
        self._renew(thief, address, _THIEFS)
        self._log_in(thief, FIRST, _THIEFS)

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


def unanswered(step: Step) -> bool:
    """Return whether a view of the club did not answer in time."""
    return any(
        not one.status and urlsplit(one.url).hostname == SITE and b"imeout" in one.body
        for one in step.answers
    )


@dataclass(frozen=True, repr=False, eq=False)
class Toured:
    """One tour, and what it says; you receive it from `labapp.lab.touring.tour`."""

    told: Told
    repair: site.Repair
    evidence: Evidence
    how: str

    @cached_property
    def capture(self) -> Capture:
        """The packets from logging in to reading the hiding place back."""
        return Capture.joined(step.capture for step in self.evidence.main)

    def step(self, name: str) -> Step:
        """Return one step, such as ``"submit"``; `LabError` lists those there are."""
        return self.evidence.step(name)

    @cached_property
    def exposures(self) -> Mapping[str, Finding]:
        """What was found of each exposure, by its key."""
        return {one.key: one.ask(self.evidence, self.told) for one in EXPOSURES}

    @cached_property
    def features(self) -> Mapping[str, str]:
        """What came in the place of each feature, ``""`` where it works."""
        return {one.key: one.ask(self.evidence, self.told) for one in FEATURES}

    @property
    def closed(self) -> list[str]:
        """The labels of the exposures that were looked for, and not found."""
        found = zip(EXPOSURES, self.exposures.values(), strict=True)
        return [one.label for one, finding in found if finding.seen is False]

    @cached_property
    def cause(self) -> Cause | None:
        """What went wrong first, None where every feature works."""
        return first_cause(self.evidence) if any(self.features.values()) else None

    @property
    def lines(self) -> tuple[Line, ...]:
        """A line for each feature that does not work, each exposure, and the other features."""
        found = tuple(
            exposure_line(
                finding, one.label, show.shown(finding.sightings) or one.deed(finding)
            )
            for one, finding in zip(EXPOSURES, self.exposures.values(), strict=True)
        )
        return in_order((*found, *feature_lines(self).values()))

    @property
    def heading(self) -> str:
        """How many are open, and how many work, in a sentence; then the first cause."""
        left = sum(finding.seen is not False for finding in self.exposures.values())
        work = sum(not said for said in self.features.values())
        what = "with your repair" if self.repair.any else "as it was found"
        counted = (
            f"The Hat Club {what}: {left} of {len(EXPOSURES)} exposures left, "
            f"{work} of {len(FEATURES)} features work."
        )
        return f"{counted}\n{self.cause.text}" if self.cause else counted

    def __repr__(self) -> str:
        return "\n".join([self.heading, *show.lines_text(self.lines), self.how])

    def _repr_html_(self) -> str:
        return show.lines_card(self.heading, self.lines, self.how)


def exposure_line(finding: Finding, label: str, detail: str) -> Line:
    """Return the line about an exposure; *detail* says how it shows where it is open."""
    if finding.seen is None:  # nobody can say before a feature works: that comes first
        waits = finding.reason.startswith(WITHOUT)
        return Line(UNKNOWN, label, finding.reason, waits=waits)
    return Line(OPEN if finding.seen else CLOSED, label, detail if finding.seen else "")


def feature_lines(toured: Toured) -> dict[str, Line]:
    """Return a line for each of the club's features, by its key.

    Of those that are broken, all but the first wait if the first cause is known, or if
    nobody can log in.
    """
    broken = [key for key, said in toured.features.items() if said]
    waiting = broken[1:] if toured.cause or "log_in" in broken else []
    return {
        one.key: Line(
            BROKEN if (said := toured.features[one.key]) else WORKS,
            one.label,
            said,
            waits=one.key in waiting,
        )
        for one in FEATURES
    }


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return *lines* with what is left to do first: broken, open, unknown, then the rest."""
    ranks = (BROKEN, OPEN, UNKNOWN, CLOSED, WORKS)
    return tuple(sorted(lines, key=lambda one: (one.good, one.waits, ranks.index(one.state))))
