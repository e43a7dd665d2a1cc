"""Repairs of the Hat Club, judged: tours are made by hand, none is played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from labapp.capture import Capture
from labapp.checks import repairing
from labapp.checks.repairing import CAUSES, QUESTIONS, RepairExercise, explained
from labapp.checks.verdict import BROKEN, CLOSED, OPEN, UNKNOWN, WORKS, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.evidence import SITE, Answer, Crash, Evidence, Step
from labapp.lab.tour import told
from labapp.lab.toured import Toured
from labapp.observers import Finding
from labapp.observers.cause import CSRF, OTHER, SECURE, Cause
from labapp.observers.club import EXPOSURES, FEATURES, WITHOUT, Told
from labapp.observers.forgeries import FORGERIES
from labapp.site.application import Repair

HINTS = ("a", "b", "c")
SITE_REPAIR = RepairExercise("site", "10", "Repair.", HINTS)
CLOSES = ("place_addressed", "cache", "wire", "login_forgery")
REPAIR = RepairExercise("some", "10", "Repair.", HINTS, CLOSES)
WAITS = f"{WITHOUT}read back"
LABELS = {one.key: one.label for one in (*EXPOSURES, *FEATURES)}


def finding(key: str, seen: bool | None, reason: str = "") -> Finding:
    """Return what is found of an exposure, without bytes to show."""
    return Finding(key, seen, reason=reason)


def toured(
    exposures: Mapping[str, Finding] | None = None,
    features: Mapping[str, str] | None = None,
    cause: Cause | None = None,
    steps: tuple[Step, ...] = (),
) -> Toured:
    """Return a tour in which nothing was seen and all works, but for what is given."""
    made = Toured(told("x"), Repair(), Evidence(steps, "control"), "")
    closed = {one.key: finding(one.key, False) for one in EXPOSURES}
    works = {one.key: "" for one in FEATURES}
    vars(made).update(
        exposures=closed | dict(exposures or {}),
        features=works | dict(features or {}),
        cause=cause,
    )
    return made


WEAK = toured({one.key: finding(one.key, True) for one in EXPOSURES})


@dataclass
class Lab:
    """A lab whose tours are these; it notes what it was asked for."""

    after: Toured = field(default_factory=toured)
    before: Toured = WEAK
    tours: list[tuple[Told, Repair]] = field(default_factory=list)

    def tour(self, said: Told, repair: Repair) -> Toured:
        """Return the learner's tour, then the one of the club as it was found."""
        self.tours.append((said, repair))
        return self.after if len(self.tours) == 1 else self.before


def graded(
    monkeypatch: pytest.MonkeyPatch,
    lab: Lab,
    *answer: object,
    exercise: RepairExercise = REPAIR,
    **parts: Any,
) -> Verdict:
    """Return the verdict of *exercise*, with *lab* for the tours."""
    monkeypatch.setattr(repairing, "laboratory", lambda: lab)
    return exercise.grade(*answer, **parts)


def exposure_lines(verdict: Verdict) -> dict[str, Line]:
    """Return the lines about exposures by their key."""
    return {
        key: line
        for line in verdict.lines
        for key, label in LABELS.items()
        if line.place == label and line.state in (OPEN, CLOSED, UNKNOWN)
    }


