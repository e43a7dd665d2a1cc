"""The learner's own browser: a real Chromium, a real JupyterLab, a second tab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.jupyterlab import PATIENCE, JupyterLab, Notebook, chromium
from tools.build_notebooks import METADATA

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(240)]

TOKEN = "0123456789abcdef-made-up-token-of-jupyter"
HUB = "/user/ada-lovelace/"
SENTENCE = "Rex can't sleep at noon"
SERVE, LOOK, ARRIVED, KEPT, CLOSE = range(5)
CELLS = [
    "from labapp import remedy, serve\n"
    "mine = serve(remedy.post, remedy.redirect, remedy.session, remedy.csrf)\n"
    "mine",
    "mine",
    "print([bytes(one).decode('latin-1') for one in arrived])",
    "print([f.data.decode('latin-1') for f in mine.capture.frames])",
    "mine.close()",
]
# What came to the door is kept nowhere: only a test wants to see it.
EAVESDROP = """
from labapp.lab.doorkeeper import Doorkeeper
arrived, admit = [], Doorkeeper.admit
def admit_and_keep(self, letter):
    arrived.append(letter)
    return admit(self, letter)
Doorkeeper.admit = admit_and_keep
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one notebook."""
    folder = tmp_path_factory.mktemp("notebooks")
    cells = [new_code_cell(text) for text in (EAVESDROP + CELLS[0], *CELLS[1:])]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / "mine.ipynb")
    return folder


@pytest.fixture(scope="module", params=["hub", "plain"])
def notebook(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Notebook, str]]:
    """The notebook once the learner has typed in the other tab, and where that was.

    Once where a hub's proxy leads to the site, and once on the learner's own machine.
    """
    hub = {"JUPYTERHUB_SERVICE_PREFIX": HUB} if request.param == "hub" else {}
    environment = {"LABAPP_CAPTURE": "relay", **hub}
    base = HUB if hub else "/"
    with (
        JupyterLab(folder, base_url=base, token=TOKEN, environment=environment) as lab,
        chromium("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1") as browser,
    ):
        notebook = lab.open(browser.new_page(), "mine.ipynb")
        notebook.run(SERVE)
        link = notebook.output(SERVE).get_by_role("link").first
        with notebook.page.context.expect_page() as opened:
            link.click()
        tab = opened.value
        tab.set_default_timeout(1000 * PATIENCE)
        tab.get_by_label("Your made-up secret").fill(SENTENCE)
        tab.get_by_role("button", name="Send it").click()
        tab.get_by_text("You told us:").wait_for()
        assert tab.locator("mark").inner_text() == SENTENCE
        for number in (LOOK, ARRIVED, KEPT):
            notebook.run(number)
        yield notebook, tab.url
        notebook.run(CLOSE)


def test_the_next_cell_shows_what_was_typed(notebook: tuple[Notebook, str]) -> None:
    """The sentence is marked where it crossed, and nobody typed it into a cell."""
    shown, _ = notebook
    assert shown.errors() == []
    marks = shown.output(LOOK).locator("mark").all_inner_texts()
    assert marks == ["Rex+can%27t+sleep+at+noon", "Rex can&#x27;t sleep at noon"]
    assert "POST /sensitive HTTP/1.1" in shown.text(LOOK)
