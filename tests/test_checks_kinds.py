"""The other kinds of exercise: observe, fool, review, order, combine, travel."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_plus

import pytest

from labapp import remedy
from labapp.checks.combining import CombinationExercise
from labapp.checks.exercise import Exercise
from labapp.checks.fooling import FoolExercise
from labapp.checks.observing import ObserverExercise, Trial
from labapp.checks.ordering import OrderExercise
from labapp.checks.reviewing import Exhibit, ReviewExercise
from labapp.checks.travelling import JourneyExercise
from labapp.checks.verdict import AGREES, ALARM, MISSES
from labapp.checks.views import ViewExercise
from labapp.lab import laboratory as lab_module
from labapp.lab.laboratory import Laboratory

HINTS = ("a", "b", "c")
OBSERVE = ObserverExercise(
    "observe", "02", "Look.", HINTS,
    place="access_log",
    reads=lambda visit: [line.text for line in visit.log],
    cases=lambda: (
        Trial("by GET", "Rex sleeps at noon"),
        Trial("by POST", "Rex sleeps at noon", (remedy.post,)),
        Trial("somebody else's", "Rex sleeps at noon", asks="Rex sleeps at night"),
    ),
)  # fmt: skip
FOOL = FoolExercise("fool", "02", "Fool it.", HINTS)
REVIEW = ReviewExercise(
    "review", "08", "Choose.", HINTS,
    remediations=(remedy.post,),
    exhibits=(
        Exhibit(lambda visit: visit.log[-1].text, "a log holds no body"),
        Exhibit(lambda visit: str(visit.findings["wire_request_body"].sightings[0]), "read", True),
    ),
)  # fmt: skip
ORDER = OrderExercise(
    "order", "04", "Order.", HINTS,
    pieces=(
        'sensitive_info = request.POST["sensitive_info"]',
        "back_office.notify()",
        'request.session["sensitive_info"] = sensitive_info',
        'return redirect("/secure_page")',
        "print(sensitive_info)",
    ),
    graded=ViewExercise(
        "inner", "04", "Write.", HINTS,
        start=(remedy.post, remedy.mask_reports, remedy.redirect),
        around=(remedy.post, remedy.redirect, remedy.session),
        closes=("access_log",),
        may_open=("cookie_replay", "store_decoded", "forgery_changed_session"),
    ),
)  # fmt: skip
COMBINE = CombinationExercise(
    "combine", "09", "Close.", HINTS, closes=("access_log", "history")
)
TRAVEL = JourneyExercise("travel", "08", "Stay.", HINTS)


@pytest.fixture(scope="module", autouse=True)
def lab() -> Iterator[None]:
    """One lab for this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as opened:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: opened)
            yield


def letters(*starts: str) -> str:
    """Return the word for the lines that begin so, in this order."""
    known = {
        line: letter
        for letter, line in (row.split("  ", 1) for row in ORDER.material.splitlines())
    }
    return "".join(
        next(known[line] for line in known if line.startswith(start)) for start in starts
    )


def states(exercise: Exercise, *answer: object) -> list[str]:
    """Return the states of the verdict's lines."""
    return [line.state for line in exercise.grade(*answer).lines]


def test_observers_are_judged_by_the_labs_own() -> None:
    """Who decodes agrees; who does not misses; who cries always raises false alarms."""
    assert OBSERVE.grade(lambda lines, secret: any(secret in unquote_plus(x) for x in lines))
    assert states(OBSERVE, lambda lines, secret: secret in "".join(lines)) == [
        MISSES,
        AGREES,
        AGREES,
    ]
    assert states(OBSERVE, lambda lines, secret: True) == [AGREES, ALARM, ALARM]
    assert states(OBSERVE, lambda lines, secret: "Rex" in "".join(lines)) == [
        AGREES,
        AGREES,
        ALARM,
    ]


@pytest.mark.parametrize(
    ("look", "says"),
    [
        (..., "nothing to check yet"),
        (7, "nothing to check yet"),
        (lambda lines: True, "takes 1 positional argument"),
        (lambda lines, secret: "yes", "returned 'yes': return True or False"),
        (lambda lines, secret: lines[99], "Your function raised IndexError"),
    ],
)
def test_a_function_that_is_no_observer(look: object, says: str) -> None:
    """Each gets a sentence, and no stack."""
    assert says in OBSERVE.grade(look).summary


