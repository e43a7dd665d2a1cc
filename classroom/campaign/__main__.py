"""``python -m classroom.campaign``: hold a class on this machine, and print what came of it.

As root, with the hub's Python: ``make class``.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from classroom.campaign import hub, report
from classroom.campaign.lesson import held
from classroom.settings import Settings


def main(arguments: Sequence[str] | None = None) -> str | int:
    """Hold the lessons; return 0, 1 if something was not as it must be, or a sentence."""
    parser = argparse.ArgumentParser(prog="python -m classroom.campaign", description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--memory", default="1G", help="limit of one learner")
    parser.add_argument("--kill", action="store_true", help="only the lesson with dead kernels")
    parser.add_argument("--quiet", action="store_true", help="only the lesson without them")
    parser.add_argument(
        "--write", action="store_true", help="put the result into the documents"
    )
    parser.add_argument("--log", type=Path, default=Path(os.devnull), help="what the hub says")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        return "Each learner gets an account of this machine: run it as root."
    forms = [kill for kill, no in ((False, options.kill), (True, options.quiet)) if not no]
    # Ended from outside, too, it removes the accounts that it made.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))
    bad = []
    for kill in forms:
        where = report.machine()
        with hub.running(options.learners, options.memory, options.log) as (settings, process):
            lesson = held(settings, process, kill=kill)
        figures = report.figures(lesson, where)
        print(report.text(figures), flush=True)
        bad += lesson.complaints()
        # A smaller class is for trying: the guide is about thirty.
        if options.write and options.learners == Settings.learners and not bad:
            report.write(figures)
    print("\n".join(bad) or "Everything is as it must be.")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
