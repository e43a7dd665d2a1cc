"""An attack: what the attacker holds, and what visitor and site noticed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from labapp.evidence import Answer, Evidence, LogLine
from labapp.lab.ambush import Plot
from labapp.onpath import Notes
from labapp.secret import find

_AROUND = 24  # bytes shown before and after what was found


@dataclass(frozen=True, repr=False, eq=False)
class Attack:
    """What became of an ambush: what the attacker holds, and what the others noticed.

    *site* and *when* say in words what was attacked; *how* says how the packets between
    attacker and site were had, which are in the evidence as well.
    """

    secret: str
    plot: Plot
    notes: Notes
    evidence: Evidence
    site: str
    when: str
    how: str

    @property
    def title(self) -> str:
        """The situation in words."""
        return ": ".join(filter(None, (self.site, self.when)))

    @property
    def holds(self) -> tuple[str, ...]:
        """The lines in which the attacker holds the secret, and the site's cookies."""
        lines = []
        for note in self.notes.of(self.plot.host):
            for part, data in (
                ("request", bytes(note.request)),
                ("answer", bytes(note.answer)),
            ):
                for match in find(self.secret, data)[:1]:
                    stop = match.offset + match.length + _AROUND
                    text = data[max(match.offset - _AROUND, 0) : stop]
                    words = " ".join(text.decode("utf-8", "replace").split())
                    target = note.request.start.removesuffix(" HTTP/1.1")
                    lines.append(f"{target}, {part}, byte {match.offset}: ...{words}")
        cookies = self.notes.cookies(self.plot.host)
        lines += [f"cookie {name}={value[:6]}..." for name, value in cookies.items()]
        return tuple(lines)

    @property
    def reads(self) -> bool | None:
        """Whether the attacker reads the secret; None if nobody passed the attacker at all."""
        read = [bytes(one) for note in self.notes for one in (note.request, note.answer)]
        if any(find(self.secret, one) for one in read):
            return True
        # The control: every visitor's browser names it in each request.
        passed = any(find(self.evidence.control, one) for one in read)
        return False if passed or self.notes.sealed or self.notes.refused else None

    @property
    def opens(self) -> bool:
        """Whether the cookies that the attacker holds open a page with the secret."""
        if not self.evidence.has("replay"):
            return False
        return any(find(self.secret, one.body) for one in self.evidence.step("replay").answers)

    def works(self, step: str = "attacked") -> bool:
        """Return whether the visitor sees the secret at the end of a step."""
        pages = self.pages(step)
        return bool(pages) and bool(find(self.secret, pages[-1].body))

    def pages(self, step: str = "attacked") -> tuple[Answer, ...]:
        """Return what the visitor's client had of the site's host, what failed included."""
        answers = self.evidence.step(step).answers
        return tuple(one for one in answers if urlsplit(one.url).hostname == self.plot.host)

    def log(self, step: str = "attacked") -> tuple[LogLine, ...]:
        """The lines of the site's own log in a step."""
        host = self.plot.host
        return tuple(line for line in self.evidence.step(step).log if line.host == host)

    def __repr__(self) -> str:
        passed = f"{len(self.notes.read)} exchanges read, {self.notes.sealed} sealed"
        head = f"{self.title}\n  on the way: {passed}"
        refused = [f"  refused: {reason}" for reason in self.notes.refused]
        held = [f"  {line}" for line in self.holds] or ["  the attacker holds nothing"]
        return "\n".join([head, *refused, *held])
