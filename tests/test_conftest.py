"""The tests' own rules: nothing is skipped silently in CI, and leaks are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parent.parent

SKIPS = {
    "skip": "import pytest\ndef test_it(): pytest.skip('no time')",
    "skipif": "import pytest\n@pytest.mark.skipif(True, reason='x')\ndef test_it(): pass",
    "xfail": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0",
    "importorskip": "import pytest\npytest.importorskip('no_such_module')",
    "module": "import pytest\npytest.skip('later', allow_module_level=True)",
    "no tool": "import pytest\n@pytest.mark.tshark\ndef test_it(): pass",
}
LEAKS = {
    "threads": "import threading\nE = threading.Event()\n"
    "def test_it(no_leaks): threading.Thread(target=E.wait, daemon=True).start()\n"
    "def teardown_module(): E.set()",
    "files": "import os\ndef test_it(no_leaks): os.pipe()",
    "children": "import subprocess\nKEPT = []\n"
    "def test_it(no_leaks): KEPT.append(subprocess.Popen(['sleep', '60']))\n"
    "def teardown_module(): KEPT[0].kill(), KEPT[0].wait()",
    "temporary": "import tempfile\ndef test_it(no_leaks): tempfile.mkdtemp()",
}
TIDY = """
import os, subprocess, tempfile, threading

def test_it(no_leaks):
    with tempfile.TemporaryDirectory(), open(os.devnull):
        subprocess.run(["true"], check=True)
        thread = threading.Thread(target=print)
        thread.start()
        thread.join()
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for a test run of its own, under the same conftest.py."""
    pytester.makeconftest("from tests.conftest import *")
    pytester.makeini("[pytest]\nmarkers = tshark\n")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester


def outcomes(inner: pytest.Pytester, text: str) -> dict[str, int]:
    """Run *text* as a test module and return pytest's counts."""
    inner.makepyfile(text)
    return inner.runpytest_inprocess("-p", "no:randomly").parseoutcomes()


@pytest.mark.parametrize("way", SKIPS)
def test_skip_fails_in_ci(
    way: str, inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a test is skipped: in CI it has failed."""
    monkeypatch.setenv("CI", "true")
    _without_tools(inner, monkeypatch)

    counts = outcomes(inner, SKIPS[way])

    assert counts.keys() & {"failed", "errors"}
    assert not counts.keys() & {"skipped", "xfailed"}


@pytest.mark.parametrize("way", SKIPS)
def test_skip_is_a_skip_at_home(
    way: str, inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control for the test above: without CI the same test is only skipped."""
    monkeypatch.delenv("CI", raising=False)
    _without_tools(inner, monkeypatch)

    counts = outcomes(inner, SKIPS[way])

    assert not counts.keys() & {"failed", "errors"}
    assert counts.keys() & {"skipped", "xfailed"}


def _without_tools(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(inner.mkdir("empty")))


@pytest.mark.parametrize("kind", LEAKS)
def test_leak_is_seen(kind: str, inner: pytest.Pytester) -> None:
    """`no_leaks` names what a test leaves behind, and only that."""
    inner.makepyfile(LEAKS[kind])
    result = inner.runpytest_subprocess("-p", "no:randomly")

    result.assert_outcomes(passed=1, errors=1)
    (told,) = [line for line in result.outlines if line.startswith("E  ") and "left" in line]
    assert [kind] == [other for other in LEAKS if f"'{other}': " in told]


def test_tidy_test_is_left_alone(inner: pytest.Pytester) -> None:
    """Control: a test that closes what it opens passes."""
    assert outcomes(inner, TIDY) == {"passed": 1}
