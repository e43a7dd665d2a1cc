"""Known answers of one chapter, over HTTPS, graded by packets that came back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers import Answer, asks_for_more, graded_with, passes
from tests.answers.encrypted import RIGHT, WRONG
from tests.relaying import only_linux

pytestmark = only_linux


@pytest.fixture(scope="module", autouse=True)
def _lab() -> Iterator[None]:
    """A lab of this module's own."""
    with graded_with("errqueue"):
        yield


@pytest.fixture(autouse=True)
def _own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted in a folder of this test's own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_asks_for_more(answer: Answer) -> None:
    """As on every other backend; see test_checks_answers.py."""
    asks_for_more(answer)


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes(answer: Answer) -> None:
    """As on every other backend."""
    passes(answer)
