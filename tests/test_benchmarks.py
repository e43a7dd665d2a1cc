"""The benchmarks measure what they say, here on a tiny size: no time is judged."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import (
    __main__,
    completeness,
    kernels,
    mapping,
    overhead,
    reading,
    sniffers,
    starting,
    truth,
)
from benchmarks import table as report
from benchmarks.bench import Bench, bench
from benchmarks.pairs import Pairs, interleaved
from benchmarks.row import Row, all_of, at_least, at_most, none_of
from labapp.backends.headers import Flow
from labapp.backends.live import Live
from labapp.backends.relay import Relay
from labapp.capture import Capture, Frame
from labapp.errors import LabError
from labapp.lab.laboratory import Laboratory
from labapp.remedy import SIX
from labapp.secret import find

SIZE = 3000  # bytes of the largest answer
ROWS = [
    at_most("a|b", 1.2, 1.2, "2 pairs", "how"),
    at_least("b", 99.9, 100, "1"),
    all_of("c", 2, 2),
    none_of("d", 1, 2),
    Row("e", "5 times"),
]


@pytest.fixture
def relayed() -> Iterator[Bench]:
    """A bench whose captures need no rights, with answers of random bytes."""
    with bench(Relay, completeness.Bytes(SIZE)) as on:
        yield on


def test_pairs_alternate() -> None:
    """Each of the two begins every second pair, and both are timed equally often."""
    order: list[str] = []

    pairs = interleaved(lambda: order.append("p"), lambda: order.append("o"), 4, warm_up=1)

    assert ["p", "o", *"po", *"op", *"po", *"op"] == order
    assert len(pairs) == len(pairs.other) == 4


def test_pairs_compare_neighbours() -> None:
    """A load that comes and goes slows down both of a pair: the ratio does not move."""
    pairs = Pairs((1.0, 10.0, 100.0), (2.0, 20.0, 200.0))

    assert pairs.ratio == 2
    assert pairs.added == 10
    assert pairs.medians == (10, 20)


def test_rows_tell_hits_from_misses() -> None:
    """A promise is kept at its very bound, missed beyond it; without one nothing is said."""
    assert ["yes", "NO", "yes", "NO", "-"] == [row.verdict for row in ROWS]


def test_captured_and_uncaptured_requests() -> None:
    """Both sides of the comparison are really made, over HTTP and over HTTPS."""
    with bench(Relay) as on:
        for secure in (False, True):
            pairs = overhead.measure(on, 2, secure=secure)

            assert len(pairs) == 2
            assert min(pairs.plain + pairs.other) > 0


def test_captured_and_uncaptured_step() -> None:
    """The form is really filled in and sent, with and without a capture."""
    with bench(Relay) as on:
        assert len(overhead.measure_step(on, 1)) == 1


def test_an_incomplete_capture_stops_the_measurement(
    relayed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Speed is not measured where something was missed."""
    assert overhead.measure(relayed, 1)
    monkeypatch.setattr("labapp.capture.Capture.complete", False)

    with pytest.raises(LabError, match="missed something"):
        overhead.measure(relayed, 1)


def test_complete_captures_are_counted(relayed: Bench) -> None:
    """Captures that hold all of their request count."""
    assert completeness.complete(relayed, 3) == 3


def test_a_capture_without_its_bytes_does_not_count(relayed: Bench) -> None:
    """A lost packet, another answer, a missing connection: each is a problem."""
    capture = relayed.capture(f"/{SIZE}")
    sizes = [len(frame.data) for frame in capture.frames]
    torn = capture.without(sizes.index(max(sizes)))

    assert not completeness.problems(relayed, capture, 1, SIZE)
    assert completeness.problems(relayed, torn, 1, SIZE)
    assert completeness.problems(relayed, capture, 1, SIZE - 1)
    assert completeness.problems(relayed, capture, 2, SIZE)
    assert completeness.problems(relayed, capture, 1, SIZE, secure=True)


@pytest.mark.parametrize("secure", [False, True])
def test_one_capture_of_many_connections(relayed: Bench, secure: bool) -> None:
    """A long capture says how many connections it holds, and that nothing was lost."""
    found = completeness.in_one(relayed, 3, SIZE, secure=secure)

    assert found.lost == 0
    assert len(found.capture.clients) == 3
    assert found.tcpdump is None


@pytest.mark.tcpdump
@pytest.mark.root
def test_tcpdump_counts_the_same() -> None:
    """Every frame that the lab has, tcpdump has."""
    with bench(Live, completeness.Bytes(SIZE)) as on:
        found = completeness.in_one(on, 5, SIZE)

    assert found.tcpdump == len(found.capture.frames)
    assert found.lost == 0


@pytest.mark.root
def test_what_comes_back_is_compared() -> None:
    """Over HTTP and HTTPS, idle and busy, many and large: nothing is lost, all is counted."""
    rows = list(truth.rows(1 / 500))

    assert [row.measured for row in rows] == ["0 lost"] * 8
    assert all(row.met and int(row.samples) > 0 for row in rows)


def test_busy_processes_end() -> None:
    """Processes that keep the machine busy are gone after the block."""
    with completeness.busy(2) as processes:
        assert [None, None] == [process.poll() for process in processes]

    assert all(process.poll() is not None for process in processes)


