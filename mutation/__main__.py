"""``python -m mutation [MODULE ...]``: make small mistakes, and see which no test notices.

What was noticed is not tried again until its module changes; the rest is, each time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mutation.explained import Explanations
from mutation.table import BEGIN, DOCUMENT, END, Row, table
from mutation.verdict import NO_TESTS, NOT_RUN, SURVIVED, codes, verdict
from mutation.workshop import ROOT, TESTS, Workshop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run mutants; return 0, or 1 if one survived that nobody has explained."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", help="labapp/conversations/framing.py, or a folder"
    )
    parser.add_argument(
        "--children", type=int, default=1, help="mutants at a time (default: 1)"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--report", action="store_true", help="run nothing, show what is known")
    parser.add_argument("--write", action="store_true", help="write the table to docs/trust.md")
    options = parser.parse_args(arguments)
    wanted = [Path(one).resolve() for one in options.modules]
    rows = []
    for workshop in map(Workshop, TESTS):
        modules = [one for one in workshop.modules() if _is_in(one, wanted)]
        if not modules:
            continue
        if not options.report:
            try:
                _try(workshop, modules, options.children, fresh=options.fresh)
            except subprocess.CalledProcessError:
                return 2  # mutmut has said why
        rows += list(_rows(workshop, modules))
    sys.stdout.write(table(rows))
    if options.write:
        _write(DOCUMENT, table(rows))
    return int(any(row.surviving for row in rows))


def _is_in(module: str, wanted: Sequence[Path]) -> bool:
    path = ROOT / module
    return not wanted or any(one in (path, *path.parents) for one in wanted)


def _try(workshop: Workshop, modules: Iterable[str], children: int, *, fresh: bool) -> None:
    if fresh:
        shutil.rmtree(workshop.folder / "mutants", ignore_errors=True)
    workshop.refresh()
    names = [name for module in modules for name in _names(workshop, module)]
    if names:
        workshop.run(names, children)


def _names(workshop: Workshop, module: str) -> list[str]:
    """Return the mutants of *module* to try: those not noticed, or all if it changed."""
    made, now = workshop.folder / "mutants" / module, workshop.folder / module
    found = codes(workshop.folder, module)
    if not made.is_file() or made.stat().st_mtime <= now.stat().st_mtime:
        dotted = module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        return [f"{dotted}.x*"]
    again = SURVIVED + NO_TESTS + NOT_RUN
    return [name for name, code in found.items() if code in again]


def _rows(workshop: Workshop, modules: Sequence[str]) -> Iterable[Row]:
    """Yield a row for each of *modules* with mutants; what survived is shown."""
    known = Explanations.read()
    for module in modules:
        one = verdict(workshop.folder, module)
        if one is None:
            continue
        rest = known.rest(one.survivors)
        for survivor in rest:
            sys.stdout.write(f"{survivor}\n\n")
        if not one.not_run:
            for why in known.needless(one.survivors, module):
                sys.stdout.write(f"Explained for nothing: {why}\n\n")
        yield Row(one, len(one.survivors) - len(rest))


def _write(document: Path, text: str) -> None:
    """Put *text* between the two marks of *document*; the rest stays."""
    content = document.read_text(encoding="utf-8")
    before, _, rest = content.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
