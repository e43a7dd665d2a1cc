"""What learners do to notebooks: run cells again in any order, change the secret."""

from __future__ import annotations

import ast
import random
import re
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from labapp import remedy
from labapp.lab.laboratory import Laboratory
from tests import notebook_rules as rules
from tests.test_notebooks import NAMES, complaints, execute, read

SECRET = re.compile(r'^secret = ".*?"', re.MULTILINE)
# The capstone has words that the lab makes, and no sentence of the learner's own.
WITH_A_SENTENCE = [name for name in NAMES if name != "10_capstone"]
PROBE = """
import gc, os, tempfile, threading
from ipywidgets import Widget
gc.collect()
{
    "threads": sorted(t.name for t in threading.enumerate() if "labapp" in t.name),
    "files": len(os.listdir("/proc/self/fd")),
    "children": open(f"/proc/self/task/{os.getpid()}/children").read().split(),
    "widgets": len(Widget.get_manager_state()["state"]),
    "temporary": sorted(n for n in os.listdir(tempfile.gettempdir()) if "labapp" in n),
}
"""


def probed(cell: Any) -> dict[str, Any]:
    """Return what the probe printed."""
    found: dict[str, Any] = ast.literal_eval(cell.outputs[-1].data["text/plain"])
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_cells_run_again_leave_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two more rounds in random order there is no more of anything than after one."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    cells = [cell.source for cell in read(name).cells if cell.cell_type == "code"]
    shuffled = random.Random(name).sample(cells * 2, len(cells) * 2)
    rounds = [*cells, PROBE, *shuffled, PROBE]
    done = execute(new_notebook(cells=[new_code_cell(text) for text in rounds]), tmp_path)
    assert complaints(done, (rules.errors,)) == []
    before, after = probed(done.cells[len(cells)]), probed(done.cells[-1])
    assert before["threads"]  # the control: there is a lab to be seen
    assert after == before
    assert len(before["temporary"]) == 1  # the lab's own folder, and with the kernel
    left = {path.name for path in tmp_path.iterdir()}  # it is gone; of the learner's own
    assert left <= {"progress.json"}  # work only this was written


@pytest.mark.parametrize("secret", ["I can't sleep", "猫在睡觉 & <b>", "NoSpacesAtAll"])
@pytest.mark.parametrize("name", WITH_A_SENTENCE)
def test_every_claim_holds_for_any_secret(
    name: str, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever sentence a learner types, no check of the text fails."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    notebook = read(name)
    changed = 0
    for cell in notebook.cells:
        cell.source, times = SECRET.subn(lambda _: f"secret = {secret!r}", cell.source)
        changed += times
    assert changed == 1
    assert complaints(execute(notebook, tmp_path), rules.RESULT) == []


@pytest.mark.timeout(300)
def test_200_visits_leave_nothing(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred visits in a row, each of another combination than the one before."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    chance = random.Random(0)
    with Laboratory() as lab:
        for _ in range(200):
            applied = [one for one in remedy.ALL if chance.random() < 0.5]
            lab.visit("Rex sleeps at noon", *applied)
