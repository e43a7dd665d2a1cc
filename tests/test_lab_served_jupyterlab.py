"""The learner's own browser: a real Chromium, a real JupyterLab, a second tab."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.jupyterlab import PATIENCE, JupyterLab, Notebook, chromium
from tools.build_notebooks import METADATA

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(300)]

TOKEN = "0123456789abcdef-made-up-token-of-jupyter"
HUB, PREFIX = "hub.test", "/user/ada-lovelace/"
SENTENCE = "Rex can't sleep at noon"
SERVE, LOOK, ARRIVED, CAPTURED = range(1, 5)
AT_HOME = "import os; os.environ.pop('JUPYTERHUB_SERVICE_PREFIX', None)"
# What came to the door is kept nowhere: only a test wants to see it.
EAVESDROP = """
from labapp.lab.doorkeeper import Doorkeeper
arrived = []
def admit_and_keep(self, letter, admit=Doorkeeper.admit):
    arrived.append(bytes(letter))
    return admit(self, letter)
Doorkeeper.admit = admit_and_keep
"""
SERVING = """
from labapp import remedy, serve
mine = serve(remedy.post, remedy.redirect, remedy.session, remedy.csrf)
mine
"""
CELLS = [
    SERVING,
    "mine",
    "print(b''.join(arrived))",
    "print(b''.join(frame.data for frame in mine.capture.frames))",
]


@dataclass(frozen=True)
class Seen:
    """What a learner saw: the notebook afterwards, and the address of the other tab."""

    notebook: Notebook
    address: str

    def printed(self, number: int) -> bytes:
        """The bytes that a cell printed."""
        outputs = self.notebook.cells()[number]["outputs"]
        text = "".join(
            "".join(one["text"]) for one in outputs if one["output_type"] == "stream"
        )
        return bytes(ast.literal_eval(text))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """JupyterLab where a hub has it, with two notebooks."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, first in (("hub", EAVESDROP), ("home", AT_HOME + EAVESDROP)):
        cells = [new_code_cell(text) for text in (first, *CELLS)]
        nbformat.write(new_notebook(cells=cells, metadata=METADATA), folder / f"{name}.ipynb")
    environment = {"LABAPP_CAPTURE": "relay", "JUPYTERHUB_SERVICE_PREFIX": PREFIX}
    with JupyterLab(
        folder, base_url=PREFIX, host=HUB, token=TOKEN, environment=environment
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for which the hub is this machine and nothing else is there."""
    names = f"MAP {HUB} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with chromium(f"--host-resolver-rules={names}") as running:
        yield running


def served(lab: JupyterLab, browser: Browser, name: str) -> Notebook:
    """Serve in a notebook."""
    notebook = lab.open(browser.new_context().new_page(), f"{name}.ipynb")
    for number in (0, SERVE):
        notebook.run(number)
    return notebook


def visited(notebook: Notebook, link: int = 0) -> Seen:
    """Type into the form in another tab, come back and look."""
    with notebook.page.context.expect_page() as opened:
        notebook.output(SERVE).get_by_role("link").nth(link).click()
    tab = opened.value
    tab.set_default_timeout(1000 * PATIENCE)
    tab.get_by_label("Your made-up secret").fill(SENTENCE)
    tab.get_by_role("button", name="Send it").click()
    tab.get_by_text("You told us:").wait_for()
    assert tab.locator("mark").inner_text() == SENTENCE
    return looked(notebook, tab.url)


def looked(notebook: Notebook, address: str) -> Seen:
    """Run the cells that look."""
    for number in (LOOK, ARRIVED, CAPTURED):
        notebook.run(number)
    assert notebook.errors() == []
    return Seen(notebook, address)


def _ask_with_authorization(url: str) -> None:
    """As a script of the hub's does: Jupyter's proxy passes that field on, too."""
    here = url.replace(HUB, "127.0.0.1", 1)
    urlopen(
        Request(here, headers={"Authorization": f"token {TOKEN}"}), timeout=PATIENCE
    ).close()


@pytest.fixture(scope="module")
def at_the_hub(lab: JupyterLab, browser: Browser) -> Seen:
    """The link leads through jupyter-server-proxy."""
    seen = visited(served(lab, browser, "hub"))
    _ask_with_authorization(seen.address)
    return looked(seen.notebook, seen.address)


@pytest.fixture(scope="module")
def at_home(lab: JupyterLab, browser: Browser) -> Seen:
    """The link leads straight to the port."""
    return visited(served(lab, browser, "home"))


def shown_as_typed(seen: Seen) -> None:
    """Check that the sentence is marked where it crossed."""
    marks = seen.notebook.output(LOOK).locator("mark").all_inner_texts()
    assert marks == ["Rex+can%27t+sleep+at+noon", "Rex can&#x27;t sleep at noon"]


def test_through_the_hub_the_next_cell_shows_what_was_typed(at_the_hub: Seen) -> None:
    """Typed in the other tab, at the hub's address; no cell ever had the sentence."""
    shown_as_typed(at_the_hub)
    pattern = rf"http://{HUB}:\d+{PREFIX}proxy/absolute/\d+/[0-9a-f]+/secure_page"
    assert re.fullmatch(pattern, at_the_hub.address)


def test_at_home_the_next_cell_shows_what_was_typed(at_home: Seen) -> None:
    """The same without a hub, straight to 127.0.0.1."""
    shown_as_typed(at_home)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/secure_page", at_home.address)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TOKEN, id="token"),
        pytest.param("Authorization", id="authorization"),
        pytest.param("_xsrf", id="xsrf-cookie"),
        pytest.param("username-", id="login-cookie"),
        pytest.param(HUB, id="name-of-the-hub"),
        pytest.param(PREFIX.strip("/"), id="user"),
    ],
)
def test_nothing_of_the_hub_is_in_the_capture(at_the_hub: Seen, text: str) -> None:
    """It did arrive at the door (the control), and it went no further."""
    assert text.encode() in at_the_hub.printed(ARRIVED)
    assert text.encode() not in at_the_hub.printed(CAPTURED)
    assert b"sensitive_info=Rex+can%27t" in at_the_hub.printed(CAPTURED)


def test_nor_is_a_cookie_of_jupyter_at_home(at_home: Seen) -> None:
    """A JupyterLab at / of 127.0.0.1 sets cookies that come to every port of that name."""
    context = at_home.notebook.page.context
    for name in ("username-127-0-0-1-8888", "_xsrf"):
        context.add_cookies([{"name": name, "value": TOKEN, "url": "http://127.0.0.1/"}])
    context.new_page().goto(at_home.address.removesuffix("secure_page"))
    looked(at_home.notebook, at_home.address)
    for text in (b"username-127-0-0-1-8888", b"_xsrf", TOKEN.encode()):
        assert text in at_home.printed(ARRIVED)
        assert text not in at_home.printed(CAPTURED)


def test_at_home_there_is_a_way_for_those_who_are_elsewhere(at_home: Seen) -> None:
    """The second link of the card leads through the proxy, where no hub names its place."""
    seen = visited(at_home.notebook, link=1)
    shown_as_typed(seen)
    assert f"{PREFIX}proxy/absolute/" in seen.address
