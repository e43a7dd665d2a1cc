"""The simulated macOS takes away what it says, and leaves the rest."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.environments import SIMULATED
from tests.ordinary_user import ROOT

PROBE = """
import os, platform, selectors, socket, sys

def works(action):
    try:
        action()
    except (AttributeError, OSError, ImportError):
        return False
    return True

print({
    "darwin": sys.platform == "darwin" and platform.system() == "Darwin",
    "AF_PACKET": hasattr(socket, "AF_PACKET"),
    "SO_PEERCRED": hasattr(socket, "SO_PEERCRED"),
    "epoll": works(lambda: selectors.EpollSelector),
    "pipe2": works(lambda: [os.close(end) for end in os.pipe2(0)]),
    "open /proc": works(lambda: open("/proc/self/status").close()),
    "list /proc": works(lambda: os.listdir("/proc/self")),
    "stat /proc": works(lambda: os.stat("/proc")),
    "fcntl for labapp": works(lambda: exec("import fcntl", {"__name__": "labapp.some"})),
    "fcntl for others": works(lambda: exec("import fcntl", {"__name__": "tornado"})),
    "TCP": works(lambda: socket.create_server(("127.0.0.1", 0)).close()),
    "files": works(lambda: open(__import__("tempfile").__file__).close()),
    "children": __import__("subprocess").run([sys.executable, "-c", ""]).returncode == 0,
})
"""
OF_LINUX = (
    *("AF_PACKET", "SO_PEERCRED", "epoll", "pipe2", "fcntl for labapp"),
    *("open /proc", "list /proc", "stat /proc"),
)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="simulated on Linux"
)


def run(code: str, *, simulated: bool) -> str:
    """Return what *code* prints, in the simulation or outside."""
    path = [str(SIMULATED)] if simulated else []
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def probe(*, simulated: bool) -> dict[str, Any]:
    """Return what there is."""
    found: dict[str, Any] = ast.literal_eval(run(PROBE, simulated=simulated))
    return found


def test_takes_away_what_only_linux_has() -> None:
    """Nothing of it is left, all else works; the control is the same look outside."""
    everything = {name: name != "darwin" for name in probe(simulated=False)}

    assert probe(simulated=False) == everything
    assert probe(simulated=True) == {name: name not in OF_LINUX for name in everything}


def test_labapp_needs_nothing_of_it() -> None:
    """Every module of labapp but the child of `namespace` can be imported."""
    code = (
        "import importlib, pkgutil, labapp\n"
        "for one in pkgutil.walk_packages(labapp.__path__, 'labapp.'):\n"
        "    if one.name not in ('labapp.__main__', 'labapp.backends.enclosed'):\n"
        "        importlib.import_module(one.name)\n"
        "        print(one.name)"
    )

    assert "labapp.backends.relay" in run(code, simulated=True).splitlines()


def test_the_kernels_backends_say_why_not() -> None:
    """The doctor's reasons are about the system, not a traceback."""
    code = (
        "from labapp.doctor import diagnose\n"
        "print([(probe.name, probe.reason) for probe in diagnose().probes])"
    )

    assert ast.literal_eval(run(code, simulated=True)) == [
        ("live", "this system has no AF_PACKET sockets (Linux has)"),
        ("namespace", "this system has no network namespaces (Linux has)"),
        ("errqueue", "this system has no error queues (Linux has)"),
        ("relay", ""),
    ]
