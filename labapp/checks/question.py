"""A question with choices, each answered with a line of this very run's evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from labapp.remedy import Remediation, title
from labapp.show.card import MONO

LETTERS = "abcd"


@dataclass(frozen=True)
class Choice:
    """One answer to choose: its *text*, what is *said* to whoever chose it, and the proof.

    *evidence* takes the quiz's visits, one by one, and cites them.
    """

    text: str
    said: str
    evidence: Callable[..., str]
    right: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked, and two to four choices, of which one is right."""

    text: str
    choices: tuple[Choice, ...]

    @property
    def lettered(self) -> dict[str, Choice]:
        """The choices by letter."""
        return dict(zip(LETTERS, self.choices, strict=False))


@dataclass(frozen=True)
class Questions:
    """The questions of one chapter, and the visits they are about.

    *names* is how a chapter calls its visits; *visits* has their remediations.
    """

    names: str
    visits: tuple[tuple[Remediation, ...], ...]
    questions: tuple[Question, ...]

    @property
    def wanted(self) -> str:
        """The visits in words: ``"before, after: visits with nothing; POST"``."""
        return f"{self.names}: visits with {'; '.join(title(one) for one in self.visits)}"


@dataclass(frozen=True, repr=False)
class Reply:
    """What is said to one who chose: never a mark, always the evidence."""

    choice: Choice
    letter: str
    evidence: str

    @property
    def text(self) -> str:
        """The reply in words, without the evidence."""
        opening = "Yes." if self.choice.right else "Look at the evidence."
        return f"{self.letter}) {opening} {self.choice.said}"

    def _repr_html_(self) -> str:
        side = "#222" if self.choice.right else "#b0b0b0"
        return (
            f'<div style="background:#fff;color:#222;border-left:4px solid {side};'
            f'padding:6px 12px"><p style="margin:0">'
            f'{escape(self.text)}</p><pre style="margin:6px 0 0;color:#222;background:#fff;'
            f"{MONO};white-space:pre-wrap;overflow-wrap:anywhere"
            f'">{escape(self.evidence)}</pre></div>'
        )

    def __repr__(self) -> str:
        lines = [f"   {line}" for line in self.evidence.splitlines()]
        return "\n".join([self.text, *lines])
