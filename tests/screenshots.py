"""Every notebook on screen, photographed piece by piece, to be looked at.

``python -m tests.screenshots [--into FOLDER] [NAME ...]`` runs the notebooks whose
names begin so (all of them unless told otherwise) in JupyterLab and Chromium, on a
laptop's screen and on a projector, in the light and the dark theme.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.jupyterlab import JupyterLab, chromium
from tests.on_screen import THEMES, change_theme, close, start, wait

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
PATIENCE = 300  # seconds for one notebook
_PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"
_OVERLAP = 60  # CSS pixels that two pieces share, so that no line is cut in both
_PRESENT = "() => window.jupyterapp.commands.execute('application:toggle-presentation-mode')"
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
_END = """() => {
    const cells = document.querySelectorAll('.jp-Notebook .jp-Cell');
    const panel = cells[0].closest('.jp-WindowedPanel-outer');
    return cells[cells.length - 1].getBoundingClientRect().bottom
        - panel.getBoundingClientRect().top + panel.scrollTop;
}"""
_SCROLL = "(panel, top) => { panel.scrollTop = top; return panel.scrollTop }"


@dataclass(frozen=True)
class Screen:
    """A screen: its size in CSS pixels, and how figures are drawn for it."""

    name: str
    width: int
    height: int
    figures: str

    @property
    def viewport(self) -> ViewportSize:
        """Its size, as Chromium wants it."""
        return {"width": self.width, "height": self.height}

    @property
    def presents(self) -> bool:
        """True if JupyterLab is in its presentation mode."""
        return self.figures == "projector"


SCREENS = (Screen("1280", 1280, 900, "notebook"), Screen("projector", 1920, 1080, "projector"))


def main(arguments: list[str]) -> int:
    """Write the photographs; return 1 if a notebook did not come to its end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a notebook, or its number")
    parser.add_argument("--into", type=Path, default=Path("screenshots"), metavar="FOLDER")
    parser.add_argument("--screen", choices=[one.name for one in SCREENS])
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # JupyterLab is ended, too
    names = [name for name in NAMES if name.startswith(tuple(given.names) or "")]
    stopped = []
    for screen in SCREENS:
        if given.screen in {None, screen.name}:
            stopped += photograph(names, screen, given.into)
    for name in stopped:
        print(f"{name} did not come to its end")
    return 1 if stopped else 0


def photograph(names: list[str], screen: Screen, into: Path) -> list[str]:
    """Write what *screen* shows of each notebook; return those that did not end."""
    stopped = []
    with tempfile.TemporaryDirectory(prefix="labapp-screenshots-") as temporary:
        folder = Path(temporary) / "notebooks"
        shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*", "progress.json"))
        with (
            JupyterLab(folder, environment={"LABAPP_FIGURES": screen.figures}) as lab,
            chromium() as browser,
        ):
            for name in names:
                print(f"{screen.name} {name}", flush=True)
                page = browser.new_page(viewport=screen.viewport)
                lab.open(page, f"{name}.ipynb")
                if screen.presents:
                    page.evaluate(_PRESENT)
                start(page)
                if not wait(page, PATIENCE):
                    stopped.append(f"{screen.name} {name}")
                _write(page, name, screen, into)
                close(page)
    return stopped


def _write(page: Page, name: str, screen: Screen, into: Path) -> None:
    for theme in THEMES:
        change_theme(page, theme)
        target = into / f"{screen.name}-{theme}"
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob(f"{name}-*.png"):
            old.unlink()
        for number, piece in enumerate(pieces(page)):
            (target / f"{name}-{number:02}.png").write_bytes(piece)


def pieces(page: Page) -> Iterator[bytes]:
    """Yield what the notebook's panel shows, from its top to the last cell's end, as PNG."""
    panel = page.locator(_PANEL)
    step = panel.evaluate("panel => panel.clientHeight") - _OVERLAP
    top, reached = 0.0, panel.evaluate(_SCROLL, 0)
    while reached >= top:
        top = reached
        # Cells that come into view are drawn, and may then be of another height.
        page.evaluate(_DRAWN)
        yield panel.screenshot()
        if page.evaluate(_END) <= top + step + _OVERLAP:
            return
        reached = panel.evaluate(_SCROLL, top + step)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
