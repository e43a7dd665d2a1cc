"""labapp writes nothing outside its temporary folder and the notebook's own.

`test_matrix` looks at what is there after all notebooks ran. This here sees a file
that is gone again, too: Python itself reports each opening (PEP 578).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.matrix import OF_OTHERS
from tests.ordinary_user import ROOT

PROGRAM = """
import json, os, sys, tempfile
from pathlib import Path

written = []

def note(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        paths = [path] if writes and not isinstance(path, int) else []
    elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect"):
        paths = arguments[:1]
    elif event in ("os.rename", "os.link", "os.symlink"):
        paths = arguments[:2]
    else:
        return
    # rmtree removes what is in an open folder by its bare name: the folder's own comes last.
    inside = event in ("os.remove", "os.rmdir") and arguments[1] != -1
    if not inside and ":memory:" not in paths:
        written.extend(os.path.abspath(os.fsdecode(path)) for path in paths)

sys.addaudithook(note)

import labapp.figures
from labapp import check, hint, one_by_one, predict, quiz, remedy, visit
from labapp.__main__ import main

before, after = visit("Rex sleeps at noon"), visit("Rex sleeps at noon", remedy.post)
guess = predict("after POST", listener="no", log="yes")
guess.beside(after)
labapp.figures.exposure_map(before, after)._repr_html_()
labapp.figures.packet_ladder(before)._repr_html_()
quiz("02", before, after)
hint("keep it on the server")
main(["doctor"])
for transient in {transients!r}:
    Path(transient).write_text("")
    Path(transient).unlink()
Path({answer!r}).write_text(json.dumps(written))
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("backend", ["", "relay"])
def test_writes_in_two_folders_alone(tmp_path: Path, backend: str) -> None:
    """All is written in two folders, and one of them is empty again; the control is seen."""
    home, temporary, notebooks = (tmp_path / name for name in ("home", "tmp", "notebooks"))
    for folder in (home, temporary, notebooks):
        folder.mkdir()
    transients = [str(folder / "transient") for folder in (home, tmp_path)]
    answer = tmp_path / "answer.json"
    program = PROGRAM.replace("{transients!r}", repr(transients))
    done = subprocess.run(
        [sys.executable, "-B", "-c", program.replace("{answer!r}", repr(str(answer)))],
        cwd=notebooks,
        env={
            "HOME": str(home),
            "LABAPP_CAPTURE": backend,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(temporary),
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = {Path(path) for path in json.loads(answer.read_text(encoding="utf-8"))}
    others = [home / name for name in OF_OTHERS]
    elsewhere = {
        path
        for path in written - {answer, Path(os.devnull)}
        if temporary not in (path, *path.parents)
        and not any(one == path or one in path.parents or path in one.parents for one in others)
    }

    beside = {path.name for path in elsewhere if path.parent == notebooks}
    within = {
        path.relative_to(temporary).parts[0] for path in written if temporary in path.parents
    }

    assert {str(path) for path in elsewhere if path.parent != notebooks} == set(transients)
    assert beside
    assert [name for name in beside if "progress.json" not in name] == []
    assert any(name.startswith("labapp-") for name in within)
    assert list(temporary.iterdir()) == []
