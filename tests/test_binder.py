"""binder/: what repo2docker makes of it, without a Docker engine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.test_docs import requirements
from tools import launch_link

ROOT = Path(__file__).resolve().parent.parent
BINDER = ROOT / "binder"
PROXY = "jupyter-server-proxy>=4.6,<5"
UNKNOWN = "No environment specification found"


def repo2docker(folder: Path) -> subprocess.CompletedProcess[str]:
    """Have the Dockerfile for *folder* written, with mybinder.org's options; build nothing."""
    options = ("--no-build", "--debug", "--user-name", "jovyan", "--user-id", "1000")
    # As mybinder.org has it: what no buildpack recognises is an error, not a guess.
    strict = "--Repo2Docker.default_buildpack=None"
    return subprocess.run(
        [sys.executable, "-m", "repo2docker", *options, strict, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What Binder gets: the root's files of its own, and binder/, to be broken."""
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(BINDER, tmp_path / "binder")
    return tmp_path


def dockerfile(folder: Path) -> str:
    """Return the Dockerfile for *folder*; the test fails if there is none."""
    made = repo2docker(folder)
    written = made.stdout + made.stderr
    assert made.returncode == 0, written
    assert UNKNOWN not in written
    return written


class TestDockerfile:
    """repo2docker recognises the configuration and does with it what is meant."""

    def test_python_and_versions(self) -> None:
        """The frozen base packages are those of Python 3.11; Binder's default is another."""
        found = set(re.findall(r"environment-2epy-2d(3-2e\d+)", dockerfile(ROOT)))

        assert found == {"3-2e11"}

    def test_requirements_come_before_the_repository(self) -> None:
        """A changed notebook does not install all packages anew: only then is it copied."""
        text = dockerfile(ROOT)
        steps = (
            "COPY --chown=1000:1000 src/binder/requirements.txt",
            'pip install --no-cache-dir -r "binder/requirements.txt"',
            "COPY --chown=1000:1000 src/ ${REPO_DIR}/",
            "RUN ./binder/postBuild",
        )
        found = [text.find(step) for step in steps]

        assert -1 not in found
        assert sorted(found) == found

    @pytest.mark.parametrize("version", ["3.11", "python-3.11.7", "python-3.15"])
    def test_another_runtime_would_be_noticed(self, copy: Path, version: str) -> None:
        """Control: what repo2docker cannot read is an error."""
        assert repo2docker(copy).returncode == 0
        (copy / "binder/runtime.txt").write_text(version)

        assert repo2docker(copy).returncode != 0

    def test_nothing_to_recognise_would_be_noticed(self, tmp_path: Path) -> None:
        """Control: a folder without configuration fails the test, although repo2docker does not."""
        (tmp_path / "README.md").write_text("# Nothing")

        with pytest.raises(AssertionError, match=UNKNOWN):
            dockerfile(tmp_path)


class TestFolder:
    """binder/ itself."""

    def test_nothing_else_is_there(self) -> None:
        """Three files: an apt.txt or environment.yml would change what is installed."""
        names = {path.name for path in BINDER.iterdir()}

        assert names == {"postBuild", "requirements.txt", "runtime.txt"}
        assert not (ROOT / ".binder").exists()

    def test_requirements_are_in_step(self) -> None:
        """The list is the root's, but for the lab itself and the proxy that only a hub needs."""
        root = [line for line in requirements("requirements.txt") if line != "-e ."]

        assert requirements("binder/requirements.txt") == [*root, PROXY]

    def test_runtime(self) -> None:
        """Only this spelling of the version works."""
        assert (BINDER / "runtime.txt").read_text().split() == ["python-3.11"]

    def test_post_build(self) -> None:
        """It can be executed, stops at the first error, and installs the lab alone."""
        script = BINDER / "postBuild"
        lines = script.read_text().splitlines()

        assert os.access(script, os.X_OK)
        assert lines[0] == "#!/bin/bash"
        assert {"set -euo pipefail", "pip install --no-deps ."} <= set(lines)


class TestLink:
    """The badge of README.md."""

    def test_readme_has_it(self) -> None:
        """It is the one made from the address in pyproject.toml."""
        assert launch_link.main(["--check"]) == 0, "run: make badge"

    def test_it_opens_the_first_notebook(self) -> None:
        """The link names the repository, and a notebook that is there."""
        address = urlsplit(launch_link.repository())
        parts = urlsplit(launch_link.link(launch_link.repository()))
        (opened,) = parse_qs(parts.query)["urlpath"]

        assert (parts.netloc, parts.path) == ("mybinder.org", f"/v2/gh{address.path}/HEAD")
        assert opened == "lab/tree/notebooks/00_start_here.ipynb"
        assert (ROOT / opened.removeprefix("lab/tree/")).is_file()

    def test_it_follows_the_address(self) -> None:
        """Another repository gives another badge in the same place, and nothing else changes."""
        text = "a\n<!-- launch: begin -->\nold\n<!-- launch: end -->\nb\n"
        new = launch_link.with_badge(text, "https://github.com/them/theirs/")

        assert "/v2/gh/them/theirs/HEAD?" in new
        assert [line for line in new.splitlines() if "Open in Binder" not in line] == [
            line for line in text.splitlines() if line != "old"
        ]

    @pytest.mark.parametrize("text", ["", "<!-- launch: begin -->\n<!-- launch: end -->\n" * 2])
    def test_no_place_or_two(self, text: str) -> None:
        """A document without one place for the badge is refused, not left without it."""
        with pytest.raises(ValueError, match="There must be one"):
            launch_link.with_badge(text, "https://github.com/a/b")

    def test_another_host(self) -> None:
        """An address of which no link is known is refused."""
        with pytest.raises(ValueError, match=r"not on github\.com"):
            launch_link.link("https://example.org/a/b")
