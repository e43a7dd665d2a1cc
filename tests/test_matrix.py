"""The notebooks in every environment, through a Jupyter server: ``make matrix``.

Both editions run: see `tests.environments`. What needs root is left to ``make marked``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.binder_image import BASE, locked
from tests.environments import ENVIRONMENTS, IS_ROOT, Environment
from tests.lab_server import Run
from tests.matrix import GUARANTEED, MB, Column, Matrix
from tests.matrix_table import COUNTS, Summary, cells, digest, kept_columns, missing, table
from tests.ordinary_user import ROOT, UID
from tools.build_notebooks import NOTEBOOKS

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
PODS = [one for one in ENVIRONMENTS if one.pod]

pytestmark = pytest.mark.timeout(1800)  # the first test of an environment runs it all


def each(environments: Iterable[Environment]) -> pytest.MarkDecorator:
    """Run a test in each of *environments*; marked are those that need root."""
    return pytest.mark.parametrize(
        "environment",
        [
            pytest.param(one, marks=pytest.mark.root if one.needs_root else (), id=one.name)
            for one in environments
        ],
    )


class Columns:
    """The column of each environment: run once, when asked for, and shown at the end."""

    def __init__(
        self, matrix: Matrix, wanted: Mapping[str, set[str]], summary: Summary
    ) -> None:
        self.matrix = matrix
        self._wanted = wanted
        self._summary = summary
        self._done: dict[str, Column] = {}

    def __call__(self, environment: Environment) -> Column:
        """Return the column of *environment*, with the notebooks this session asks for."""
        name = environment.name
        if name not in self._done:
            names = sorted(self._wanted.get(name, ())) or NAMES[:1]
            self._done[name] = self.matrix.run(environment, names)
            self._summary.add(self._done[name])
        return self._done[name]


@pytest.fixture(scope="session")
def columns(open_folder: Path, request: pytest.FixtureRequest) -> Columns:
    """Columns that know which notebooks were selected."""
    wanted = defaultdict(set)
    for item in request.session.items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        if {"environment", "name"} <= set(given):
            wanted[given["environment"].name].add(given["name"])
    summary = Summary(request.config)
    request.config.pluginmanager.register(summary)
    folder = open_folder / "matrix"
    folder.mkdir()
    return Columns(Matrix(folder), wanted, summary)


@each(ENVIRONMENTS)
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs(environment: Environment, name: str, columns: Columns) -> None:
    """Every notebook runs without an error, and its exercises get the verdict they must."""
    assert columns(environment).problems(name) == []


@each(ENVIRONMENTS)
class TestEnvironment:
    """Each environment is what its name says, and the lab behaves in it."""

    def test_backend(self, environment: Environment, columns: Columns) -> None:
        """The lab takes the best way to capture that there is."""
        taken = columns(environment).surroundings["backend"]

        assert taken == environment.backend or not environment.backend

    def test_is_real(self, environment: Environment, columns: Columns) -> None:
        """The kernel finds the user, the network and the system of this environment."""
        seen = columns(environment).surroundings

        assert seen["user"] == (UID if environment.drops and IS_ROOT else os.geteuid())
        assert seen["platform"] == ("darwin" if environment.simulated else sys.platform)
        if environment.pod:
            assert seen["interfaces"] == ["lo"]
            assert (int(seen["bounding"], 16), seen["no_new_privs"]) == (0, "1")
            assert seen["labapp"].startswith(seen["prefix"])  # installed, not a link

    def test_writes_nothing_elsewhere(self, environment: Environment, columns: Columns) -> None:
        """Only the temporary folder, emptied, and ``progress.json`` beside the notebooks.

        The control: files written on purpose in every place were seen by the same look.
        """
        column = columns(environment)

        assert column.written == frozenset()
        assert column.left <= {"progress.json"}
        assert column.found == column.purpose != frozenset()


@each(PODS)
class TestPod:
    """Binder's pod."""

    def test_memory(self, environment: Environment, columns: Columns) -> None:
        """Server and kernel stay below what Binder guarantees."""
        peak = columns(environment).peak

        assert peak
        assert peak / MB < GUARANTEED


@pytest.mark.root
class TestImage:
    """Binder's image, played by a virtual environment."""

    def test_base_is_as_locked(self, columns: Columns) -> None:
        """Every package of the base environment has the version of repo2docker's lock."""
        base = columns.matrix.image.base
        known = {name: version for name, version in locked().items() if name in base}

        assert set(BASE) <= set(known)
        assert {name: base[name] for name in known} == known

    def test_nothing_of_the_base_is_replaced(self, columns: Columns) -> None:
        """binder/requirements.txt only adds: the image stays small, the server Binder's."""
        image = columns.matrix.image
        after = image.versions()

        assert {name: after.get(name) for name in image.base} == image.base
        assert {"django", "secrets-on-the-wire", "jupyter-server-proxy"} <= set(after)

    def test_no_question_about_news(self, columns: Columns) -> None:
        """JupyterLab in the image takes the lab's settings, as after `make lab`."""
        code = (
            "import json; from jupyterlab_server.settings_utils import _get_overrides; "
            "print(json.dumps(_get_overrides('/nowhere')[0]))"
        )
        python = columns.matrix.image.python
        said = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
        wanted = ROOT / "tools/lab_config/labconfig/default_setting_overrides.json"

        assert json.loads(said.stdout) == json.loads(wanted.read_text(encoding="utf-8"))


