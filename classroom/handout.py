"""The handout: a repository of notebooks on this machine, and the link that copies it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from classroom.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("notebooks", "LICENSE", "LICENSE-TEXT.md")
FIRST = "notebooks/00_start_here.ipynb"
BRANCH = "main"
# Git gives a repository only to its owner, unless the system's configuration names it.
_TRUSTED = "[safe]\n\tdirectory = {0}\n\tdirectory = {0}/.git\n"


def prepare(settings: Settings) -> None:
    """Bring the handout up to date: a commit for what is new since the last start."""
    folder = settings.handout
    if not (folder / ".git").exists():
        _git("init", "--quiet", f"--initial-branch={BRANCH}", str(folder))
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target, ignore=lambda _, names: _left_out(names))
        else:
            shutil.copy(source, target)
    _git("-C", str(folder), "add", "--all")
    if _git("-C", str(folder), "status", "--porcelain"):
        who = ("-c", "user.name=Secrets on the Wire", "-c", "user.email=class@localhost")
        _git("-C", str(folder), *who, "commit", "--quiet", "--message=The notebooks")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    git_configuration(settings).write_text(_TRUSTED.format(folder), encoding="utf-8")


def git_configuration(settings: Settings) -> Path:
    """Return the file that learners' servers have as Git's system configuration."""
    return settings.state / "gitconfig"


def query(settings: Settings) -> str:
    """Return what stands after the ``?`` of nbgitpuller's addresses."""
    opened = f"lab/tree/{settings.handout.name}/{FIRST}"
    return urlencode({"repo": str(settings.handout), "branch": BRANCH, "urlpath": opened})


def link(settings: Settings) -> str:
    """Return the one link for everybody: sign in, get the notebooks, open the first."""
    return f"{settings.url}/hub/user-redirect/git-pull?{query(settings)}"


def _left_out(names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".ipynb")]


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout
