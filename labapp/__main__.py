"""``python -m labapp``: the whole before/after story in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from labapp import remedy
from labapp.arguments import parser
from labapp.errors import LabError
from labapp.secret import plant_secret

NEEDED = ("django", "scapy", "trustme")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after saying in one line what is wrong."""
    options = parser().parse_args(arguments)
    if options.capture is not None:
        os.environ["LABAPP_CAPTURE"] = options.capture
    try:
        _check_packages()
        status = _run(options)
        sys.stdout.flush()  # now, not at exit, where nobody could answer
    except LabError as error:
        print(f"labapp: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("labapp: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # `| head` has seen enough (Python docs, signal, "Note on SIGPIPE").
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _run(options: argparse.Namespace) -> int:
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
    return 0


def _check_packages() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise LabError(
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed for {sys.executable}: run make lab once, "
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
