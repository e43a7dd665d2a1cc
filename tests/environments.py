"""Where learners run the notebooks: five environments, each played for real.

`root` is root on this machine. `ordinary user` is uid 1000 without any capability,
before a checkout that is read-only. `pod` is Binder's: its versions, its way to start
the server, uid 1000, nothing gained by any program, a network with loopback alone.
`pod without namespaces` is the same where the system forbids user namespaces.
`simulated macOS` has not what only Linux has: see `tests/simulated_macos`.
"""

from __future__ import annotations

import compileall
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import loopback_only
from tests.binder_image import Image, copy_repository, give
from tests.lab_server import PATIENCE, TOKEN, LabServer
from tests.ordinary_user import ROOT, WITHOUT_NAMESPACES, dropping
from tools.build_notebooks import SOURCES, build

SIMULATED = ROOT / "tests" / "simulated_macos"
LOOPBACK_ONLY = ROOT / "tests" / "loopback_only.py"
BASE_URL = "/user/learner/"  # as a hub gives one
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@dataclass(frozen=True)
class Environment:
    """One environment; *edition* of the notebooks is ``"solved"`` or ``"learners"``.

    *backend* is the one that the lab must take here, ``""`` if that is up to the
    tester's machine. It needs root to be root, to become somebody else or to take
    something away.
    """

    name: str
    edition: str
    backend: str
    needs_root: bool
    pod: bool = False
    read_only: bool = False
    namespaces: bool = True
    simulated: bool = False

    @property
    def drops(self) -> bool:
        """Whether it is an ordinary user's, whoever the tester is."""
        return self.pod or self.read_only


# Solved on three of the four backends, the learners' edition with namespaces and without.
# A tester who is not root has the second and the last.
ENVIRONMENTS = (
    Environment("root", "solved", "live", True),
    Environment(
        "ordinary user", "learners", "namespace" if IS_ROOT else "", IS_ROOT, read_only=True
    ),
    Environment("pod", "solved", "namespace", True, pod=True),
    Environment(
        "pod without namespaces", "learners", "errqueue", True, pod=True, namespaces=False
    ),
    Environment("simulated macOS", "solved", "relay", False, simulated=True),
)


@dataclass(frozen=True)
class Stage:
    """An *environment* set up: folders of the user's, and how the server is started."""

    environment: Environment
    home: Path
    checkout: Path
    temporary: Path
    image: Image | None

    @classmethod
    def set_up(cls, environment: Environment, folder: Path, image: Image | None) -> Stage:
        """Make what *environment* needs in *folder*, which everybody may enter.

        A pod needs an *image*.
        """
        checkout = folder / "checkout"
        home = checkout if environment.pod else folder / "home"
        stage = cls(environment, home, checkout, folder / "tmp", image)
        copy_repository(checkout)
        if environment.edition == "solved":
            for path in (checkout / "notebooks").glob("*.ipynb"):
                source = (SOURCES / f"{path.stem}.py").read_text(encoding="utf-8")
                path.write_text(build(source, solved=True), encoding="utf-8")
        # As pip does when it installs; else Python would write there, or compile anew.
        compileall.compile_dir(checkout / "labapp", quiet=1)
        for path in (home, stage.temporary):
            path.mkdir(exist_ok=True)
            if environment.drops and IS_ROOT:
                give(path)
        if environment.read_only:
            for path in (checkout, *checkout.rglob("*")):
                path.chmod(0o555 if path.is_dir() else 0o444)
        return stage

    def tear_down(self) -> None:
        """Let the folders be removed again by who made them."""
        if self.environment.read_only:
            for path in (self.checkout, *self.checkout.rglob("*")):
                path.chmod(0o755)

    @contextmanager
    def server(self) -> Iterator[LabServer]:
        """Run a Jupyter server in it, until the block is left."""
        variables = self._variables()
        with LabServer(self._command(), self.checkout, variables, self._connect) as server:
            yield server

    def _connect(self, process: int, port: int) -> socket.socket:
        if self.environment.pod:
            return loopback_only.connect(process, port, PATIENCE)
        return socket.create_connection(("127.0.0.1", port), PATIENCE)

    def _command(self) -> list[str]:
        privileges = dropping() if self.environment.drops else []
        if not self.environment.pod:
            opened = [sys.executable, str(self.checkout / "tools" / "open_lab.py")]
            # Of two servers that look for a free port at once, one may tell the other's.
            port = [f"--port={_free_port()}", "--ServerApp.port_retries=0"]
            options = ["--no-browser", f"--IdentityProvider.token={TOKEN}", *port]
            return [*privileges, *opened, *options]
        assert self.image
        python = sys.executable
        outside = [python, str(LOOPBACK_ONLY)]
        if not self.environment.namespaces:
            outside += [python, str(WITHOUT_NAMESPACES)]
        # As BinderHub's spawner does it (binderhub, binderspawner_mixin.py).
        given = {"base_url": BASE_URL, "token": TOKEN, "trust_xheaders": True}
        options = [
            f"--{app}.{name}={value}"
            for app in ("NotebookApp", "ServerApp")
            for name, value in given.items()
        ]
        lab = str(self.image.venv / "bin" / "jupyter-lab")
        return [*outside, *privileges, lab, "--ip=0.0.0.0", "--port=8888", *options]

    def _variables(self) -> dict[str, str]:
        """Return the whole environment of the server: nothing of the tester's."""
        python = Path(sys.executable).parent if self.image is None else self.image.venv / "bin"
        variables = {
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": f"{python}:/usr/local/bin:/usr/bin:/bin",
            "TMPDIR": str(self.temporary),
        }
        if self.environment.pod:
            return variables | {"JUPYTERHUB_SERVICE_PREFIX": BASE_URL}
        hidden = [str(SIMULATED)] if self.environment.simulated else []
        return variables | {"PYTHONPATH": os.pathsep.join([*hidden, str(self.checkout)])}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
