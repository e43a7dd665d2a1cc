"""An exam: a capture for each learner, with a secret of their own, and the key to it.

What a learner gets is a pcap file: find the sentence, say in which parts of the
messages it stands, and which remediations were on. The key is measured on the same
visit. One seed and one name always give one variant, so a neighbour's answer does
not fit, and a teacher can make the file again.
"""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from labapp.checks.receipts import accept
from labapp.checks.roster import written_safely
from labapp.errors import LabError, unwritable, why
from labapp.lab import Visit, visit
from labapp.observers import PLACES, WIRE
from labapp.remedy import SIX, Remediation, https, title
from labapp.secret import plant_secret

KEY = "key.csv"  # for the teacher alone
READABLE = tuple(one for one in SIX if one is not https)
ASKED = (*WIRE, "access_log", "history")  # what the capture shows, or lets one conclude


@dataclass(frozen=True)
class Variant:
    """What one learner gets: a *secret* and the *remediations* under which it crossed."""

    name: str
    secret: str
    remediations: tuple[Remediation, ...]

    @classmethod
    def of(cls, seed: str, name: str) -> Variant:
        """Return the variant of *name*, the same for every call with this *seed*."""
        secret = plant_secret(f"{seed}/{name}")
        every = [c for size in range(len(READABLE) + 1) for c in combinations(READABLE, size)]
        chance = random.Random(f"{secret}/{seed}").random()  # promised to stay the same
        return cls(name, secret, every[int(chance * len(every))])

    def file(self, number: int) -> str:
        """Return the name of its file: letters that every system takes."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        letters = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
        return f"{number:02}{'-' if letters else ''}{letters}.pcap"


def names_in(path: str) -> list[str]:
    """Return the names in a file, one a line; `LabError` if it has none, or one twice."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise LabError(f"Cannot read {path} ({why(error)}): write one name a line.") from None
    names = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            names.append(accept(line))
        except ValueError:
            raise LabError(
                f"{path}, line {number} is no name: write letters, in one line."
            ) from None
    if not names:
        raise LabError(f"{path} has no name in it: write one a line.")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise LabError(f"{path} has {twice[0]} twice: add something to tell the two apart.")
    return names


def write_exam(seed: str, names: Iterable[str], folder: Path) -> Iterator[str]:
    """Write a capture for each of *names* and the key to *folder*; yield each file's name.

    Raises `LabError` if the folder has a key already or cannot be written.
    """
    key, rows = folder / KEY, []
    if key.exists():
        raise LabError(f"{key} is there already: choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(folder, error) from None
    for number, name in enumerate(names, 1):
        variant = Variant.of(seed, name)
        made = visit(variant.secret, *variant.remediations)
        file = variant.file(number)
        made.capture.save(folder / file)
        rows.append(_row(variant, file, made))
        yield file
    try:
        key.write_bytes(_csv(rows).encode("utf-8-sig"))
    except OSError as error:
        raise unwritable(key, error) from None


def _row(variant: Variant, file: str, made: Visit) -> list[str]:
    seen = {True: "yes", False: "no", None: "unknown"}
    answers = [seen[made.seen[key]] for key in ASKED]
    return [
        written_safely(variant.name),
        file,
        variant.secret,
        title(variant.remediations),
        *answers,
    ]


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    out = csv.writer(written)
    labels = [PLACES[key].label for key in ASKED]
    out.writerow(["name", "file", "secret", "remediations", *labels])
    out.writerows(rows)
    return written.getvalue()
