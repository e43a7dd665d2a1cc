"""Write the badge that opens the first notebook on Binder into README.md.

Usage: python -m tools.launch_link [--check]

The address of the repository stands in pyproject.toml alone; all else follows.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path
from urllib.parse import quote, urlsplit

from tools.open_lab import FIRST

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BINDER = "https://mybinder.org"

_PLACE = re.compile(r"(?<=<!-- launch: begin -->\n).*?(?=<!-- launch: end -->)", re.DOTALL)


def repository() -> str:
    """Return the address of the repository, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def link(address: str) -> str:
    """Return where Binder opens notebook 00 of the GitHub repository at *address*.

    Raises `ValueError` for another host: each has a form of its own
    (https://mybinder.readthedocs.io).
    """
    parts = urlsplit(address)
    if parts.hostname != "github.com":
        raise ValueError(f"{address} is not on github.com: this tool makes no link to it.")
    opened = quote(f"lab/tree/{FIRST}", safe="")
    return f"{BINDER}/v2/gh{parts.path.rstrip('/')}/HEAD?urlpath={opened}"


def badge(address: str) -> str:
    """Return the badge as a line of Markdown."""
    return f"[![Open in Binder]({BINDER}/badge_logo.svg)]({link(address)})\n"


def with_badge(text: str, address: str) -> str:
    """Return the *text* of a document with the badge in its place.

    Raises `ValueError` if the document has no such place, or several.
    """
    if len(_PLACE.findall(text)) != 1:
        raise ValueError(
            "There must be one <!-- launch: begin --> and one <!-- launch: end -->."
        )
    return _PLACE.sub(lambda _: badge(address), text)


def main(arguments: list[str] | None = None) -> str | int:
    """Write, or with --check only compare; return 0, or what is wrong."""
    parser = argparse.ArgumentParser(description="Write Binder's badge into README.md.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args(arguments)
    before = README.read_text(encoding="utf-8")
    after = with_badge(before, repository())
    if options.check:
        return "README.md has another badge. Run: make badge" if after != before else 0
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
