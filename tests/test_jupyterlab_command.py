"""The command of the README, for a user without any privilege: from nothing to the first visit."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.jupyterlab import EXPOSED, PATIENCE, Notebook, chromium
from tests.ordinary_user import UID, OrdinaryUser
from tools.build_notebooks import ROOT
from tools.open_lab import FIRST

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(300)]

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\S*\?token=\w+")


@pytest.fixture
def clone(ordinary_user: OrdinaryUser) -> Path:
    """The user's own copy of what `make lab` opens, and of what opens it."""
    clone = ordinary_user.home / "clone"
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "progress.json")
    for name in ("notebooks", "tools"):
        shutil.copytree(ROOT / name, clone / name, ignore=ignored)
    if os.geteuid() == 0:
        for path in (clone, *clone.rglob("*")):
            os.chown(path, UID, UID)
    return clone


@pytest.fixture
def address(clone: Path, ordinary_user: OrdinaryUser) -> Iterator[str]:
    """The address that the command prints; a browser would be opened there."""
    log = ordinary_user.home / "log"
    command = [str(clone / "tools" / "open_lab.py"), "--no-browser", EXPOSED]
    with log.open("w") as file, ordinary_user.start(command, file) as lab:
        try:
            yield _printed(log)
        finally:
            lab.terminate()
            lab.wait(PATIENCE)


def _printed(log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ADDRESS.search(log.read_text()):
            return found[0]
        time.sleep(0.1)  # another program's start can only be asked for
    raise TimeoutError(f"No address was printed:\n{log.read_text()}")


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """What a browser shows at that address."""
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(address)
        yield page


def test_the_first_notebook_is_on_screen(page: Page) -> None:
    """Nothing is in its way, and its first cell makes a visit when Shift+Enter is pressed."""
    page.get_by_role("heading", name="See your own words cross the network").wait_for()
    assert page.url.endswith(f"/lab/tree/{FIRST}")

    Notebook.opened(page)  # JupyterLab drops what is run before the kernel is there
    page.locator(".jp-CodeCell .cm-line").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("As it is, a listener reads the secret.").wait_for()
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert page.locator(".jp-DocumentSearch, .jp-Launcher").count() == 0
