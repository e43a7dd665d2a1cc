"""An ordinary user: no root, no capabilities, and no way to gain any.

Tests of what such a user sees must not pretend: as root, the command really runs
as uid 1000 with an empty bounding set and no_new_privs (as on Binder). A tester
who is an ordinary user already runs it as themselves, with no_new_privs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

UID = 1000
ROOT = Path(__file__).resolve().parent.parent
WITHOUT_NAMESPACES = ROOT / "tests" / "without_namespaces.py"
COPIED = ("labapp", "notebooks")  # what an installed checkout has for its reader
# Under `make coverage`, which lines run is noted in the user's processes, too.
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}

_NO_PRIVILEGES = ("--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all")
_NOT_ROOT = (f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--bounding-set=-all")


@dataclass(frozen=True)
class OrdinaryUser:
    """A user with a home of their own and a checkout they can only read."""

    home: Path
    checkout: Path

    @classmethod
    def in_home(cls, home: Path, checkout: Path) -> OrdinaryUser:
        """Give the folder *home* to the user; fail the test if they cannot run Python.

        The folders above both must be open to everybody: pytest's ``tmp_path`` is not.
        """
        (home / "tmp").mkdir()
        if os.geteuid() == 0:
            for path in (home, home / "tmp"):
                os.chown(path, UID, UID)
        user = cls(home, checkout)
        # setpriv opens the program before it gives everything up: only a Python that
        # starts itself once more shows that the user can.
        again = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', {!r}])"
        tried = user.run(["-c", again.format("import django")])
        assert tried.returncode == 0, (
            f"An ordinary user cannot run {sys.executable}. Make the virtual environment where "
            "everybody may read it, from a Python outside /root, for example: "
            f"make marked PYTHON=/usr/bin/python3 VENV=/var/tmp/lab-venv\n{tried.stderr}"
        )
        return user

    def run(
        self,
        arguments: Sequence[str],
        *,
        timeout: float = 60,
        namespaces: bool = True,
        python: str = "",
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run *python*, this one by default, with *arguments* as the user, in their home.

        Nothing of the tester's environment goes along, only *environment*.
        *timeout* is in seconds; `subprocess.TimeoutExpired` after it. With
        *namespaces* false the system forbids user namespaces; only root can do that.
        """
        python = python or sys.executable
        outside = () if namespaces else (sys.executable, str(WITHOUT_NAMESPACES))
        return subprocess.run(
            [*outside, *dropping(), python, *arguments],
            cwd=self.home,
            env=self._environment(Path(python).parent) | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, arguments: Sequence[str], output: IO[str]) -> subprocess.Popen[str]:
        """Start this Python with *arguments* as the user, and let it run; see `run`.

        What it says goes to *output*. The caller ends it.
        """
        return subprocess.Popen(
            [*dropping(), sys.executable, *arguments],
            cwd=self.home,
            env=self._environment(Path(sys.executable).parent),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
        )

    def _environment(self, python: Path) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(self.checkout),
            "TMPDIR": str(self.home / "tmp"),
        } | MEASURED


def copy_checkout(folder: Path) -> Path:
    """Copy what a reader of the checkout needs to *folder*, readable by everybody."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def dropping() -> list[str]:
    """Return the beginning of a command that runs the rest of it without privileges."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0:
        assert setpriv, "setpriv is missing: install util-linux."
        return [setpriv, *_NOT_ROOT, *_NO_PRIVILEGES, "--"]
    # Outside Linux there is no setpriv, and no capability to give up.
    return [setpriv, *_NO_PRIVILEGES, "--"] if setpriv else []
