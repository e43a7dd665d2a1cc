"""Explained: survivors that change nothing, each with the reason why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation.verdict import Survivor

FILE = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True)
class Explanation:
    """Why one mutant does what the code does: the same places as in a `Survivor`."""

    module: str
    function: str
    minus: str
    plus: str
    why: str

    def fits(self, survivor: Survivor) -> bool:
        """Return whether *survivor* is what this explains."""
        mine = (self.module, self.function, self.minus, self.plus)
        return mine == (survivor.module, survivor.function, survivor.minus, survivor.plus)


@dataclass(frozen=True)
class AnyCase:
    """Why a text given to one of *functions* may be written in large letters or small."""

    functions: Sequence[str]
    why: str

    def fits(self, survivor: Survivor) -> bool:
        """Return whether nothing but the case of such a text differs in *survivor*."""
        names = "|".join(map(re.escape, self.functions))
        given = re.compile(rf'\b(?:{names})\([^()"]*"[^"]*"')
        before, after = survivor.minus, survivor.plus
        if before.casefold() != after.casefold() or len(before) != len(after):
            return False
        inside = {at for one in given.finditer(before) for at in range(*one.span())}
        return all(at in inside for at in range(len(before)) if before[at] != after[at])


@dataclass(frozen=True)
class Explanations:
    """All that is explained: mutants one by one, and a kind of them by a rule."""

    each: Sequence[Explanation]
    rules: Sequence[AnyCase] = ()

    @classmethod
    def read(cls, file: Path = FILE) -> Explanations:
        """Return what stands in *file*: a table for each function, and the rules."""
        found: list[Explanation] = []
        content = tomllib.loads(file.read_text("utf-8"))
        rules = [AnyCase(**rule) for rule in content.pop("any case", [])]
        for place, entries in content.items():
            module, _, function = place.partition(": ")
            found += [Explanation(module, function, **entry) for entry in entries]
        return cls(found, rules)

    def rest(self, survivors: Iterable[Survivor]) -> list[Survivor]:
        """Return the *survivors* that nothing explains."""
        known: list[Explanation | AnyCase] = [*self.each, *self.rules]
        return [one for one in survivors if not any(why.fits(one) for why in known)]

    def needless(self, survivors: Iterable[Survivor], module: str) -> list[Explanation]:
        """Return what explains no survivor of *module* any more: it is killed, or gone."""
        there = list(survivors)
        about = [why for why in self.each if why.module == module]
        return [why for why in about if not any(why.fits(one) for one in there)]
