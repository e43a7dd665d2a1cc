"""Write the view: what is said of two visits, beside each other; nobody really visits here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.checks import views
from labapp.checks.verdict import CLOSED, MISSING, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import (
    ALWAYS,
    CONTROL,
    EVERY,
    NEW,
    QUESTIONS,
    ViewExercise,
    ask,
    closing,
    compared,
)
from labapp.errors import LabError
from labapp.evidence import SITE, Answer, Crash, Evidence, LogLine, Report, Step
from labapp.lab.visits import Visit
from labapp.observers import PLACES, Finding, Sighting
from labapp.remedy import Remediation, post, session
from labapp.site.application import Own
from tests.evidence_samples import GUILTY, INNOCENT, SECRET
from tests.frames import capture

EXERCISE = ViewExercise(
    "write", "04", "Write.", ("a", "b", "c"),
    start=(post,),
    around=(post, session),
    closes=("access_log", "history"),
    may_open=("cookie_replay",),
    stays=("forgery_taken",),
    think={"works": "who puts it there?", "history": "of the exercise's own"},
)  # fmt: skip
WORKS = "The form still works."
SEEN, UNSEEN = Finding("place", True), Finding("place", False)
DOUBT = Finding("place", None, (), "nobody looked")
SHOWN = Finding(
    "place", True, (Sighting("submit", "access log", 3, "as it is", b"", b"Rex", b""),)
)
DONE = (
    Line(CLOSED, PLACES["access_log"].label, CONTROL),
    Line(CLOSED, PLACES["history"].label, CONTROL),
)
# Of what the exercise is about: open at the start, closed now.
CLOSED_NOW = {"access_log": (SEEN, UNSEEN), "history": (SEEN, UNSEEN)}
Found = dict[str, tuple[Finding, Finding]]  # by place: at the start, and now


def view(request: HttpRequest) -> HttpResponse:
    """Stand for a learner's view; nobody calls it here."""
    return HttpResponse()