class TestVerdict:
    """What is counted, shown and asked."""

    def test_nothing_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It passes, and has a line for each exposure to close and each feature."""
        verdict = graded(monkeypatch, Lab(), tls=True)

        assert (verdict.name, verdict.passed, verdict.think) == ("some", True, "")
        assert verdict.summary == (
            f"Exposures left: 0 of 4. Features broken: 0 of {len(FEATURES)}."
        )
        closed = {Line(CLOSED, LABELS[key], CONTROL) for key in CLOSES}
        works = {Line(WORKS, one.label, "") for one in FEATURES}
        assert set(verdict.lines) == closed | works

    def test_all_exposures_unless_it_names_some(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who says nothing has to close every one."""
        verdict = graded(monkeypatch, Lab(after=WEAK), exercise=SITE_REPAIR, tls=True)

        assert verdict.summary.startswith(f"Exposures left: {len(EXPOSURES)} of 16. ")

    @pytest.mark.parametrize(
        ("exposures", "features", "summary", "think"),
        [
            (
                {"cache": finding("cache", True), "wire": finding("wire", True)},
                {},
                "Exposures left: 2 of 4. Features broken: 0 of 9.",
                "cache",
            ),
            (
                {"wire": finding("wire", None, "no packets")},
                {},
                (
                    "Exposures left: 0 of 4, and 1 of which nobody can say. "
                    "Features broken: 0 of 9."
                ),
                "wire",
            ),
            (
                {"wire": finding("wire", None, "no packets"), "cache": finding("cache", True)},
                {"json": "no JSON", "second": "nobody"},
                (
                    "Exposures left: 1 of 4, and 1 of which nobody can say. "
                    "Features broken: 2 of 9."
                ),
                "second",
            ),
            (
                {"printed": finding("printed", True)},  # not to be closed here
                {"error_report": "none came"},
                "Exposures left: 0 of 4. Features broken: 1 of 9.",
                "error_report",
            ),
        ],
    )
    def test_what_is_left_is_counted(
        self,
        monkeypatch: pytest.MonkeyPatch,
        exposures: dict[str, Finding],
        features: dict[str, str],
        summary: str,
        think: str,
    ) -> None:
        """The question is about what is broken, then about what is open, the first of it."""
        verdict = graded(monkeypatch, Lab(toured(exposures, features)), tls=True)

        assert (verdict.name, verdict.passed) == ("some", False)
        assert (verdict.summary, verdict.think) == (summary, QUESTIONS[think])

    @pytest.mark.parametrize(
        ("cause", "think"),
        [
            (Cause(SECURE, "It sets the cookie as Secure."), CAUSES[SECURE]),
            (Cause(CSRF, "It was refused."), CAUSES[CSRF]),
            (Cause(OTHER, "It was not found."), QUESTIONS["read_back"]),
        ],
    )
    def test_a_first_cause_is_told(
        self, monkeypatch: pytest.MonkeyPatch, cause: Cause, think: str
    ) -> None:
        """Below the counts; the question is about it, if there is one about such a cause."""
        after = toured(features={"read_back": "nothing came", "second": "nobody"}, cause=cause)
        verdict = graded(monkeypatch, Lab(after), tls=True)

        assert verdict.summary == (
            f"Exposures left: 0 of 4. Features broken: 2 of 9.\n{cause.text}"
        )
        assert verdict.think == think
        assert [(one.state, one.waits) for one in verdict.lines[:2]] == [
            (BROKEN, False),
            (BROKEN, True),
        ]

    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            (finding("wire", True), finding("wire", False), (CLOSED, CONTROL, False)),
            (finding("wire", True), finding("wire", None, "x"), (UNKNOWN, "x", False)),
            (finding("wire", True), finding("wire", None, WAITS), (UNKNOWN, WAITS, True)),
            (
                finding("wire", False),
                finding("wire", False),
                (UNKNOWN, "the starting view was not found there", False),
            ),
            (finding("wire", None, "y"), finding("wire", False), (UNKNOWN, "y", False)),
        ],
    )
    def test_an_exposure_beside_the_weak_club(
        self,
        monkeypatch: pytest.MonkeyPatch,
        was: Finding,
        now: Finding,
        expected: tuple[str, str, bool],
    ) -> None:
        """Closed is what was open before; what needs a feature waits for it."""
        lab = Lab(toured({"wire": now}), toured({"wire": was}))
        line = exposure_lines(graded(monkeypatch, lab, tls=True))["wire"]

        assert expected == (line.state, line.detail, line.waits)

    def test_a_deed_is_shown_where_there_are_no_bytes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In the words of that exposure."""
        after = toured({"login_forgery": finding("login_forgery", True)})
        line = exposure_lines(graded(monkeypatch, Lab(after), tls=True))["login_forgery"]

        assert line == Line(
            OPEN,
            LABELS["login_forgery"],
            "a form on other.test logged the visitor in as the stranger",
        )

    def test_what_is_left_stands_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Broken, open, unknown; then closed and what works."""
        after = toured(
            {"wire": finding("wire", None, "x"), "cache": finding("cache", True)},
            {"json": "no JSON"},
        )
        states = [line.state for line in graded(monkeypatch, Lab(after), tls=True).lines]

        assert states == [BROKEN, OPEN, UNKNOWN, CLOSED, CLOSED, *[WORKS] * 8]


def view(request: object) -> None:
    """Stand for a view."""


def reset(request: object, uidb64: str, token: str) -> None:
    """Stand for the view behind the link in the mail."""


LOGIN_PAGE = "registration/login.html"
NAMES = ("password_reset_confirm", "password_reset")


