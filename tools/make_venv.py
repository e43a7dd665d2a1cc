"""Make a virtual environment, or say in one line what is missing.

Usage: python3 make_venv.py FOLDER

Nothing here is newer than Python 3.4, so that an old Python can say it is old.
"""

from __future__ import print_function

import os
import subprocess
import sys

NEEDED = (3, 11)


def main(arguments):
    # type: (list[str]) -> str | int
    """Return 0, or the one line to print before exiting with 1."""
    if len(arguments) != 1:
        return "Usage: python3 make_venv.py FOLDER"
    folder = arguments[0]
    if sys.version_info < NEEDED:
        return (
            "This is Python {}.{} ({}), the lab needs {}.{} or newer: install one, "
            "then run: make lab PYTHON=/path/to/it"
        ).format(sys.version_info[0], sys.version_info[1], sys.executable, *NEEDED)
    try:
        import ensurepip  # noqa: F401  (Debian leaves out this part of venv)
        import venv
    except ImportError:
        return (
            "This Python ({}) has no complete venv module: install it (Debian, Ubuntu: "
            "sudo apt install python3-venv), then run the command again."
        ).format(sys.executable)
    if os.path.exists(folder) and os.listdir(folder) and not _is_venv(folder):
        return "{} is no virtual environment: choose another VENV.".format(folder)
    try:
        venv.create(
            folder,
            with_pip=True,
            # As `python -m venv` has it: a copied Python looks for its library anew.
            symlinks=os.name != "nt",
            # A half-made environment, or one of a Python that is gone, is made anew.
            clear=_is_venv(folder) and not _works(folder),
        )
    except (OSError, subprocess.CalledProcessError) as error:
        return "Cannot make a virtual environment in {}: {}".format(folder, error)
    return 0


def _is_venv(folder):
    # type: (str) -> bool
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg"))


def _works(folder):
    # type: (str) -> bool
    python = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    try:
        return subprocess.call([python, "-m", "pip", "--version"], stdout=subprocess.PIPE) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
