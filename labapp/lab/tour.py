"""A tour of the Hat Club: two members, some strangers, and all that they leave."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode, urlsplit

from labapp import show
from labapp.browser import Browser
from labapp.capture import Capture
from labapp.errors import LabError
from labapp.evidence import SITE, STRANGER, Evidence, Step
from labapp.lab.steps import FIELD, Script
from labapp.observers import Finding, wire
from labapp.observers.club import EXPOSURES, FEATURES, Told, link
from labapp.secret import plant_secret
from labapp.show.line import BROKEN, CLOSED, OPEN, UNKNOWN, WORKS, Line
from labapp.site import application as site

FIRST, SECOND = "rosa", "emil"
PLACE = "hiding_place"  # the field of the profile
_EMILS = "emil's own password"
_THIEFS = "the thief's password"


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
    return Told(place, f"first {password}", f"second {new}")


@dataclass
class Tour(Script):
    """Plays one tour of the club with *repair*.

    Up to ``read_back`` the first member logs in, saves where her hat is hidden and reads it
    back. Then come a wrong password, strangers with her addresses and cookies, a
    second member, an outage, logging out, a forgotten password, and a forged form.
    """

    repair: site.Repair = field(default_factory=site.Repair)
    told: Told = field(default_factory=told)
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
        self._leave(rosa)
        self._forget()
        emil = self._newcomer()
        self._step("forgery", emil, lambda: self._be_lured(emil))
        self._step("after_forgery", emil, lambda: emil.open(self._url(SITE, self.page)))

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
        self._step("wrong_password", one, lambda: self._log_in(one, FIRST, "no idea at all"))
        known = [url for url in rosa.history if urlsplit(url).hostname == SITE]
        two = self._newcomer()
        self._step("address_replay", two, lambda: [two.open(url) for url in known])
        emil = self._newcomer()
        self._step("address_member", emil, lambda: self._try(emil, known))
        three = self._newcomer()
        self._step("json_stranger", three, lambda: three.open(self._url(SITE, "/api/hat")))
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

    def _be_lured(self, emil: Browser) -> None:
        """Log in, then open a page of a stranger's that submits the profile's form."""
        self._log_in(emil, SECOND, _EMILS)
        how = {"method": "post", "path": self.page[1:], "field": PLACE, FIELD: self.forged}
        query = urlencode({**how, "scheme": "https" if self._tls else "http"})
        emil.open(self._url(STRANGER, f"/attack?{query}"))
        emil.submit({})

    # One page -----------------------------------------------------------------------

    def _log_in(self, browser: Browser, name: str, password: str) -> None:
        self._fill_in(browser, "/login", {"username": name, "password": password})
        browser.open(self._url(SITE, self.page))

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
    def lines(self) -> tuple[Line, ...]:
        """A line for each exposure, then for each feature."""
        states = {True: OPEN, False: CLOSED, None: UNKNOWN}
        found = [
            Line(
                states[finding.seen],
                one.label,
                finding.reason
                or show.shown(finding.sightings)
                or (one.deed if finding.seen else ""),
            )
            for one, finding in zip(EXPOSURES, self.exposures.values(), strict=True)
        ]
        return (*found, *feature_lines(self))

    @property
    def heading(self) -> str:
        """How many are open, and how many work, in a sentence."""
        left = sum(finding.seen is not False for finding in self.exposures.values())
        work = sum(not said for said in self.features.values())
        what = "with your repair" if self.repair.any else "as it was found"
        return (
            f"The Hat Club {what}: {left} of {len(EXPOSURES)} exposures left, "
            f"{work} of {len(FEATURES)} features work."
        )

    def __repr__(self) -> str:
        return "\n".join([self.heading, *(line.text for line in self.lines), self.how])

    def _repr_html_(self) -> str:
        return show.lines_card(self.heading, self.lines, self.how)


def feature_lines(toured: Toured) -> tuple[Line, ...]:
    """Return a line for each of the club's features."""
    return tuple(
        Line(BROKEN if (said := toured.features[one.key]) else WORKS, one.label, said)
        for one in FEATURES
    )
