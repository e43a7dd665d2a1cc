"""What is kept of a learner's work, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labapp.checks import memory
from labapp.checks.memory import forget, recall, remember

RECORD = {"version": 1, "quiz": {"02": {"answers": {"1": ["a"]}}}}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of its own, with nothing in memory."""
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A disk on which nothing can be written any more."""

    def no_space(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", no_space)
    return monkeypatch


def written() -> Any:
    """Return what the file holds."""
    return json.loads(Path("progress.json").read_text(encoding="utf-8"))


class TestFile:
    """One file beside the notebook."""

    def test_nothing_is_written_before_something_happened(self, here: Path) -> None:
        """To ask is not to write."""
        assert recall("quiz", "02") == {}
        assert list(here.iterdir()) == []

    def test_what_is_remembered_is_recalled(self, here: Path) -> None:
        """Facts are kept by kind and name, in one file and no other."""
        assert remember("exercise", "keep it", attempts=1, passed=False) == ""

        assert recall("exercise", "keep it") == {"attempts": 1, "passed": False}
        assert recall("quiz", "keep it") == {}
        assert written() == {
            "version": 1,
            "exercise": {"keep it": {"attempts": 1, "passed": False}},
        }
        assert [path.name for path in here.iterdir()] == ["progress.json"]

    def test_a_learner_can_read_it(self) -> None:
        """Each fact stands in a line of its own, further in than its name."""
        remember("exercise", "keep it", attempts=1)

        assert Path("progress.json").read_text(encoding="utf-8").splitlines() == [
            "{",
            ' "version": 1,',
            ' "exercise": {',
            '  "keep it": {',
            '   "attempts": 1',
            "  }",
            " }",
            "}",
        ]

    def test_facts_that_are_not_given_stay(self) -> None:
        """To count a hint does not forget the attempts."""
        remember("exercise", "keep it", attempts=2, passed=True)
        remember("exercise", "keep it", hints=1)

        assert recall("exercise", "keep it") == {"attempts": 2, "passed": True, "hints": 1}

    def test_what_another_kernel_wrote_meanwhile_stays(self) -> None:
        """The file is read before it is written."""
        remember("exercise", "keep it", attempts=1)
        Path("progress.json").write_text(json.dumps(RECORD))
        remember("exercise", "another", attempts=1)

        assert recall("quiz", "02") == {"answers": {"1": ["a"]}}
        assert recall("exercise", "another") == {"attempts": 1}

    def test_what_another_kernel_wrote_later_counts(self) -> None:
        """What was written is not held in memory any longer."""
        remember("exercise", "keep it", attempts=1)
        newer = {"version": 1, "exercise": {"keep it": {"attempts": 5}}}
        Path("progress.json").write_text(json.dumps(newer))

        assert recall("exercise", "keep it") == {"attempts": 5}

    def test_a_link_stays_a_link(self, here: Path) -> None:
        """Whoever keeps the file elsewhere finds it there."""
        (here / "elsewhere").mkdir()
        Path("progress.json").symlink_to(here / "elsewhere" / "mine.json")
        remember("exercise", "keep it", attempts=1)

        assert Path("progress.json").is_symlink()
        assert (here / "elsewhere" / "mine.json").is_file()

    @pytest.mark.parametrize(
        ("kind", "facts"),
        [
            ("exercise", {"source": "class MyView: ..."}),
            ("exercise", {"attempts": "Rex sleeps at noon"}),
            ("prediction", {"secret": "Rex sleeps at noon"}),
        ],
    )
    def test_nothing_else_can_be_remembered(
        self, here: Path, kind: str, facts: dict[str, object]
    ) -> None:
        """No fact is there in which a secret or a view could stand."""
        with pytest.raises(TypeError, match="nothing to remember"):
            remember(kind, "keep it", **facts)
        assert list(here.iterdir()) == []

    def test_forget_removes_only_this_file(self, here: Path) -> None:
        """The learner's notebooks stay."""
        (here / "mine.ipynb").write_text("{}")
        remember("exercise", "keep it", attempts=1)
        forget()

        assert recall("exercise", "keep it") == {}
        assert [path.name for path in here.iterdir()] == ["mine.ipynb"]


