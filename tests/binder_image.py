"""Binder's image, as far as a virtual environment can be one.

It has the versions that repo2docker's own lock file gives Python 3.11 on Linux, then
binder/requirements.txt on top and binder/postBuild after it, as the Dockerfile does.
What differs: the Python itself and the libraries that conda brings are this system's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.ordinary_user import ROOT, UID

# What the base environment asks for by name, in environment.py-3.11.yml.
BASE = (
    *("ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter-server"),
    *("jupyterhub", "jupyterlab", "notebook"),
)
# conda's name -> the name on PyPI, where they differ
RENAMED = {
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
    "python-tzdata": "tzdata",
    "stack_data": "stack-data",
}
CHECKOUT = (
    *("binder", "labapp", "notebooks", "tools"),
    *("LICENSE", "pyproject.toml", "requirements.txt"),
)
_PACKAGE = re.compile(
    r"^https://.*/(?P<name>[a-z][\w.-]*?)-(?P<version>[^-/]+)-[^-/]*py[^-/]*\.(conda|tar\.bz2)",
    re.MULTILINE,
)


@cache
def locked() -> dict[str, str]:
    """Return the Python packages of the base environment: version by PyPI's name."""
    found = find_spec("repo2docker")
    assert found
    assert found.origin
    lock = Path(found.origin).parent / "buildpacks/conda/environment.py-3.11-linux-64.lock"
    packages = _PACKAGE.finditer(lock.read_text(encoding="utf-8"))
    versions = {RENAMED.get(one["name"], one["name"]): one["version"] for one in packages}
    return {re.sub(r"[._]", "-", name): version for name, version in versions.items()}


@dataclass(frozen=True)
class Image:
    """The environment in *venv*; *base* are its versions before binder/ was read."""

    venv: Path
    base: dict[str, str]

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.venv / "bin" / "python"

    def versions(self) -> dict[str, str]:
        """Return what is installed: version by name."""
        listed = _run(self.python, "-m", "pip", "list", "--format=json").stdout
        return {
            re.sub(r"[._]", "-", x["name"].lower()): x["version"] for x in json.loads(listed)
        }


def build(folder: Path) -> Image:
    """Make the image in *folder*, which everybody must be able to enter.

    Takes about a minute, most of it to unpack packages.
    """
    venv = folder / "venv"
    _run(sys.executable, "-m", "venv", venv)
    image = Image(venv, {})
    constraints = folder / "constraints.txt"
    lines = [f"{name}=={version}\n" for name, version in locked().items()]
    constraints.write_text("".join(lines), encoding="utf-8")
    # conda has no notion of PyPI's extras and markers: only what is asked for is bound.
    _pip(image, "--constraint", constraints, *BASE, "pip", "setuptools", "wheel")
    image = Image(venv, image.versions())
    repository = folder / "repository"
    copy_repository(repository)
    _pip(image, "--requirement", repository / "binder" / "requirements.txt")
    path = f"{venv / 'bin'}:{os.environ['PATH']}"
    _run(
        repository / "binder" / "postBuild",
        cwd=repository,
        env={**os.environ, "NB_PYTHON_PREFIX": str(venv), "PATH": path},
    )
    if os.geteuid() == 0:
        give(venv)
    return image


def copy_repository(folder: Path) -> None:
    """Copy what Binder has of the repository to *folder*, readable by everybody."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "progress.json")
    for name in CHECKOUT:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=ignored)
        else:
            shutil.copy(ROOT / name, target)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def give(folder: Path) -> None:
    """Make all that is in *folder* the ordinary user's: on Binder it is."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, UID, UID, follow_symlinks=False)


def _pip(image: Image, *arguments: str | Path) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-warn-script-location")
    _run(image.python, "-m", "pip", "install", *options, *arguments)


def _run(
    *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done
