"""``python -m fuzzing NUMBER``: damaged inputs for every reader, and the detector's rates.

A campaign of a million or more is written down in docs/trust.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fuzzing.campaign import Result, peak, run
from fuzzing.detector import Tally, judge
from fuzzing.targets import TARGETS

DOCUMENT = Path(__file__).parent.parent / "docs" / "trust.md"
BEGIN, END = "<!-- fuzzing: begin -->", "<!-- fuzzing: end -->"
ENOUGH = 1_000_000  # inputs, from which on the result is kept
PART = 50  # one conversation of each kind for so many inputs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; return 0, or 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    names = [target.name for target in TARGETS]
    parser.add_argument("number", type=int, help="inputs in all, shared among the targets")
    parser.add_argument("--only", choices=names, help="one target alone")
    parser.add_argument("--seed", default="0", help="another campaign (default: 0)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    options = parser.parse_args(arguments)
    targets = [one for one in TARGETS if options.only in (None, one.name)]
    share = -(-options.number // len(targets))  # rounded up
    before = peak()
    results = []
    for target in targets:
        results.append(run(target, share, options.seed, options.first, _say))
        _say(str(results[-1]))
        for failure in results[-1].failures:
            _say(failure)
    grown = peak() - before
    _say(f"memory grew by {grown / 1e6:,.0f} MB")
    tallies = [] if options.only else list(_judged(options.number // PART, options.seed))
    if not options.only and options.number >= ENOUGH:
        write(DOCUMENT, table(results, tallies, options.seed, grown))
        _say(f"Written to {DOCUMENT}.")
    return int(any(one.failures for one in results) or any(one.wrong for one in tallies))


def _judged(number: int, seed: str) -> Iterator[Tally]:
    """Yield how the detector judges *number* conversations of each kind."""
    for guilty in (True, False):
        tally = judge(number, guilty=guilty, seed=seed)
        _say(str(tally))
        for wrong in tally.wrong[:5]:
            _say(wrong)
        yield tally


def table(results: Sequence[Result], tallies: Sequence[Tally], seed: str, grown: int) -> str:
    """Return *results* as a table of Markdown, with when and where above it."""
    total = sum(result.inputs for result in results)
    when = (
        f"Run on {datetime.now(UTC):%d %B %Y}: {total:,} inputs, seed {seed}, one process on "
        f"{os.cpu_count()} cores, Python {platform.python_version()}; its memory grew by "
        f"{grown / 1e6:,.0f} MB."
    )
    lines = [
        when,
        "",
        "| reader | inputs | a second | slowest | good | damaged | refused | failures |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        counts = " | ".join(f"{one.outcomes[k]:,}" for k in ("good", "damaged", "refused"))
        lines.append(
            f"| {one.name} | {one.inputs:,} | {one.rate:,.0f} | {1000 * one.slowest:,.0f} ms | "
            f"{counts} | {len(one.failures)} |"
        )
    lines += ["", "| detector | judged rightly | conversations |", "|---|---|---|"]
    for tally in tallies:
        right = tally.number - len(tally.wrong)
        lines.append(f"| {tally.name} | {right:,} | {tally.number:,} |")
    return "\n".join(lines) + "\n"


def write(document: Path, text: str) -> None:
    """Put *text* between the two marks of *document*; the rest stays."""
    content = document.read_text(encoding="utf-8")
    before, _, rest = content.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
