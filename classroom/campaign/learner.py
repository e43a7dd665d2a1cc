"""A learner: signs in, gets the notebooks, and runs two chapters on a secret of their own."""

from __future__ import annotations

import ast
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import nbformat
from websocket import WebSocketTimeoutException

from classroom import handout
from classroom.campaign import processes
from classroom.campaign.browser import Browser, Refused
from classroom.settings import Settings
from tools.kernel_client import Kernel, KernelDied

CHAPTERS = ("00_start_here", "01_who_can_read_a_form")
CAPTURES = "captures"  # the folder in a learner's home
# The visits of a chapter, by the names that its cells give them.
VISITS = {CHAPTERS[0]: ("before", "after"), CHAPTERS[1]: ("before", "answered")}
ANSWER, ATTEMPTS = 20.0, 4  # seconds to answer (below the server's pings: 30), and how often
ENDING = 15.0  # seconds in which what a killed kernel had started must be gone

_SENTENCE = re.compile(r'^secret = "[^"\n]*"', re.MULTILINE)
_PID = "__import__('os').getpid()"
# A last cell of the learner's own: every capture of the chapter becomes a file.
_KEEP = """
import pathlib
folder = pathlib.Path.home() / {folder!r}
folder.mkdir(exist_ok=True)
for name, it in {{{named}}}.items():
    for step in it.evidence.steps:
        step.capture.save(folder / f"{chapter}-{{name}}-{{step.name}}.pcap")
"""
_SEEN = "[{0}.capture.backend, {0}.capture.complete, {0}.works, dict({0}.seen)]"


class NotAsWritten(Exception):
    """A notebook is not what this campaign was written for; the message says how."""


@dataclass
class Afternoon:
    """What one afternoon came to: seconds by phase, what went wrong, what was seen.

    *seen* has for each visit: the backend, whether the capture is complete, whether
    the form works, and the places of the map. *left* are processes that outlived a
    killed kernel. *restarted* counts kernels that had to be, by hand.
    """

    name: str
    secret: str
    seconds: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    seen: dict[str, list[Any]] = field(default_factory=dict)
    killed: int = 0
    restarted: int = 0
    left: list[int] = field(default_factory=list)
    backends: set[str] = field(default_factory=set)


