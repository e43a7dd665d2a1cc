"""Hide the length: what a listener counts, and what is said of it; nobody really visits here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.checks import padding
from labapp.checks.padding import CHANCE, PAGE, REQUEST, PaddingExercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.errors import LabError
from labapp.evidence import Answer
from labapp.lab.neighbour import ANSWERS, Overheard
from labapp.site.application import Own
from tests.overheard import FORM, Sealed, overheard, page

EXERCISE = PaddingExercise("hide", "06", "Hide it.", ("a", "b", "c"))
WORKS = "The form still works: each answer comes back on the page."
TOLD = Line(CLOSED, REQUEST, CONTROL), Line(CLOSED, PAGE, CONTROL)
LOST = "how does the view know the word, and does the page say this word alone?"
ELSEWHERE = "which other addresses does a browser ask for, and after which answer?"
EQUAL = Sealed((300,), (900,))
Made = Callable[[str, int], Overheard]


def view(request: HttpRequest) -> HttpResponse:
    """Stand for a learner's view; nobody calls it here."""
    return HttpResponse()


def start(word: str, _: int = 0) -> Overheard:
    """Return what the starting view leaves: each word has lengths of its own."""
    return overheard(word, Sealed((300 + len(word),), (900 + len(word),)))


@dataclass
class Lab:
    """A lab that has *made* of every word on the learner's site, *start* on its own."""

    made: Made
    start: Made = start
    asked: list[tuple[str, Own]] = field(default_factory=list)

    def overhear(self, word: str, own: Own) -> Overheard:
        """Count how often this word was said there, and make it."""
        again = self.asked.count((word, own))
        self.asked.append((word, own))
        return (self.made if own.any else self.start)(word, again)


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade a view that leaves what is *made* of each word, and of it for the second time."""

    def grade(made: Made, start: Made = start) -> Verdict:
        lab = Lab(made, start)
        monkeypatch.setattr(padding, "laboratory", lambda: lab)
        return EXERCISE.grade(view)

    return grade


def by_word(sent: Mapping[str, int], received: Mapping[str, int]) -> Made:
    """Return what sends and receives another length where one is named."""
    return lambda word, _: overheard(
        word, Sealed((sent.get(word, 300),), (received.get(word, 900),))
    )


def test_equal_lengths_pass(graded: Callable[..., Verdict]) -> None:
    """Both ways are closed, beside a start where both tell; nothing is left to ask."""
    verdict = graded(lambda word, _: overheard(word, EQUAL))

    assert verdict == Verdict("hide", passed=True, summary=WORKS, lines=TOLD)


@pytest.mark.parametrize(
    ("made", "lines", "think"),
    [
        (
            by_word({"no": 299}, {}),
            (Line(OPEN, REQUEST, "yes 300, no 299, maybe 300, not today 300 bytes"), TOLD[1]),
            "what does the form send for each answer, letter by letter?",
        ),
        (
            by_word({}, {"maybe": 901}),
            (TOLD[0], Line(OPEN, PAGE, "yes 900, no 900, maybe 901, not today 900 bytes")),
            "which bytes of the page that comes back depend on the answer?",
        ),
        (
            by_word({"no": 299}, {"yes": 901}),
            (
                Line(OPEN, REQUEST, "yes 300, no 299, maybe 300, not today 300 bytes"),
                Line(OPEN, PAGE, "yes 901, no 900, maybe 900, not today 900 bytes"),
            ),
            "which bytes of the page that comes back depend on the answer?",
        ),
    ],
)
def test_a_length_that_tells(
    graded: Callable[..., Verdict], made: Made, lines: tuple[Line, ...], think: str
) -> None:
    """Where one word has another length, all of them stand in the line; the last one asks."""
    verdict = graded(made)

    assert verdict == Verdict("hide", passed=False, summary=WORKS, lines=lines, think=think)


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            lambda word, again: overheard(word, Sealed((300 + again,), (900,))),
            Line(OPEN, REQUEST, "yes 300, no 300, maybe 300, not today 300 bytes"),
        ),
        (
            lambda word, again: overheard(word, Sealed((300,), (900 + again,))),
            Line(OPEN, PAGE, "yes 900, no 900, maybe 900, not today 900 bytes"),
        ),
    ],
)
def test_chance_is_seen(graded: Callable[..., Verdict], made: Made, line: Line) -> None:
    """A word that has other lengths the second time is no closed place, on either way."""
    verdict = graded(made)

    chance = Line(OPEN, CHANCE, "other lengths each time: over many visits they tell")
    assert [line, chance] == [one for one in verdict.lines if not one.good]
    assert verdict.think == "what does somebody learn who listens a hundred times?"


def test_lengths_of_words_alone_are_no_chance(graded: Callable[..., Verdict]) -> None:
    """What is the same both times is not said to change: the control of the test above."""
    verdict = graded(start)

    assert [REQUEST, PAGE] == [line.place for line in verdict.lines]


@pytest.mark.parametrize(
    ("at_start", "states"),
    [
        (by_word({}, {"yes": 1}), [UNKNOWN, CLOSED]),
        (by_word({"yes": 1}, {}), [CLOSED, UNKNOWN]),
        (by_word({}, {}), [UNKNOWN, UNKNOWN]),
    ],
)
def test_without_a_control_nothing_is_closed(
    graded: Callable[..., Verdict], at_start: Made, states: list[str]
) -> None:
    """If the starting view told nothing there, "closed" would be an empty word."""
    verdict = graded(lambda word, _: overheard(word, EQUAL), at_start)

    assert states == [line.state for line in verdict.lines]
    assert not verdict.passed
    said = {line.detail for line in verdict.lines if line.state == UNKNOWN}
    assert said == {"the starting view was not found there"}


@pytest.mark.parametrize("torn", ["view", "start"])
def test_what_was_not_captured_is_unknown(graded: Callable[..., Verdict], torn: str) -> None:
    """One packet less, in the learner's visits or in those of the start, and nobody can say."""

    def lossy(word: str, _: int) -> Overheard:
        return overheard(word, Sealed((300 + len(word),)), lost=word == "maybe")

    def whole(word: str, _: int) -> Overheard:
        return overheard(word, EQUAL)

    verdict = graded(*((lossy,) if torn == "view" else (whole, lossy)))

    assert verdict.lines == (Line(UNKNOWN, REQUEST, "one packet was dropped"),)
    assert not verdict.passed