@dataclass
class Lab:
    """A lab in which the learner's visit leaves what *found* says, and these pieces."""

    found: Found = field(default_factory=dict)
    page: str = "You told: {}"
    status: int = 200
    reported: bool = True
    printed: str = ""
    starred: tuple[str, ...] = ()
    refuses: str = ""
    asked: list[tuple[str, tuple[Remediation, ...], dict[str, Any]]] = field(
        default_factory=list
    )

    def visit(self, secret: str, *remediations: Remediation, **more: Any) -> Visit:
        """Make it by hand: that of the start is the one without anything of their own."""
        self.asked.append((secret, remediations, more))
        if self.refuses and "own" in more:
            raise LabError(self.refuses)
        url = f"http://{SITE}:8000/sensitive"
        answer = Answer("POST", url, self.status, (), self.page.format(secret).encode())
        crash = Crash("Boom", "", starred=self.starred)
        printed = (LogLine(SITE, self.printed.format(secret)),) if self.printed else ()
        steps = (
            Step("open", capture([])),
            Step("submit", capture([]), (answer,), output=printed, database=b""),
            Step(
                "outage",
                capture([]),
                reports=(Report("", ""),) if self.reported else (),
                crashes=(crash,),
            ),
        )
        own = more.get("own", Own())
        return Visit(secret, remediations, Evidence(steps, "control"), "by hand", own=own)

    def ask(self, visit: Visit, key: str) -> Finding:
        """Return what was found there at the start, or is found now; mostly nothing."""
        return self.found.get(key, (UNSEEN, UNSEEN))[visit.own.any]


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade a view that leaves *found*, in a lab with these changes."""

    def grade(
        found: Found | None = None, exercise: ViewExercise = EXERCISE, **changes: Any
    ) -> Verdict:
        lab = Lab(CLOSED_NOW if found is None else CLOSED_NOW | found, **changes)
        monkeypatch.setattr(views, "laboratory", lambda: lab)
        monkeypatch.setattr(views, "ask", lab.ask)
        return exercise.grade(view)

    return grade


def typed(verdict: Verdict) -> list[str]:
    """Return the summary line by line, with stars for the made-up secret."""
    return re.sub(r"\w+'s fake café\+\w+ \d{4,}", "***", verdict.summary).splitlines()


def test_closed_and_nothing_new(graded: Callable[..., Verdict]) -> None:
    """It passes; the places that were to be closed are shown, and what the visitor typed."""
    verdict = graded()

    assert verdict == Verdict("write", passed=True, summary=verdict.summary, lines=DONE)
    assert typed(verdict) == [WORKS, "The visitor typed: ***"]


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        (SEEN, SEEN, Line(OPEN, "access log", "")),
        (SEEN, SHOWN, Line(OPEN, "access log", "access log, byte 3: Rex")),
        (SEEN, DOUBT, Line(UNKNOWN, "access log", "nobody looked")),
        (UNSEEN, UNSEEN, Line(UNKNOWN, "access log", "the starting view was not found there")),
        (DOUBT, UNSEEN, Line(UNKNOWN, "access log", "nobody looked")),
        (UNSEEN, SHOWN, Line(UNKNOWN, "access log", "the starting view was not found there")),
    ],
)
def test_a_place_that_is_not_closed(
    graded: Callable[..., Verdict], was: Finding, now: Finding, line: Line
) -> None:
    """Found again, not looked at, or never open: none of these is closed."""
    verdict = graded({"access_log": (was, now)})

    assert verdict.lines == (replace(line, place=PLACES["access_log"].label), DONE[1])
    assert (verdict.passed, verdict.think) == (False, QUESTIONS["access_log"])


@pytest.mark.parametrize(
    ("key", "was", "now", "line"),
    [
        ("wire_response", UNSEEN, SHOWN, (OPEN, f"{NEW}access log, byte 3: Rex")),
        ("wire_response", DOUBT, SEEN, (OPEN, NEW)),
        ("wire_response", UNSEEN, DOUBT, (UNKNOWN, "nobody looked")),
        ("wire_response", SEEN, SEEN, None),
        ("wire_response", SEEN, DOUBT, None),
        ("wire_response", DOUBT, DOUBT, None),
        ("wire_response", SEEN, UNSEEN, None),
        # Whatever the view is for, and the start was like:
        ("printed", SEEN, SHOWN, (OPEN, f"{NEW}access log, byte 3: Rex")),
        ("mixed_up", SEEN, SEEN, (OPEN, f"{NEW}it shows what the second visitor told")),
        ("guessed", SEEN, DOUBT, (UNKNOWN, "nobody looked")),
        # Of this exercise alone:
        ("forgery_taken", SEEN, SEEN, (OPEN, f"{NEW}the site took what a form on other.test sent")),
        ("by_address", UNSEEN, SEEN, None),
        # The price:
        ("cookie_replay", UNSEEN, SEEN, None),
    ],
)  # fmt: skip
def test_what_leaks_now(
    graded: Callable[..., Verdict],
    key: str,
    was: Finding,
    now: Finding,
    line: tuple[str, str] | None,
) -> None:
    """What is worse than at the start has a line, and so has what no view may do."""
    verdict = graded({key: (was, now)})

    more = () if line is None else (Line(line[0], EVERY[key].label, line[1]),)
    assert verdict.lines == DONE + more
    assert verdict.passed is (line is None)


@pytest.mark.parametrize("key", ALWAYS)
def test_what_no_view_may_do(graded: Callable[..., Verdict], key: str) -> None:
    """It is asked of every view."""
    assert [EVERY[key].label] == [
        line.place for line in graded({key: (UNSEEN, SEEN)}).lines if not line.good
    ]


def test_a_price_may_be_one_of_those(graded: Callable[..., Verdict]) -> None:
    """An exercise may allow even what no view may do."""
    allowing = replace(EXERCISE, may_open=("mailed",))

    assert graded({"mailed": (UNSEEN, SEEN)}, allowing).passed


@pytest.mark.parametrize(
    ("key", "now", "lines"),
    [
        ("report_text", DOUBT, 1),
        ("report_html", DOUBT, 1),
        ("debug_page", DOUBT, 1),
        ("mailed", DOUBT, 1),
        ("report_text", SEEN, 2),
        ("wire_response", DOUBT, 2),
    ],
)
def test_a_missing_report_is_said_once(
    graded: Callable[..., Verdict], key: str, now: Finding, lines: int
) -> None:
    """Nobody can look at a report that was not sent; what is seen is said all the same."""
    last = {"mixed_up": (UNSEEN, SEEN)}
    assert len(graded({key: (UNSEEN, now), **last}, reported=False).lines) == lines + 3
    verdict = graded({key: (UNSEEN, now)}, reported=False)

    assert len(verdict.lines) == len(DONE) + lines
    assert verdict.lines[-1] == Line(
        MISSING, "error report", "the back office was down, and nobody was told"
    )
    assert not verdict.passed


def test_a_doubtful_report_that_was_sent_is_said(graded: Callable[..., Verdict]) -> None:
    """The control of the test above: there it was said elsewhere."""
    verdict = graded({"report_text": (UNSEEN, DOUBT)})

    assert [UNKNOWN] == [line.state for line in verdict.lines if not line.good]


def test_a_missing_report_is_asked_about_first(graded: Callable[..., Verdict]) -> None:
    """Whoever hides the crash would look for the rest in vain."""
    verdict = graded({"access_log": (SEEN, SEEN)}, reported=False)

    assert verdict.think == QUESTIONS["report"]


@pytest.mark.parametrize(
    ("found", "think"),
    [
        ({"history": (SEEN, SEEN)}, "of the exercise's own"),
        ({"history": (SEEN, SEEN), "access_log": (SEEN, SEEN)}, QUESTIONS["access_log"]),
        ({"http_link": (UNSEEN, SEEN)}, ""),  # about this one there is no question
        (
            {"debug_page": (UNSEEN, SEEN), "wire_response": (UNSEEN, SEEN)},
            QUESTIONS["wire_response"],
        ),
    ],
)
def test_the_question(graded: Callable[..., Verdict], found: Found, think: str) -> None:
    """It is about the first open place that has one; the exercise's own goes first."""
    assert graded(found).think == think


