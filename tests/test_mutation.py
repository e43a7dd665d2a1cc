"""What `mutation` reads out of mutmut's answers; mutmut itself runs in `make mutants` alone."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mutation import __main__ as command
from mutation.explained import AnyCase, Explanation, Explanations
from mutation.table import BEGIN, DOCUMENT, END, Row, table
from mutation.verdict import Survivor, Verdict, changed, place_of, verdict
from mutation.workshop import LEFT_OUT, ROOT, TESTS, Workshop

MODULE = "labapp/conversations/small.py"
MADE = '''
def x_double__mutmut_orig(number):
    """Twice."""
    return 2 * number

def x_double__mutmut_1(number):
    """Twice."""
    return 3 * number

def x_double__mutmut_2(number):
    """Twice."""
    return 2 / number

class Box:
    def xǁBoxǁsize__mutmut_orig(self):
        return len(self.name.decode("utf-8"))

    def xǁBoxǁsize__mutmut_1(self):
        return len(self.name.decode("UTF-8"))

    def xǁBoxǁsize__mutmut_2(self):
        return len(self.name.decode(None))
'''
CODES: dict[str, int | None] = {
    "x_double__mutmut_1": 1,
    "x_double__mutmut_2": 0,
    "xǁBoxǁsize__mutmut_1": 0,
    "xǁBoxǁsize__mutmut_2": 33,
}
DIVIDED = Survivor(MODULE, "double", "return 2 * number", "return 2 / number")
LOUD = Survivor(
    MODULE,
    "Box.size",
    'return len(self.name.decode("utf-8"))',
    'return len(self.name.decode("UTF-8"))',
)
NONE = Survivor(
    MODULE, "Box.size", LOUD.minus, "return len(self.name.decode(None))", tested=False
)
DAY = date(2026, 11, 27)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workshop's folder, as mutmut leaves it."""
    return written(tmp_path, CODES)


def written(folder: Path, codes: dict[str, int | None]) -> Path:
    """Write a module's mutants with their exit *codes* into a workshop's *folder*."""
    made = folder / "mutants" / MODULE
    made.parent.mkdir(parents=True)
    made.write_text(MADE, encoding="utf-8")
    named = {f"labapp.conversations.small.{name}": code for name, code in codes.items()}
    meta = made.with_name("small.py.meta")
    meta.write_text(json.dumps({"exit_code_by_key": named}), encoding="utf-8")
    when = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
    os.utime(meta, (when, when))
    return folder


class TestVerdict:
    """What became of each mutant."""

    def test_survivors_are_shown_by_the_lines_that_differ(self, folder: Path) -> None:
        """Survived, or entered by no test: each with its place and its lines."""
        assert Verdict(MODULE, 4, 0, (DIVIDED, LOUD, NONE), DAY) == verdict(folder, MODULE)
        assert str(DIVIDED) == (f"--- {MODULE}: double\n-return 2 * number\n+return 2 / number")
        assert str(NONE).splitlines()[-1] == "(no quick test enters it)"

    @pytest.mark.parametrize("code", [1, 3, 24, -24, 36, 255, -11, 139])
    def test_who_failed_hung_or_crashed_was_noticed(self, code: int, tmp_path: Path) -> None:
        """A test that failed, time that ran out, a process that ended: all of it is seen."""
        one = verdict(written(tmp_path, {"x_double__mutmut_1": code}), MODULE)

        assert one is not None
        assert (one.killed, one.not_run, one.survivors) == (1, 0, ())

    def test_who_was_not_run_is_neither(self, tmp_path: Path) -> None:
        """What mutmut did not come to is counted for itself."""
        one = verdict(written(tmp_path, {"x_double__mutmut_1": None}), MODULE)

        assert one is not None
        assert (one.mutants, one.killed, one.not_run, one.survivors) == (1, 0, 1, ())

    def test_without_mutants_there_is_none(self, folder: Path) -> None:
        """A module that mutmut did not change has no verdict."""
        assert verdict(folder, "labapp/conversations/other.py") is None

    def test_places(self) -> None:
        """A function's name, with its class before it."""
        names = ["x_parse__mutmut_12", "x__parse__mutmut_1", "xǁFlowǁends__mutmut_orig"]
        with pytest.raises(AssertionError, match="orig"):
            place_of(names.pop())
        assert [place_of(name) for name in names] == ["parse", "_parse"]
        assert place_of("xǁFlowǁ__init____mutmut_3") == "Flow.__init__"

    def test_several_lines(self) -> None:
        """All lines that differ are kept, in their order."""
        before = "def x_a__mutmut_orig():\n    b = 1\n    c = 2\n    return b"
        after = "def x_a__mutmut_4():\n    b = 2\n    return c"

        assert ("b = 1\nc = 2\nreturn b", "b = 2\nreturn c") == changed(before, after)


