"""Say how many of the branches of labapp were taken, from coverage's JSON: ``make coverage``.

`coverage report` compares lines and branches together, which hides branches behind lines.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

LEAST = 95  # per cent


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the file that ``coverage json`` wrote; return 1 if too few were taken."""
    (path,) = sys.argv[1:] if arguments is None else arguments
    totals = json.loads(Path(path).read_text(encoding="utf-8"))["totals"]
    lines, branches = (
        (totals[f"covered_{kind}"], totals[f"num_{number}"])
        for kind, number in (("lines", "statements"), ("branches", "branches"))
    )
    for what, (taken, there) in {"lines": lines, "branches": branches}.items():
        print(f"{100 * taken / there:.1f} % of {there:,} {what}")
    taken, there = branches
    return int(100 * taken < LEAST * there)


if __name__ == "__main__":
    raise SystemExit(main())
