"""The Hat Club: who finds what, of a tour by two of its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from labapp.evidence import Evidence
from labapp.observers import disk, machine, tries
from labapp.observers.cause import Cause, first_cause
from labapp.observers.checked import CHECKED
from labapp.observers.features import FEATURES, Feature
from labapp.observers.forgeries import FORGERIES
from labapp.observers.observer import PLACES, Place
from labapp.observers.sighting import Finding
from labapp.observers.told import Told, link, pages, token
from labapp.observers.tries import everywhere, login_tried, tried

__all__ = [
    "EXPOSURES",
    "FEATURES",
    "WITHOUT",
    "Cause",
    "Exposure",
    "Feature",
    "Told",
    "first_cause",
    "link",
    "pages",
    "token",
]

PASSWORDS = ("password", "mistyped", "new_password")
EVERYTHING = ("place", *PASSWORDS)
WITHOUT = "no answer without this feature: "


@dataclass(frozen=True)
class Exposure:
    """One way in which the club leaks: *places*, and what of `Told` is sought there.

    *seeks* names fields of `Told`; ``"token"`` is that of the mailed link. *deeds* say, by
    the place's key or for all (``""``), what was done where there are no bytes to show.
    Where the feature *needs* does not work, there was nothing to find.
    """

    key: str
    label: str
    places: tuple[Place, ...]
    seeks: tuple[str, ...] = ("place",)
    deeds: Mapping[str, str] = field(default_factory=dict)
    needs: str = "read_back"

    def ask(self, evidence: Evidence, told: Told) -> Finding:
        """Return what is found: seen at one place is seen, then unknown at one is unknown."""
        finding = self._look(evidence, told)
        if not finding.seen:
            needed = next(one for one in FEATURES if one.key == self.needs)
            if needed.ask(evidence, told):
                return Finding(self.key, None, reason=f"{WITHOUT}{needed.label}")
        return finding

    def deed(self, finding: Finding) -> str:
        """Return what was done, where *finding* has no bytes to show."""
        return self.deeds.get(finding.place, "") if finding.seen else ""

    def _look(self, evidence: Evidence, told: Told) -> Finding:
        found = [
            place.ask(evidence, text)
            for name in self.seeks
            if (text := token(evidence) if name == "token" else getattr(told, name))
            for place in self.places
        ]
        if not found:
            return Finding(self.key, None, reason="no mail with a link came")
        return next(
            (one for one in found if one.seen),
            next((one for one in found if one.seen is None), found[0]),
        )


_ADDRESSES = (
    everywhere("access_log", PLACES["access_log"], machine.in_log),
    everywhere("history", PLACES["history"], disk.in_history),
)

EXPOSURES = (
    Exposure(
        "password_addressed",
        "password in an address",
        (*_ADDRESSES, login_tried("login_by_address", "login by an address")),
        PASSWORDS,
        {"login_by_address": "the login takes a password from an address, too"},
        needs="log_in",
    ),
    Exposure("place_addressed", "hiding place in an address", _ADDRESSES),
    Exposure(
        "printed",
        "prints and logs",
        (everywhere("printed", CHECKED["printed"], tries.in_prints),),
        EVERYTHING,
    ),
    Exposure("report", "error report", (PLACES["report_text"], PLACES["report_html"])),
    Exposure(
        "cache",
        "cache on the disk",
        (everywhere("browser_cache", PLACES["browser_cache"], disk.in_cache),),
        EVERYTHING,
    ),
    Exposure(
        "cookie_jar",
        "cookies on the disk",
        (everywhere("cookie_jar", PLACES["cookie_jar"], disk.in_jar),),
        EVERYTHING,
    ),
    Exposure(
        "second_member",
        "second member's pages",
        (CHECKED["second_visitor"],),
    ),
    Exposure(
        "address_replay",
        "addresses, opened by others",
        (
            tried("address_replay", "address"),
            tried("address_member", "address"),
            tried("address_guessed", "guessed address"),
        ),
    ),
    Exposure(
        "cookie_after",
        "cookie after logout",
        (tried("cookie_after", "cookie", tries.cookie_doubt),),
    ),
    Exposure(
        "login_forgery",
        "stranger's login form",
        (
            login_tried("login_forgery", "login form"),
            login_tried("login_forgery_by_get", "login form, by GET"),
        ),
        deeds=dict.fromkeys(
            ("login_forgery", "login_forgery_by_get"),
            "a form on other.test logged the visitor in as the stranger",
        ),
        needs="log_in",
    ),
    Exposure(
        "forgery",
        "stranger's form",
        (PLACES["forgery_changed_session"], *(one.place for one in FORGERIES)),
        deeds={
            "forgery_changed_session": "a form on other.test changed where the hat is hidden",
            **{one.key: one.deed for one in FORGERIES},
        },
        needs="second",
    ),
    Exposure(
        "link_again",
        "reset link, used again",
        (tried("link_again", "link", tries.link_doubt),),
        needs="reset",
    ),
    Exposure(
        "link_referer",
        "reset link, told to others",
        (
            Place(
                "link_referer",
                "Referer",
                partial(disk.third_party_referer, steps=("reset",)),
                tries.reset_referer_doubt,
            ),
        ),
        ("token",),
        needs="reset",
    ),
    Exposure(
        "link_wire",
        "reset link, on the wire",
        (Place("link_wire", "wire", tries.reset_wire, tries.reset_wire_doubt),),
        ("token", "new_password"),
        needs="reset",
    ),
    Exposure(
        "wire",
        "listener on the network",
        tuple(place for key, place in PLACES.items() if key.startswith("wire_")),
        ("password", "place"),
    ),
    Exposure(
        "http_link",
        "old http:// link",
        (
            PLACES["http_link"],
            Place("http_link_later", "http:// link, later", tries.late_link, tries.late_doubt),
        ),
    ),
)
