"""Identify: what is said of a case, beside visits made by hand (test_checks_identifying.py: real)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from labapp.checks import identifying
from labapp.checks.identifying import IdentifyExercise, decider, twins
from labapp.checks.verdict import AGREES, ALIKE, MISSES, Line, Verdict
from labapp.evidence import Evidence, Step
from labapp.lab.case import Case
from labapp.lab.map import Combination
from labapp.lab.trace import Trace
from labapp.lab.visits import Visit
from labapp.observers import PLACES
from labapp.remedy import Remediation, csrf, hardening, https, mask_reports, post, redirect
from tests.frames import capture

EXERCISE = IdentifyExercise("identify", "10", "Identify.", ("a", "b", "c"))
SECRET = "Rex sleeps at noon"
TRACE = Trace(("GET / HTTP/1.1", "POST /sensitive HTTP/1.1"), ("GET /", "POST /sensitive"))
SAME = (
    Line(AGREES, "capture", "the same, line by line"),
    Line(AGREES, "access log", "the same, line by line"),
)
MOVES = "which remediation puts this there, moves it or hides it?"
WRITES = "which remediation changes what the server writes down here?"


def case(trace: Trace = TRACE, *, known: bool = False, problem: str = "") -> Case:
    """Return a case that left *trace*; with a *problem*, not all of it was captured."""
    crossed = replace(capture([]), problems=(problem,) if problem else ())
    made = Case(SECRET, (Step("open", crossed),), "by hand", known)
    made.__dict__["trace"] = trace
    return made


@dataclass
class Lab:
    """A lab in which the 64 combinations leave *traces*; the others leave nothing."""

    mine: Case = field(default_factory=case)
    traces: dict[Combination, Trace] = field(default_factory=dict)
    asked: list[tuple[str, Combination]] = field(default_factory=list)

    def case_of(self, secret: str, *chosen: Remediation) -> Case:
        """Make the case of the named ones."""
        self.asked.append((secret, chosen))
        return self.mine


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade an answer in a lab."""

    def grade(lab: Lab, *answer: object, **parts: object) -> Verdict:
        monkeypatch.setattr(identifying, "case_of", lab.case_of)
        monkeypatch.setattr(identifying, "traces", {SECRET: lab.traces}.__getitem__)
        monkeypatch.setattr(
            identifying, "decider", lambda secret, one, other: f"{secret}: {one} or {other}"
        )
        return EXERCISE.grade(*answer, **parts)

    return grade


@pytest.mark.parametrize(
    "answer", [(csrf, post), ([post, csrf],), ((csrf, post),), ({post, csrf},)]
)
def test_the_same_traces_pass(
    graded: Callable[..., Verdict], answer: tuple[object, ...]
) -> None:
    """Named in any order, one after another or together."""
    lab = Lab()

    assert graded(lab, case(), *answer) == Verdict(
        "identify",
        passed=True,
        summary="You say: POST, CSRF check. Such a visit leaves just this.",
        lines=SAME,
    )
    assert lab.asked == [(SECRET, (post, csrf))]


def test_nothing_is_an_answer(graded: Callable[..., Verdict]) -> None:
    """An empty list says that nothing was applied."""
    verdict = graded(Lab(), case(), [])

    assert verdict.passed
    assert verdict.summary == "You say: nothing. Such a visit leaves just this."


