"""A class on one machine: settings, accounts, handout, limits, and the hub's configuration."""

from __future__ import annotations

import csv
import os
import re
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from traitlets.config.loader import PyFileConfigLoader

from classroom import accounts, handout, limits
from classroom.__main__ import CONFIGURATION, main
from classroom.settings import VARIABLE, ClassError, Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A class of two that is kept in a temporary folder, near the root: sockets want that."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        yield Settings(state=Path(folder), learners=2, prefix=f"t{os.getpid() % 100_000}")


class TestSettings:
    """What a teacher may choose."""

    def test_written_and_read(self, settings: Settings, tmp_path: Path) -> None:
        """The hub reads what the start wrote."""
        settings.write(tmp_path / "settings.json")
        assert settings == Settings.read({VARIABLE: str(tmp_path / "settings.json")})

    @pytest.mark.parametrize(
        ("url", "certificate", "word"),
        [
            ("http://127.0.0.1:8000", "", ""),
            ("http://localhost:8000", "", ""),
            ("https://lab.example", "chain.pem", ""),
            ("https://lab.example", "", "--certificate"),
            ("http://0.0.0.0:8000", "", "in the clear"),
            ("http://lab.example", "", "in the clear"),
            ("http://127.0.0.1.lab.example", "", "in the clear"),
            ("lab.example:8000", "", "no address"),
        ],
    )
    def test_passwords_never_in_the_clear(self, url: str, certificate: str, word: str) -> None:
        """An address that others reach needs a certificate; loopback does not."""
        chosen = Settings(Path("/x"), url=url, certificate=certificate, key=certificate)
        if not word:
            assert chosen.check() is chosen
            return
        with pytest.raises(ClassError, match=word):
            chosen.check()

    @pytest.mark.parametrize("learners", [0, 100])
    def test_how_many(self, learners: int) -> None:
        """A class without learners, or with too many for one machine, is refused."""
        with pytest.raises(ClassError, match="1 to 99"):
            Settings(Path("/x"), learners=learners).check()

    def test_sockets_have_a_limit(self) -> None:
        """A folder whose sockets would have too long a path is refused; a shorter one is not."""
        with pytest.raises(ClassError, match="--state"):
            Settings(Path("/x" * 30)).check()
        shorter = Settings(Path("/var/lib/secrets-on-the-wire"), prefix="x" * 12)
        assert shorter == shorter.check()

    def test_no_settings(self) -> None:
        """JupyterHub started by hand is told the command."""
        with pytest.raises(ClassError, match="make hub"):
            Settings.read({})

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["--memory", "lots"], "800M"),
            (["--url", "http://0.0.0.0"], "in the clear"),
            (["--prefix", "Monday"], "small letters"),
        ],
    )
    def test_one_line(self, arguments: list[str], word: str) -> None:
        """What cannot be started is told in one line, and nothing is made."""
        answer = str(main([*arguments, "--state", "/nowhere/at/all"]))
        assert word in answer
        assert "\n" not in answer
        assert not Path("/nowhere").exists()


class TestPasswords:
    """The slips."""

    def test_each_has_one_that_stays(self, settings: Settings) -> None:
        """Everybody has another password, and the next start keeps it."""
        first = accounts.passwords(settings)
        assert {settings.teacher, *settings.names} == set(first)
        assert len(set(first.values())) == 3
        assert first == accounts.passwords(settings)

    def test_root_alone_reads_them(self, settings: Settings) -> None:
        """The file is its owner's alone, and is a table."""
        known = accounts.passwords(settings)
        assert 0o600 == stat.S_IMODE(settings.passwords.stat().st_mode)
        with settings.passwords.open(newline="") as file:
            assert known == {row["name"]: row["password"] for row in csv.DictReader(file)}


