from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.environments import Environment, Stage
from tests.lab_server import LabServer, NotStarted, children, peak
from tests.notebook_rules import Cell

CELLS = (
    "1 + 1",
    "print('a'); print('b')",
    "import sys\nprint('out'); print('err', file=sys.stderr); print('out')",
    "from IPython.display import clear_output, display, HTML",
    "display(HTML('<b>gone</b>')); clear_output(); display(HTML('<b>stays</b>'))",
    "display('gone, too'); clear_output(wait=True); display('instead')",
    "handle = display('first', display_id=True)\nhandle.update('second')",
    "import ipywidgets\nipywidgets.IntSlider()",
    "1 / 0",
    "",
    "'after an error'",
)
HERE = Environment("here", "learners", "", needs_root=False)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A checkout with one more notebook."""
    stage = Stage.set_up(HERE, tmp_path_factory.mktemp("server"), None)
    cells = [new_markdown_cell("Text."), *map(new_code_cell, CELLS)]
    nbformat.write(new_notebook(cells=cells), stage.checkout / "notebooks" / "sample.ipynb")
    return stage


@pytest.fixture(scope="module")
def server(stage: Stage) -> Iterator[LabServer]:
    """One server for the tests of this module."""
    with stage.server() as server:
        yield server


@pytest.mark.timeout(240)
class TestServer:
    """A server, and notebooks through it."""

    def test_outputs_are_as_in_a_notebook(
        self, server: LabServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Cell by cell they are what nbclient keeps; only a widget's name is another."""
        monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
        path = stage.checkout / "notebooks" / "sample.ipynb"
        theirs = nbformat.read(path, as_version=4)
        NotebookClient(theirs, timeout=60, allow_errors=True).execute()
        ours = server.run("notebooks/sample.ipynb").notebook

        assert [shown(cell) for cell in ours.cells] == [shown(cell) for cell in theirs.cells]

    def test_memory_is_of_the_kernel(self, server: LabServer) -> None:
        """A kernel that once had 300 MB is told by it, although it has them no more."""
        many = 300_000_000
        code = f"len(b'x' * {many})"
        with server._session("notebooks/sample.ipynb") as kernel:
            before = kernel.peak()
            kernel.execute(code)
            after = kernel.peak()

        if not sys.platform.startswith("linux"):
            pytest.skip("no /proc")
        assert before
        assert after
        assert after - before > many * 0.9

    def test_two_kernels_share_nothing(self, server: LabServer) -> None:
        """Each notebook has a kernel of its own, beside the notebooks, under the server."""
        server.ask("name = 1\n0")

        assert server.ask("'name' in globals()") is False
        assert server.ask("import os; os.path.basename(os.getcwd())") == "notebooks"

    def test_a_cell_that_fails_is_no_answer(self, server: LabServer) -> None:
        """A question whose code fails does not pass for an answer."""
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            server.ask("1 / 0")


def shown(cell: Cell) -> object:
    """Return what a reader of *cell* sees, without names that differ from run to run."""
    if cell.cell_type != "code":
        return cell.source
    return [
        {
            "type": output.output_type,
            "text": output.get("text") or output.get("evalue"),
            "html": output.get("data", {}).get("text/html"),
            "plain": output.get("data", {}).get("text/plain"),
            "kinds": sorted(output.get("data", {})),
        }
        for output in cell.outputs
    ]


def test_a_server_that_does_not_start_is_told(tmp_path: Path, no_leaks: None) -> None:
    """What it said is the error's message, and nothing of it is left."""
    command = [sys.executable, "-c", "import sys; sys.exit('no such luck')"]

    with (
        pytest.raises(NotStarted, match="no such luck"),
        LabServer(
            command, tmp_path, {}, lambda process, port: pytest.fail("asked for a connection")
        ),
    ):
        pytest.fail("it did start")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_children_and_peak() -> None:
    """A process and its children are found; one that is gone has no size."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        found: list[int] = []
        while not found:  # bounded by the test's own timeout
            found = children(process.pid)
        size = peak(process.pid)
        process.communicate(b"\n")

    assert len(found) == 1
    assert size
    assert size > 1_000_000
    assert peak(process.pid) is None
