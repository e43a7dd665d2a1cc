"""Make the claims hold: what is said of claims that were judged, and of a view that did more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.checks import claiming
from labapp.checks.claiming import QUESTIONS, ClaimsExercise
from labapp.checks.verdict import HOLDS, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import ALWAYS
from labapp.errors import LabError
from labapp.evidence import SITE, Answer, Evidence, Step
from labapp.lab.claim import Claim
from labapp.lab.claims import CLAIMS
from labapp.lab.visits import Visit
from labapp.observers import Finding
from labapp.observers.sighting import Sighting
from labapp.remedy import Remediation
from labapp.secret import accept
from labapp.site.application import Own
from tests.frames import capture

EXERCISE = ClaimsExercise("hold", "08", "Make them hold.", ("a", "b", "c"))
TOLD = "Rex sleeps at noon"
HOLD = tuple(Claim(f"claim {number}", "holds", "shown") for number in range(len(CLAIMS)))
LINES = tuple(Line(HOLDS, f"claim {number}:", "shown") for number in range(len(CLAIMS)))
NO_LEAK = Finding("place", False)
PRINTED = Sighting("submit", "printed or logged", 3, "as it is", b"", b"Rex", b"")
UNTOLD = "which evidence is missing, and which of your lines would bring it?"


def view(request: HttpRequest) -> HttpResponse:
    """Stand for a learner's view; nobody calls it here."""
    return HttpResponse()


def page(status: int = 200, body: str = TOLD) -> Answer:
    """Return an answer of the site."""
    return Answer("GET", f"https://{SITE}:8000/sensitive", status, (), body.encode())