def test_answers_that_are_as_good(graded: Callable[..., Verdict]) -> None:
    """Each combination with the same trace is named, and what would have decided."""
    lab = Lab(traces={(post,): TRACE, (post, mask_reports): TRACE, (csrf,): Trace((), ())})
    verdict = graded(lab, case(), post)

    assert verdict == Verdict(
        "identify",
        passed=True,
        summary=(
            "You say: POST. Such a visit leaves just this. Another answer would be as good: "
            "see the last lines."
        ),
        lines=(
            *SAME,
            Line(
                ALIKE,
                "POST, stars in error reports",
                f"{SECRET}: {(post,)} or {(post, mask_reports)}",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("mine", "lines", "think"),
    [
        (
            Trace(("GET / HTTP/1.1", "GET /sensitive?"), TRACE.log),
            (Line(MISSES, "capture", "in the case: POST /sensitive HTTP/1.1"), SAME[1]),
            MOVES,
        ),
        (
            Trace(TRACE.wire, ("GET /secure_page",)),
            (SAME[0], Line(MISSES, "access log", "in the case: GET /")),
            WRITES,
        ),
        (
            Trace((*TRACE.wire, "more"), ()),
            (
                Line(MISSES, "capture", "in the case: nothing more; your visit goes on"),
                Line(MISSES, "access log", "in the case: GET /"),
            ),
            MOVES,
        ),
    ],
)
def test_another_trace_does_not(
    graded: Callable[..., Verdict], mine: Trace, lines: tuple[Line, ...], think: str
) -> None:
    """The first line of the case is shown that such a visit would not have left."""
    verdict = graded(Lab(case(mine), {(csrf,): TRACE}), case(), post, redirect)

    assert verdict == Verdict(
        "identify",
        passed=False,
        summary="You say: POST, redirect. Such a visit leaves something else.",
        lines=lines,
        think=think,
    )


@pytest.mark.parametrize("whose", ["case", "visit", "both"])
def test_what_was_not_captured_is_no_difference(
    graded: Callable[..., Verdict], whose: str
) -> None:
    """Of either side: nobody can say then."""
    torn, whole = case(problem="one of the case"), case()
    lab = Lab(whole if whose == "case" else case(problem="one of the visit"))
    verdict = graded(lab, whole if whose == "visit" else torn, post)

    lost = "one of the visit" if whose == "visit" else "one of the case"
    assert verdict == Verdict(
        "identify",
        passed=False,
        summary=f"Nobody can say, for not all was captured: {lost}.",
    )


FIRST = 'First the case, then what was applied: check("identify", case, remedy.csrf, ...).'
NOTHING = (
    "There is nothing to check yet: name remediations, remedy.csrf say, or [] for none at all."
)


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        ((), {}, FIRST),
        ((post, csrf), {}, FIRST),
        ((case(), post), {"csrf": True}, FIRST),
        (
            (case(known=True), post),
            {},
            "What this case has is known: take one from open_case.",
        ),
        ((case(),), {}, NOTHING),
        ((case(), ...), {}, NOTHING),
        ((case(), post, ...), {}, NOTHING),
        (
            (case(), "post"),
            {},
            "'post' is not a remediation: write remedy.post, remedy.https and so on.",
        ),
        (
            (case(), [post], csrf),
            {},
            "[remedy.post] is not a remediation: write remedy.post, remedy.https and so on.",
        ),
        (
            (case(), https, hardening),
            {},
            "A case has the six of the list alone: leave remedy.hardening out.",
        ),
    ],
)
def test_what_is_no_answer(
    graded: Callable[..., Verdict],
    answer: tuple[object, ...],
    parts: dict[str, object],
    says: str,
) -> None:
    """It is told in a sentence, and no visit is made."""
    lab = Lab()

    assert graded(lab, *answer, **parts) == Verdict("identify", passed=False, summary=says)
    assert lab.asked == []


def test_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that left the same, but for the one that was named."""
    left = {(post,): TRACE, (csrf,): Trace((), ()), (redirect,): TRACE, (https,): TRACE}
    monkeypatch.setattr(identifying, "traces", {SECRET: left}.__getitem__)

    assert list(twins(case(), (redirect,))) == [(post,), (https,)]


class TestDecider:
    """Whose evidence would tell two combinations apart."""

    @pytest.fixture
    def seen(self, monkeypatch: pytest.MonkeyPatch) -> dict[Combination, dict[str, object]]:
        """What is seen under each combination, for the tests to fill in."""
        known: dict[Combination, dict[str, object]] = {(): {}, (post,): {}}

        class Visits:
            @staticmethod
            def visit(secret: str, *applied: Remediation) -> Visit:
                assert secret == SECRET
                made = Visit(secret, applied, Evidence((), ""), "by hand")
                made.__dict__["seen"] = dict.fromkeys(PLACES, False) | known[applied]
                return made

        monkeypatch.setattr(identifying, "laboratory", Visits)
        return known

    def test_places(self, seen: dict[Combination, dict[str, object]]) -> None:
        """Each where one is seen and the other is not, or unknown."""
        seen[post,] = {"history": True, "access_log": None}

        says = (
            f"would be told from it by: {PLACES['history'].label}, {PLACES['access_log'].label}"
        )
        assert decider(SECRET, (), (post,)) == says
        assert decider(SECRET, (post,), ()) == says

    def test_no_place(self, seen: dict[Combination, dict[str, object]]) -> None:
        """Where all look the same, that is said."""
        seen[()] = seen[post,] = {"history": True}

        assert decider(SECRET, (), (post,)) == (
            "no evidence of this lab decides: all its places look the same"
        )
