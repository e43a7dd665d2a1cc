"""The exposure map: visits under many combinations, and who saw what in each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, product
from pathlib import Path

from labapp import remedy, show
from labapp.errors import LabError
from labapp.lab.progress import progress
from labapp.lab.visiting import visit
from labapp.lab.visits import Visit
from labapp.remedy import Remediation
from labapp.saving import write
from labapp.secret import plant_secret

Combination = tuple[Remediation, ...]


def all_combinations() -> Iterator[Combination]:
    """Yield the 64 combinations of the six, nothing first and all six last."""
    for chosen in product((False, True), repeat=len(remedy.SIX)):
        yield tuple(compress(remedy.SIX, chosen))


def one_by_one(secret: str | None = None) -> list[Visit]:
    """Make seven visits: nothing, then the six one after another, in the taught order."""
    return list(visits(progress(list(remedy.cumulative())), secret))


def every_combination(secret: str | None = None) -> list[Visit]:
    """Make 64 visits, one for each combination of the six; it takes some seconds."""
    return list(visits(progress(list(all_combinations())), secret))


def visits(combinations: Iterable[Combination], secret: str | None = None) -> Iterator[Visit]:
    """Make one visit per combination, with one secret."""
    secret = plant_secret() if secret is None else secret
    for combination in combinations:
        yield visit(secret, *combination)


@dataclass(frozen=True, repr=False)
class ExposureMap:
    """What each of several visits showed to whom; a plain value."""

    backend: str
    fidelity: str
    runs: tuple[dict[str, object], ...]
    text: str

    @classmethod
    def of(cls, made: Iterable[Visit]) -> ExposureMap:
        """Ask every observer about every one of *made*; `LabError` if there is none."""
        rows = list(made)
        if not rows:
            raise LabError("A map needs at least one visit: ExposureMap.of([visit(secret)]).")
        return cls(
            backend=rows[0].capture.backend,
            fidelity=rows[0].capture.fidelity,
            runs=tuple(
                {
                    "remediations": [one.name for one in row.remediations],
                    "works": row.works,
                    "seen": dict(row.seen),
                }
                for row in rows
            ),
            text=show.map_text([row.seen for row in rows], [row.works for row in rows]),
        )

    @property
    def json(self) -> str:
        """The map as JSON: ``capture`` and ``runs``; ``null`` stands for unknown."""
        capture = {"backend": self.backend, "fidelity": self.fidelity}
        return json.dumps({"capture": capture, "runs": self.runs}, indent=1) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the JSON to *path*; `LabError` if that cannot be done."""
        write(Path(path), self.json.encode())

    def __repr__(self) -> str:
        return self.text
