"""A verdict: what became of each mutant, as mutmut wrote it down."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import ndiff
from pathlib import Path

# pytest's exit codes, and mutmut's own (mutmut/stats.py). A mutant that ran out of time,
# or that ended the whole process, was noticed, too.
SURVIVED, NO_TESTS, NOT_RUN = (0,), (5, 33), (None, 2)
_NAME = re.compile(r"(?:x_|xǁ(?P<owner>\w+)ǁ)(?P<function>\w+)__mutmut_\d+")


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed: where it is, and the lines that differ."""

    module: str  # "labapp/conversations/flow.py"
    function: str  # "Flow.ends"
    minus: str  # the lines that are there, each without white space around it
    plus: str  # ... and the mutant's
    tested: bool = True  # False: no test enters the function

    def __str__(self) -> str:
        lines = [f"--- {self.module}: {self.function}"]
        lines += [f"-{line}" for line in self.minus.splitlines()]
        lines += [f"+{line}" for line in self.plus.splitlines()]
        return "\n".join([*lines, *([] if self.tested else ["(no quick test enters it)"])])


@dataclass(frozen=True)
class Verdict:
    """The mutants of one module: how many, how many not tried yet, and who survived."""

    module: str
    mutants: int
    not_run: int
    survivors: tuple[Survivor, ...]
    when: date

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return self.mutants - self.not_run - len(self.survivors)


def codes(folder: Path, module: str) -> dict[str, int | None]:
    """Return the exit code of each mutant's tests, by its name; empty if there is none.

    *folder* is that of the workshop.
    """
    path = _written(folder, module)
    if not path.is_file():
        return {}
    found: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return found


def verdict(folder: Path, module: str) -> Verdict | None:
    """Return what became of the mutants of *module*, or None if it has none."""
    found = codes(folder, module)
    if not found:
        return None
    text = (folder / "mutants" / module).read_text("utf-8")
    functions = dict(_functions(text))
    survivors = []
    for name, code in found.items():
        if code not in SURVIVED + NO_TESTS:
            continue
        mangled = name.rpartition(".")[2]
        original = mangled.rpartition("__mutmut_")[0] + "__mutmut_orig"
        minus, plus = changed(functions[original], functions[mangled])
        place = place_of(mangled)
        survivors.append(Survivor(module, place, minus, plus, tested=code in SURVIVED))
    when = datetime.fromtimestamp(_written(folder, module).stat().st_mtime, UTC).date()
    not_run = sum(code in NOT_RUN for code in found.values())
    return Verdict(module, len(found), not_run, tuple(survivors), when)


def place_of(mangled: str) -> str:
    """Return the function that mutmut's name for a mutant of it hides: "Flow.ends"."""
    match = _NAME.fullmatch(mangled)
    assert match, mangled
    return f"{match['owner']}.{match['function']}" if match["owner"] else match["function"]


def changed(before: str, after: str) -> tuple[str, str]:
    """Return the lines that only *before* has and those that only *after* has.

    The first line has the function's name, which always differs: it is made equal.
    """
    bare = [re.sub(r"[xǁ_]+[\wǁ]*__mutmut_\w+", "", text) for text in (before, after)]
    lines = list(ndiff(bare[0].splitlines(), bare[1].splitlines()))
    minus, plus = (
        "\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return minus, plus


def _functions(text: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and "__mutmut_" in node.name
        ):
            # By lines: ast.get_source_segment takes a second for each large module.
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
            yield node.name, "\n".join(lines)


def _written(folder: Path, module: str) -> Path:
    return folder / "mutants" / f"{module}.meta"
