"""The exposure map by the model and by a real Chromium: the same in every cell."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.lab.map import Combination
from labapp.observers import PLACES
from labapp.remedy import hardening, https, post, session, title
from tests import chromium_disk
from tests.chromium_check import (
    DOCUMENT,
    MARKED,
    SECRET,
    Cell,
    cells,
    compare,
    meaningful,
    report,
    table,
    telling,
)

SERVER = {
    "access_log",
    "report_text",
    "report_html",
    "debug_page",
    "store_raw",
    "store_decoded",
}


@pytest.fixture(scope="module")
def by_relay() -> Iterator[Laboratory]:
    """A lab for the model alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            yield lab


@pytest.fixture(scope="module")
def live() -> Iterator[Laboratory]:
    """A lab whose packets are the kernel's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "live")
        with Laboratory() as lab:
            yield lab


# With Chromium -------------------------------------------------------------------------


@pytest.mark.chromium
@pytest.mark.root
@pytest.mark.parametrize("applied", telling(), ids=title)
def test_every_cell_is_equal(live: Laboratory, applied: Combination) -> None:
    """Chromium, making the visit of the model, leaves the same in every place."""
    made = list(compare(live, [applied]))
    assert len(made) == len(PLACES) + 1
    assert [str(cell) for cell in made if not cell.equal] == []


@pytest.mark.chromium
@pytest.mark.root
def test_a_style_sheet_would_be_seen(live: Laboratory) -> None:
    """Style sheets tell the server the page's address: the comparison finds that."""
    made = list(compare(live, [()], styles=True))
    assert [(cell.place, cell.model, cell.chromium) for cell in made if not cell.equal] == [
        ("wire_request_headers", False, True)
    ]


@pytest.mark.chromium
def test_the_relay_gives_the_same_and_nothing_stays(no_leaks: None) -> None:
    """Without root it works too; no profile, no thread and no Chromium is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            made = list(compare(lab, [(post, session)]))
    assert [str(cell) for cell in made if not cell.equal] == []
    assert [line for line in _command_lines() if tempfile.gettempdir() in line] == []


def _command_lines() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue


# Without ---------------------------------------------------------------------------------


def test_meaningful_combinations() -> None:
    """There are 96: all but those with HSTS where nobody speaks HTTPS."""
    every = [frozenset(applied) for applied in meaningful()]
    assert (96, 96) == (len(every), len(set(every)))
    assert [applied for applied in every if hardening in applied and https not in applied] == []
    assert set() == {frozenset(applied) for applied in telling()} - set(every)


def test_no_two_telling_combinations_say_the_same(by_relay: Laboratory) -> None:
    """Each of the 24 has wire and browser cells that none of the others has."""
    seen = [by_relay.visit(SECRET, *applied).seen for applied in telling()]
    columns = {tuple(one[place] for place in PLACES if place not in SERVER) for one in seen}
    assert (24, 24) == (len(seen), len(columns))


@pytest.fixture(scope="module")
def visit(by_relay: Laboratory) -> Visit:
    """One visit by the model."""
    return by_relay.visit(SECRET, post)


def test_a_visit_is_equal_to_itself(visit: Visit) -> None:
    """Every place is compared, and whether the form works."""
    made = list(cells(visit, visit))
    assert [cell.place for cell in made] == [*PLACES, "works"]
    assert [cell for cell in made if not cell.equal] == []


def test_an_unknown_cell_is_never_equal(visit: Visit) -> None:
    """What Chromium's capture cannot tell differs from everything, and says why."""
    torn = visit.without_packet()
    (line,) = (one for one in cells(visit, torn) if one.place == "wire_request_line")
    assert (line.model, line.chromium, line.equal) == (False, None, False)
    assert line.reason
    assert line.reason in str(line)
    unknown = [one for one in cells(torn, torn) if one.model is None]
    assert unknown
    assert not any(one.equal for one in unknown)


def test_every_difference_is_reported() -> None:
    """The table counts it, and a line names it."""
    made = [Cell((post,), "history", True, True), Cell((), "history", False, True)]
    assert "| `history` | 1 | 1 | 2 |" in table(made)
    assert "| all | 1 | 1 | |" in table(made)


@pytest.mark.chromium
def test_the_report_names_version_and_differences() -> None:
    """It says with which Chromium, and each cell that differs in words."""
    different = Cell((post,), "history", True, False)
    text = report([different], "real packets")
    assert "Chromium 1" in text
    assert str(different) in text
    assert "No cell differs." in report([Cell((), "history", True, True)], "real packets")


def test_the_document_has_a_result_of_all() -> None:
    """The last result in docs/ is one of all 96 combinations, and no cell differs."""
    (result,) = MARKED.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert "96 combinations" in result
    assert f"| all | {96 * (len(PLACES) + 1)} | 0 | |" in result


def test_a_strange_file_in_the_cache_is_refused(tmp_path: Path) -> None:
    """A cache in another format must not pass for an empty one."""
    folder = tmp_path / "Default" / "Cache" / "Cache_Data"
    folder.mkdir(parents=True)
    key, body, head = b"1/0/_dk_a b http://site.test/", b"page", b"head"
    end = struct.pack("<QIII4x", 0xF4FA6F45970D41D8, 0, 0, len(head))
    begin = struct.pack("<QIII4x", 0xFCFB6D1BA7725C30, 5, len(key), 0)
    (folder / "a_0").write_bytes(begin + key + body + end + head + end)
    assert chromium_disk.cache(tmp_path) == (("http://site.test/", b"page"),)
    (folder / "b_0").write_bytes(begin + key + body + end + head + end + b"x")
    with pytest.raises(ValueError, match="b_0 is no entry"):
        chromium_disk.cache(tmp_path)


def test_a_profile_without_a_cache_is_refused(tmp_path: Path) -> None:
    """Where there is no folder nothing was looked at."""
    with pytest.raises(FileNotFoundError):
        chromium_disk.cache(tmp_path)
