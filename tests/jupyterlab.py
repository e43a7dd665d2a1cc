"""A real JupyterLab and a notebook in a real Chromium, for tests that look as a learner does.

::

    with JupyterLab(folder) as lab, chromium() as browser:
        notebook = lab.open(browser.new_page(), "00_start_here.ipynb")
        notebook.run_all()
        assert notebook.errors() == []
        text = notebook.text(3)
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PATIENCE = 60  # seconds for one thing a person would wait for; none is asserted
SETTINGS = {
    # Neither news nor a question about them on the first start.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is in the page, also those that are off the screen.
    "notebook-extension/tracker": {"windowingMode": "none"},
}

EXPOSED = "--LabApp.expose_app_in_browser=True"  # lets tests ask JupyterLab in its page

# A kernel that is idle is not ready yet: cells run then are lost, now and then.
_OPENED = "window.jupyterapp?.shell?.currentWidget?.context?.isReady"
_READY = """async () => {
    const app = window.jupyterapp, notebook = app.shell.currentWidget
    await app.restored
    await notebook.context.ready
    await notebook.sessionContext.ready
    await notebook.sessionContext.session.kernel.info
}"""
_RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
_RUN = """number => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = number
    return window.jupyterapp.commands.execute('notebook:run-cell')
}"""
_CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"


class JupyterLab:
    """JupyterLab on a *folder*, with a home of its own; it ends with its block.

    *base_url* begins and ends with a slash, as behind a hub; *host* is what browsers call
    it. Without a *token* everybody on this machine may enter. *environment* is added to
    the tester's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        base_url: str = "/",
        host: str = "127.0.0.1",
        token: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._token = token
        self._home = Path(tempfile.mkdtemp(prefix="jupyterlab-"))
        self._log = self._home / "log"
        port = _free_port()
        self.url = f"http://{host}:{port}{base_url}"
        self._here = f"http://127.0.0.1:{port}{base_url}"
        options = {
            "port": port,
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port_retries": 0,
            "ServerApp.allow_remote_access": host != "127.0.0.1",  # any Host is right
            "ServerApp.base_url": base_url,
            "ServerApp.root_dir": folder,
            "IdentityProvider.token": token,
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", EXPOSED]
        self._command = [*command, *(f"--{name}={value}" for name, value in options.items())]
        self._environment = {**os.environ, **self._own(), **(environment or {})}

    def _own(self) -> dict[str, str]:
        settings = self._home / "settings"
        for name, values in SETTINGS.items():
            file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        return {
            "HOME": str(self._home),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel
        }

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()  # it ends its kernels first
        try:
            self._server.wait(PATIENCE)
        finally:
            self._server.kill()
            shutil.rmtree(self._home, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + PATIENCE
        while self._server.poll() is None and time.monotonic() < end:
            try:
                urlopen(f"{self._here}api", timeout=PATIENCE).close()
            except URLError:
                time.sleep(0.1)  # another program's start can only be asked for
            else:
                return
        raise TimeoutError(f"JupyterLab did not start: {self._log.read_text()[-2000:]}")

    def open(self, page: Page, name: str) -> Notebook:
        """Open the notebook called *name* in the tab *page*, and wait for its kernel."""
        page.set_default_timeout(PATIENCE * 1000)
        query = f"reset&token={self._token}" if self._token else "reset"
        page.goto(f"{self.url}lab/tree/{name}?{query}")
        return Notebook.opened(page)


class Notebook:
    """A notebook that is open in a tab, with a kernel that is ready.

    Cells are numbered from 0, text cells too.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def opened(cls, page: Page) -> Self:
        """Wait for the notebook that *page* is opening; JupyterLab has `EXPOSED`."""
        page.wait_for_function(_OPENED)
        page.evaluate(_READY)
        return cls(page)

    def run_all(self) -> None:
        """Run all cells, and wait until the last one has ended or one has failed."""
        self.page.evaluate(_RUN_ALL)

    def run(self, number: int) -> None:
        """Run one cell, and wait until it has ended."""
        self.page.evaluate(_RUN, number)

    def cell(self, number: int) -> Locator:
        """Return a cell as it stands in the page."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, number: int) -> Locator:
        """Return what stands below a cell, an element for each output."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def text(self, number: int) -> str:
        """Return what a reader reads below a cell; ``""`` if there is nothing."""
        return "\n".join(self.output(number).all_inner_texts())

    def cells(self) -> list[dict[str, Any]]:
        """Return all cells as nbformat has them, with their outputs."""
        cells: list[dict[str, Any]] = self.page.evaluate(_CELLS)
        return cells

    def errors(self) -> list[str]:
        """Return the errors of all cells, one line each."""
        return [
            f"cell {number}: {output['ename']}: {output['evalue']}"
            for number, cell in enumerate(self.cells())
            for output in cell.get("outputs", ())
            if output["output_type"] == "error"
        ]

    def not_run(self) -> list[int]:
        """Return the numbers of the code cells that have not run, empty ones apart."""
        return [
            number
            for number, cell in enumerate(self.cells())
            if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
            if not cell["execution_count"]
        ]


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """Start Debian's Chromium with further command line *options*."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                *options,
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])