@pytest.mark.root
class TestAccounts:
    """System users, for real."""

    @pytest.fixture
    def made(self, settings: Settings) -> Iterator[Settings]:
        """Accounts that are removed in any case."""
        settings.state.chmod(0o711)
        try:
            accounts.make(settings)
            yield settings
        finally:
            accounts.remove(settings)

    def test_homes_are_private(self, made: Settings) -> None:
        """Homes and temporary files are their owner's alone; a second start changes nothing."""
        homes = [made.homes / name for name in made.names]
        own = (*(home / accounts.TEMPORARY for home in homes), *made.sockets.iterdir())
        folders = [*homes, *own]
        before = [(path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) for path in folders]
        accounts.make(made)
        after = [(path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) for path in folders]
        assert before == after
        assert {0o700} == {mode for _, mode in after}
        assert len({uid for uid, _ in after}) == 3
        assert all(uid > 0 for uid, _ in after)

    def test_removed_with_all_they_have(self, made: Settings) -> None:
        """Removing ends processes, and leaves neither account nor home nor control group."""
        name = made.names[0]
        with suppress(limits.NoLimits):  # else there is none to leave
            limits.group(name).limit(2**30)
        command = [
            "setpriv",
            f"--reuid={name}",
            "--clear-groups",
            f"--regid={name}",
            "sleep",
            "60",
        ]
        with subprocess.Popen(command) as process:
            assert sorted([made.teacher, *made.names]) == sorted(accounts.remove(made))
            assert process.wait(10) == -9
        assert [*made.homes.iterdir(), *made.sockets.iterdir()] == []
        assert accounts.remove(made) == []
        with suppress(limits.NoLimits):
            assert not limits.group(name).folder.exists()
        with Path("/etc/passwd").open() as file:
            assert not any(line.startswith(made.prefix) for line in file)

    def test_foreign_account_is_left_alone(self, made: Settings, tmp_path: Path) -> None:
        """A name that somebody else has is refused, and is not removed with the class."""
        other = Settings(state=tmp_path / "other", learners=2, prefix=made.prefix)
        other.state.mkdir()
        with pytest.raises(ClassError, match="--prefix"):
            accounts.make(other)
        assert accounts.remove(other) == []


class TestHandout:
    """The repository that nbgitpuller copies."""

    def test_notebooks_and_nothing_else(self, settings: Settings, tmp_path: Path) -> None:
        """A learner's copy has every notebook, and no source with solutions."""
        handout.prepare(settings)
        copy = tmp_path / "copy"
        subprocess.run(["git", "clone", "-q", settings.handout, copy], check=True, timeout=60)
        notebooks = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
        assert notebooks == {path.name for path in (copy / "notebooks").iterdir()}
        assert (copy / handout.FIRST).is_file()
        assert {".git", "notebooks", "LICENSE", "LICENSE-TEXT.md"} == {
            path.name for path in copy.iterdir()
        }

    def test_a_commit_only_for_what_is_new(self, settings: Settings) -> None:
        """A second start makes no commit; a changed notebook makes one."""
        count = ["git", "-C", str(settings.handout), "rev-list", "--count", "HEAD"]
        found = []
        for change in (False, False, True):
            if change:
                (settings.handout / handout.FIRST).write_text("old")
                ours = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
                git = ["git", "-C", str(settings.handout), *ours]
                subprocess.run([*git, "commit", "-qam", "older"], check=True, timeout=60)
            handout.prepare(settings)
            found.append(int(subprocess.run(count, capture_output=True, check=True).stdout))
        assert found == [1, 1, 3]

    def test_link(self, settings: Settings) -> None:
        """The link asks for our repository and opens the first notebook."""
        assert handout.link(settings).startswith(
            f"{settings.url}/hub/user-redirect/git-pull?repo=%2F"
        )
        assert "00_start_here.ipynb" in handout.link(settings)


