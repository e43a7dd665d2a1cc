"""Draw the pictures of the documentation from captures made now.

Usage: python tools/draw_figures.py
"""

from __future__ import annotations

import sys
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SENTENCE = "Rex sleeps at noon"


def main() -> int:
    """Write every picture to docs/images/ and name it with its text alternative."""
    from labapp.figures import Picture, exposure_map, packet_ladder
    from labapp.lab.map import one_by_one

    visits = one_by_one(SENTENCE)
    pictures: dict[str, Picture] = {
        "exposure_map": exposure_map(*visits),
        "packet_ladder": packet_ladder(visits[0]),
    }
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        target = picture.save(IMAGES / f"{name}.png")
        print(f"{target.name}: {picture.finding}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
