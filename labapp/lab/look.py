"""A look: what crossed between a browser and the site, with some words marked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from labapp import show
from labapp.backends.backend import LOCALHOST
from labapp.evidence import Evidence
from labapp.observers import Sighting, wire

BROWSER = "your browser"  # the step that a learner makes
NOTHING = "Nothing was typed yet. Type a made-up sentence there and send it; then look again."


@dataclass(frozen=True, repr=False, eq=False)
class Look:
    """Whether *words* crossed in the clear, and where.

    *evidence* has the steps ``control`` and `BROWSER`; *how* says how the packets were
    had. Without *words* there is nothing to look for.
    """

    words: str
    evidence: Evidence
    how: str

    @cached_property
    def sightings(self) -> tuple[Sighting, ...]:
        """Every place of the words, request before answer."""
        if not self.words:
            return ()
        return tuple(
            sighting
            for part in wire.PARTS
            for sighting in wire.look(self.evidence, self.words, part, (BROWSER,))
        )

    @property
    def seen(self) -> bool | None:
        """True, False, or None where nothing can be said."""
        return True if self.sightings else None if self.doubt else False

    @cached_property
    def doubt(self) -> str:
        """Why the words may not be called absent, or ``""``."""
        if not self.words or not self.evidence.step(BROWSER).answers:
            return "nobody has sent anything yet"
        if gaps := wire.gaps(self.evidence, (BROWSER,)):
            return gaps
        found = all(wire.control(self.evidence, part) for part in wire.PARTS)
        return "" if found else "the control text was not found either"

    @property
    def heading(self) -> str:
        """What was found, in a sentence."""
        if not self.words:
            return "What crossed:" if self.evidence.step(BROWSER).answers else NOTHING
        times = len(self.sightings)
        if times:
            often = "once" if times == 1 else f"{times} times"
            return f"A listener reads “{self.words}”: it crossed in the clear, {often}."
        if self.doubt:
            return f"Nobody can say if “{self.words}” crossed: {self.doubt}."
        return f"“{self.words}” did not cross. The same search found a control text."

    @property
    def crashes(self) -> tuple[str, ...]:
        """How the view crashed, in a line each."""
        return tuple(
            f"The view crashed: {one.kind}: {one.message} ({'; '.join(one.lines[-1:])})"
            for one in self.evidence.step(BROWSER).crashes
        )

    @property
    def said(self) -> str:
        """The conversation in plain text, line by line."""
        said = show.said_text(self.evidence.step(BROWSER), self.words, LOCALHOST)
        return "\n".join(filter(None, [said, *self.crashes]))

    @property
    def text(self) -> str:
        """The look in plain text."""
        how = self.how if self.said else ""
        return "\n".join(filter(None, [self.heading, self.said, how]))

    @property
    def html(self) -> str:
        """The look as HTML, everything escaped."""
        said = show.said_html(self.evidence.step(BROWSER), self.words, LOCALHOST)
        crashes = "".join(map(show.heading_html, self.crashes))
        how = show.how_html(self.how) if said else ""
        return show.heading_html(self.heading) + said + crashes + how

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return show.on_a_card(self.html)
