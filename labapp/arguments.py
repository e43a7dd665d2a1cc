"""The words of the command line, and the help that it gives."""

from __future__ import annotations

import argparse
from typing import Any

from labapp import remedy

EPILOG = """\
remediations: {known}
(the first six are the taught list; {beyond})

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
    beyond = "; ".join(
        f"{one.name} is {one.label}" for one in remedy.ALL if one not in remedy.SIX
    )
    main = argparse.ArgumentParser(
        prog="python -m labapp",
        description=(
            "Send a made-up secret through a small website on this machine, capture the "
            "packets, apply one remediation after another, and show who still saw it."
        ),
        epilog=EPILOG.format(known=known, beyond=beyond),
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
        "seed",
        metavar="SEED",
        help="a word that you keep to yourself: the same gives the same exam, and its key",
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
