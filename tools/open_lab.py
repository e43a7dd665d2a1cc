"""Open JupyterLab at the first notebook.

Usage: python tools/open_lab.py [OPTIONS OF JUPYTERLAB]

Run it with the Python that has the lab installed; it works on any system.
Options such as --no-browser or --port=9000 go on to JupyterLab.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = "notebooks/00_start_here.ipynb"


def main(options: list[str]) -> str | int:
    """Run JupyterLab until it ends; return its status, or one line of help."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        return f"JupyterLab is not installed for {sys.executable}: run make lab."
    if not (ROOT / FIRST).is_file():
        return f"{FIRST} is missing: build it with make notebooks."
    prepare(os.environ)
    status = LabApp.launch_instance(arguments(is_root=_is_root()) + options)
    return int(status or 0)


def arguments(*, is_root: bool) -> list[str]:
    """Return JupyterLab's options; the port is left to JupyterLab."""
    opened = [
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--ServerApp.answer_yes=True",  # one Ctrl-C ends it, as the README says
    ]
    return [*opened, "--allow-root"] if is_root else opened


def prepare(environment: MutableMapping[str, str]) -> None:
    """Set what JupyterLab reads from its *environment*; nobody's own settings change."""
    # No question about news on the first start.
    config = str(ROOT / "tools" / "lab_config")
    others = environment.get("JUPYTER_CONFIG_PATH")
    environment["JUPYTER_CONFIG_PATH"] = f"{config}{os.pathsep}{others}" if others else config
    # This environment's kernel, whatever kernels the user has at home.
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
