"""A workshop: a copy of the checkout in which mutmut may change one package of `labapp`."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "mutants"
COPIED = ("labapp", "tests", "fuzzing", "sources", "notebooks", "tools", "benchmarks")

# The quick tests of each package. Left out is what starts kernels or labs, what takes many
# seconds to say what a quick test says, too, and chance, which may notice a mistake today and
# not tomorrow.
TESTS = {
    "conversations": ("test_conversations.py", "test_conversations_*.py"),
    "observers": ("test_observers_*.py",),
    "checks": ("test_checks_*.py",),
}
LEFT_OUT = {
    "test_conversations_fuzz.py",
    "test_conversations_tshark.py",
    "test_checks_answers.py",
    "test_checks_cells.py",
    "test_checks_given_back.py",
    "test_checks_identifying.py",
    "test_checks_kinds.py",
    "test_checks_mistakes.py",
    "test_checks_quizzes.py",
    "test_checks_repairing.py",
}
SETTINGS = """
[tool.mutmut]
source_paths = ["labapp"]
only_mutate = ["labapp/{package}/*"]
also_copy = {copied}
pytest_add_cli_args = ["-m", "not ({marked})", "-p", "no:randomly", "--hypothesis-profile=ci"]
pytest_add_cli_args_test_selection = {tests}
on_dependency_change = "ignore"
# A mutant has five times as long as its tests took, and fifteen seconds.
timeout_multiplier = 5.0
timeout_constant = 3.0
"""
MARKED = "tshark or tcpdump or chromium or npm or root or nbgrader"


class Workshop:
    """The copy for *package*, in *folder*; it is kept, so that a part can be run again."""

    def __init__(self, package: str, folder: Path | None = None) -> None:
        self.package = package
        self.folder = folder or BUILD / package

    @property
    def tests(self) -> list[str]:
        """The modules of tests that shall notice, in the order of their names."""
        names = sorted(path.name for path in (ROOT / "tests").glob("test_*.py"))
        wanted = TESTS[self.package]
        return [
            f"tests/{name}"
            for name in names
            if name not in LEFT_OUT and any(fnmatch(name, pattern) for pattern in wanted)
        ]

    def modules(self) -> list[str]:
        """Return the modules of the package, as paths from the checkout."""
        here = ROOT / "labapp" / self.package
        return [f"labapp/{self.package}/{path.name}" for path in sorted(here.glob("*.py"))]

    def refresh(self) -> None:
        """Copy what changed since the last time, and forget what that makes untrue."""
        self.folder.mkdir(parents=True, exist_ok=True)
        changed = {name for name in COPIED if self._copy(ROOT / name, self.folder / name)}
        settings = SETTINGS.format(
            package=self.package, copied=list(COPIED), marked=MARKED, tests=self.tests
        )
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        (self.folder / "pyproject.toml").write_text(project + settings, encoding="utf-8")
        if "tests" in changed:
            # It knows which test enters which function; changed tests may enter others.
            (self.folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)

    def run(self, names: Sequence[str], children: int) -> None:
        """Let mutmut try the mutants *names*, where ``*`` may stand in one.

        Raises `subprocess.CalledProcessError` if the tests fail without a mutant, too.
        """
        mutmut = Path(sys.executable).with_name("mutmut")
        command = [str(mutmut), "run", "--max-children", str(children)]
        subprocess.run([*command, *names], cwd=self.folder, check=True)

    def _copy(self, source: Path, target: Path) -> bool:
        """Make *target* like *source*; return whether anything was different.

        Times of files are kept: by them mutmut knows what it has to read again.
        """
        ignored = {"__pycache__", ".ipynb_checkpoints"}
        there = {
            path.relative_to(source)
            for path in source.rglob("*")
            if path.is_file() and not ignored.intersection(path.parts)
        }
        changed = False
        for path in target.rglob("*") if target.is_dir() else ():
            if path.is_file() and path.relative_to(target) not in there:
                path.unlink()
                changed |= "__pycache__" not in path.parts
        for name in there:
            new, old = source / name, target / name
            if not old.is_file() or not filecmp.cmp(new, old, shallow=False):
                old.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(new, old)
                changed = True
        return changed