class TestDamaged:
    """A file that is not as this version writes it."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"[]",
            b'{"quiz": {}}',
            b'{"version": 2, "quiz": {}}',
            b'{"version": 1, "quiz": []}',
            b'{"version": 1, "quiz": {"02": []}}',
            b'{"version": 1, "quiz": {"02": {"answers": "a"}}}',
            b'{"version": 1, "exercise": {"keep it": {"source": "class"}}}',
            b"[" * 100_000,
        ],
    )
    def test_is_moved_aside_and_said_once(self, content: bytes) -> None:
        """Its bytes are kept, work goes on, and one sentence says so."""
        Path("progress.json").write_bytes(content)

        assert recall("quiz", "02") == {}
        assert remember("quiz", "02", answers={"1": ["a"]}) == (
            "progress.json could not be read; it is now called progress.json.damaged."
        )
        assert remember("quiz", "02", answers={"1": ["b"]}) == ""
        assert Path("progress.json.damaged").read_bytes() == content
        assert written() == {"version": 1, "quiz": {"02": {"answers": {"1": ["b"]}}}}

    def test_an_earlier_one_is_not_lost(self) -> None:
        """A second damaged file gets a name of its own."""
        said = []
        for content in (b"one", b"two", b"three"):
            Path("progress.json").write_bytes(content)
            said.append(remember("exercise", "keep it", attempts=1))

        assert said == [
            f"progress.json could not be read; it is now called progress.json.damaged{number}."
            for number in ("", "2", "3")
        ]
        assert Path("progress.json.damaged").read_bytes() == b"one"
        assert Path("progress.json.damaged2").read_bytes() == b"two"
        assert Path("progress.json.damaged3").read_bytes() == b"three"

    def test_a_good_one_is_not_moved(self, here: Path) -> None:
        """Control: what this version wrote is read."""
        Path("progress.json").write_text(json.dumps(RECORD))

        assert remember("exercise", "keep it", attempts=1) == ""
        assert [path.name for path in here.iterdir()] == ["progress.json"]


class TestMemory:
    """Where no file can be written."""

    def test_is_used_and_said_once(self, here: Path, full_disk: pytest.MonkeyPatch) -> None:
        """Work goes on; one sentence says until when it is kept."""
        assert remember("exercise", "keep it", attempts=1) == (
            "Your answers are kept until this kernel stops: progress.json cannot be written "
            "(No space left on device)."
        )
        assert remember("exercise", "keep it", attempts=2) == ""
        assert recall("exercise", "keep it") == {"attempts": 2}
        assert list(here.iterdir()) == []

    def test_is_written_when_that_is_possible_again(
        self, full_disk: pytest.MonkeyPatch
    ) -> None:
        """Nothing of it is lost."""
        remember("exercise", "keep it", attempts=1)
        full_disk.undo()
        Path("progress.json").write_text(json.dumps(RECORD))
        remember("exercise", "another", attempts=1)

        assert written()["exercise"] == {"keep it": {"attempts": 1}, "another": {"attempts": 1}}
        assert written()["quiz"] == RECORD["quiz"]

    def test_a_file_that_could_not_be_written_whole_is_not_there(
        self, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What stood there stays as it was: the new file takes its place or does not."""
        remember("exercise", "keep it", attempts=1)
        write = Path.write_text

        def half(path: Path, text: str, **options: Any) -> int:
            write(path, text[: len(text) // 2], **options)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_text", half)
        remember("exercise", "keep it", attempts=2)

        assert written()["exercise"] == {"keep it": {"attempts": 1}}
        assert recall("exercise", "keep it") == {"attempts": 2}
        assert [path.name for path in here.iterdir()] == ["progress.json"]

    def test_is_used_if_the_name_is_a_folder(self, here: Path) -> None:
        """Nothing is removed to make room."""
        (here / "progress.json").mkdir()

        assert "cannot be written" in remember("exercise", "keep it", attempts=1)
        assert (here / "progress.json").is_dir()
        assert recall("exercise", "keep it") == {"attempts": 1}
        (here / "progress.json").rmdir()

    def test_is_used_if_the_folder_is_gone(self, here: Path) -> None:
        """A notebook whose folder was removed goes on."""
        here.rmdir()

        assert "cannot be written" in remember("exercise", "keep it", attempts=1)
        assert recall("exercise", "keep it") == {"attempts": 1}
        here.mkdir()


def test_every_kind_has_facts() -> None:
    """The four kinds, and nothing that could hold a text of the learner's."""
    assert set(memory.FACTS) == {"prediction", "quiz", "exercise", "learner"}
    assert {kind for facts in memory.FACTS.values() for kind in facts.values()} == {
        dict,
        int,
        bool,
    }