@pytest.mark.parametrize(
    "says",
    [
        "",  # nothing
        "no",  # another word
        "yes or no",  # more than the word
        "yesterday",  # a longer word
        "<p hidden>yes</p>",  # what nobody sees
    ],
)
def test_a_page_that_does_not_say_the_word(graded: Callable[..., Verdict], says: str) -> None:
    """Who answers does not read it: equal lengths alone are no form that works."""
    verdict = graded(
        lambda word, _: overheard(word, EQUAL, answers=[page(says if word == "yes" else word)])
    )

    works = "The form does not work any more: who answers 'yes' does not read it."
    assert verdict == Verdict("hide", passed=False, summary=works, lines=TOLD, think=LOST)


def test_the_first_word_that_is_not_read_is_named(graded: Callable[..., Verdict]) -> None:
    """One is enough to begin with."""
    verdict = graded(
        lambda word, _: overheard(
            word, EQUAL, answers=[page("" if word in {"no", "maybe"} else word)]
        )
    )

    assert "who answers 'no' does not read it" in verdict.summary


@pytest.mark.parametrize(
    ("answers", "passed"),
    [
        (["redirect", "page"], True),
        (["page", "picture"], True),
        (["created"], False),
        (["redirect"], False),
        (["damaged"], True),
        (["page", "next page"], True),
    ],
)
def test_which_page_is_read(
    graded: Callable[..., Verdict], answers: list[str], passed: bool
) -> None:
    """The first that is no redirect, if it came with 200, whatever bytes are on it."""

    def came(word: str, _: int) -> Overheard:
        known = {
            "redirect": page(word, 302),
            "page": page(word),
            "next page": page("never read"),
            "created": page(word, 201),
            "picture": page("maybe", url="https://images.test:8000/p.png"),
            "damaged": Answer("POST", FORM, 200, (), b"\xff " + word.encode()),
        }
        return overheard(word, EQUAL, answers=[known[one] for one in answers])

    assert graded(came).passed is passed


@pytest.mark.parametrize(
    ("more", "detail"),
    [
        (
            Sealed((290,), (80,), "images.test"),
            "yes 300 + 290 (images.test), no 300, maybe 300, not today 300 bytes",
        ),
        (
            Sealed((290, 10), (80,), "images.test"),
            (
                "yes 300 + 290 (images.test) + 10 (images.test), no 300, maybe 300, "
                "not today 300 bytes"
            ),
        ),
    ],
)
def test_another_connection_for_one_word(
    graded: Callable[..., Verdict], more: Sealed, detail: str
) -> None:
    """The connection itself tells; the foreign site is named, and asked about."""
    verdict = graded(lambda word, _: overheard(word, EQUAL, *([more] if word == "yes" else [])))

    assert verdict.lines[0] == Line(OPEN, REQUEST, detail)
    assert verdict.think == ELSEWHERE


