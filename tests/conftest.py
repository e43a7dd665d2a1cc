"""What all tests share: markers, no silent skip in CI, and the leak check."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.ordinary_user import OrdinaryUser, copy_checkout

Run = Callable[..., subprocess.CompletedProcess[str]]

TOOLS = ("tshark", "tcpdump", "chromium", "npm")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs root only because the tester is root, before -m selects."""
    if _is_root():
        for item in items:
            if "ordinary_user" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.root)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a marked test where its tool is missing."""
    for tool in TOOLS:
        if item.get_closest_marker(tool) and not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    if item.get_closest_marker("nbgrader") and not os.environ.get("LABAPP_INSTRUCTOR"):
        pytest.skip("LABAPP_INSTRUCTOR names no environment with nbgrader: run make marked")
    if item.get_closest_marker("root") and not _is_root():
        pytest.skip("needs root")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test has failed: a missing tool must not look like success."""
    report = yield
    if _under_ci() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped in CI: {item.nodeid}: {report.longrepr}"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself while it is read."""
    report = yield
    if _under_ci() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped in CI: {collector.nodeid}"
    return report


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Hear SIGINT, in children, too: what a shell starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder that everybody may enter: pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="open-to-all-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def readable_checkout(open_folder: Path) -> Path:
    """A copy of the checkout that everybody may read."""
    return copy_checkout(open_folder / "checkout")


@pytest.fixture
def ordinary_user(open_folder: Path, readable_checkout: Path) -> Iterator[OrdinaryUser]:
    """A user without privileges, in a fresh home."""
    home = Path(tempfile.mkdtemp(prefix="home-", dir=open_folder))
    yield OrdinaryUser.in_home(home, readable_checkout)
    shutil.rmtree(home)


@pytest.fixture
def as_ordinary_user(ordinary_user: OrdinaryUser) -> Run:
    """Run this Python as that user: ``as_ordinary_user(["-c", "..."], NAME="value")``."""
    return ordinary_user.run


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """An empty database for the site, and an empty mailbox."""
    from labapp.site.application import reset, take_reports, use_database

    take_reports()
    yield use_database(tmp_path)
    reset()


@pytest.fixture
def no_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test if it leaves a thread, an open file, a child or a temporary file.

    Ask for it before the fixtures it shall watch: what is set up after it is
    torn down before it looks.
    """
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = held()
    yield
    gc.collect()  # what only the collector would close is reported by pytest itself
    left = more_than(before)
    files: set[object] = {path.name for path in temporary.iterdir()}
    if files:
        left["temporary"] = files
    assert not left, f"left behind: {left}"


def more_than(before: dict[str, set[object]]) -> dict[str, set[object]]:
    """Return what this process holds that it did not hold *before*, by kind."""
    return {kind: left for kind, now in held().items() if (left := now - before[kind])}


def held() -> dict[str, set[object]]:
    """Return the threads, open files and children of this process, by kind."""
    threads: set[object] = set(threading.enumerate())
    if not Path("/proc/self/fd").is_dir():
        return {"threads": threads}
    return {"threads": threads, "files": set(_open_files()), "children": set(_children())}


def _open_files() -> Iterator[tuple[str, str]]:
    for descriptor in list(Path("/proc/self/fd").iterdir()):
        try:
            yield descriptor.name, str(descriptor.readlink())
        except FileNotFoundError:  # the one that listed the folder
            continue


def _children() -> Iterator[int]:
    for task in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold anything: the fields follow it.
            parent = int(task.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid():
            yield int(task.parent.name)


def _under_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
