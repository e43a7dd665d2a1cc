"""``python -m classroom.campaign``: hold a class on this machine, and print what came of it.

As root, with the hub's Python: ``make class``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from classroom.campaign import hub, lesson, report


def main(arguments: Sequence[str] | None = None) -> str | int:
    """Hold the lessons; return 0, 1 if something was not as it must be, or a sentence."""
    parser = argparse.ArgumentParser(prog="python -m classroom.campaign", description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--memory", default="1G", help="limit of one learner")
    parser.add_argument("--kill", action="store_true", help="only the lesson with dead kernels")
    parser.add_argument("--quiet", action="store_true", help="only the lesson without them")
    parser.add_argument("--write", action="store_true", help="put the result into the documents")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0:
        return "Each learner gets an account of this machine: run it as root."
    forms = [kill for kill, no in ((False, options.kill), (True, options.quiet)) if not no]
    bad = []
    for kill in forms:
        machine = report.machine()
        with hub.running(options.learners, options.memory) as settings:
            held = lesson.held(settings, kill=kill)
        print(report.text(held, machine), flush=True)
        bad += held.complaints()
        if options.write and not held.complaints():
            report.write(held, machine)
    print("\n".join(bad) or "Everything is as it must be.")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
