"""A Jupyter server as a program of its own, and notebooks run through it.

What JupyterLab in a browser does, without the browser: it reads the notebook by the
server's REST interface, starts a session, and sends the cells over a websocket
(https://jupyter-server.readthedocs.io, "REST API" and "WebSocket kernel wire protocols").
"""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, Queue
from socket import socket
from threading import Event, Thread
from typing import Any, Self

import nbformat
import websocket

from tests.notebook_rules import Cell, Notebook
from tools.kernel_client import Kernel

PATIENCE = 60.0  # seconds: for the server to start, for a cell, for an answer
TOKEN = "made-up-token"
RUNNING = re.compile(r"https?://[\w.-]+:(?P<port>\d+)(?P<base>/\S*?)lab\b")
PID, PARENT = "__import__('os').getpid()", "__import__('os').getppid()"

Connect = Callable[[int, int], socket]  # from the server's process and port


class NotStarted(Exception):
    """The server did not come up; the message is what it said."""


@dataclass(frozen=True)
class Run:
    """One notebook after it ran; *peak* is its kernel's memory in bytes, None if unknown."""

    notebook: Notebook
    seconds: float
    peak: int | None


class LabServer:
    """A server that *command* starts, with `TOKEN`; use it in a ``with`` block.

    *connect* opens a connection to it.
    """

    def __init__(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], connect: Connect
    ) -> None:
        self._connect = connect
        self._said: deque[str] = deque(maxlen=50)
        self._found: Queue[re.Match[str] | None] = Queue()
        self._silent = Event()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._listener = Thread(target=self._listen, name="what the server says")
        self._listener.start()
        self._pid: int | None = None  # of the server itself; unknown before a kernel ran
        self.peak: int | None = None  # bytes, once it is closed and if it can be known

    def _listen(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._said.append(line)
            if found := RUNNING.search(line):
                self._found.put(found)
        self._found.put(None)
        self._silent.set()

    def __enter__(self) -> Self:
        try:
            found = self._found.get(timeout=PATIENCE)
        except Empty:
            found = None
        if found is not None:
            self._port, self._base = int(found["port"]), found["base"]
        if found is None or not self._answers():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._end()
            raise NotStarted("".join(self._said))
        return self

    def _answers(self) -> bool:
        """Wait until the port is open: some versions say where they are before they listen."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self._silent.is_set():
            try:
                self._connect(self._process.pid, self._port).close()
            except ConnectionRefusedError:
                self._silent.wait(0.05)
            else:
                return True
        return False

    def __exit__(self, *_: object) -> None:
        try:
            if self._pid is not None:
                self.peak = peak(self._pid)
            self._ask("POST", "api/shutdown", {})
        finally:
            self._end()

    def _end(self) -> None:
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._listener.join()
        assert self._process.stderr
        self._process.stderr.close()

    # Notebooks -----------------------------------------------------------------

    def run(self, path: str) -> Run:
        """Run the notebook at *path*, from the server's root, on a fresh kernel."""
        begun = time.monotonic()
        content = self._ask("GET", f"api/contents/{path}?content=1")["content"]
        notebook = nbformat.from_dict(content)
        with self._session(path) as kernel:
            for number, cell in enumerate(_code(notebook), 1):
                cell.outputs = kernel.execute(cell.source)
                cell.execution_count = number
            used = kernel.peak()
            self._pid = int(kernel.evaluate(PARENT))
        return Run(notebook, time.monotonic() - begun, used)

    def ask(self, code: str, path: str = "notebooks/question.ipynb") -> Any:
        """Run *code* in a fresh kernel, beside the notebooks; return its last value."""
        with self._session(path) as kernel:
            (*_, last) = kernel.execute(code)
        assert last.output_type == "execute_result", last
        return ast.literal_eval(last.data["text/plain"])

    @contextmanager
    def _session(self, path: str) -> Iterator[_Kernel]:
        wanted = {"path": path, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        made = self._ask("POST", "api/sessions", wanted)
        try:
            kernel = made["kernel"]["id"]
            channel = websocket.create_connection(
                f"ws://127.0.0.1:{self._port}{self._base}api/kernels/{kernel}/channels?token={TOKEN}",
                timeout=PATIENCE,
                socket=self._connect(self._process.pid, self._port),
            )
            try:
                yield _Kernel(channel)
            finally:
                channel.close()
        finally:
            self._ask("DELETE", f"api/sessions/{made['id']}")

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.sock = self._connect(self._process.pid, self._port)
        try:
            connection.request(
                method,
                self._base + path,
                None if body is None else json.dumps(body),
                {"Authorization": f"token {TOKEN}"},
            )
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, (method, path, answer.status, text, *self._said)
        return json.loads(text) if text else None


class _Kernel(Kernel):
    """A kernel on this machine, whose memory can be known."""

    def peak(self) -> int | None:
        """Return the most memory the kernel and its children had, in bytes."""
        pid = int(self.evaluate(PID))
        parts = [peak(one) for one in (pid, *children(pid))]
        return None if None in parts else sum(filter(None, parts))


def _code(notebook: Notebook) -> list[Cell]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# Memory --------------------------------------------------------------------------


def peak(pid: int) -> int | None:
    """Return the largest resident size a process ever had, in bytes; None without /proc.

    The kernel keeps it (``VmHWM``, proc(5)), so no peak falls between two samples.
    Pages shared with another process are counted in both.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def children(pid: int) -> list[int]:
    """Return the children of a process; none where there is no /proc."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(word) for word in path.read_text(encoding="ascii").split()]
    return found