def test_the_one_liner_is_fooled_by_what_html_and_url_both_rewrite() -> None:
    """An apostrophe does it; a space does not, since the page repeats it as it is."""
    assert FOOL.grade("I can't sleep")
    assert states(FOOL, "Rex sleeps at noon") == [ALARM, AGREES]
    assert "too short" in FOOL.grade("a'b").summary
    assert "is text in quotes" in FOOL.grade(7).summary


def test_the_right_exhibits_and_no_others_answer_a_claim() -> None:
    """Each choice is answered with the line itself, cut from a visit of this run."""
    assert REVIEW.grade(2)
    assert not REVIEW.grade(1)
    assert not REVIEW.grade(1, 2)
    assert "POST /sensitive" in REVIEW.grade(1).lines[0].detail
    assert "sensitive_info=" in REVIEW.material.splitlines()[1]
    for nonsense in ((), (0,), (3,), ("2",), (True,)):
        assert "Choose by number, from 1 to 2." in REVIEW.grade(*nonsense).summary


def test_lines_are_run_in_the_order_given() -> None:
    """And graded as a view, by the wire; the print is found, the missing line too."""
    good = letters("sensitive_info =", "back_office", "request.session", "return")
    assert ORDER.grade(good)
    assert ORDER.grade(", ".join(good.lower()))
    assert ORDER.grade(list(good))
    loud = letters("sensitive_info =", "back_office", "request.session", "print", "return")
    assert "Your view printed: " in ORDER.grade(loud).summary
    assert "UnboundLocalError" in ORDER.grade(good[2] + good[:2] + good[3]).summary
    assert "line 14, in post: request.session" not in ORDER.grade(good).summary
    assert "cannot read the value back" in ORDER.grade(good[:2] + good[3]).summary
    assert "returned None" in ORDER.grade(good[:3]).summary


@pytest.mark.parametrize("word", ["", "   ", 7, ..., "AA", "AZ", "A+B", []])
def test_what_is_no_order(word: object) -> None:
    """The letters there are, in a sentence."""
    assert "letters from A, B, C, D, E, each at most once" in ORDER.grade(word).summary


def test_the_order_shown_is_mixed_and_always_the_same() -> None:
    """It gives nothing away, and an answer stays right."""
    assert ORDER.material == ORDER.material
    assert letters("sensitive_info =", "back_office", "request.session", "return") != "ABCD"


def test_the_fewest_remediations_that_close() -> None:
    """Enough but not more: one that is not needed is named."""
    assert COMBINE.grade(remedy.post)
    assert not COMBINE.grade(remedy.https)
    more = COMBINE.grade(remedy.post, remedy.https)
    assert not more
    assert [line.place for line in more.lines if not line.good] == ["HTTPS"]
    assert "not a remediation" in COMBINE.grade("post").summary
    assert "nothing to check yet" in COMBINE.grade(...).summary
    assert not COMBINE.grade()


SAFE: dict[str, object] = {"SECURE_SSL_REDIRECT": True, "SECURE_HSTS_SECONDS": 31_536_000}
COOKIES: dict[str, object] = {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True}


def test_only_a_name_with_tls_and_a_long_memory_stays_on_https() -> None:
    """By a first visit and by one a day later, each with its control."""
    https = "https://site.test/"
    assert TRAVEL.grade(https, tls=True, settings=SAFE | COOKIES)
    assert TRAVEL.grade(https, tls=True, settings={"SECURE_HSTS_SECONDS": 90_000})
    for address, tls, settings in (
        (https, True, {}),
        (https, True, SAFE | {"SECURE_HSTS_SECONDS": 5}),
        ("https://127.0.0.1/", True, SAFE),
        ("http://site.test/", True, SAFE),
        ("http://site.test/", False, {}),
    ):
        verdict = TRAVEL.grade(address, tls=tls, settings=settings)
        assert not verdict.passed
        assert "The form works." in verdict.summary
    for address, wanted in (
        (https, {}),
        ("http://site.test/", {"SECURE_SSL_REDIRECT": True}),
        ("http://site.test/", COOKIES),
    ):
        verdict = TRAVEL.grade(address, tls=False, settings=wanted)
        assert "The form does not work." in verdict.summary


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        (("https://other.test/",), {}, "no address of the site"),
        ((7,), {}, "no address of the site"),
        ((), {"settings": 7}, "Settings are a dictionary"),
        ((), {"hsts": True}, "but no hsts="),
    ],
)
def test_what_is_no_journey(
    answer: tuple[object, ...], parts: dict[str, object], says: str
) -> None:
    """It is told in a sentence."""
    assert says in TRAVEL.grade(*answer, **parts).summary