@dataclass
class Case:
    """What became of a visit to a learner's site, and what it was asked."""

    claims: tuple[Claim, ...] = HOLD
    leaks: dict[str, Finding] = field(default_factory=dict)
    opened: tuple[Answer, ...] = (page(),)
    submitted: tuple[Answer, ...] = (page(),)
    refuses: str = ""
    asked: list[tuple[tuple[Remediation, ...], dict[str, Any]]] = field(default_factory=list)
    made: list[Visit] = field(default_factory=list)

    def visit(self, secret: str, *remediations: Remediation, **more: Any) -> Visit:
        """Make it, by hand."""
        self.asked.append((remediations, more))
        if self.refuses:
            raise LabError(self.refuses)
        steps = (
            Step("open", capture([]), self.opened),
            Step("submit", capture([]), self.submitted),
        )
        assert accept(secret) == secret
        made = Visit(TOLD, remediations, Evidence(steps, "control"), "by hand", own=Own())
        self.made.append(made)
        return made

    def judge(self, visit: Visit) -> list[Claim]:
        """Put the claims to the visit that was made."""
        assert self.made == [visit]
        return list(self.claims)

    def ask(self, visit: Visit, key: str) -> Finding:
        """Look at the visit that was made."""
        assert self.made == [visit]
        return self.leaks.get(key, NO_LEAK)


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade the answer ``(view,)``, or another, in the lab of a case."""

    def grade(case: Case, *answer: object, **parts: object) -> Verdict:
        monkeypatch.setattr(claiming, "laboratory", lambda: case)
        monkeypatch.setattr("labapp.lab.claims.judge", case.judge)
        monkeypatch.setattr(claiming, "ask", case.ask)
        return EXERCISE.grade(*answer, **parts)

    return grade


def test_all_claims_hold(graded: Callable[..., Verdict]) -> None:
    """And the form works: nothing is left to ask."""
    verdict = graded(Case(), view)

    assert verdict == Verdict("hold", passed=True, summary="The form works.", lines=LINES)


@pytest.mark.parametrize("number", range(len(CLAIMS)))
@pytest.mark.parametrize("became", ["fails", "partly", "unknown"])
def test_a_claim_that_does_not_hold(
    graded: Callable[..., Verdict], number: int, became: Any
) -> None:
    """Its own question is asked; if nobody could look, the one about missing evidence."""
    claims = list(HOLD)
    claims[number] = replace(claims[number], verdict=became)
    verdict = graded(Case(tuple(claims)), view)

    assert [line.state for line in verdict.lines if not line.good] == [became]
    assert verdict.think == (UNTOLD if became == UNKNOWN else QUESTIONS[number])
    assert not verdict.passed


def test_the_first_of_two_is_asked_about(graded: Callable[..., Verdict]) -> None:
    """One question at a time."""
    claims = (HOLD[0], *(replace(one, verdict="fails") for one in HOLD[1:]))

    assert graded(Case(claims), view).think == QUESTIONS[1]


def test_a_form_that_does_not_work(graded: Callable[..., Verdict]) -> None:
    """Claims that all hold are not enough."""
    verdict = graded(Case(submitted=(page(body="Thank you."),)), view)

    assert verdict == Verdict(
        "hold",
        passed=False,
        summary="The form does not work: the visitor cannot read the value back.",
        lines=LINES,
        think="who else came by, and what did they see?",
    )


@pytest.mark.parametrize(
    ("key", "found", "line"),
    [
        (
            "mixed_up",
            Finding("place", True),
            Line(OPEN, "first visitor's page", "it shows what the second visitor told"),
        ),
        (
            "guessed",
            Finding("place", None, (), "nobody looked"),
            ("what can be guessed", "nobody looked"),
        ),
        (
            "printed",
            Finding("place", True, (PRINTED,)),
            ("prints and logs of the view", "printed or logged, byte 3: Rex"),
        ),
        ("address_replay", Finding("place", True), ("address without a cookie", "")),
    ],
)
def test_what_no_view_may_do(
    graded: Callable[..., Verdict], key: str, found: Finding, line: Any
) -> None:
    """It is open, or at least not known to be closed: a line says which and how it shows."""
    verdict = graded(Case(leaks={key: found}), view)
    expected = line if isinstance(line, Line) else Line(OPEN, *line)

    assert verdict.lines == (*LINES, expected)
    assert not verdict.passed
    assert verdict.think == "who else came by, and what did they see?"


def test_several_things_that_no_view_may_do(graded: Callable[..., Verdict]) -> None:
    """Each has its line, and there are no others."""
    leaks = {key: Finding("place", True) for key in ALWAYS}

    assert len(graded(Case(leaks=leaks), view).lines) == len(LINES) + len(ALWAYS)


def test_a_claim_without_a_question(graded: Callable[..., Verdict]) -> None:
    """Is a mistake of whoever adds one, and seen at once."""
    with pytest.raises(ValueError, match="longer"):
        graded(Case((*HOLD, replace(HOLD[0], verdict="fails"))), view)


def test_what_is_visited(graded: Callable[..., Verdict]) -> None:
    """All parts of the learner's, under their remediations, and a second visitor as well."""
    case, settings_alone = Case(), Case()
    parts: dict[str, Any] = {
        "secure_page": view,
        "form": "<form>",
        "settings": {"SECURE_HSTS_SECONDS": 1},
    }
    graded(case, view, remediations=[remedy.https, remedy.post], **parts)
    graded(settings_alone, settings=parts["settings"])

    assert case.asked + settings_alone.asked == [
        ((remedy.post, remedy.https), {"own": Own(view, **parts), "thorough": True}),
        ((), {"own": Own(settings={"SECURE_HSTS_SECONDS": 1}), "thorough": True}),
    ]


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        (
            (view, view),
            {},
            "It takes a view and remediations=, secure_page=, form=, settings=.",
        ),
        (
            (),
            {"tls": True},
            "It takes a view and remediations=, secure_page=, form=, settings=.",
        ),
        ((...,), {}, "There is nothing to check yet: give your view, by its name."),
        (
            (view,),
            {"form": "<script>"},
            (
                "Your form has JavaScript. The lab's browser runs none, so nobody can say "
                "here what yours would send. HTML alone is enough."
            ),
        ),
        (
            (view,),
            {"remediations": remedy.post},
            "Remediations come as a list: remediations=[remedy.post].",
        ),
        (
            (view,),
            {"remediations": ["post"]},
            "'post' is not a remediation: write remedy.post, remedy.https and so on.",
        ),
    ],
)
def test_what_it_does_not_take(
    graded: Callable[..., Verdict],
    answer: tuple[object, ...],
    parts: dict[str, object],
    says: str,
) -> None:
    """It is told in a sentence, and no visit is made."""
    case = Case()

    assert graded(case, *answer, **parts) == Verdict("hold", passed=False, summary=says)
    assert case.asked == []


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (Case(refuses="Your form has no field."), "Your form has no field."),
        (Case(submitted=(page(418),)), "The last answer had status 418."),
        (
            Case(opened=()),
            (
                "The page with the form did not come: the site sends visitors to https://. "
                "Does it speak TLS?"
            ),
        ),
        (
            Case(opened=(page(301),)),
            (
                "The page with the form did not come: the site sends visitors to https://. "
                "Does it speak TLS?"
            ),
        ),
    ],
)
def test_a_visit_that_went_wrong(graded: Callable[..., Verdict], case: Case, says: str) -> None:
    """It is explained, and no claim is judged."""
    assert graded(case, view) == Verdict("hold", passed=False, summary=says)


def test_a_redirect_to_the_form_is_no_mistake(graded: Callable[..., Verdict]) -> None:
    """One page that came is enough, whatever came before."""
    assert graded(Case(opened=(page(301), page())), view).passed
