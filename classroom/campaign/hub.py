"""A hub started as a teacher starts it, in a folder of its own, and ended in any case."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TextIO

from classroom import accounts
from classroom.campaign import processes
from classroom.settings import Settings

STARTING = 300.0  # seconds until the hub serves
ENDING = 120.0  # seconds for the hub to stop everybody's server
READY = "JupyterHub is now running at"
PREFIX = "campaign"
FOLDER = Path("/var/tmp")  # noqa: S108  (open to learners; each class has its own in it)


class HubFailed(Exception):
    """The hub did not come up; the message is what it said."""


@contextmanager
def running(learners: int, memory: str, log: Path) -> Iterator[tuple[Settings, int]]:
    """Run a hub for *learners*; afterwards it, the accounts and the folder are gone.

    Yields its settings and its process. What it and the servers say goes to *log*.

    Raises `HubFailed` if it does not come up.
    """
    _sweep()
    state = Path(tempfile.mkdtemp(prefix=f"class-{os.getpid()}-", dir=FOLDER))
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = Settings(state=state, url=url, learners=learners, prefix=PREFIX)
    options = (f"--learners={learners}", f"--url={url}", f"--memory={memory}")
    process = subprocess.Popen(
        [sys.executable, "-m", "classroom", f"--state={state}", f"--prefix={PREFIX}", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    said: deque[str] = deque(maxlen=60)
    serves: Queue[bool] = Queue()
    listener = Thread(
        target=_listen, args=(process.stdout, log, said, serves), name="the hub's log"
    )
    listener.start()
    try:
        if not _serves(serves):
            raise HubFailed("".join(said))
        yield settings, process.pid
    finally:
        _end(process)
        accounts.remove(settings)
        listener.join()
        process.stdout.close()
        shutil.rmtree(state)


def _sweep() -> None:
    """Remove what a campaign left that was killed; `HubFailed` if one is running."""
    for folder in FOLDER.glob("class-*-*"):
        owner = int(folder.name.split("-")[1])
        if owner != os.getpid() and processes.alive(owner):
            raise HubFailed(f"Another class is meeting here: process {owner}.")
        accounts.remove(Settings(state=folder, prefix=PREFIX))
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[str]) -> None:
    """End the hub, and what it leaves: its proxy has a session of its own."""
    family = processes.below(process.pid)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in filter(processes.alive, family):
        os.kill(pid, signal.SIGKILL)


def _serves(serves: Queue[bool]) -> bool:
    try:
        return serves.get(timeout=STARTING)
    except Empty:
        return False


def _listen(output: TextIO, log: Path, said: deque[str], serves: Queue[bool]) -> None:
    with log.open("a", encoding="utf-8") as file:
        for line in output:
            file.write(line)
            said.append(line)
            if READY in line:
                serves.put(True)
    serves.put(False)  # it has ended