class TestLimits:
    """Control groups, on folders that look like the kernel's."""

    def test_version_2(self, tmp_path: Path) -> None:
        """Memory is handed down to the groups, and the limit is written."""
        (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
        group = limits.group("learner-01", tmp_path)
        group.limit(2**30)
        assert "+memory" == (tmp_path / "cgroup.subtree_control").read_text()
        assert str(2**30) == (group.folder / "memory.max").read_text()

    def test_version_1(self, tmp_path: Path) -> None:
        """The older files have other names."""
        memory = tmp_path / "memory"
        memory.mkdir()
        (memory / "memory.limit_in_bytes").write_text("")
        group = limits.group("learner-01", tmp_path)
        group.folder.mkdir(parents=True)
        (group.folder / "memory.limit_in_bytes").write_text("")
        group.limit(2**30)
        assert str(2**30) == (group.folder / "memory.limit_in_bytes").read_text()

    def test_where_there_are_none(self, tmp_path: Path) -> None:
        """Without control groups, or without memory in them, the reason is told."""
        assert "No control groups" in limits.why_not(tmp_path)
        (tmp_path / "cgroup.controllers").write_text("cpu pids\n")
        assert "do not count memory" in limits.why_not(tmp_path)


class TestConfiguration:
    """jupyterhub_config.py, as JupyterHub reads it."""

    @pytest.fixture
    def config(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The configuration of a class of two."""
        (settings.state / "settings.json").unlink(missing_ok=True)
        settings.write(settings.state / "settings.json")
        monkeypatch.setenv(VARIABLE, str(settings.state / "settings.json"))
        return PyFileConfigLoader(CONFIGURATION.name, str(CONFIGURATION.parent)).load_config()

    def test_who_may_come(self, config: Any, settings: Settings) -> None:
        """Those with a slip may sign in, nobody else; the teacher alone is an administrator."""
        assert set(config.SlipAuthenticator.passwords) == config.Authenticator.allowed_users
        assert {settings.teacher, *settings.names} == config.Authenticator.allowed_users
        assert {settings.teacher} == config.Authenticator.admin_users
        assert "allow_all" not in config.Authenticator

    def test_only_the_proxy_is_reached(self, config: Any, settings: Settings) -> None:
        """The hub and the proxy's own interface are on loopback, whatever the address."""
        inner = (config.JupyterHub.hub_bind_url, config.ConfigurableHTTPProxy.api_url)
        assert all(url.startswith("http://127.0.0.1:") for url in inner)
        assert settings.url == config.JupyterHub.bind_url

    @pytest.mark.parametrize(
        ("systemd", "spawner"),
        [
            (True, "systemdspawner.SystemdSpawner"),
            (False, "classroom.confined.ConfinedSpawner"),
        ],
    )
    def test_spawner(
        self,
        systemd: bool,
        spawner: str,
        settings: Settings,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Systemd holds the limits where it runs the machine; else our own spawner does."""
        monkeypatch.setattr(limits, "SYSTEMD", tmp_path if systemd else tmp_path / "none")
        settings.write(settings.state / "settings.json")
        monkeypatch.setenv(VARIABLE, str(settings.state / "settings.json"))
        loader = PyFileConfigLoader(CONFIGURATION.name, str(CONFIGURATION.parent))
        config = loader.load_config()
        assert spawner == config.JupyterHub.spawner_class
        assert settings.memory == config.Spawner.mem_limit
        assert systemd == bool(config.SystemdSpawner.get("disable_user_sudo"))

    def test_kernels_have_no_ports(self, config: Any, settings: Settings) -> None:
        """No two learners' kernels can meet on a port: they have sockets of their own."""
        assert "--KernelManager.transport=ipc" in config.Spawner.args
        assert "JUPYTER_RUNTIME_DIR" in config.Spawner.environment

    def test_a_terminal_finds_the_labs_python(self, config: Any) -> None:
        """Its shell reads no /etc/profile, which would take the environment off the PATH."""
        assert "--ServerApp.terminado_settings=shell_command=/bin/bash" in config.Spawner.args
        assert config.Spawner.environment["PATH"].startswith(f"{sys.prefix}/bin:")

    def test_culler_has_no_more_rights_than_it_needs(self, config: Any) -> None:
        """Unused servers are ended by a service that can do little else."""
        (role,) = config.JupyterHub.load_roles
        assert role["services"] == [config.JupyterHub.services[0]["name"]]
        assert "delete:servers" in role["scopes"]
        assert not any(scope.startswith("admin") for scope in role["scopes"])


class TestRequirements:
    """What the hub needs stays with the hub."""

    def test_learners_have_none_of_it(self) -> None:
        """No learner installs JupyterHub."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        everywhere = (ROOT / "requirements.txt").read_text() + str(project["dependencies"])
        assert "jupyterhub" not in everywhere
        assert "jupyterhub" in (ROOT / "classroom/requirements.txt").read_text()

    def test_start_is_documented(self) -> None:
        """The guide has every option of the start."""
        run = subprocess.run(
            [sys.executable, "-m", "classroom", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        options = set(re.findall(r"--[a-z]+", run.stdout))
        text = (ROOT / "docs/machine-room.md").read_text()
        assert options
        assert set() == {one for one in options - {"--help"} if one not in text}