BROKEN = "The form does not work: the visitor cannot read the value back."


def test_a_form_that_does_not_work(graded: Callable[..., Verdict]) -> None:
    """It is said and asked first, with what the session holds."""
    verdict = graded({"access_log": (SEEN, SEEN)}, page="Thank you.")
    usual = graded(exercise=replace(EXERCISE, think={}), page="Thank you.")

    assert typed(verdict) == [
        BROKEN,
        "The visitor typed: ***",
        "Nothing was put into the visitor's session.",
    ]
    assert (verdict.passed, verdict.think) == (False, "who puts it there?")
    assert usual.think == "where does the visitor's next page take it from?"
    assert (usual.passed, usual.lines) == (False, DONE)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, []),  # a view that passes is told nothing more
        ({"printed": (UNSEEN, SEEN)}, ["Your view printed: it is ***"]),
    ],
)
def test_what_was_printed(
    graded: Callable[..., Verdict], found: Found, said: list[str]
) -> None:
    """The line itself is shown to whoever has something left to do."""
    verdict = graded(found, printed="it is {}")

    assert typed(verdict) == [WORKS, "The visitor typed: ***", *said]


def test_stars_on_another_name(graded: Callable[..., Verdict]) -> None:
    """A misspelt field is named, before what was printed."""
    verdict = graded(
        {"printed": (UNSEEN, SEEN)}, printed="it is {}", starred=("sensitve_info",)
    )

    assert typed(verdict)[2:] == [
        "Your view asks for stars on 'sensitve_info'. The form's field is 'sensitive_info'.",
        "Your view printed: it is ***",
    ]


def test_what_is_visited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The learner's parts first, then the start, with one secret that can be guessed."""
    lab = Lab(CLOSED_NOW)
    monkeypatch.setattr(views, "laboratory", lambda: lab)
    monkeypatch.setattr(views, "ask", lab.ask)
    settings = {"SECURE_HSTS_SECONDS": 1}
    EXERCISE.grade(view, secure_page=view, form="<form>", settings=settings)

    (secret, *theirs), (again, *start) = lab.asked
    own = Own(view, view, "<form>", settings)
    assert theirs == [(post, session), {"own": own, "thorough": True}]
    assert start == [(post,), {"thorough": True}]
    assert secret == again
    assert re.fullmatch(r"\w+'s fake café\+\w+ \d{4,}", secret)


