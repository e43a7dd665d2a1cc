"""Write what docs/teaching/ takes from the lab itself: wrong answers, and messages.

Usage: python tools/write_teaching.py [--check]

- `wrong-answers.md`: what learners write that does not pass yet, and the words they
  get, from tests/answers/, where each of them is graded in every test run;
- `messages.md`: the card of messages, each of them provoked here.
"""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a file, only tools/ is on the path

from labapp import LabError, check, plant_secret, predict, quiz, receipt, visit  # noqa: E402
from labapp.checks.exercises import CHAPTERS, exercises  # noqa: E402
from tests.answers import Answer  # noqa: E402
from tests.answers.body import ADDRESS, POST_FORM, ByGet, ReturnsNothing  # noqa: E402

FOLDER = ROOT / "docs" / "teaching"
GENERATED = "<!-- Written by tools/write_teaching.py: change the lab, not this file. -->"


class Message(NamedTuple):
    """A message: the cell that brings it, how to run that, and what a teacher can say."""

    cell: str
    run: Callable[[], Any]
    say: str


MESSAGES = (
    Message(
        'visit("abc")',
        lambda: visit("abc"),
        "Short words stand in every page by accident. Take a whole sentence, nothing true.",
    ),
    Message(
        'predict("after POST", "listeners")',
        lambda: predict("after POST", "listeners"),
        "The map has no such word. All known ones are listed.",
    ),
    Message(
        'check("take out of the address", MyView)',
        lambda: check("take out of the address", ByGet),
        "Exercises have names. The right one is in the question.",
    ),
    Message(
        'check("take it out of the address", ...)',
        lambda: check(ADDRESS, ...),
        "The dots were not replaced, or the cell with the view was not run.",
    ),
    Message(
        'check("take it out of the address", MyView, form=my_form)',
        lambda: check(ADDRESS, ByGet, form=POST_FORM),
        "Form and view do not fit each other. Which one of them was changed?",
    ),
    Message(
        'check("take it out of the address", MyView, form=my_form)',
        lambda: check(ADDRESS, ReturnsNothing, form=POST_FORM),
        "The view is nearly there: one word is missing at the beginning of its last line.",
    ),
    Message(
        'quiz("02", before)',
        lambda: quiz("02", visit(plant_secret("Mia"))),
        "A visit is missing, or in another order. Run the cells from the top once more.",
    ),
    Message(
        'receipt("02", "your name")',
        lambda: receipt("02", "your name"),
        "Nobody needs a receipt. Whoever shall hand one in writes a name.",
    ),
)


def wrong_answers() -> str:
    """Return the page of known answers that do not pass yet, by exercise."""
    lines = [
        "# What learners write, and the words they get",
        "",
        GENERATED,
        "",
        "Each of these answers is graded in every test run, and must get these words. After two",
        'tries without success the first hint comes by itself; `hint("...")` gives the next one.',
        "",
    ]
    wrong = kept()
    for exercise in sorted(exercises().values(), key=lambda one: one.chapter):
        lines += [f"## {exercise.chapter}: {exercise.name}", "", exercise.task, ""]
        lines += [f"{number}. {_cell(hint)}" for number, hint in enumerate(exercise.hints, 1)]
        rows = [_row(answer) for answer in wrong if answer.to == exercise.name]
        head = ["| the answer | the words it gets |", "|---|---|"]
        lines += ["", *(head if rows else ["No answers are kept here."]), *rows, ""]
    return "\n".join(lines)


def kept() -> list[Answer]:
    """Return the known answers that do not pass, of the chapters that have some."""
    modules = [f"tests.answers.{chapter}" for chapter in CHAPTERS]
    return [answer for one in modules if find_spec(one) for answer in import_module(one).WRONG]


def _row(answer: Answer) -> str:
    what = f"{answer.name}: {about}" if (about := _about(answer)) else answer.name
    return f"| {_cell(what)} | {_cell(' '.join(answer.says.split()))} |"


def _about(answer: Answer) -> str:
    """Return what the answer says of itself, if it has a docstring of its own."""
    for given in answer.given:
        own = vars(given).get("__doc__") if inspect.isclass(given) else None
        text = own or (inspect.isfunction(given) and given.__doc__) or ""
        if text and str(getattr(given, "__module__", "")).startswith("tests."):
            line = str(text).splitlines()[0]
            return "" if line.startswith("Right") else line  # and what it came with is not
    return ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def card() -> str:
    """Return the card of messages."""
    lines = [
        "# Eight messages, and what to say",
        "",
        GENERATED,
        "",
        "To be printed on one sheet. `MyView` is the learner's own.",
        "",
    ]
    for number, message in enumerate(MESSAGES, 1):
        lines += [f"{number}. `{message.cell}`", "", "   ```", *_said(message), "   ```", ""]
        lines += [f"   {message.say}", ""]
    return "\n".join(lines)


def _said(message: Message) -> Iterator[str]:
    try:
        said = repr(message.run())
    except LabError as error:
        said = f"LabError: {error}"
    # Indented are lines of a learner's own code, with numbers that change.
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    for line in lines[:2]:
        yield f"   {line}"


def pages() -> dict[str, str]:
    """Return what each generated page must hold, by its name."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)  # nobody's progress.json has a part in it
        try:
            return {"wrong-answers.md": wrong_answers(), "messages.md": card()}
        finally:
            os.chdir(here)


def main(arguments: list[str] | None = None) -> str | int:
    """Write, or with --check only compare; return 0, or what is wrong."""
    parser = argparse.ArgumentParser(description="Write pages of docs/teaching/.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    for name, text in pages().items():
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            return f"{path} is not in step: run make teaching"
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
