"""Leave a stripper nothing: three attacks made by hand, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from labapp.checks import stripping
from labapp.checks.stripping import COOKIE, FIRST, LINK, WEEK, StripExercise
from labapp.checks.verdict import CLOSED, OPEN, UNKNOWN, Line, Verdict
from labapp.checks.views import CONTROL
from labapp.errors import LabError
from labapp.evidence import SITE, Answer, Evidence, Step
from labapp.lab.ambush import HTTP, HTTPS, Plot
from labapp.lab.attack import Attack
from labapp.onpath import Letter, Note, Notes
from tests.frames import capture

EXERCISE = StripExercise("strip", "07", "Leave nothing.", ("a", "b", "c"))
GIVEN: dict[str, object] = {"SECURE_HSTS_SECONDS": 1}
NOTE = "control kettle 4242"  # what browsers say of themselves
CLOSED_ALL = tuple(Line(CLOSED, place, CONTROL) for place in (FIRST, LINK, COOKIE))


@dataclass(frozen=True)
class Way:
    """What an attacker had of one visitor; of whom nothing is said, nothing."""

    passed: bool = True  # somebody came by
    request: str = ""  # what was read
    cookies: tuple[str, ...] = ()
    host: str = SITE  # ... on the way there
    opens: bool = False  # these cookies open the page
    works: bool = True  # the clean visit did


def robbed(secret: str) -> tuple[Way, Way, Way]:
    """Return what is had of all three where nothing is done against it."""
    line = f"GET /?sensitive_info={secret} HTTP/1.1"
    return (
        Way(request=line),
        Way(request="GET /secure_page HTTP/1.1"),
        Way(request="GET /secure_page HTTP/1.1", cookies=("sessionid=abcdefgh",), opens=True),
    )


def attacked(secret: str, plot: Plot, way: Way) -> Attack:
    """Return the attack that went this *way*."""
    read = []
    if way.request:
        fields = [("Host", way.host), ("User-Agent", NOTE)]
        fields += [("Cookie", cookie) for cookie in way.cookies]
        answer = Letter("HTTP/1.1 200 OK", ())
        read.append(Note("http", Letter(way.request, tuple(fields)), answer))
    url = f"https://{plot.host}:8000/secure_page"
    page = Answer("GET", url, 200, (), secret.encode())
    steps = [Step("clean", capture([]), (page,) if way.works else ())]
    if way.opens:
        steps.append(Step("replay", capture([]), (page,)))
    notes = Notes(tuple(read), sealed=int(way.passed and not way.request))
    return Attack(secret, plot, notes, Evidence(tuple(steps), NOTE), "site", "when", "how")


Ways = Callable[[str], tuple[Way, Way, Way]]


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """Grade an address and settings that let the attacker have what *after* says."""

    def grade(after: Ways, before: Ways = robbed) -> Verdict:
        def strip(
            secret: str, address: str, *, settings: Mapping[str, object] | None, **how: object
        ) -> Attack:
            plot = Plot(address, **how)  # type: ignore[arg-type]
            ways = (after if settings is GIVEN else before)(secret)
            number = 2 if plot.forgets else 1 if plot.link else 0
            return attacked(secret, plot, ways[number])

        monkeypatch.setattr(stripping, "strip", strip)
        return EXERCISE.grade(HTTPS, settings=GIVEN)

    return grade


def nothing(secret: str) -> tuple[Way, Way, Way]:
    """Leave nothing: all that passed was sealed."""
    return Way(), Way(), Way()


def test_nothing_is_left(graded: Callable[..., Verdict]) -> None:
    """Each of the three places is closed, beside a start where each was open."""
    verdict = graded(nothing)

    assert verdict == Verdict("strip", passed=True, summary="The form works.", lines=CLOSED_ALL)


@pytest.mark.parametrize(
    ("number", "place", "detail", "think"),
    [
        (
            0,
            FIRST,
            "GET /?sensitive_info=",
            "which request of a first visit does no header of yours reach in time?",
        ),
        (
            1,
            LINK,
            "GET http://site.test/secure_page -> 200 OK",
            "what does a browser remember for a week, and for which kind of address?",
        ),
        (
            2,
            COOKIE,
            "cookie sessionid=abcdef... opens the page",
            "which cookie goes along with a request to http://, and what would hold it back?",
        ),
    ],
)
def test_what_is_left_is_shown(
    graded: Callable[..., Verdict], number: int, place: str, detail: str, think: str
) -> None:
    """One of the three alone is open, in the words of what the attacker holds."""

    def one_left(secret: str) -> tuple[Way, ...]:
        ways = list(nothing(secret))
        ways[number] = robbed(secret)[number]
        return tuple(ways)

    verdict = graded(one_left)
    found = verdict.lines[number]

    assert (OPEN, place) == (found.state, found.place)
    assert found.detail.startswith(detail)
    assert [line for line in verdict.lines if line is not found] == [
        line for line in CLOSED_ALL if line.place != place
    ]
    assert (verdict.passed, verdict.summary, verdict.think) == (False, "The form works.", think)


def test_the_first_open_place_is_asked_about(graded: Callable[..., Verdict]) -> None:
    """Where all are open, the question is about the first visit."""
    verdict = graded(robbed)

    assert [OPEN] * 3 == [line.state for line in verdict.lines]
    assert verdict.think.startswith("which request of a first visit")


@pytest.mark.parametrize("cookies", [(), ("a=bcdefghi",)])
def test_a_first_visit_without_the_secret_is_closed(
    graded: Callable[..., Verdict], cookies: tuple[str, ...]
) -> None:
    """What was read of it counts only if the secret is in it; a cookie is no secret."""

    def without(secret: str) -> tuple[Way, Way, Way]:
        return Way(request="GET / HTTP/1.1", cookies=cookies), Way(), Way()

    assert graded(without).lines == CLOSED_ALL


def test_the_secret_of_another_host_is_read_as_well(graded: Callable[..., Verdict]) -> None:
    """A redirect may lead visitors away from the host they named; nothing is closed then."""

    def led_away(secret: str) -> tuple[Way, Way, Way]:
        return replace(robbed(secret)[0], host="127.0.0.1"), Way(), Way()

    assert graded(led_away).lines == (
        Line(OPEN, FIRST, "read at another host"),
        *CLOSED_ALL[1:],
    )


@pytest.mark.parametrize(
    ("cookies", "opens", "detail"),
    [
        (("sessionid=abcdefgh",), False, ""),
        (("csrftoken=xyzxyzxyz", "sessionid=abcdefgh"), True, "cookie sessionid=abcdef..."),
        (("csrftoken=xyzxyzxyz",), True, "a cookie"),
        (("__Host-sessionid=abcdefgh",), True, "cookie __Host-sessionid=abcdef..."),
    ],
)
def test_a_cookie_counts_if_it_opens_the_page(
    graded: Callable[..., Verdict], cookies: tuple[str, ...], opens: bool, detail: str
) -> None:
    """It is named if it is the session's, among whatever others."""

    def held(secret: str) -> tuple[Way, Way, Way]:
        return Way(), Way(), Way(request="GET / HTTP/1.1", cookies=cookies, opens=opens)

    expected = Line(OPEN, COOKIE, f"{detail} opens the page") if opens else CLOSED_ALL[2]
    assert graded(held).lines == (*CLOSED_ALL[:2], expected)


