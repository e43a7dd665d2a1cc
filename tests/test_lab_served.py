"""The site for the learner's own browser; here that is a plain client of Python's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from http.cookiejar import CookieJar
from threading import Event, Thread
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.errors import LabError
from labapp.lab import Served, serve
from labapp.lab import laboratory as lab_module
from labapp.lab.laboratory import Laboratory
from labapp.observers import wire
from labapp.remedy import csrf, https, post, redirect, session
from labapp.show import Invitation

SENTENCE = "Rex can't <b>sleep</b> at noon"
TIMEOUT = 30  # seconds; a bound for tests that fail, none is waited for
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]


class Learner:
    """A browser with cookies, as far as these tests need one."""

    def __init__(self, served: Served) -> None:
        self._link = served.link
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))

    def open(self, path: str = "", values: dict[str, str] | None = None, **fields: str) -> str:
        """Return the page at *path*, after redirects; a POST with *values*."""
        data = None if values is None else urlencode(values).encode()
        request = Request(self._link + path, data, fields)
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            return unescape(answer.read().decode())

    def status(self, path: str = "", values: dict[str, str] | None = None, **how: str) -> int:
        """Return the status at *path*."""
        try:
            self.open(path, values, **how)
        except HTTPError as error:
            error.close()
            return error.code
        return 200

    def type(self, sentence: str = SENTENCE) -> str:
        """Open the form, type, send; return the page that comes."""
        form = self.open()
        values = {"sensitive_info": sentence}
        if token := re.search('name="csrfmiddlewaretoken" value="(.*?)"', form):
            values["csrfmiddlewaretoken"] = token[1]
        if 'method="post"' in form:
            return self.open("sensitive", values)
        return self.open(f"sensitive?{urlencode(values)}")


@pytest.fixture
def lab(
    no_leaks: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laboratory]:
    """A lab of the test's own, by relay unless a test asks for another backend."""
    monkeypatch.setenv("LABAPP_CAPTURE", getattr(request, "param", "relay"))
    with Laboratory() as lab:
        monkeypatch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
        yield lab


@pytest.mark.parametrize("lab", BACKENDS, indirect=True)
def test_what_was_typed_is_in_the_capture(lab: Laboratory) -> None:
    """By every backend: read from the packets, marked, and gone through no cell."""
    mine = serve(post, redirect, session, csrf)
    page = Learner(mine).type()
    assert f"<mark>{SENTENCE}</mark>" in page
    assert mine.capture.backend == lab.backend.name
    assert mine.capture.complete
    assert mine.typed == SENTENCE
    assert "sensitive_info=[[Rex+can%27t+%3Cb%3Esleep%3C%2Fb%3E+at+noon]]" in repr(mine)
    assert "<b>" not in mine._repr_html_()
    assert [one.where for one in mine.look_for(SENTENCE).sightings] == [
        "request body",
        "body of the answer",
    ]