def test_more_records_for_one_word(graded: Callable[..., Verdict]) -> None:
    """Two pieces of one request are asked about as well."""
    verdict = graded(
        lambda word, _: overheard(word, Sealed((150, 150) if word == "no" else (300,)))
    )

    assert "no 150 + 150, maybe" in verdict.lines[0].detail
    assert verdict.think == ELSEWHERE


def test_an_address_where_nobody_answers(graded: Callable[..., Verdict]) -> None:
    """It leaves no packet here and would elsewhere: it counts, by its name."""
    refused = page("", 0, "https://nobody.test:8000/yes.png")
    verdict = graded(
        lambda word, _: overheard(
            word, EQUAL, answers=[page(word), *([refused] if word == "yes" else [])]
        )
    )

    assert verdict.lines == (
        Line(
            OPEN,
            REQUEST,
            "yes 300 + 0 (nobody.test:8000, no answer), no 300, maybe 300, not today 300 bytes",
        ),
        TOLD[1],
    )
    assert verdict.think == ELSEWHERE


LOADED = '<link rel="icon" href="/yes.ico"'


def test_what_the_labs_browser_does_not_load(graded: Callable[..., Verdict]) -> None:
    """If it hangs on the answer, nobody can say here what a listener counts."""
    one = graded(
        lambda word, _: overheard(
            word, EQUAL, answers=[page(word + (f"{LOADED}>" if word == "maybe" else ""))]
        )
    )
    all_the_same = graded(
        lambda word, _: overheard(word, EQUAL, answers=[page(f"{word}{LOADED}>")])
    )

    says = (
        "The lab's browser loads pictures (<img src>) and nothing else, so nobody can say "
        f"here what a listener counts of this: {LOADED}"
    )
    assert one == Verdict("hide", passed=False, summary=says)
    assert all_the_same.passed


@pytest.mark.parametrize(
    ("answer", "parts"),
    [((view, view), {}), ((view,), {"settings": {}}), ((), {"secure_page": view})],
)
def test_what_it_does_not_take(answer: tuple[object, ...], parts: dict[str, object]) -> None:
    """A view and a form, and no part of another name."""
    with pytest.raises(LabError) as told:
        EXERCISE.grade(*answer, **parts)

    assert str(told.value) == "'hide' takes a view and form=."


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        ((), {}, "There is nothing to check yet"),
        (("view",), {}, "without quotes, not 'view'"),
        ((view,), {"form": "<script>pad()</script>"}, "Your form has JavaScript."),
        ((), {"view": view, "form": "<script>"}, "Your form has JavaScript."),
        ((int,), {}, "int is not a Django view"),
        ((view,), {"form": "{% pad %}"}, "pad"),
    ],
)
def test_what_cannot_be_served(
    answer: tuple[object, ...], parts: dict[str, object], says: str
) -> None:
    """It is told before any visit, in a sentence that does not pass."""
    verdict = EXERCISE.grade(*answer, **parts)

    assert says in verdict.summary
    assert (verdict.name, verdict.passed, verdict.lines) == ("hide", False, ())


def test_every_word_is_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the learner's site, with their form, and once on the lab's own."""
    lab = Lab(lambda word, _: overheard(word, EQUAL))
    monkeypatch.setattr(padding, "laboratory", lambda: lab)

    assert EXERCISE.grade(view, form="<form>").passed

    own = Own(view, None, "<form>")
    assert lab.asked == [
        *((word, own) for word in (*ANSWERS, *ANSWERS)),
        *((word, Own()) for word in ANSWERS),
    ]


def test_a_view_that_does_not_work_is_explained(graded: Callable[..., Verdict]) -> None:
    """What went wrong is said, and no length is compared."""
    verdict = graded(lambda word, _: overheard(word, EQUAL, answers=[page(word, 418)]))

    assert verdict == Verdict("hide", passed=False, summary="The last answer had status 418.")


def test_a_form_without_the_word(graded: Callable[..., Verdict]) -> None:
    """What the lab cannot do with the form is said in its own words."""

    def refuse(word: str, _: int) -> Overheard:
        raise LabError(f"Your form has no {word}.")

    verdict = graded(refuse)

    assert verdict == Verdict("hide", passed=False, summary="Your form has no yes.")
