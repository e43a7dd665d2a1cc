"""``python -m labapp``: the whole before/after story in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labapp import remedy
from labapp.errors import LabError
from labapp.secret import plant_secret

NEEDED = ("django", "scapy", "trustme")
EPILOG = """\
remediations: {known}
(the first six are the taught list; hardening is HSTS and Secure cookies)

examples:
  python -m labapp                             the story: the six, one after another
  python -m labapp visit post https            one visit with two of them applied
  python -m labapp visit --save before.pcap    keep the packets, for Wireshark
  python -m labapp serve post                  type into the form in your own browser
  python -m labapp map --all --json map.json   all 64 combinations, measured
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    known = ", ".join(one.name for one in remedy.ALL)
    main = argparse.ArgumentParser(
        prog="python -m labapp",
        description=(
            "Send a made-up secret through a small website on this machine, capture the "
            "packets, apply one remediation after another, and show who still saw it."
        ),
        epilog=EPILOG.format(known=known),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    _add_common(main, default=None)
    # SUPPRESS: what was given before the command must outlive the command's parser.
    _add_common(common, default=argparse.SUPPRESS)
    commands = main.add_subparsers(dest="command", title="commands", metavar="COMMAND")
    one = commands.add_parser("visit", parents=[common], help="one visit, shown as it crossed")
    one.add_argument("remediations", nargs="*", metavar="REMEDIATION")
    one.add_argument("--save", metavar="FILE", help="write the packets as a pcap file")
    own = commands.add_parser(
        "serve", parents=[common], help="the site for your own browser, until Ctrl+C"
    )
    own.add_argument("remediations", nargs="*", metavar="REMEDIATION")
    grid = commands.add_parser(
        "map", parents=[common], help="who saw it, under which remediations"
    )
    which = grid.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="all 64 combinations of the six")
    which.add_argument("--only", metavar="A,B", help="one visit with just these applied")
    grid.add_argument("--json", metavar="FILE", help="write the map as JSON")
    commands.add_parser(
        "doctor", help="which ways to capture work here, and why not the others"
    )
    _add_class(commands)
    return main


def _add_class(commands: Any) -> None:
    table = commands.add_parser("class", help="for a teacher: what learners handed in")
    table.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="text with receipts, a progress.json, a folder of both, or - for what you paste",
    )
    table.add_argument("--csv", metavar="FILE", help="write the table for a spreadsheet")
    table.add_argument(
        "--predictions", action="store_true", help="how the class predicted, without names"
    )
    table.add_argument(
        "--anonymous", action="store_true", help="codes in place of names, for a projector"
    )
    exam = commands.add_parser(
        "exam", help="for a teacher: a capture for each name, and the key"
    )
    exam.add_argument(
        "seed", metavar="SEED", help="a word of yours: the same gives the same exam"
    )
    exam.add_argument("names", metavar="NAMES", help="a file with one name a line")
    exam.add_argument("--to", metavar="FOLDER", default="exam", help="default: exam")
    commands.add_parser("reset", help="fresh notebooks; what you changed is kept in a folder")


def _add_common(to: argparse.ArgumentParser, default: object) -> None:
    to.add_argument(
        "--secret", metavar="TEXT", default=default, help="a sentence of yours; nothing true"
    )
    to.add_argument(
        "--capture",
        metavar="BACKEND",
        default=default,
        help="live, namespace, errqueue or relay: how to get packets (default: the best)",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after saying in one line what is wrong."""
    options = parser().parse_args(arguments)
    if options.capture is not None:
        os.environ["LABAPP_CAPTURE"] = options.capture
    try:
        _check_packages()
        match options.command:
            case "visit":
                _visit(options)
            case "serve":
                _serve(options)
            case "map":
                _map(options)
            case "doctor":
                return _doctor()
            case "class":
                return _class(options)
            case "exam":
                _exam(options)
            case "reset":
                _reset()
            case _:
                _story(options)
    except LabError as error:
        print(f"labapp: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("labapp: stopped.", file=sys.stderr)
        return 130
    return 0


def _check_packages() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise LabError(
            f"{', '.join(missing)} is not installed for {sys.executable}: run make lab once, "
            "then use .venv/bin/python."
        )


def _story(options: argparse.Namespace) -> None:
    from labapp.lab.map import ExposureMap, visits

    secret = plant_secret() if options.secret is None else options.secret
    made = []
    for number, visit in enumerate(visits(remedy.cumulative(), secret)):
        if not number:
            print("One made-up secret, one form, six remediations, a capture each.")
            print(f"The secret: {secret}\n{visit.how}\n")
        added = visit.remediations[-1].label if visit.remediations else "nothing"
        print(f"{number}  {'+ ' if number else ''}{added}")
        print("\n".join(repr(visit).splitlines()[1:-1]) + "\n", flush=True)
        made.append(visit)
    print(ExposureMap.of(made))


def _visit(options: argparse.Namespace) -> None:
    applied = [remedy.named(name) for name in options.remediations]
    from labapp.lab import visit

    made = visit(plant_secret() if options.secret is None else options.secret, *applied)
    print(repr(made))
    if options.save:
        print(f"Packets written to {made.capture.save(options.save)}.")


def _serve(options: argparse.Namespace) -> None:
    applied = [remedy.named(name) for name in options.remediations]
    from labapp.lab import serve

    with suppress(KeyboardInterrupt), serve(*applied) as served:
        print(f"{served.invitation}\nCtrl+C ends it. {served.how}\n", flush=True)
        for look in served.arrivals():
            print(f"{look.said}\n", flush=True)


def _map(options: argparse.Namespace) -> None:
    from labapp.lab.map import Combination, ExposureMap, all_combinations, visits
    from labapp.lab.progress import progress

    combinations: list[Combination]
    if options.all:
        combinations = list(all_combinations())
    elif options.only is not None:
        names = [name for name in options.only.split(",") if name]
        combinations = [remedy.together(remedy.named(name) for name in names)]
    else:
        combinations = list(remedy.cumulative())
    table = ExposureMap.of(visits(progress(combinations), options.secret))
    for number, combination in enumerate(combinations):
        print(f"{number:>3}  {remedy.title(combination)}")
    print(f"\n{table}\n\n{table.backend}: {table.fidelity}")
    if options.json:
        table.save(options.json)


def _class(options: argparse.Namespace) -> int:
    from labapp.checks import classroom

    shown, problems = classroom.run(options)
    print(shown)
    for problem in problems:
        print(f"labapp: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _exam(options: argparse.Namespace) -> None:
    from labapp.checks.exam import KEY, names_in, write_exam

    folder = Path(options.to)
    for file in write_exam(options.seed, names_in(options.names), folder):
        print(folder / file, flush=True)
    print(f"{folder / KEY} is the key: for you alone.")


def _reset() -> None:
    from labapp.checks.fresh import reset

    print("\n".join(reset()))


def _doctor() -> int:
    from labapp.doctor import diagnose

    diagnosis = diagnose()
    print(diagnosis)
    return 0 if diagnosis.chosen else 2


if __name__ == "__main__":
    sys.exit(main())