def test_nothing_was_typed_yet(lab: Laboratory, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever looks before anybody came is told so, and the capture is there, empty."""
    mine = serve()
    assert capfd.readouterr() == ("", "")
    assert "Nothing was typed yet." in repr(mine)
    assert "Nothing was typed yet." in mine._repr_html_()
    assert (mine.typed, mine.capture.frames, mine.log) == ("", (), ())
    assert mine.look_for(SENTENCE).seen is None
    Learner(mine).open()  # the form alone
    assert "Nothing was typed yet." in repr(mine)
    assert mine.look_for(SENTENCE).seen is False


def test_absence_needs_a_control(lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other words are not seen; without the control, nobody can say."""
    mine = serve()
    Learner(mine).type()
    assert mine.look_for("Otto never sleeps").seen is False
    monkeypatch.setattr(mine, "_control", "some other text")
    assert mine.look_for("Otto never sleeps").seen is None
    assert mine.look_for(SENTENCE).seen is True


def test_absence_needs_all_packets(lab: Laboratory) -> None:
    """With one packet lost, nobody can say what was in it."""
    mine = serve()
    Learner(mine).type()
    torn = mine._exchanges[0]
    longest = max(
        range(len(torn.capture.frames)), key=lambda n: len(torn.capture.frames[n].data)
    )
    torn = torn._replace(capture=torn.capture.without(longest))
    mine._exchanges = (torn, *mine._exchanges[1:])
    look = mine.look_for("Otto never sleeps")
    assert look.seen is None
    assert "frame" in repr(look)


def test_it_goes_on_as_it_was_served(lab: Laboratory) -> None:
    """Visits made meanwhile change neither its settings nor what it remembers."""
    mine = serve(post, redirect, session, csrf)
    learner = Learner(mine)
    learner.type()
    made = lab.visit("Mia paints at night", post, https)
    assert f"<mark>{SENTENCE}</mark>" in learner.open("secure_page")
    assert learner.status("sensitive", {"sensitive_info": "no token"}) == 403
    assert made.works
    assert made.seen["wire_request_body"] is False


def test_neither_is_in_the_capture_of_the_other(lab: Laboratory) -> None:
    """While visits go on, a browser is answered, and each capture has its own alone."""
    mine = serve(post, redirect, session)
    learner, done = Learner(mine), Event()
    pages: list[str] = []

    def type_on_and_on() -> None:
        while not done.is_set() or not pages:
            pages.append(learner.type())

    typing = Thread(target=type_on_and_on)
    typing.start()
    visits = [lab.visit(f"Mia paints {number} pictures") for number in range(10)]
    done.set()
    typing.join(TIMEOUT)
    assert all(f"<mark>{SENTENCE}</mark>" in page for page in pages)
    assert all(visit.works and visit.capture.complete for visit in visits)
    found = [
        list(wire.look(visit.evidence, SENTENCE, part))
        for visit in visits
        for part in wire.PARTS
    ]
    assert not any(found)
    assert mine.look_for("Mia paints").seen is False
    assert mine.look_for(SENTENCE).seen is True


def test_a_cell_run_again_closes_what_it_served(lab: Laboratory) -> None:
    """One site at a time: the old link leads nowhere, what it captured stays."""
    first = serve()
    Learner(first).type()
    second = serve(post)
    with pytest.raises(URLError, match="refused"):
        Learner(first).open()
    assert first.typed == SENTENCE
    assert "It is closed: run the cell with serve() again." in repr(first)
    assert "It is closed" in first._repr_html_()
    assert Learner(second).type().count(SENTENCE) == 1


def test_a_mistake_closes_nothing(lab: Laboratory) -> None:
    """What cannot be served leaves the site before as it was."""
    mine = serve()
    with pytest.raises(LabError):
        serve(view=17)  # type: ignore[arg-type]
    assert Learner(mine).status() == 200


def test_it_ends_with_its_block(lab: Laboratory) -> None:
    """As a context manager; closing again does nothing."""
    with serve() as mine:
        assert Learner(mine).status() == 200
    with pytest.raises(URLError, match="refused"):
        Learner(mine).open()
    mine.close()


def test_arrivals_end_when_it_is_closed(lab: Laboratory) -> None:
    """One look for each exchange, in order, and none for a style sheet."""
    with serve() as mine:
        learner = Learner(mine)
        learner.open("style.css")
        learner.type()
    first, second = list(mine.arrivals())
    assert (first.words, second.words) == ("", SENTENCE)
    assert "GET / HTTP/1.1" in first.said
    assert "GET /sensitive?" in second.said


@pytest.mark.parametrize(
    ("given", "settings", "line"),
    [
        (("Rex sleeps at noon",), {}, "serve() takes no secret"),
        (("post",), {}, "serve(remedy.post)"),
        ((HttpResponse,), {}, "serve(view=HttpResponse)"),
        ((https,), {}, "HTTP only"),
        ((post, remedy.hardening), {}, "HTTP only"),
        ((), {"SECURE_SSL_REDIRECT": True}, "HTTP only"),
        ((17,), {}, "17 is not a remediation"),
        ((), {"DEBUG": True}, "changes no setting 'DEBUG'"),
    ],
)
def test_what_cannot_be_served_gets_one_line(
    given: tuple[object, ...], settings: dict[str, object], line: str
) -> None:
    """And it says what to write instead."""
    with pytest.raises(LabError, match=re.escape(line)) as refused:
        serve(*given, settings=settings)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_other_names_are_refused_and_not_recorded(lab: Laboratory) -> None:
    """A page of a stranger whose name leads to 127.0.0.1 (DNS rebinding) gets nothing."""
    mine = serve()
    assert Learner(mine).status(Host="evil.test") == 400
    assert mine.capture.frames == ()


def test_the_key_opens_it_under_any_name(lab: Laboratory) -> None:
    """Behind Jupyter's proxy the Host is the hub's; links and redirects stay there."""
    mine = serve(post, redirect, session)
    way = mine._keeper.way.removeprefix("/")
    learner = Learner(mine)
    page = learner.open(f"user/ada/{way}/", Host="hub.example")
    assert f'action="/user/ada/{way}/sensitive"' in page
    page = learner.open(
        f"user/ada/{way}/sensitive",
        {"sensitive_info": SENTENCE},
        Host="hub.example",
        Origin="https://hub.example",
        Authorization="token abcdef",
    )
    assert f"<mark>{SENTENCE}</mark>" in page
    crossed = b"".join(frame.data for frame in mine.capture.frames)
    assert [text for text in (b"hub", b"ada", b"abcdef", b"lab-") if text in crossed] == []


def test_your_own_view_answers_and_its_crash_is_told(lab: Laboratory) -> None:
    """The browser sees what a visitor sees; the card says where it crashed."""

    def crashing(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.POST["no_such_field"])

    mine = serve(post, view=crashing)
    assert Learner(mine).status("sensitive", {"sensitive_info": SENTENCE}) == 500
    assert "The view crashed: MultiValueDictKeyError: " in repr(mine)
    assert "in crashing: " in repr(mine)


def test_a_view_that_never_returns_is_given_up(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser is told so, and the lab goes on."""
    monkeypatch.setattr("labapp.lab.standing.PATIENCE", 0.2)
    monkeypatch.setattr("labapp.server.traffic.PATIENCE", 0.2)

    def endless(request: HttpRequest) -> HttpResponse:
        while True:
            pass

    mine = serve(post, view=endless)
    assert Learner(mine).status("sensitive", {"sensitive_info": SENTENCE}) == 504
    assert mine.typed == SENTENCE
    assert lab.visit("Mia paints at night").works


def test_a_lab_that_is_busy_for_long_says_so(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser waits so long and no longer."""
    monkeypatch.setattr("labapp.lab.served.TURN", 0.05)
    mine = serve()
    with lab.turns.take():
        assert Learner(mine).status() == 503
    assert Learner(mine).status() == 200


def test_it_ends_with_its_lab(no_leaks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to close it."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    with Laboratory() as lab:
        monkeypatch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
        mine = serve()
    assert "It is closed" in repr(mine)


def test_an_invitation_is_escaped() -> None:
    """Whatever stands in a link, it stays in it."""
    shown = Invitation("<i>", '/"><b>', elsewhere="/<b>", warnings=("<u>",)).html
    assert re.findall(r"<[ibu]>", shown) == []
    assert 'href="/&quot;&gt;&lt;b&gt;"' in shown
