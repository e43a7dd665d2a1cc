"""Accounts: one system user for each learner, with a home that nobody else can read."""

from __future__ import annotations

import csv
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from classroom import limits
from classroom.settings import ClassError, Settings

PATIENCE = 30.0  # seconds, for processes to end and for useradd
TEMPORARY = ".tmp"  # a learner's own: what a killed kernel leaves goes with the home
WORDS = tuple(
    """
    amber apple bell birch boat brook cedar cloud coral daisy drum ember fern flint
    ginger harbour hazel honey island ivory jasmine kettle lake lemon linen maple meadow
    mint nest oak olive opal otter pearl pepper plum pond quilt raven reed river rose
    rust saffron sage sail shell silver slate snow spruce stone straw sugar thistle tide
    tulip velvet violet walnut willow winter yarrow zinnia
    """.split()  # noqa: SIM905  (a list of words reads better than 64 quotes)
)


def password() -> str:
    """Return a password that is easy to type: four words of 64, and three digits."""
    chosen = [secrets.choice(WORDS) for _ in range(4)]
    return "-".join([*chosen, f"{secrets.randbelow(1000):03}"])


def passwords(settings: Settings) -> dict[str, str]:
    """Return everybody's password by name; those of the last start stay."""
    path = settings.passwords
    known: dict[str, str] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            known = {row["name"]: row["password"] for row in csv.DictReader(file)}
    names = [settings.teacher, *settings.names]
    known = {name: known.get(name) or password() for name in names}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerows([("name", "password"), *known.items()])
    return known


def make(settings: Settings) -> None:
    """Give everybody an account; those that are there already stay as they are.

    Raises `ClassError` if a name belongs to somebody who is not of this class.
    """
    for above in (settings.homes, settings.sockets):
        above.mkdir(mode=0o711, exist_ok=True)
    for name in (settings.teacher, *settings.names):
        home = settings.homes / name
        if (account := _account(name)) is None:
            # No password of the system's: nobody signs in to the machine itself.
            _run(
                "useradd", "--home-dir", str(home), "--shell", "/bin/bash", "--user-group", name
            )
            account = pwd.getpwnam(name)
        if Path(account.pw_dir) != home:
            raise ClassError(f"{name} is an account of another kind here: choose a --prefix.")
        for folder in (home, home / TEMPORARY, settings.sockets / name):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
            os.chown(folder, account.pw_uid, account.pw_gid)


def remove(settings: Settings) -> list[str]:
    """Remove the accounts of the class with all that is theirs; return the names.

    That is their processes, their control groups, their homes and their sockets.
    """
    ours = [
        account
        for account in pwd.getpwall()
        if Path(account.pw_dir) == settings.homes / account.pw_name
    ]
    for account in ours:
        end(account.pw_uid)
        with suppress(limits.NoLimits):  # else the next class would inherit its peak
            limits.group(account.pw_name).close()
        _run("userdel", account.pw_name)
        for folder in (Path(account.pw_dir), settings.sockets / account.pw_name):
            shutil.rmtree(folder, ignore_errors=True)
    return [account.pw_name for account in ours]


def end(uid: int) -> None:
    """End every process of the user *uid*; `ClassError` if one will not."""
    deadline = time.monotonic() + PATIENCE
    while processes := list(processes_of(uid)):
        if time.monotonic() > deadline:
            raise ClassError(f"These processes of uid {uid} do not end: {processes}.")
        for process in processes:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.05)


def processes_of(uid: int) -> Iterator[int]:
    """Yield the processes of the user *uid* that are alive (zombies are not)."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            if alive and folder.stat().st_uid == uid:
                yield int(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            continue


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _run(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise ClassError(f"{command[0]}: {done.stderr.strip() or done.returncode}")