class TestExplanations:
    """What changes nothing is not shown again; what explains nothing any more is."""

    LOUD_OR_NOT = AnyCase(("decode",), "any case")

    def test_a_mutant_is_explained_by_its_lines(self) -> None:
        """Place and lines must be equal; everything else is left over."""
        why = Explanation(MODULE, "double", DIVIDED.minus, DIVIDED.plus, "it is 1")
        elsewhere = Explanation(MODULE, "Box.size", DIVIDED.minus, DIVIDED.plus, "it is 1")

        assert Explanations([why]).rest([DIVIDED, LOUD]) == [LOUD]
        assert Explanations([elsewhere]).rest([DIVIDED, LOUD]) == [DIVIDED, LOUD]

    def test_a_needless_explanation_is_named(self) -> None:
        """It may be taken out: no mutant of its module survives for that reason."""
        why = Explanation(MODULE, "double", DIVIDED.minus, DIVIDED.plus, "it is 1")

        assert Explanations([why]).needless([DIVIDED], MODULE) == []
        assert Explanations([why]).needless([LOUD], MODULE) == [why]
        assert Explanations([why]).needless([LOUD], "labapp/conversations/http.py") == []

    @pytest.mark.parametrize(
        ("minus", "plus", "expected"),
        [
            (LOUD.minus, LOUD.plus, True),
            ('x.decode("a").replace("b")', 'x.decode("A").replace("b")', True),
            ('x.decode("a").replace("b")', 'x.decode("a").replace("B")', False),
            ('x.decode("a", "b")', 'x.decode("a", "B")', False),  # the handler, not the code
            ('x.encode("a")', 'x.encode("A")', False),  # another function
            ('x.decode("a")', 'x.decode("XXaXX")', False),
            ("x.decode(a)", "x.decode(A)", False),  # no text
        ],
    )
    def test_a_rule_is_about_the_case_of_one_text(
        self, minus: str, plus: str, expected: bool
    ) -> None:
        """The first text given to the named function, and nothing but its case."""
        assert expected == self.LOUD_OR_NOT.fits(Survivor(MODULE, "f", minus, plus))

    def test_what_is_written_down_can_be_read(self) -> None:
        """Each explanation is about a function that there is, and gives a reason."""
        known = Explanations.read()

        assert known.rules
        assert known.each
        for one in known.each:
            text = (ROOT / one.module).read_text(encoding="utf-8")
            assert f"def {one.function.rpartition('.')[2]}(" in text
            stripped = [line.strip() for line in text.splitlines()]
            assert [line for line in one.minus.splitlines() if line not in stripped] == []
            assert one.why.endswith(".")