class TestGrade:
    """What is given, and what becomes of it."""

    @pytest.mark.parametrize(
        ("parts", "repair"),
        [
            ({}, Repair()),
            ({"login": view}, Repair({"login": view})),
            (
                {NAMES[0]: reset, NAMES[1]: view},
                Repair({NAMES[0]: reset, NAMES[1]: view}),
            ),
            (
                {"templates": {LOGIN_PAGE: "<p>"}, "settings": {}, "tls": True},
                Repair(templates={LOGIN_PAGE: "<p>"}, tls=True),
            ),
            ({"templates": None, "settings": None, "tls": None}, Repair()),
            (
                {"settings": {"SESSION_COOKIE_SECURE": True}, "tls": False},
                Repair(settings={"SESSION_COOKIE_SECURE": True}),
            ),
        ],
    )
    def test_two_tours_that_were_told_the_same(
        self, monkeypatch: pytest.MonkeyPatch, parts: dict[str, Any], repair: Repair
    ) -> None:
        """One with the repair, then one of the club as it was found."""
        lab = Lab()
        graded(monkeypatch, lab, seed="Rosa", **parts)

        assert lab.tours == [(told("Rosa"), repair), (told("Rosa"), Repair())]

    def test_without_a_seed_each_check_is_told_something_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So nobody can write the answer into a view."""
        lab = Lab()
        graded(monkeypatch, lab)
        graded(monkeypatch, lab)

        assert lab.tours[0][0] == lab.tours[1][0] != lab.tours[2][0]

    @pytest.mark.parametrize(
        ("answer", "parts", "summary"),
        [
            (
                (view,),
                {},
                "Give each part by its name: login=..., templates=..., tls=True.",
            ),
            (
                (),
                {"login": None},
                "login: There is nothing to check yet: give your view, by its name.",
            ),
            (
                (),
                {"profile": view, "login": reset},
                "login: Django calls a view with the request: write def my_view(request).",
            ),
            (
                (),
                {NAMES[0]: view},
                (
                    "password_reset_confirm: Django calls a view with the request: write "
                    "def my_view(request, uidb64, token)."
                ),
            ),
            (
                (),
                {"templates": {"a": "<p>", "b": "<script>x</script>"}},
                (
                    "Your form has JavaScript. The lab's browser runs none, so nobody can say here "
                    "what yours would send. HTML alone is enough."
                ),
            ),
            (
                (),
                {"templates": "<script>x</script>"},
                'Templates are a dictionary: {"registration/login.html": "..."}.',
            ),
            ((), {"tls": "yes"}, "tls is True or False, not 'yes'."),
            (
                (),
                {"seed": 1.5},
                'A seed is a word or a number: tour("Rex"), not 1.5.',
            ),
        ],
    )
    def test_what_cannot_be_toured(
        self,
        monkeypatch: pytest.MonkeyPatch,
        answer: tuple[object, ...],
        parts: dict[str, Any],
        summary: str,
    ) -> None:
        """It does not pass; a sentence says what to do, and nobody visits the club."""
        lab = Lab()
        verdict = graded(monkeypatch, lab, *answer, **parts)

        assert (verdict.name, verdict.passed, verdict.lines) == ("some", False, ())
        assert verdict.summary == summary
        assert lab.tours == []

    def test_a_crash_ends_the_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told in place of any count, and the weak club is not toured."""
        lab = Lab(toured(steps=(a_step("submit", Crash("KeyError", "'x'")),)))
        verdict = graded(monkeypatch, lab, tls=True)

        assert not verdict.passed
        assert verdict.summary == (
            "While somebody saves where the hat is hidden: Your view raised KeyError: 'x'"
        )
        assert len(lab.tours) == 1


def a_step(name: str, *crashes: Crash, answers: tuple[Answer, ...] = ()) -> Step:
    """Return a step in which a view crashed, or did not answer."""
    return Step(name, Capture((), "relay", "", 0), answers, crashes=crashes)


def of_steps(*steps: Step) -> Toured:
    """Return a tour of these steps."""
    return toured(steps=steps)


class TestExplained:
    """What went wrong in a learner's own lines."""

    @pytest.mark.parametrize(
        ("name", "doing"),
        [
            ("open", "logs in"),
            ("reset", "follows the link in the mail"),
            ("http_link", "visits the club"),
        ],
    )
    def test_the_first_crash_of_a_member(self, name: str, doing: str) -> None:
        """With what the member was doing; several forms have no one field."""
        tour = of_steps(
            a_step("control"),
            a_step(name, Crash("MultiValueDictKeyError", "'place'"), Crash("OSError", "b")),
            a_step("logout", Crash("OSError", "c")),
        )

        assert explained(tour) == (
            f"While somebody {doing}: The request has no field 'place' where your view looks "
            "for it. Where does the form put its fields?"
        )

    @pytest.mark.parametrize(
        "name",
        [
            "outage",
            "address_guessed",
            "login_by_address",
            "login_forgery",
            "login_forgery_by_get",
            "forgery",
            *(one.key for one in FORGERIES),
        ],
    )
    def test_a_crash_that_is_no_mistake(self, name: str) -> None:
        """The outage is made on purpose, and what strangers send is their own affair."""
        assert explained(of_steps(a_step(name, Crash("KeyError", "'token'")))) == ""

    @pytest.mark.parametrize(
        ("name", "doing"), [("read_back", "reads it back"), ("forgery", "visits the club")]
    )
    def test_no_answer_at_all(self, name: str, doing: str) -> None:
        """Whoever asked: the site was stopped."""
        late = Answer("GET", f"http://{SITE}/profile", 0, (), b"Timeout")

        assert explained(of_steps(a_step("open"), a_step(name, answers=(late,)))) == (
            f"While somebody {doing}: your site did not answer within three seconds, so it "
            "was stopped. Is there a loop that never ends?"
        )

    def test_nothing_went_wrong(self) -> None:
        """Then nothing is said."""
        assert explained(of_steps(a_step("open"), a_step("submit"))) == ""