def column(*runs: tuple[str, str, int | None], server: int | None = 100 * MB) -> Column:
    """Return a column of notebooks with one exercise, each with its verdict and its peak."""

    def run(verdict: str, peak: int | None) -> Run:
        shown = new_output("execute_result", {"text/plain": verdict})
        cell = new_code_cell('check("it", View)', execution_count=1, outputs=[shown])
        return Run(new_notebook(cells=[cell]), 1.25, peak)

    none: frozenset[Any] = frozenset()
    return Column(
        ENVIRONMENTS[0],
        {name: run(verdict, peak) for name, verdict, peak in runs},
        {"backend": "live"},
        9.0,
        server,
        none,
        none,
        none,
        none,
    )


class TestColumn:
    """What a column says."""

    def test_a_failure_is_shown(self) -> None:
        """With solutions a verdict must be "Done."; the table says which is not."""
        made = column(("00", "Done.", MB), ("01", "Not yet.", 3 * MB))

        assert [len(made.problems(name)) for name in ("00", "01")] == [0, 1]
        assert cells(made) == {
            "backend": "live",
            "edition": "solved",
            "00": "1.2 s",
            "01": "FAILED",
            "all, two at a time": "9 s",
            "server, at its peak": "100 MB",
            "server and largest kernel": "103 MB",
        }

    @pytest.mark.parametrize(
        ("server", "peaks", "expected"),
        [
            (100, (30, 50, 40), 150),
            (None, (30, 50), None),
            (100, (30, None), None),
        ],
    )
    def test_peak(
        self, server: int | None, peaks: tuple[int | None, ...], expected: int | None
    ) -> None:
        """The server and the largest kernel; unknown as soon as one size is."""
        runs = [(f"{number:02}", "Done.", peak) for number, peak in enumerate(peaks)]

        assert column(*runs, server=server).peak == expected


class TestTable:
    """The table at the end."""

    FIRST: ClassVar = {"backend": "live", "00_start": "1.0 s", "10_last": "2.0 s", "all": "3 s"}
    SECOND: ClassVar = {"backend": "relay", "05_more": "FAILED", "all": "4 s"}

    def test_rows(self) -> None:
        """Notebooks stand in order between the head and the sums; a gap has a dash."""
        lines = table({"root": self.FIRST, "pod": self.SECOND}).splitlines()

        assert [line.split() for line in lines] == [
            ["root", "pod"],
            ["backend", "live", "relay"],
            ["00_start", "1.0", "s", "-"],
            ["05_more", "-", "FAILED"],
            ["10_last", "2.0", "s", "-"],
            ["all", "3", "s", "4", "s"],
        ]

    def test_green_is_all_of_it(self) -> None:
        """Whatever did not run, or did not run well, is named; only then is it green."""
        whole = {one.name: {"00": "1.0 s", "01": "2.0 s"} for one in ENVIRONMENTS}
        torn = {name: dict(shown) for name, shown in whole.items() if name != "root"}
        torn["pod"]["01"] = "FAILED"
        del torn["simulated macOS"]["00"]

        assert missing(whole, ["00", "01"]) == []
        assert missing(torn, ["00", "01"]) == [
            "root: not run",
            "pod: 01: FAILED",
            "simulated macOS: 00: not run",
        ]

    def test_columns_of_other_code_are_left_out(self) -> None:
        """What ran before a change is not shown as if it had run after it."""
        kept = {
            "matrix/root": {"digest": "now", "cells": self.FIRST},
            "matrix/pod": {"digest": "before", "cells": self.SECOND},
        }

        assert kept_columns(lambda key: kept.get(key, {}), "now") == {"root": self.FIRST}

    def test_digest(self, tmp_path: Path) -> None:
        """A changed, a new and a lost file of those that count change the digest."""
        for name in (*COUNTS[:4], "tests"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
        source = tmp_path / "sources" / "00.py"
        seen = [digest(tmp_path)]
        for text in ("a", "b"):
            source.write_text(text)
            seen.append(digest(tmp_path))
        (tmp_path / "README.md").write_text("does not count")
        same = digest(tmp_path)
        source.unlink()

        assert len(set(seen)) == 3
        assert same == seen[-1]
        assert digest(tmp_path) == seen[0]
