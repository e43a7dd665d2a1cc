"""Build a zip for learners: the lab and its notebooks, and nothing that solves them.

Usage: python tools/build_handout.py [FILE]      (without: build/secrets-on-the-wire.zip)

Its README is handout.md, beside this file: the project's own leads to what is not in
it. The folder in it has fresh copies of the notebooks for `make reset`, which needs no
git then. The same checkout gives the same bytes.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOP = "secrets-on-the-wire"
FILES = (
    "LICENSE",
    "LICENSE-TEXT.md",
    "Makefile",
    "pyproject.toml",
    "requirements.txt",
    "tools/make_venv.py",
    "tools/open_lab.py",
)
README = ROOT / "tools" / "handout.md"
FOLDERS = ("labapp", "tools/lab_config", "docs/images")
SKIPPED = ("__pycache__", ".ipynb_checkpoints")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip has no earlier time


def contents() -> Iterator[tuple[str, Path]]:
    """Yield what goes in: the name in the zip, and the file."""
    yield "README.md", README
    for name in FILES:
        yield name, ROOT / name
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not any(part in SKIPPED for part in path.parts):
                yield path.relative_to(ROOT).as_posix(), path
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        yield f"notebooks/{path.name}", path
        yield f"notebooks/.fresh/{path.name}", path


def write_handout(target: Path) -> None:
    """Write the zip to *target*; raises `OSError` if it cannot be written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(contents()):
            about = zipfile.ZipInfo(f"{TOP}/{name}", LONG_AGO)
            about.external_attr = 0o644 << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, path.read_bytes())


def main(arguments: list[str] | None = None) -> str | int:
    """Build; return 0, or one line about what is wrong."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) > 1 or given[:1] in (["-h"], ["--help"]):
        return "Usage: python tools/build_handout.py [FILE]"
    target = Path(given[0]) if given else ROOT / "build" / f"{TOP}.zip"
    try:
        write_handout(target)
    except OSError as error:
        return f"Cannot write {target}: {error.strerror}."
    print(f"{target} is for your learners: no solutions, no tests.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
