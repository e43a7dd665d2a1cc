"""``python -m benchmarks``: measure, print the table, write docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import (
    completeness,
    kernels,
    mapping,
    overhead,
    reading,
    sniffers,
    starting,
    table,
    truth,
)
from benchmarks.row import Row

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
QUICK = 1 / 20
ALL: dict[str, Callable[[float], Iterator[Row]]] = {
    "overhead": overhead.rows,
    "sniffers": sniffers.rows,
    "mapping": mapping.rows,
    "reading": reading.rows,
    "starting": starting.rows,
    "kernels": kernels.rows,
    "completeness": completeness.rows,
    "truth": truth.rows,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; return 0, or 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "only", nargs="*", metavar="NAME", help=f"one or more of {', '.join(ALL)}"
    )
    parser.add_argument("--quick", action="store_true", help="a twentieth of each size")
    options = parser.parse_args(arguments)
    if unknown := set(options.only) - set(ALL):
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    machine = table.machine()  # now: what runs here is a load itself
    sys.stdout.write(f"{machine}\n")
    rows: list[Row] = []
    for name in options.only or ALL:
        for row in ALL[name](QUICK if options.quick else 1.0):
            sys.stdout.write(f"{table.text(row)}\n")
            sys.stdout.flush()
            rows.append(row)
    if not (options.only or options.quick):
        table.write(DOCUMENT, table.markdown(rows, machine))
        sys.stdout.write(f"Written to {DOCUMENT}.\n")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
