"""The forms in JupyterLab and Chromium: by keyboard alone, in a narrow window, in the dark."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.build_notebooks import METADATA

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(180)]

CELLS = [
    "from labapp import one_by_one, predict, quiz",
    'predict("after POST", "listener", "link", "log")',
    'quiz("02", *one_by_one("Rex sleeps at noon")[:2])',
]
PATIENCE = 60  # seconds
THEME = "{theme: 'JupyterLab Dark'}"
VALUES = "lists => lists.map(one => one.options[one.selectedIndex].textContent)"
CUT_OFF = "labels => labels.filter(one => one.scrollWidth > one.clientWidth + 1).length"
SIZES = "parts => parts.map(one => parseFloat(getComputedStyle(one).fontSize))"
PAPER = "card => getComputedStyle(card).backgroundColor"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one notebook."""
    folder = tmp_path_factory.mktemp("notebooks")
    cells = [new_code_cell(text) for text in CELLS]
    notebook = new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(notebook, folder / "forms.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on that folder; its address."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    own = {name: str(tmp_path_factory.mktemp(name)) for name in ("HOME", "JUPYTER_RUNTIME_DIR")}
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token="]
    options += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, "--LabApp.expose_app_in_browser=True"],
        env={**os.environ, **own, "JUPYTER_PREFER_ENV_PATH": "1", "LABAPP_CAPTURE": "relay"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture(scope="module")
def notebook(lab: str) -> Iterator[Page]:
    """The notebook after all its cells ran, in a narrow window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 660, "height": 2000})
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{lab}/doc/tree/forms.ipynb?reset")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        page.evaluate(
            "async () => { const app = window.jupyterapp; await app.restored;"
            f" await app.commands.execute('apputils:change-theme', {THEME});"
            " await app.shell.currentWidget.sessionContext.ready;"
            " await app.commands.execute('notebook:run-all-cells') }"
        )
        page.locator(".labapp-card button").nth(2).wait_for()
        yield page
        browser.close()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)  # another program's start can only be asked for
        else:
            return
    raise TimeoutError(f"JupyterLab did not start within {PATIENCE} s")


def test_prediction_by_keyboard(notebook: Page, folder: Path) -> None:
    """Letters and arrows choose, Tab goes on; none of them is taken for a shortcut."""
    cells = notebook.locator(".jp-Notebook .jp-Cell").count()
    lists = notebook.locator(".labapp-card select")
    lists.first.focus()
    for key in ("y", "Tab", "ArrowDown", "ArrowDown", "Tab", "n", "o", "t"):
        notebook.keyboard.press(key)
    notebook.get_by_text("All answered.").wait_for()

    chosen = [str(one).replace("\xa0", " ") for one in lists.evaluate_all(VALUES)]
    assert chosen == ["yes, sure", "yes, a guess", "not sure"]
    assert notebook.locator(".jp-Notebook .jp-Cell").count() == cells
    kept = json.loads((folder / "progress.json").read_text())["prediction"]["after POST"]
    assert kept == {"answers": {"listener": chosen[0], "link": chosen[1], "log": chosen[2]}}


def test_quiz_by_keyboard(notebook: Page) -> None:
    """Space chooses, Tab goes to the button, Enter answers, and the reply is an alert."""
    notebook.locator(".labapp-card input[type=radio]").nth(2).focus()
    for key in ("Space", "Tab", "Enter"):
        notebook.keyboard.press(key)

    reply = notebook.locator(".labapp-card [role=alert]")
    reply.wait_for()
    assert reply.inner_text().startswith("c) Look at the evidence.")


def test_every_list_has_its_label(notebook: Page) -> None:
    """A reader of screens says which row a list is for."""
    for label in ("listens to the network", "reads the server log"):
        assert notebook.get_by_label(label, exact=True).count() == 1


def test_nothing_is_cut_off_or_small(notebook: Page) -> None:
    """At 660 pixels every label is whole; letters have 14 pixels or more."""
    labels = notebook.locator(".labapp-card label")
    texts = notebook.locator(".labapp-card").locator("label, select, button, p, strong, pre")

    assert labels.count() > 10  # the control: there are some to be measured
    assert labels.evaluate_all(CUT_OFF) == 0
    assert min(texts.evaluate_all(SIZES)) >= 14


def test_the_card_is_white_in_the_dark(notebook: Page) -> None:
    """The dark theme is on, and the card stays as it is."""
    assert notebook.locator("body").get_attribute("data-jp-theme-light") == "false"
    assert notebook.locator(".labapp-card").first.evaluate(PAPER) == "rgb(255, 255, 255)"
