"""Ctrl-C in a real kernel, in the middle of a capture, and the cell run again."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.relaying import only_linux
from tests.waiting import until

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
OUTSIDE = """
import os, signal
ipykernel = get_ipython().kernel
forward = ipykernel._forward_input
def interrupted_once(*arguments):
    ipykernel._forward_input = forward
    os.kill(os.getpid(), signal.SIGINT)
ipykernel._forward_input = interrupted_once
"""
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
        self._error = ""

    def start(self, code: str) -> str:
        """Send *code* and wait until the kernel has begun with it."""
        # Else, after an interruption, the kernel throws away what comes soon after it.
        number: str = self._client.execute(code, stop_on_error=False)
        self._error = ""
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

    def end(self, number: str, patience: float = PATIENCE) -> str:
        """Wait until the kernel is idle again; return ``""``, or the name of the error.

        Its reply is no sign of that: an interruption which comes before ipykernel is in the
        cell, or after it, ends the request without one.

        Raises:
            queue.Empty: the kernel is still at work after *patience* seconds.
        """
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            told = self._client.get_iopub_msg(timeout=left)
            if told["parent_header"].get("msg_id") != number:
                continue
            if told["msg_type"] == "error":
                self._error = told["content"]["ename"]
            elif told["content"].get("execution_state") == "idle":
                return self._error
        raise Empty

    def replies(self, until: str) -> list[str]:
        """Return the numbers of all cells that were replied to, *until* the last of them."""
        numbers = [""]
        while numbers[-1] != until:
            reply = self._client.get_shell_msg(timeout=PATIENCE)
            numbers.append(reply["parent_header"].get("msg_id", ""))
        return numbers

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
    # In a file, the history is the tester's own, and a thread opens it now and then.
    manager.start_kernel(
        cwd=str(tmp_path), extra_arguments=["--HistoryManager.hist_file=:memory:"]
    )
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
        assert until((tmp_path / "entered").exists, PATIENCE)
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


@pytest.mark.parametrize("kernel", ["relay"], indirect=True)
def test_an_interrupt_outside_of_a_cell_is_answered_by_nothing(kernel: Kernel) -> None:
    """The control of *end*: ipykernel is idle again, and its reply has not come."""
    kernel.value(OUTSIDE)
    number = kernel.start("reached = True")
    assert kernel.end(number) == ""
    after = kernel.start("reached")
    assert kernel.end(after) == "NameError"
    assert number not in kernel.replies(until=after)


@pytest.mark.parametrize("kernel", ["relay"], indirect=True)
def test_what_is_kept_would_be_seen(kernel: Kernel) -> None:
    """The control of *settle*: one file is one too many."""
    held = kernel.value(PROBE)
    kernel.value("kept = open('/dev/null')")
    assert kernel.value(PROBE) == {**held, "files": held["files"] + 1}
    kernel.value("kept.close()")
    settle(kernel, held)


def settle(kernel: Kernel, held: dict[str, Any]) -> None:
    """Fail if the kernel keeps more than *held*; a view that sleeps ends once it wakes."""
    assert until(lambda: kernel.value(PROBE) == held), (kernel.value(PROBE), held)


def random_wait(kernel: Kernel, number: str, seconds: float) -> bool:
    """Interrupt the cell *number* after *seconds*; return whether that came in time."""
    try:
        ended = kernel.end(number, seconds)
    except Empty:
        kernel.interrupt()
        ended = kernel.end(number)
    assert ended in ("", "KeyboardInterrupt")
    return bool(ended)
