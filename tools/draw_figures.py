"""Draw the pictures of the documentation from captures made now.

Usage: python tools/draw_figures.py
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SENTENCE = "Rex sleeps at noon"
CARD_WIDTH = 900  # CSS pixels


def main() -> int:
    """Write every picture to docs/images/ and name it with its text alternative."""
    from labapp.figures import before_after, exposure_map, packet_ladder, positions
    from labapp.lab.map import one_by_one

    visits = one_by_one(SENTENCE)
    pictures = {
        "exposure_map": exposure_map(*visits),
        "packet_ladder": packet_ladder(visits[0]),
        "positions": positions(visits[0]),
    }
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        target = picture.save(IMAGES / f"{name}.png")
        print(f"{target.name}: {picture.finding}")
    comparison = before_after(visits[0], visits[1])
    chromium = shutil.which("chromium")
    if chromium is None:
        print("before_after.png: left as it is, for want of Chromium.")
    else:
        photograph(comparison._repr_html_(), IMAGES / "before_after.png", chromium)
        print(f"before_after.png: {comparison.verdict}")
    return 0


def photograph(card: str, target: Path, chromium: str) -> None:
    """Write what a browser shows of *card*, an element of HTML, as PNG."""
    from playwright.sync_api import sync_playwright

    # The sandbox of Chromium does not start as root; the page is our own.
    arguments = ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(viewport={"width": CARD_WIDTH, "height": 600})
        page.set_content(f"<!doctype html><html lang='en'><body>{card}")
        page.locator("figure").screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