def test_nobody_came_by(graded: Callable[..., Verdict]) -> None:
    """Where no visitor passed the attacker, nothing can be called closed."""
    verdict = graded(lambda secret: (Way(), Way(passed=False), Way()))

    assert verdict.lines == (
        CLOSED_ALL[0],
        Line(UNKNOWN, LINK, "nobody passed the attacker"),
        CLOSED_ALL[2],
    )
    assert not verdict.passed


def test_a_start_that_was_not_open_there(graded: Callable[..., Verdict]) -> None:
    """Without a control nothing can be called closed either."""
    verdict = graded(nothing, lambda secret: (*robbed(secret)[:2], Way()))

    assert verdict.lines == (
        *CLOSED_ALL[:2],
        Line(UNKNOWN, COOKIE, "the start was not open there"),
    )
    assert not verdict.passed


def test_what_is_held_is_open_whatever_the_start_was(graded: Callable[..., Verdict]) -> None:
    """No control is needed to believe what lies in the attacker's hands."""
    verdict = graded(robbed, nothing)

    assert [OPEN] * 3 == [line.state for line in verdict.lines]


def test_a_form_that_does_not_work(graded: Callable[..., Verdict]) -> None:
    """With nobody on the way the visitor gets nothing: that is said and asked first."""
    verdict = graded(lambda secret: (Way(), Way(works=False), Way()))

    assert verdict == Verdict(
        "strip",
        passed=False,
        summary="The form does not work.",
        lines=CLOSED_ALL,
        think="what does a visitor get at this address, with nobody on the way?",
    )


def test_three_visitors_for_each_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first visit, a link after a week, one that forgets at once: given, then the start."""
    asked: list[tuple[str, object, Plot]] = []

    def strip(secret: str, address: str, *, settings: object, **how: object) -> Attack:
        plot = Plot(address, **how)  # type: ignore[arg-type]
        asked.append((secret, settings, plot))
        return attacked(secret, plot, Way())

    monkeypatch.setattr(stripping, "strip", strip)
    EXERCISE.grade(HTTPS, settings=GIVEN)

    assert len({secret for secret, _, _ in asked}) == 1
    assert WEEK == 7 * 24 * 60 * 60
    assert [(settings, plot) for _, settings, plot in asked] == [
        (settings, plot)
        for address, settings in ((HTTPS, GIVEN), (HTTP, None))
        for plot in (
            Plot(address),
            Plot(address, after=WEEK, link=True),
            Plot(address, after=0, link=True, forgets=True),
        )
    ]


def test_settings_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address alone is an answer, too."""
    given = []

    def strip(secret: str, address: str, *, settings: object, **how: object) -> Attack:
        given.append(settings)
        return attacked(secret, Plot(address), Way())

    monkeypatch.setattr(stripping, "strip", strip)

    assert EXERCISE.grade(HTTPS).lines
    assert given == [None] * 6


@pytest.mark.parametrize(
    ("answer", "parts", "says"),
    [
        ((), {}, "It takes one address and settings=."),
        ((HTTPS, GIVEN), {}, "It takes one address and settings=."),
        ((), {"settings": GIVEN}, "It takes one address and settings=."),
        ((HTTPS,), {"tls": 1}, "It takes one address and settings=, but no tls=."),
        (
            (HTTPS,),
            {"tls": 1, "settings": GIVEN, "hsts": 1},
            "It takes one address and settings=, but no hsts=.",
        ),
    ],
)
def test_what_it_does_not_take(
    answer: tuple[object, ...], parts: dict[str, object], says: str
) -> None:
    """It is told in a sentence, before any attack."""
    assert EXERCISE.grade(*answer, **parts) == Verdict("strip", passed=False, summary=says)


def test_an_address_that_is_not_the_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab's own words are passed on."""

    def strip(*_: object, **__: object) -> Attack:
        raise LabError(f"no address of {SITE}")

    monkeypatch.setattr(stripping, "strip", strip)

    assert EXERCISE.grade("https://other.test/") == Verdict(
        "strip", passed=False, summary="no address of site.test"
    )
