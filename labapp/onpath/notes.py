"""Notes: what an attacker on the path holds, as frozen evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from labapp.onpath.letter import Letter


@dataclass(frozen=True, repr=False)
class Note:
    """One request and the site's answer, both as the attacker read them.

    *scheme* is what the visitor spoke; *changed* names what the attacker took away or
    rewrote on the way there and back, such as ``"Origin"``, and then
    ``"Strict-Transport-Security"``.
    """

    scheme: str
    request: Letter
    answer: Letter
    changed: tuple[str, ...] = ()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that passed, name to value: sent by the visitor, set by the site."""
        found: dict[str, str] = {}
        for value in (*self.request.values("Cookie"), *self.answer.values("Set-Cookie")):
            try:
                found |= {name: one.value for name, one in SimpleCookie(value).items()}
            except CookieError:
                continue
        return {name: value for name, value in found.items() if value}

    def __repr__(self) -> str:
        line = self.request.start.removesuffix(" HTTP/1.1")
        method, _, target = line.partition(" ")
        status = self.answer.start.partition(" ")[2]
        changed = f"  [changed: {', '.join(self.changed)}]" if self.changed else ""
        return f"{method} {self.scheme}://{self.request.host}{target} -> {status}{changed}"


@dataclass(frozen=True, repr=False)
class Notes:
    """All that an attacker holds after some visits.

    *read* are exchanges in order; *sealed* counts TLS connections that had to be passed
    on unread; *refused* says how visitors turned away from the attacker's certificate,
    in OpenSSL's words.
    """

    read: tuple[Note, ...] = ()
    sealed: int = 0
    refused: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Note]:
        return iter(self.read)

    def of(self, host: str) -> tuple[Note, ...]:
        """Return what was read of visits to *host*."""
        return tuple(note for note in self.read if note.request.host == host)

    def cookies(self, host: str) -> dict[str, str]:
        """Return the cookies of *host*, name to value; the last value counts."""
        found: dict[str, str] = {}
        for note in self.of(host):
            found |= note.cookies
        return found

    def __repr__(self) -> str:
        return (
            f"<Notes: {len(self.read)} exchanges read, {self.sealed} connections sealed, "
            f"{len(self.refused)} refused>"
        )
