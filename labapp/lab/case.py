"""A case: a capture and an access log, and nobody says what the site had applied."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from labapp.capture import Capture
from labapp.conversations import Conversation, conversations
from labapp.conversations.sizes import sizes
from labapp.errors import LabError
from labapp.evidence import SITE, LogLine, Step
from labapp.lab.laboratory import laboratory
from labapp.lab.map import Combination, all_combinations
from labapp.lab.progress import progress
from labapp.lab.trace import Trace, trace
from labapp.remedy import Remediation, together
from labapp.secret import accept, plant_secret


@dataclass(frozen=True, repr=False, eq=False)
class Case:
    """What a listener and a log reader have of one visit. You receive it from `open_case`.

    *steps* are those from opening the form to reading back; the keys of encrypted
    connections stay with the visitor. *known* is true if you said what was applied.
    """

    secret: str
    steps: tuple[Step, ...]
    how: str
    known: bool = True

    @cached_property
    def capture(self) -> Capture:
        """The packets of the visit."""
        return Capture.joined(step.capture for step in self.steps)

    @property
    def log(self) -> tuple[LogLine, ...]:
        """The lines of the site's access log."""
        return tuple(line for step in self.steps for line in step.log if line.host == SITE)

    @property
    def crossed(self) -> str:
        """What crossed, as a listener reads it: text in the clear, and sizes of the rest."""
        return "\n\n".join(part for one in conversations(self.capture) for part in _said(one))

    @cached_property
    def trace(self) -> Trace:
        """Capture and log without what the clock and chance have put there."""
        return trace(self.steps)

    def __repr__(self) -> str:
        log = "\n".join(f"  {line.text}" for line in self.log)
        found = conversations(self.capture)
        sealed = sum(one.tls for one in found)
        return (
            f"A case: {len(found)} conversations, {sealed} of them encrypted.\n"
            f"The site's access log:\n{log}\n{self.how}"
        )


def open_case(name: str = "") -> Case:
    """Make a visit under some of the six remediations, and do not say which.

    The same *name* gives the same secret and the same remediations; without one each
    case is another. Raises `LabError` if *name* is no text.
    """
    if not isinstance(name, str):
        raise LabError('A case has your name, in quotes: open_case("Ada").')
    chance = random.Random(f"case of {name}" if name else None)
    chosen = chance.choice(list(all_combinations()))
    return replace(case_of(plant_secret(chance.getrandbits(32)), *chosen), known=False)


def case_of(secret: str, /, *remediations: Remediation) -> Case:
    """Make the visit of a case under *remediations*, with *secret* typed into the form.

    Raises `LabError` as `labapp.visit` does.
    """
    lab = laboratory()
    steps = tuple(
        replace(step, capture=replace(step.capture, tls_secrets=""))
        for step in lab.watch(accept(secret), together(remediations))
    )
    return Case(secret, steps, str(lab.choice))


@lru_cache(maxsize=4)
def traces(secret: str) -> dict[Combination, Trace]:
    """Return what each of the 64 combinations leaves of *secret*.

    It makes 64 visits, which takes some seconds, and keeps what they left for next time.
    """
    return {
        combination: case_of(secret, *combination).trace
        for combination in progress(list(all_combinations()))
    }


def _said(conversation: Conversation) -> Iterator[str]:
    if conversation.tls:
        sent, received = (" + ".join(map(str, lengths)) for lengths in sizes(conversation))
        yield (
            f"TLS, server name {conversation.server_name}: records of {sent} bytes sent, "
            f"of {received} received, unreadable"
        )
    for exchange in conversation.exchanges:
        for message in exchange.messages:
            head = [message.start_line.decode("latin-1")]
            head += [f"{name}: {value}" for name, value in message.headers]
            yield "\n".join([*head, "", message.body.decode("utf-8", "replace")]).strip()
