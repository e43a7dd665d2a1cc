"""The class that is held to be measured: what it puts in, what it compares, what it writes."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import nbformat
import pytest

from classroom.campaign import learner, lesson, processes, report
from classroom.campaign.learner import CHAPTERS, VISITS, Afternoon, NotAsWritten
from classroom.campaign.lesson import ENDED, Lesson
from classroom.settings import Settings
from labapp.secret import accept
from tests.notebook_rules import Notebook

ROOT = Path(__file__).parent.parent
DOCUMENT = report.DOCUMENT.read_text(encoding="utf-8")


def chapter(name: str) -> Notebook:
    """Return a chapter as it is handed out."""
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


class TestNotebooks:
    """The chapters are as the campaign expects them."""

    @pytest.mark.parametrize("name", CHAPTERS)
    def test_own_secret(self, name: str) -> None:
        """Each chapter has one sentence to replace, and the learner's then stands there."""
        notebook, secret = chapter(name), 'Mia\'s fake "café"+otter'
        learner.own(notebook, secret)
        lines = "\n".join(cell.source for cell in learner.code(notebook)).splitlines()
        (line,) = [line for line in lines if line.startswith("secret = ")]
        assert secret == ast.literal_eval(line.removeprefix("secret = ").split("  #")[0])

    def test_chapter_without_a_sentence(self) -> None:
        """A notebook that has none is told, rather than run with the printed secret."""
        with pytest.raises(NotAsWritten, match="0 lines"):
            learner.own(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), "x")

    @pytest.mark.parametrize("name", CHAPTERS)
    def test_visits_are_there(self, name: str) -> None:
        """Each visit that is compared is made by a cell of the chapter."""
        source = "\n".join(cell.source for cell in learner.code(chapter(name)))
        made = set(re.findall(r"^(\w+) = visit\(", source, re.MULTILINE))
        assert set(VISITS[name]) == made

    def test_secrets_differ(self) -> None:
        """No secret is another's, or a part of it; the lab takes each."""
        thirty = list(islice(lesson.secrets(), 30))
        assert [accept(text) for text in thirty] == thirty
        assert [(a, b) for a in thirty for b in thirty if a is not b and a in b] == []


def good(**changed: object) -> Lesson:
    """Return a lesson of two in which all is well, but for what is *changed*."""
    seen = {"00 before": [True, True, {"history": True}]}
    afternoons = [
        Afternoon(
            name, f"secret of {name}", {"server": 2.0}, seen=dict(seen), backends={"relay"}
        )
        for name in ("a", "b")
    ]
    lesson = Lesson(afternoons, killed=False, expected=seen, greedy=ENDED)
    lesson.found = {"a": {"a"}, "b": {"b"}}
    return replace(lesson, **changed)  # type: ignore[arg-type]


class TestComplaints:
    """What must not be, is told."""

    def test_all_is_well(self) -> None:
        """A good lesson has no complaint."""
        assert good().complaints() == []
        assert good().right == 2

    @pytest.mark.parametrize(
        ("changed", "word"),
        [
            ({"found": {"a": {"a", "b"}, "b": {"b"}}}, "a has the secrets"),
            ({"found": {"a": set(), "b": {"b"}}}, "a has the secrets"),  # the control
            ({"found": {}}, "a has the secrets"),
            ({"reached": {"b"}}, "answers a neighbour"),
            ({"impostors": {"root"}}, "another's slip"),
            ({"strays": 1}, "files are left"),
            ({"greedy": "nothing stopped it"}, "nothing stopped it"),
            ({"killed": True}, "0 kernels were killed"),
            ({"expected": {"00 before": [True, True, {"history": False}]}}, "something else"),
        ],
    )
    def test_bad(self, changed: dict[str, object], word: str) -> None:
        """Each thing that must not be is named."""
        assert any(word in sentence for sentence in good(**changed).complaints())

    def test_errors_and_leftovers(self) -> None:
        """A failed cell and a process that outlived its kernel are named, and not right."""
        lesson = good()
        lesson.afternoons[0].errors.append("cell 3: NameError: x")
        lesson.afternoons[1].left.append(4711)
        text = " ".join(lesson.complaints())
        assert "a: cell 3" in text
        assert "[4711] outlived" in text
        assert lesson.right == 1