class TestTable:
    """The table for docs/trust.md."""

    def test_rows_and_sums(self) -> None:
        """Explained ones are not counted as surviving; what was not run has no date."""
        some = Row(Verdict(MODULE, 1004, 0, (DIVIDED, LOUD, NONE), DAY), explained=1)
        none = Row(Verdict("labapp/checks/later.py", 7, 7, (), DAY), explained=0)

        assert table([some, none]).splitlines()[2:] == [
            "| `conversations/small` | 1,004 | 1,001 | 1 | 2 | 0 | 27 November 2026 |",
            "| `checks/later` | 7 | 0 | 0 | 0 | 7 |  |",
            "| all | 1,011 | 1,001 | 1 | 2 | 7 |  |",
        ]

    def test_it_has_a_place(self) -> None:
        """The document has both marks, once."""
        text = DOCUMENT.read_text(encoding="utf-8")

        assert (text.count(BEGIN), text.count(END)) == (1, 1)
        assert text.index(BEGIN) < text.index(END)

    def test_it_is_written_between_its_marks(self, tmp_path: Path) -> None:
        """What stands around it stays; writing twice is writing once."""
        document = tmp_path / "trust.md"
        document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
        for _ in range(2):
            command._write(document, "new\n")

        assert document.read_text(encoding="utf-8") == (
            f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
        )


class TestWorkshop:
    """The copy that mutmut works in."""

    @pytest.mark.parametrize("package", TESTS)
    def test_it_has_modules_and_tests(self, package: str) -> None:
        """Every pattern finds tests; what is left out exists and is not among them."""
        workshop = Workshop(package)
        tests = [Path(name).name for name in workshop.tests]

        assert f"labapp/{package}/__init__.py" in workshop.modules()
        assert len(tests) > 5
        assert set(tests).isdisjoint(LEFT_OUT)
        assert [name for name in LEFT_OUT if not (ROOT / "tests" / name).is_file()] == []

    def test_a_copy_follows_its_source(self, tmp_path: Path) -> None:
        """New, changed and lost files are noticed, and what did not change keeps its time."""
        source, target = tmp_path / "source", tmp_path / "target"
        for name in ("a.py", "b/c.py"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text("1", encoding="utf-8")
        workshop = Workshop("checks", tmp_path)
        seen = [workshop._copy(source, target), workshop._copy(source, target)]
        time = (target / "a.py").stat().st_mtime_ns
        (source / "b/c.py").write_text("2", encoding="utf-8")
        seen.append(workshop._copy(source, target))
        (source / "b/c.py").unlink()
        seen.append(workshop._copy(source, target))

        assert seen == [True, False, True, True]
        assert [path.name for path in target.rglob("*.py")] == ["a.py"]
        assert (target / "a.py").stat().st_mtime_ns == time

    def test_changed_tests_are_timed_again(self, tmp_path: Path) -> None:
        """Which test enters which function is forgotten when a test changes, and only then."""
        workshop = Workshop("checks", tmp_path)
        workshop.refresh()
        stats = tmp_path / "mutants" / "mutmut-stats.json"
        stats.parent.mkdir()
        stats.touch()
        workshop.refresh()
        kept = stats.exists()
        (tmp_path / "tests" / "conftest.py").write_text("# another", encoding="utf-8")
        workshop.refresh()

        assert (kept, stats.exists()) == (True, False)

    def test_only_what_was_not_noticed_is_tried_again(self, folder: Path) -> None:
        """The survivors and the rest of an unchanged module; all of one that changed."""
        workshop = Workshop("conversations", folder)
        now, made = folder / MODULE, folder / "mutants" / MODULE
        now.parent.mkdir(parents=True)
        now.touch()
        os.utime(made, (now.stat().st_mtime + 1,) * 2)
        again = [name.rpartition(".")[2] for name in command._names(workshop, MODULE)]
        os.utime(made, (now.stat().st_mtime - 1,) * 2)

        assert again == [name for name, code in CODES.items() if code != 1]
        assert command._names(workshop, MODULE) == ["labapp.conversations.small.x*"]


def test_parts() -> None:
    """A module, a folder, or nothing for all."""
    module = "labapp/checks/exam.py"
    wanted = [[ROOT / module], [ROOT / "labapp/checks"], [], [ROOT / "labapp/observers"]]

    assert [command._is_in(module, each) for each in wanted] == [True, True, True, False]
