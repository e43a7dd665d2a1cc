"""Every notebook in every environment: run, measured, and shown as a table."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests import notebook_rules as rules
from tests.binder_image import Image, build
from tests.environments import Environment, Stage
from tests.lab_server import LabServer, Run

AT_ONCE = 2  # notebooks; a learner has one open, or two
MB = 1_000_000
GUARANTEED = 450  # MB of a pod on mybinder.org; its limit is 2 GB
# What programs of others keep at a user's home: Jupyter, its language servers (npm),
# IPython, matplotlib and scapy. None of it is the lab's.
OF_OTHERS = (
    *(".cache/matplotlib", ".cache/scapy", ".config/matplotlib", ".config/scapy"),
    *(".ipython", ".jupyter", ".local/share/jupyter", ".matplotlib", ".npm"),
    "Library/Jupyter",
)
ON_PURPOSE = "written-on-purpose"

PROBE = """
import os, socket, sys
from pathlib import Path
import labapp
from labapp.backends import choose
choice = choose()
choice.backend.close()
try:
    lines = Path("/proc/self/status").read_text().splitlines()
except OSError:
    lines = []
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
{
    "backend": choice.backend.name,
    "bounding": status.get("CapBnd"),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "labapp": labapp.__file__,
    "no_new_privs": status.get("NoNewPrivs"),
    "platform": sys.platform,
    "prefix": sys.prefix,
    "user": os.geteuid(),
}
"""
WRITE = """
from pathlib import Path
for folder in {folders!r}:
    Path(folder, {name!r}).write_text("found?")
0
"""


@dataclass(frozen=True)
class Column:
    """What came of one environment; sizes are in bytes, None where nobody can know.

    *written* are the files that were made or changed where neither the lab nor the
    programs of `OF_OTHERS` may write, *found* those of the files written *on purpose*
    that the same look then saw, *left* what is new in the notebooks' own folder.
    """

    environment: Environment
    runs: Mapping[str, Run]
    surroundings: Mapping[str, Any]
    seconds: float
    server: int | None
    written: frozenset[Path]
    purpose: frozenset[Path]
    found: frozenset[Path]
    left: frozenset[str]

    @property
    def peak(self) -> int | None:
        """The server and the largest kernel, each at its largest: an upper bound."""
        kernels = [run.peak for run in self.runs.values()]
        if self.server is None or None in kernels:
            return None
        return self.server + max(filter(None, kernels), default=0)

    def problems(self, name: str) -> list[str]:
        """Return what is wrong with the notebook called *name*, after it ran here."""
        solved = self.environment.edition == "solved"
        verdict = rules.exercises_not_done if solved else rules.exercises_already_done
        notebook = self.runs[name].notebook
        return [found for rule in (*rules.RESULT, verdict) for found in rule(notebook)]


@dataclass
class Matrix:
    """Runs columns in *folder*, each once; everybody must be able to enter the folder."""

    folder: Path

    @cached_property
    def image(self) -> Image:
        """Binder's image: both pods are of one."""
        folder = self.folder / "image"
        folder.mkdir()
        return build(folder)

    def run(self, environment: Environment, names: Iterable[str]) -> Column:
        """Run the notebooks called *names* in *environment*, two at a time."""
        folder = self.folder / environment.name.replace(" ", "-")
        folder.mkdir()
        stage = Stage.set_up(environment, folder, self.image if environment.pod else None)
        begun = time.monotonic()
        watch = Watch(stage)
        with stage.server() as server:
            runs = dict(_runs(server, list(names)))
            surroundings = server.ask(PROBE)
            written, left = watch.written()
            purpose = watch.on_purpose()
            server.ask(WRITE.format(folders=[str(p.parent) for p in purpose], name=ON_PURPOSE))
            found, _ = watch.written()
        for path in purpose:
            path.unlink(missing_ok=True)
        stage.tear_down()
        return Column(
            environment,
            runs,
            surroundings,
            time.monotonic() - begun,
            server.peak,
            frozenset(written),
            frozenset(purpose),
            frozenset(found) & frozenset(purpose),
            frozenset(left),
        )


def _runs(server: LabServer, names: list[str]) -> Iterator[tuple[str, Run]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        paths = [f"notebooks/{name}.ipynb" for name in names]
        yield from zip(names, pool.map(server.run, paths), strict=True)


class Watch:
    """Sees which files were made or changed since it was set up.

    It looks at the home, the checkout, the temporary folder and the environment's
    packages. In ``/tmp`` itself anybody writes at any time: what the lab opens there
    is seen by `test_writing`. All else on this machine refuses an ordinary user.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._notebooks = stage.checkout / "notebooks"
        self._ours = {path.name for path in self._notebooks.iterdir()}
        packages = [stage.image.venv] if stage.image else []
        self._trees = [stage.home, stage.checkout, stage.temporary, *packages]
        self._before = self._listing()

    def _listing(self) -> dict[Path, tuple[int, int]]:
        found: dict[Path, tuple[int, int]] = {}
        for tree in self._trees:
            for folder, folders, files in os.walk(tree):
                for name in (*folders, *files):
                    path = Path(folder, name)
                    about = path.lstat()
                    is_folder = stat.S_ISDIR(about.st_mode)
                    found[path] = (0, 0) if is_folder else (about.st_mtime_ns, about.st_size)
        return found

    def written(self) -> tuple[set[Path], set[str]]:
        """Return what nobody should have written, and what is new beside the notebooks."""
        after = self._listing()
        new = {path for path, about in after.items() if self._before.get(path) != about}
        left = {path.name for path in new if path.parent == self._notebooks}
        expected = [self._stage.home / name for name in OF_OTHERS]
        return {
            path
            for path in new
            if path.parent != self._notebooks
            and not any(
                path == one or one in path.parents or path in one.parents for one in expected
            )
        }, left

    def on_purpose(self) -> set[Path]:
        """Return one path for each place where this environment's user can write."""
        places = [self._stage.home, self._stage.temporary]
        if self._stage.image:
            places += [self._stage.image.venv, self._stage.checkout / "labapp"]
        return {place / ON_PURPOSE for place in places}
