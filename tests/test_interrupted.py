"""Ctrl-C in a real kernel, in the middle of a capture, and the cell run again."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.relaying import only_linux

PATIENCE = 60  # seconds for one cell
START = """
from pathlib import Path
from threading import Event
from django.http import HttpResponse
from labapp import visit, remedy
def slow(request):
    Path("entered").touch()
    Event().wait(1.5)
    return HttpResponse(request.GET["sensitive_info"])
"""
VISIT = "made = visit('Rex sleeps at noon')"
RESULT = "(sorted(made.seen.items()), made.works, made.capture.problems)"
PROBE = """
import gc, os, tempfile, threading
gc.collect()
def namespaces():
    found = set()
    for pid in open(f"/proc/self/task/{os.getpid()}/children").read().split():
        found.add(os.readlink(f"/proc/{pid}/ns/net"))
    return len(found | {os.readlink("/proc/self/ns/net")})
{
    "threads": sorted(t.name for t in threading.enumerate() if "labapp" in t.name),
    "files": len(os.listdir("/proc/self/fd")),
    "children": len(open(f"/proc/self/task/{os.getpid()}/children").read().split()),
    "namespaces": namespaces(),
    "temporary": sorted(os.listdir(tempfile.gettempdir())),
}
"""
BACKENDS = [
    "relay",
    pytest.param("errqueue", marks=only_linux),
    pytest.param("namespace", marks=pytest.mark.root),
    pytest.param("live", marks=pytest.mark.root),
]


class Kernel:
    """A kernel in a folder, with what a notebook does to it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client

    def start(self, code: str) -> str:
        """Send *code* and wait until the kernel has begun with it."""
        # Else, after an interruption, the kernel throws away what comes soon after it.
        number: str = self._client.execute(code, stop_on_error=False)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            told = self._client.get_iopub_msg(timeout=PATIENCE)
            if (
                told["msg_type"] == "execute_input"
                and told["parent_header"]["msg_id"] == number
            ):
                return number
        raise AssertionError("the cell did not begin")

    def interrupt(self) -> None:
        """Press Ctrl-C, as the square button of a notebook does."""
        self._manager.interrupt_kernel()

    def end(self, number: str) -> str:
        """Wait for what was sent; return ``""``, or the name of the error."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            reply = self._client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == number:
                return str(reply["content"].get("ename", ""))
        raise AssertionError("the cell did not end")

    def value(self, code: str) -> Any:
        """Run *code* and return the value of its last line."""
        shown: list[Any] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] == "execute_result":
                shown.append(ast.literal_eval(message["content"]["data"]["text/plain"]))

        reply = self._client.execute_interactive(code, timeout=PATIENCE, output_hook=keep)
        assert reply["content"]["status"] == "ok", reply["content"]
        return shown[-1] if shown else None


@pytest.fixture
def kernel(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Kernel]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("LABAPP_CAPTURE", request.param)
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        manager.cleanup_resources()
        assert list(temporary.iterdir()) == []  # the lab's own folder is gone with it


def until(true: Callable[[], bool]) -> None:
    """Wait until the kernel has come so far."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kernel", BACKENDS, indirect=True)
def test_a_capture_that_was_interrupted_leaves_nothing_and_spoils_nothing(
    kernel: Kernel, tmp_path: Path
) -> None:
    """While the view answers; then the same cell as before gives what it gave before."""
    kernel.value(START)
    kernel.value(VISIT)
    result, held = kernel.value(RESULT), kernel.value(PROBE)
    assert held["threads"]  # the control: there is a lab to be seen
    for _ in range(3):
        (tmp_path / "entered").unlink(missing_ok=True)
        number = kernel.start("visit('Rex sleeps at noon', view=slow)")
        until((tmp_path / "entered").exists)
        kernel.interrupt()
        assert kernel.end(number) == "KeyboardInterrupt"

    kernel.value(VISIT)
    assert result == kernel.value(RESULT)
    settle(kernel, held)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kernel", ["relay"], indirect=True)
def test_interrupts_at_any_moment_leave_a_lab_that_works(kernel: Kernel) -> None:
    """Anywhere in a visit, a dozen times; the cell is run again each time."""
    random = Random(0)
    interrupted = 0
    kernel.value(START)
    kernel.value(VISIT)
    begin = time.monotonic()
    kernel.value(VISIT)
    lasts = time.monotonic() - begin
    result, held = kernel.value(RESULT), kernel.value(PROBE)
    for _ in range(12):
        number = kernel.start(VISIT)
        interrupted += random_wait(kernel, number, random.random() * lasts)
    assert interrupted >= 3

    kernel.value(VISIT)
    assert result == kernel.value(RESULT)
    settle(kernel, held)


def settle(kernel: Kernel, held: dict[str, Any]) -> None:
    """Fail if the kernel keeps more than *held*; a view that sleeps ends once it wakes."""
    left = held
    for _ in range(100):
        left = kernel.value(PROBE)
        if left == held:
            return
        time.sleep(0.1)
    assert left == held


def random_wait(kernel: Kernel, number: str, seconds: float) -> bool:
    """Interrupt the cell *number* after *seconds*; return whether that came in time."""
    try:
        kernel._client.get_shell_msg(timeout=seconds)
    except Empty:
        kernel.interrupt()
        return kernel.end(number) == "KeyboardInterrupt"
    return False
