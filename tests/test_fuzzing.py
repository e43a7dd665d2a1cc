"""The fuzzing campaign in short, and that it would notice: `make fuzz` is the long one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import fuzzing.__main__ as command
from fuzzing import campaign, samples
from fuzzing.disguises import written
from fuzzing.mutation import LONGEST, mutated
from fuzzing.targets import TARGETS, Target

SHORT = 1000  # inputs of each target


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_damaged_input_breaks_a_reader(target: Target) -> None:
    """A thousand inputs: no error but `LabError`, no hang, memory bounded."""
    result = campaign.run(target, SHORT, seed="ci")

    assert result.failures == []
    assert result.inputs == SHORT
    assert len(result.outcomes) > 1  # good ones and others: chance does not hit one alone


def test_samples_are_good() -> None:
    """What is changed was valid before: else a campaign would knock at the front door only."""
    readers = {target.name: target for target in TARGETS}
    valid: dict[str, Sequence[object]] = {
        "frame parser": samples.FRAMES,
        "conversation builder": samples.TALKS[:2],
        "HTTP reader": samples.REQUESTS + samples.RESPONSES[:-1],
        "packet file reader": samples.FILES,
        "progress.json": samples.RECORDS[:1],
        "receipts": [samples.receipt(samples.RECEIPT)],
        "search": [written(samples.TEXT, "HTML", "percent")],
    }
    assert list(readers) == list(valid)
    for name, given in valid.items():
        with readers[name].inside():
            assert {"good"} == {readers[name].read(one) for one in given}


def planted(read: Callable[[object], str]) -> Target:
    """A target with a mistake in it, at every tenth input or so."""

    def sometimes(data: object) -> str:
        assert isinstance(data, int)
        return read(data) if data % 10 == 3 else "good"

    return Target("planted", lambda random: random.randrange(100), sometimes, nullcontext)


def crashes(data: object) -> str:
    raise IndexError(data)


def hangs(data: object) -> str:
    time.sleep(60)
    return "good"


def spins(data: object) -> str:
    while True:
        pass


def swallows(data: object) -> str:
    return str(len(bytearray(2 * campaign.ROOM)))


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (crashes, "IndexError"),
        (hangs, "Hang: longer than"),
        (spins, "Hang: longer than"),
        pytest.param(
            swallows,
            "MemoryError",
            marks=pytest.mark.skipif(not campaign.PAGES.exists(), reason="reads /proc"),
        ),
    ],
)
def test_a_reader_that_breaks_is_found(
    read: Callable[[object], str], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash, a wait and a loop without end, and too much memory; the campaign goes on."""
    monkeypatch.setattr(campaign, "PATIENCE", 0.02)
    result = campaign.run(planted(read), 100)

    assert 1 <= len(result.failures) <= result.outcomes["FAILED"] <= 5
    assert all(error in failure for failure in result.failures)
    assert result.outcomes["good"] > 5


def test_a_failure_can_be_made_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line it prints is a command that gives that one input, and fails as well."""
    monkeypatch.setattr(command, "TARGETS", (replace(planted(crashes), name="two words"),))

    assert command.main(["60", "--seed", "7"]) == 1
    said = capsys.readouterr().out
    (number,) = set(re.findall(r"IndexError: (\d+)", said)[:1])
    first = re.search(r'python -m fuzzing 1 --only "two words" --seed 7 --first (\d+)', said)
    assert first
    again = ["1", "--only", "two words", "--seed", "7", "--first", first[1]]
    assert command.main(again) == 1
    assert f"IndexError: {number}" in capsys.readouterr().out


def test_a_campaign_without_failures_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long one is written between the marks of the document; a short one is not."""
    document = tmp_path / "trust.md"
    text = f"before\n{command.BEGIN}\nold\n{command.END}\nafter\n"
    document.write_text(text)
    monkeypatch.setattr(command, "DOCUMENT", document)
    monkeypatch.setattr(command, "TARGETS", (planted(lambda data: "damaged"),))

    assert command.main(["50"]) == 0
    assert document.read_text() == text
    monkeypatch.setattr(command, "ENOUGH", 50)
    assert command.main(["50"]) == 0
    kept = document.read_text()
    assert "old" not in kept
    assert kept.startswith("before\n")
    assert kept.endswith("after\n")
    assert re.search(r"\| planted \| 50 \| .* \| \d+ \| \d+ \| 0 \| 0 \|", kept)
    assert "50 inputs in" in capsys.readouterr().out


def test_inputs_differ_and_come_again() -> None:
    """The same number gives the same input, another gives another; none is too long."""
    for target in TARGETS:
        made = [repr(target.make(Random(f"x:{number}"))) for number in range(200)]
        assert made == [repr(target.make(Random(f"x:{number}"))) for number in range(200)]
        assert len(set(made)) > 150
    longest = [
        mutated(Random(n), [bytes(LONGEST * 2), *samples.REQUESTS], samples.HTTP_WORDS)
        for n in range(99)
    ]
    assert max(map(len, longest)) == LONGEST


def test_the_document_has_the_last_campaign() -> None:
    """docs/trust.md has a row for each target, a date, a million inputs but for rounding, and no failure."""
    text = command.DOCUMENT.read_text(encoding="utf-8")
    kept = text.partition(command.BEGIN)[2].partition(command.END)[0]
    rows = re.findall(r"^\| ([^|]+?) \| ([\d,]+) \|.*\| (\d+) \|$", kept, re.MULTILINE)

    assert [target.name for target in TARGETS] == [name for name, _, _ in rows]
    # A campaign may have rounded each target's share down.
    total = sum(int(inputs.replace(",", "")) for _, inputs, _ in rows)
    assert total > command.ENOUGH - len(TARGETS)
    assert {failures for _, _, failures in rows} == {"0"}
    assert re.search(r"Run on \d\d \w+ \d{4}", kept)