class Learner:
    """One person with a name, a password and a secret, at a hub."""

    def __init__(self, settings: Settings, name: str, password: str, secret: str) -> None:
        self.browser = Browser(settings.url, name)
        self.afternoon = Afternoon(name, secret)
        self._settings, self._password = settings, password

    def arrive(self) -> None:
        """Sign in, start the server, follow the link of the handout."""
        me = self.browser
        with self._timed("sign in"):
            me.sign_in(self._password)
        with self._timed("server"):
            me.ask("POST", f"/hub/api/users/{me.name}/server", {})
            said = list(me.events(f"/hub/api/users/{me.name}/server/progress"))
            if not said or not said[-1].get("ready"):
                self.afternoon.errors.append(f"no server: {said[-1:]}")
                return
        with self._timed("handout"):
            pulled = list(
                me.events(f"/user/{me.name}/git-pull/api?{handout.query(self._settings)}")
            )
            if not pulled or pulled[-1].get("phase") != "finished":
                self.afternoon.errors.append(f"no notebooks: {pulled[-3:]}")

    def work(self, *, kill: bool = False) -> None:
        """Run the chapters from top to bottom; with *kill*, the second kernel dies half way.

        Kernels stay, as they do while the tabs are open.
        """
        for chapter in CHAPTERS:
            with self._timed(chapter[:2]):
                self._run(chapter, kill=kill and chapter == CHAPTERS[-1])

    def leave(self) -> None:
        """Stop the server."""
        self.browser.ask("DELETE", f"/hub/api/users/{self.browser.name}/server")

    def can_reach(self, other: str) -> bool:
        """Return whether the server of *other* answers this learner."""
        try:
            self.browser.ask("GET", f"/user/{other}/api/contents/")
        except Refused as refused:
            if refused.status not in {403, 404}:
                raise
            return False
        return True

    def takes_too_much(self) -> bool:
        """Use as much memory as a learner may have, beside all else; True if it ends the kernel."""
        folder = f"/user/{self.browser.name}/api/sessions"
        kind = {"type": "notebook", "name": "", "kernel": {"name": "python3"}}
        made = self.browser.ask("POST", folder, {"path": "greedy.ipynb", **kind})
        identity = made["kernel"]["id"]
        try:
            with self.browser.kernel(identity) as kernel:
                kernel.execute(f"big = b'x' * {self._settings.memory}")
        except KernelDied:
            ended = True
        else:
            ended = False
        self._started_again(identity)
        self.browser.ask("DELETE", f"{folder}/{made['id']}")
        return ended

    def _run(self, chapter: str, *, kill: bool) -> None:
        folder = f"/user/{self.browser.name}/api"
        path = f"{self._settings.handout.name}/notebooks/{chapter}.ipynb"
        model = self.browser.ask("GET", f"{folder}/contents/{path}?content=1")
        notebook = nbformat.from_dict(model["content"])
        own(notebook, self.afternoon.secret)
        wanted = {"path": path, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        identity = self.browser.ask("POST", f"{folder}/sessions", wanted)["kernel"]["id"]
        if kill:
            with self.browser.kernel(identity) as kernel:
                self._killed_half_way(kernel, notebook)
            self._started_again(identity)
        with self.browser.kernel(identity) as kernel:
            self._all_cells(kernel, notebook)
            self._look(kernel, chapter)
        self.browser.ask("PUT", f"{folder}/contents/{path}", {**model, "content": notebook})

    def _started_again(self, identity: str) -> None:
        """Wait until a dead kernel answers: the server starts it again, under the same name.

        One that died soon after its start is sometimes started where the server does not look
        for it. Then the learner chooses "Restart Kernel", as somebody at the screen would.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                path = f"/user/{self.browser.name}/api/kernels/{identity}/restart"
                self.browser.ask("POST", path, {})
                self.afternoon.restarted += 1
            with (
                suppress(WebSocketTimeoutException),
                self.browser.kernel(identity, ANSWER) as kernel,
            ):
                kernel.evaluate("'it started again'")
                return
        raise KernelDied("it did not start again")

    def _all_cells(self, kernel: Kernel, notebook: Any) -> None:
        for number, cell in enumerate(code(notebook), 1):
            cell.outputs, cell.execution_count = kernel.execute(cell.source), number
            for output in cell.outputs:
                if output.output_type == "error":
                    self.afternoon.errors.append(
                        f"cell {number}: {output.ename}: {output.evalue}"
                    )

    def _killed_half_way(self, kernel: Kernel, notebook: Any) -> None:
        """Run to a visit in the middle, and kill the kernel while it is made."""
        cells = code(notebook)
        visits = [number for number, cell in enumerate(cells) if "= visit(" in cell.source]
        middle = min(visits, key=lambda number: abs(number - len(cells) / 2))
        for cell in cells[:middle]:
            kernel.execute(cell.source)
        pid = int(kernel.evaluate(_PID))
        family = [pid, *processes.below(pid)]
        try:
            kernel.execute(cells[middle].source, lambda: os.kill(pid, signal.SIGKILL))
        except KernelDied:
            self.afternoon.killed += 1
        else:
            self.afternoon.errors.append("the kernel lived although it was killed")
        self.afternoon.left += still_alive(family)

    def _look(self, kernel: Kernel, chapter: str) -> None:
        names = VISITS[chapter]
        named = ", ".join(f"{name!r}: {name}" for name in names)
        keep = _KEEP.format(folder=CAPTURES, named=named, chapter=chapter[:2])
        for output in kernel.execute(keep):
            self.afternoon.errors.append(f"captures of {chapter}: {output}")
        for name in names:
            seen = ast.literal_eval(kernel.evaluate(_SEEN.format(name)))
            self.afternoon.seen[f"{chapter[:2]} {name}"] = seen[1:]
            self.afternoon.backends.add(seen[0])

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.afternoon.seconds[phase] = time.monotonic() - begun


def own(notebook: Any, secret: str) -> None:
    """Put *secret* where the notebook has its sentence; `NotAsWritten` if not just one."""
    found = 0
    for cell in code(notebook):
        cell.source, times = _SENTENCE.subn(lambda _: f"secret = {secret!r}", cell.source)
        found += times
    if found != 1:
        raise NotAsWritten(f'A notebook has {found} lines like secret = "..." instead of one.')


def code(notebook: Any) -> list[Any]:
    """Return the cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def still_alive(family: list[int]) -> list[int]:
    """Return which processes of *family* are there after `ENDING` seconds, if any."""
    deadline = time.monotonic() + ENDING
    while alive := [pid for pid in family if processes.alive(pid)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return alive