@pytest.mark.root
def test_scapys_sniffer_is_measured() -> None:
    """A request inside scapy's own sniffer is timed beside a plain one."""
    with bench(Live) as on:
        assert len(sniffers.measure_sniffer(on, 1)) == 1


def test_runserver_serves() -> None:
    """The tutorials' server runs the lab's site in a process of its own."""
    with sniffers.runserver() as port:
        assert b"<form" in sniffers.fetch(port)


def test_the_map_beside_its_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit and its floor ask for the same, in the first combinations of the map."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    with Laboratory() as lab, mapping.floor() as beside:
        found = mapping.measure(lab, beside, 2)

    assert found.combinations == 2
    assert found.number > 20
    assert min(found.visits, found.requests) > 0


def test_the_floor_asks_as_a_visit_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """With sessions, cookies are replayed on the floor, too; with HTTPS they are not."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    with Laboratory() as lab, mapping.floor() as beside:
        for chosen in (SIX[:4], SIX):
            visit = lab.visit("Rex sleeps at noon", *chosen)

            assert mapping.of(visit.evidence) == beside.ask("Rex sleeps at noon", chosen)


def test_a_file_is_reassembled_and_searched(tmp_path: Path) -> None:
    """The made-up file holds its connections, and every hit is found in it."""
    made = reading.sample(tmp_path, 40)

    assert reading.reassemble(made) == 40
    assert made.hits == reading.search(made) == 2
    assert reading.by_scapy(made) > 0


@pytest.mark.tshark
def test_tshark_finds_the_same(tmp_path: Path) -> None:
    """A search by tshark has the same hits as the lab's."""
    made = reading.sample(tmp_path, 40)

    assert made.hits == reading.by_tshark(made)


DISGUISES = [
    "Rex sleeps at noon",
    "Rex+sleeps%2520at%20noon",
    "Rex&#32;sleeps&amp;#x20;at noon",
    r"Rex\u0020sleeps\x20at\\u0020noon",
    "%52%65%78%20%73%6c%65%65%70%73 at noon",
    b"Rex sleeps at noon".hex().upper(),
    *(b64encode(b"?" * shift + b"Rex sleeps at noon!").decode() for shift in range(3)),
]


@pytest.mark.tshark
def test_tshark_is_asked_for_every_disguise(tmp_path: Path) -> None:
    """What the lab finds in a made-up page, tshark finds, too; a control it does not."""
    flow = Flow(40001, reading.PORT)
    frames: list[Frame] = []
    control = "Rex%sleeps at noon"
    for text in (*DISGUISES, control):
        frames += flow.data(True, reading._request("/"))
        frames += flow.data(False, reading._response(text.encode()))
    path = Capture(tuple(frames), "test", "made up", reading.PORT).save(tmp_path / "all.pcap")
    wanted = [text for text in (*DISGUISES, control) if find(reading.TEXT, text.encode())]

    assert wanted == DISGUISES
    assert len(DISGUISES) == reading.by_tshark(
        reading.Sample(path, len(frames), len(DISGUISES))
    )


def test_a_search_that_misses_is_no_comparison(tmp_path: Path) -> None:
    """Where not all hits are found, the benchmark stops."""
    made = reading.sample(tmp_path, 40)
    with pytest.raises(LabError, match="compares nothing"):
        reading.search(reading.Sample(made.path, made.frames, made.hits + 1))


def test_both_interpreters_load_the_same() -> None:
    """The bare imports are those that a first sighting has loaded."""
    names = starting.modules("relay")

    assert {"labapp.lab.laboratory", "django.db.models", "trustme"} <= set(names)
    assert len(starting.measure("relay", 1)) == 1


def test_a_kernel_is_beside_one_that_imports_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a cell keeps counts as memory, what it imports does not; one that fails is told."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    kept = 2**25
    site = "from labapp.site.configuration import configure; configure()"
    used, bare = kernels.memory([site, f"kept = b'x' * {kept}"])
    assert 0.9 * kept < used - bare < 2 * kept
    with kernels.kernel() as ran:
        assert "colorsys" not in ran.modules()
        ran.run(kernels.importing(["colorsys"]))
        assert "colorsys" in ran.modules()
        with pytest.raises(LabError, match="ZeroDivisionError"):
            ran.run("1 / 0")


def test_the_table_is_written_between_its_marks(tmp_path: Path) -> None:
    """Only what stands between the marks is replaced, however often."""
    document = tmp_path / "performance.md"
    shutil.copy(__main__.DOCUMENT, document)

    report.write(document, report.markdown(ROWS, report.machine()))
    first = document.read_text(encoding="utf-8")
    report.write(document, report.markdown(ROWS, report.machine()))

    assert first == document.read_text(encoding="utf-8")
    assert "| a\\|b | 1.20 | at most 1.2 | yes | 2 pairs | how |" in first
    assert first.partition(report.BEGIN)[0] == _text_before_the_table()
    assert all(report.text(row) for row in ROWS)


def test_the_document_names_the_modules() -> None:
    """What can be asked for on the command line is what there is in the document."""
    assert "BENCHMARKS_ARGS=reading" in __main__.DOCUMENT.read_text(encoding="utf-8")
    assert "reading" in __main__.ALL


def _text_before_the_table() -> str:
    return __main__.DOCUMENT.read_text(encoding="utf-8").partition(report.BEGIN)[0]
