"""``python -m classroom``: start a class on this machine, as root.

``make hub`` installs what it needs and runs it. Ctrl-C ends it; work is kept.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from classroom import accounts, handout, limits
from classroom.settings import MOST, VARIABLE, ClassError, Settings

CONFIGURATION = Path(__file__).with_name("jupyterhub_config.py")
STATE = Path("/var/lib/secrets-on-the-wire")
UNITS = {"M": 1024**2, "G": 1024**3}


def main(arguments: Sequence[str] | None = None) -> str | int:
    """Become JupyterHub, or return a status, or one line that says what to do."""
    options = _options(arguments)
    try:
        settings = Settings(
            state=options.state.absolute(),
            url=options.url.rstrip("/"),
            learners=options.learners,
            prefix=options.prefix,
            memory=_bytes(options.memory),
            idle=options.idle,
            certificate=options.certificate,
            key=options.key,
        ).check()
        _as_root()
        if options.remove:
            names = accounts.remove(settings)
            print(f"Removed {len(names)} accounts, with their homes.")
            return 0
        environment = prepare(settings)
    except ClassError as error:
        return str(error)
    print(welcome(settings), flush=True)
    return _become_the_hub(environment)


def _become_the_hub(environment: dict[str, str]) -> NoReturn:
    command = [sys.executable, "-m", "jupyterhub", f"--config={CONFIGURATION}"]
    os.chdir(handout.ROOT)
    os.execve(sys.executable, command, environment)  # noqa: S606  (no shell is meant)


def prepare(settings: Settings) -> dict[str, str]:
    """Make accounts, passwords and the handout; return the environment of the hub."""
    for tool in ("git", "useradd", "node"):
        if not shutil.which(tool):
            raise ClassError(f"{tool} is missing: install it.")
    settings.state.mkdir(mode=0o711, parents=True, exist_ok=True)
    settings.state.chmod(0o711)
    (settings.state / "hub").mkdir(mode=0o700, exist_ok=True)
    accounts.make(settings)
    accounts.passwords(settings)
    handout.prepare(settings)
    _can_run(settings)
    path = settings.state / "hub" / "settings.json"
    settings.write(path)
    return {**os.environ, VARIABLE: str(path), "PYTHONPATH": str(handout.ROOT)}


def welcome(settings: Settings) -> str:
    """Return what a teacher must know now."""
    reason = "" if limits.SYSTEMD.is_dir() else limits.why_not()
    holds = f"does NOT hold here: {reason}" if reason else "holds"
    return (
        f"A class of {settings.learners} at {settings.url}\n"
        f"  the link for everybody   {handout.link(settings)}\n"
        f"  names and passwords      {settings.passwords}\n"
        f"  memory of one learner    {settings.memory // UNITS['M']} MiB; the limit {holds}"
    )


def _as_root() -> None:
    if os.geteuid() != 0:
        raise ClassError("Each learner gets an account of this machine: run it as root.")


def _can_run(settings: Settings) -> None:
    """Raise `ClassError` unless a learner can run this Python with the lab in it."""
    name = settings.names[0]
    tried = subprocess.run(
        [
            *("setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups", "--"),
            *(sys.executable, "-c", "import labapp, jupyterhub.singleuser"),
        ],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "HOME": str(settings.homes / name)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if tried.returncode:
        raise ClassError(
            f"Learners cannot run {sys.executable}: put the checkout and the virtual environment "
            "where everybody may read, such as /opt, made from a Python outside /root. "
            + " ".join(tried.stderr.split())[-200:]
        )


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([MG])", text)
    if not found:
        raise ClassError(f"{text} is no size of memory: write 800M or 1G.")
    return int(found[1]) * UNITS[found[2]]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m classroom", description=__doc__)
    parser.add_argument("--learners", type=int, default=30, help=f"how many, 1 to {MOST}")
    parser.add_argument("--url", default=Settings.url, help="where it listens")
    parser.add_argument("--certificate", default="", help="file, for an https:// address")
    parser.add_argument("--key", default="", help="file, for an https:// address")
    parser.add_argument("--memory", default="1G", help="limit of one learner, such as 800M")
    parser.add_argument("--idle", type=int, default=3600, help="seconds before a server ends")
    parser.add_argument("--prefix", default="learner", help="how the accounts' names begin")
    parser.add_argument("--state", type=Path, default=STATE, help="where everything is kept")
    parser.add_argument("--remove", action="store_true", help="remove accounts and homes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