class TestSearch:
    """Whose secret is in whose captures."""

    @pytest.mark.parametrize(
        ("first", "found"),
        [
            (b"GET /?q=Mia%27s+fake+caf%C3%A9%2Botter+1", {"learner-01"}),
            (b"Mia's fake caf\xc3\xa9+otter 1, Rex%20sleeps", {"learner-01", "learner-02"}),
            (b"Rex+sleeps", {"learner-02"}),
            (b"", set()),
        ],
    )
    def test_found_in_any_encoding(self, first: bytes, found: set[str], tmp_path: Path) -> None:
        """The own secret and a neighbour's are both found, whatever they wear."""
        settings = Settings(tmp_path, learners=2)
        texts = dict(
            zip(settings.names, ("Mia's fake café+otter 1", "Rex sleeps"), strict=True)
        )
        for name, data in zip(settings.names, (first, b"Rex sleeps"), strict=True):
            folder = settings.homes / name / learner.CAPTURES
            folder.mkdir(parents=True)
            (folder / "00-before-submit.pcap").write_bytes(data)
        held = good(found={})
        lesson._search(held, settings, texts)
        assert {"learner-01": found, "learner-02": {"learner-02"}} == held.found


class TestProcesses:
    """What the kernel counts."""

    def test_this_process(self) -> None:
        """A process has memory and time; one that ended has neither, and is not alive."""
        (own,) = [one for one in processes.tree(os.getpid()) if one.pid == os.getpid()]
        assert own.memory > 2**20
        assert own.cpu > 0
        with subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
        ) as child:
            assert child.pid in processes.below(os.getpid())
            assert processes.alive(child.pid)
        assert not processes.alive(child.pid)


class TestReport:
    """The guide has what was measured, and nothing else."""

    def test_table_is_what_was_measured(self) -> None:
        """The table in the guide is made of measured.json: of both forms, or not yet."""
        measured = report.read()
        assert set(measured) in (set(), set(report.FORMS))
        between = DOCUMENT.partition(report.BEGIN)[2].partition(report.END)[0]
        assert report.table(measured).strip() == between.strip()

    def test_what_was_measured_was_right(self) -> None:
        """Both classes had thirty, all right, nobody with another's secret, all controls."""
        for form in report.read().values():
            assert (30, 30, 30) == (form["learners"], form["right"], form["own"])
            assert (0, 870) == (form["others"], form["pairs"])
            assert ENDED == form["greedy"]

    def test_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A lesson goes between the marks, beside the other form; the rest stays."""
        document = tmp_path / "guide.md"
        document.write_text(f"above\n{report.BEGIN}\nwhat was there\n{report.END}\nbelow\n")
        monkeypatch.setattr(report, "DOCUMENT", document)
        monkeypatch.setattr(report, "MEASURED", tmp_path / "measured.json")
        for killed in (False, True):
            report.write(report.figures(good(killed=killed), "today, here"))
        text = document.read_text()
        assert text.startswith("above\n")
        assert text.endswith("below\n")
        assert "what was there" not in text
        assert "| what | undisturbed | kernels killed |" in text
        assert "| finished with the right result | 2 of 2 | 2 of 2 |" in text


@pytest.fixture
def hub_python() -> Iterator[Path]:
    """A Python with JupyterHub and its proxy, in an environment upon that of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir="/var/tmp"))  # open to learners
    try:
        folder.chmod(0o755)
        yield installed(folder)
    finally:
        shutil.rmtree(folder)


def installed(folder: Path) -> Path:
    """Install in *folder* what the hub has beside the lab; return its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    python, site = folder / "bin/python", next(folder.glob("lib/python*/site-packages"))
    below = sysconfig.get_paths()["purelib"]
    (site / "tests.pth").write_text(f"import site; site.addsitedir({below!r})\n")
    # JupyterLab looks for its pages beside the Python that runs.
    (folder / "share").mkdir()
    (folder / "share/jupyter").symlink_to(Path(sys.prefix) / "share/jupyter")
    lines = (ROOT / "classroom/requirements.txt").read_text().splitlines()
    needed = [line.partition("#")[0].strip() for line in lines if line[:1] not in {"#", "-"}]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", *needed]
    shutil.copy(ROOT / "classroom/package.json", folder)
    npm = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
    for command in (pip, npm):
        subprocess.run(command, check=True, timeout=240, stdin=subprocess.DEVNULL)
    return python


@pytest.mark.npm
@pytest.mark.root
@pytest.mark.timeout(600)
def test_a_class_of_two(hub_python: Path) -> None:
    """Two learners at a real hub finish, see no secret but their own; nothing is left."""
    run = subprocess.run(
        [hub_python, "-m", "classroom.campaign", "--learners=2", "--kill"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert (0, "") == (run.returncode, run.stderr), run.stdout
    assert "Everything is as it must be." in run.stdout
    assert re.search(r"finished with the right result +2 of 2\n", run.stdout)
    assert re.search(r"own secret \(control\) +2 of 2\n", run.stdout)
    assert re.search(r"processes that stayed +2; 0\n", run.stdout)
    with Path("/etc/passwd").open() as file:
        assert [line for line in file if line.startswith("campaign-")] == []
    assert list(Path("/var/tmp").glob("class-*-*")) == []
