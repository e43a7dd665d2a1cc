"""The scripts behind `make lab`: one clear line when something is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import branches, make_venv, open_lab

ROOT = Path(__file__).parent.parent


class TestMakeVenv:
    """tools/make_venv.py: a virtual environment, or one line."""

    def test_old_python(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An old Python is told its version and the one needed."""
        monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

        answer = str(make_venv.main([str(tmp_path / "venv")]))

        assert "Python 3.9" in answer
        assert "3.11 or newer" in answer
        assert "\n" not in answer

    @pytest.mark.parametrize("module", ["venv", "ensurepip"])
    def test_no_venv(
        self, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A system without venv, or with half of it as on Debian, is told what to install."""
        monkeypatch.setitem(sys.modules, module, None)

        answer = str(make_venv.main([str(tmp_path / "venv")]))

        assert "apt install python3-venv" in answer
        assert "\n" not in answer
        assert not (tmp_path / "venv").exists()

    def test_foreign_folder_is_left_alone(self, tmp_path: Path) -> None:
        """A folder with other things in it is not touched."""
        (tmp_path / "thesis.txt").write_text("three years")

        answer = str(make_venv.main([str(tmp_path)]))

        assert "choose another VENV" in answer
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    def test_half_made_environment_is_made_anew(self, tmp_path: Path) -> None:
        """What an interrupted try left behind does not stop the next; a good one is kept."""
        (tmp_path / "pyvenv.cfg").write_text("half")
        (tmp_path / "rubbish").write_text("")

        assert make_venv.main([str(tmp_path)]) == 0
        assert not (tmp_path / "rubbish").exists()
        (tmp_path / "installed").write_text("")
        assert make_venv.main([str(tmp_path)]) == 0
        assert (tmp_path / "installed").exists()

    def test_says_it_and_fails(self, tmp_path: Path) -> None:
        """From the command line the one line goes to stderr, and the status is 1."""
        (tmp_path / "thesis.txt").write_text("three years")
        script = ROOT / "tools/make_venv.py"
        run = subprocess.run(
            [sys.executable, script, tmp_path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert (run.returncode, len(run.stderr.splitlines()), run.stdout) == (1, 1, "")


class TestOpenLab:
    """tools/open_lab.py: JupyterLab at the first notebook."""

    def test_root_is_allowed_only_as_root(self) -> None:
        """JupyterLab's check against root stays on for everybody else."""
        assert "--allow-root" in open_lab.arguments(is_root=True)
        assert "--allow-root" not in open_lab.arguments(is_root=False)

    def test_port_and_token_are_left_to_jupyter(self) -> None:
        """No fixed port, and the token stays."""
        given = " ".join(open_lab.arguments(is_root=True))

        assert "port" not in given
        assert "token" not in given

    def test_first_notebook(self) -> None:
        """The notebook it opens is there."""
        assert (ROOT / open_lab.FIRST).is_file()

    def test_own_configuration_is_kept(self) -> None:
        """A configuration path that is already set comes after ours, and stays."""
        environment = {"JUPYTER_CONFIG_PATH": "/theirs"}
        open_lab.prepare(environment)

        ours, theirs = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
        assert (Path(ours) / "labconfig/default_setting_overrides.json").is_file()
        assert theirs == "/theirs"

    def test_jupyterlab_reads_the_settings(self) -> None:
        """JupyterLab itself takes our settings: no question about news at the first start."""
        environment = dict(os.environ)
        open_lab.prepare(environment)
        code = (
            "import json; from jupyterlab_server.settings_utils import _get_overrides; "
            "print(json.dumps(_get_overrides('/nowhere')))"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        overrides, error = json.loads(run.stdout)

        assert error == ""
        assert overrides["@jupyterlab/apputils-extension:notification"] == {
            "checkForUpdates": False,
            "fetchNews": "false",
        }


class TestBranches:
    """tools/branches.py: lines do not hide the branches behind them."""

    @pytest.mark.parametrize(("taken", "answer"), [(95, 0), (94, 1)])
    def test_too_few_fail(
        self, taken: int, answer: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """95 of 100 are enough, whatever the lines say."""
        totals = {"covered_lines": 999, "num_statements": 1000}
        totals |= {"covered_branches": taken, "num_branches": 100}
        path = tmp_path / "totals"
        path.write_text(json.dumps({"totals": totals}), encoding="utf-8")
        assert branches.main([str(path)]) == answer
        assert (
            capsys.readouterr().out == f"99.9 % of 1,000 lines\n{taken}.0 % of 100 branches\n"
        )