@pytest.mark.parametrize(
    ("exercise", "answer", "parts", "says"),
    [
        (
            EXERCISE,
            (view, view),
            {},
            "'write' takes a view, secure_page=, form=, settings=.",
        ),
        (
            EXERCISE,
            (view, view),
            {"tls": 1},
            "'write' takes a view, secure_page=, form=, settings=.",
        ),
        (
            EXERCISE,
            (view,),
            {"tls": 1, "hsts": 1},
            "'write' takes a view, secure_page=, form=, settings=; it has no 'tls'.",
        ),
        (
            replace(EXERCISE, takes=("form", "settings"), needs=("view", "form")),
            (),
            {"secure_page": view},
            "'write' takes a view, settings=; it has no 'secure_page'.",
        ),
    ],
)
def test_what_it_does_not_take(
    exercise: ViewExercise, answer: tuple[object, ...], parts: dict[str, object], says: str
) -> None:
    """The message lists what it takes, and names what it does not know."""
    with pytest.raises(LabError) as told:
        exercise.grade(*answer, **parts)

    assert str(told.value) == says


NOTHING = "There is nothing to check yet: give your view, by its name."


@pytest.mark.parametrize(
    ("exercise", "answer", "parts", "says"),
    [
        (EXERCISE, (), {}, NOTHING),
        (EXERCISE, (), {"secure_page": view}, NOTHING),
        (
            replace(EXERCISE, needs=("view", "secure_page")),
            (view,),
            {},
            NOTHING,
        ),
        (
            EXERCISE,
            (view,),
            {"form": "<script>"},
            (
                "Your form has JavaScript. The lab's browser runs none, so nobody can say "
                "here what yours would send. HTML alone is enough."
            ),
        ),
        (
            EXERCISE,
            (view,),
            {"form": 7},
            "A form is the text of a page in quotes, not int.",
        ),
    ],
)
def test_what_cannot_be_graded(
    monkeypatch: pytest.MonkeyPatch,
    exercise: ViewExercise,
    answer: tuple[object, ...],
    parts: dict[str, object],
    says: str,
) -> None:
    """It is told in a sentence, before any visit."""
    lab = Lab()
    monkeypatch.setattr(views, "laboratory", lambda: lab)

    assert exercise.grade(*answer, **parts) == Verdict("write", passed=False, summary=says)
    assert lab.asked == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"status": 418}, "The last answer had status 418."),
        ({"refuses": "Your form has no field."}, "Your form has no field."),
    ],
)
def test_a_visit_that_went_wrong(
    graded: Callable[..., Verdict], changes: dict[str, Any], says: str
) -> None:
    """It is explained, and no place is looked at."""
    assert graded(**changes) == Verdict("write", passed=False, summary=says)


class TestPlaces:
    """What the places themselves give, on evidence made by hand."""

    GUILTY = "the forgery is accepted"

    def visit(self, evidence: Evidence) -> Visit:
        """Return a visit that left *evidence*."""
        return Visit(SECRET, (), evidence, "by hand")

    def test_a_place_is_asked_for_the_secret(self) -> None:
        """It finds this visit's own, and nothing in an innocent one."""
        leaks = self.visit(GUILTY["a line of the log"][0])

        assert [True, False] == [
            ask(one, "access_log").seen for one in (leaks, self.visit(INNOCENT))
        ]
        assert ask(replace(leaks, secret="Mia paints at night"), "access_log").seen is False

    def test_closing(self) -> None:
        """A deed stands where there are no bytes to show; without a leak before, unknown."""
        open_, closed = self.visit(GUILTY[self.GUILTY][0]), self.visit(INNOCENT)
        label = PLACES["forgery_accepted"].label

        assert closing(open_, closed, "forgery_accepted", "well") == Line(CLOSED, label, "well")
        assert closing(open_, open_, "forgery_accepted", "well") == Line(
            OPEN, label, "a form on other.test was accepted"
        )
        assert closing(closed, closed, "forgery_accepted", "well") == Line(
            UNKNOWN, label, "the starting view was not found there"
        )

    def test_without_a_deed_there_is_no_detail(self) -> None:
        """Nothing is made up."""
        assert compared(SEEN, SEEN, "label", "well") == Line(OPEN, "label", "")
