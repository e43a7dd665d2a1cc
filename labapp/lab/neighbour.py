"""A neighbour who answers a question over HTTPS, and what a listener has of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote_plus

from labapp.capture import Capture
from labapp.conversations import conversations
from labapp.conversations.sizes import sizes
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab.choices import Choices
from labapp.lab.steps import FIELD, Script
from labapp.lab.visits import Visit

ANSWERS = ("yes", "no", "maybe", "not today")


@dataclass
class Neighbour(Script):
    """The steps ``open`` and ``submit`` alone: somebody reads the question, and answers.

    Where the form has radio buttons, the one with the answer beside it is chosen,
    else the answer is typed.
    """

    def _play(self, secret: str) -> None:
        self.server.take_log()
        browser = self.new_browser("LabBrowser/1.0")
        self._serve()
        self._step("open", browser, lambda: browser.open(self._url(SITE)))
        form, page = browser.page.form, self._steps[-1].answers_of(SITE)
        values = {FIELD: secret}
        radios = [one for one in form.fields if one.kind == "radio"] if form else []
        if radios and page:
            offered = Choices(page[-1].body.decode("utf-8", "replace"), FIELD).values
            if secret not in offered:
                known = ", ".join(map(repr, offered)) or "nothing"
                raise LabError(
                    f"Your form has no radio button with {secret!r} behind it; it has {known}."
                )
            for one in radios:
                one.on = one.name == FIELD and one.value == offered[secret]
            values = {}
        if form:
            self._step("submit", browser, lambda: browser.submit(values))


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
        """How many bytes each encrypted record has that the neighbour sent."""
        return tuple(length for sent, _ in self._sizes for length in sent)

    @property
    def received(self) -> tuple[int, ...]:
        """How many bytes each encrypted record has that came back."""
        return tuple(length for _, received in self._sizes for length in received)

    @property
    def written(self) -> int:
        """How many bytes the answer has in a form (application/x-www-form-urlencoded)."""
        return len(quote_plus(self.answer))

    @cached_property
    def _sizes(self) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        return [sizes(one) for one in conversations(self.capture) if one.server_name == SITE]

    def __repr__(self) -> str:
        return f"<Overheard: sent {_listed(self.sent)}, received {_listed(self.received)}>"


def _listed(lengths: tuple[int, ...]) -> str:
    return f"{' + '.join(map(str, lengths)) or 'no'} encrypted bytes"
