"""A neighbour who answers a question over HTTPS, and what a listener has of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self
from urllib.parse import quote_plus

from labapp.capture import Capture
from labapp.conversations import Conversation, conversations
from labapp.conversations.sizes import sizes
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab.choices import Choices
from labapp.lab.steps import FIELD, Script
from labapp.lab.visits import Visit

ANSWERS = ("yes", "no", "maybe", "not today")
_CHOSEN = {"radio": "radio button", "option": "option", "submit": "button"}


@dataclass
class Neighbour(Script):
    """The steps ``open`` and ``submit`` alone: somebody reads the question, and answers.

    Where the form has radio buttons, a list to choose from or a button for each answer,
    the one with the answer in words is chosen, else the answer is typed.
    """

    def _play(self, secret: str) -> None:
        browser = self.new_browser("LabBrowser/1.0")
        self._serve()
        self._step("open", browser, lambda: browser.open(self._url(SITE)))
        form, page = browser.page.form, self._steps[-1].answers_of(SITE)
        values = {FIELD: secret}
        kinds = [one.kind for one in form.fields if one.name == FIELD] if form else []
        kind = kinds[0] if kinds else ""
        if form and page and kind in _CHOSEN:
            offered = Choices(page[-1].body.decode("utf-8", "replace"), FIELD).values
            if secret not in offered:
                known = ", ".join(map(repr, offered)) or "nothing"
                raise LabError(
                    f"Your form has no {_CHOSEN[kind]} with {secret!r} on it; it has {known}."
                )
            form.choose(FIELD, offered[secret])
            values = {FIELD: offered[secret]} if kind == "submit" else {}
        if form:
            self._step("submit", browser, lambda: browser.submit(values))


class Counted(NamedTuple):
    """What a listener counts in one connection, in bytes: of each record, either way.

    *name* is the site's, as far as it crosses in the clear. Where there is no TLS, each
    side's bytes are one piece.
    """

    name: str
    sent: tuple[int, ...]
    received: tuple[int, ...]

    @classmethod
    def of(cls, one: Conversation) -> Self:
        """Count in *one* conversation."""
        if one.tls:
            return cls(one.server_name or "no name", *sizes(one))
        host = next((each.request.host for each in one.exchanges), "").partition(":")[0]
        name = f"{host or 'no name'}, in the clear"
        return cls(name, (len(one.sent.data),), (len(one.received.data),))


@dataclass(frozen=True, repr=False, eq=False)
class Overheard:
    """What a listener has of a neighbour's *answer*: packets, and no key.

    You receive it from `labapp.lab.overhear`.
    """

    answer: str
    visit: Visit

    @property
    def capture(self) -> Capture:
        """The packets of the answer."""
        return self.visit.step("submit").capture

    @property
    def sent(self) -> tuple[int, ...]:
        """How many bytes each encrypted record has that the neighbour sent to the site."""
        return tuple(length for one in self._with_site for length in one.sent)

    @property
    def received(self) -> tuple[int, ...]:
        """How many bytes each encrypted record has that came back from it."""
        return tuple(length for one in self._with_site for length in one.received)

    @property
    def written(self) -> int:
        """How many bytes the answer has in a form (application/x-www-form-urlencoded)."""
        return len(quote_plus(self.answer))

    @cached_property
    def connections(self) -> tuple[Counted, ...]:
        """What is counted in each connection, whoever is at its other end."""
        return tuple(map(Counted.of, conversations(self.capture)))

    @property
    def _with_site(self) -> list[Counted]:
        return [one for one in self.connections if one.name == SITE]

    def __repr__(self) -> str:
        return f"<Overheard: sent {_listed(self.sent)}, received {_listed(self.received)}>"


def _listed(lengths: tuple[int, ...]) -> str:
    return f"{' + '.join(map(str, lengths)) or 'no'} encrypted bytes"
