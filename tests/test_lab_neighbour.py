"""A neighbour answers over HTTPS; the listener has lengths, and no key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.errors import LabError
from labapp.lab import laboratory as lab_module
from labapp.lab import overhear
from labapp.lab.laboratory import Laboratory
from labapp.secret import find

BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]
LISTED = (
    '<form action="/sensitive" method="post"><select name="sensitive_info">'
    '<option value="y">yes<option value="n">no</select><button>Go</button></form>'
)
PRESSED = (
    '<form action="/sensitive" method="post">'
    '<button name="sensitive_info" value="y">yes</button>'
    '<button name="sensitive_info" value="n">no</button></form>'
)
FORM = (
    '<form action="/sensitive" method="post">'
    '<label><input type="radio" name="sensitive_info" value="y" checked> yes</label>'
    '<label><input type="radio" name="sensitive_info" value="n"> no</label>'
    "<button>Go</button></form>"
)


@pytest.fixture(scope="module", params=BACKENDS, autouse=True)
def lab(request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as opened:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: opened)
            yield opened


def told(request: HttpRequest) -> HttpResponse:
    """Say what was sent."""
    return HttpResponse(f"sent {request.POST['sensitive_info']}")


def test_the_record_grows_byte_for_byte() -> None:
    """The figure's slope of one: record and answer differ by the same number of bytes."""
    heard = [overhear(answer) for answer in ("no", "yes", "not today", "café", "a" * 40)]
    assert len({sum(one.sent) - one.written for one in heard}) == 1
    assert [one.written for one in heard] == [2, 3, 9, len("caf%C3%A9"), 40]


def test_the_same_answer_has_the_same_lengths() -> None:
    """On the way there and back, so that a comparison means something."""
    once, again = overhear("yes"), overhear("yes")
    assert (once.sent, once.received) == (again.sent, again.received)
    assert [len(once.sent), len(once.received)] == [1, 1]


def test_the_page_that_echoes_grows_as_well() -> None:
    """What comes back tells as much as what is sent."""
    assert overhear("not today").received[0] - overhear("yes").received[0] == 6


def test_the_listener_has_no_key() -> None:
    """Neither key nor answer stands in what was overheard."""
    answer = "a long fake answer"
    one = overhear(answer)
    assert one.capture.complete
    assert {step.capture.tls_secrets for step in one.visit.evidence} == {""}
    assert not find(answer, b"".join(frame.data for frame in one.capture.frames))
    assert answer not in repr(one)
    assert str(one.sent[0]) in repr(one)


def test_chance_says_yes_or_no() -> None:
    """Without an answer the neighbour says one of two, and the repr does not tell which."""
    heard = [overhear() for _ in range(12)]
    assert {one.answer for one in heard} <= {"yes", "no"}
    for one in heard:
        assert repr(one) == repr(overhear(one.answer))


@pytest.mark.parametrize("form", [FORM, LISTED, PRESSED], ids=["radio", "list", "buttons"])
@pytest.mark.parametrize(("answer", "sent"), [("yes", b"sent y"), ("no", b"sent n")])
def test_an_answer_is_chosen_by_its_words(form: str, answer: str, sent: bytes) -> None:
    """And no other one is sent along, even if it was checked before."""
    one = overhear(answer, view=told, form=form)
    step = one.visit.step("submit")
    assert [each.body for each in step.answers] == [sent]
    assert step.answers[0].sent == b"sensitive_info=" + sent[-1:]


@pytest.mark.parametrize(
    ("form", "noun"), [(FORM, "radio button"), (LISTED, "option"), (PRESSED, "button")]
)
def test_choices_that_lack_the_answer_are_named(form: str, noun: str) -> None:
    """In one line with those there are."""
    with pytest.raises(LabError, match=rf"no {noun} with 'maybe'.*it has 'yes', 'no'"):
        overhear("maybe", view=told, form=form)


def test_every_connection_is_counted() -> None:
    """The site's page has a picture of another site: a second name, with lengths of its own."""
    one = overhear("yes")
    assert [each.name for each in one.connections] == ["site.test", "images.test"]
    assert (one.connections[0].sent, one.connections[0].received) == (one.sent, one.received)
    assert all(each.sent and each.received for each in one.connections)


def test_what_is_not_encrypted_is_counted_whole() -> None:
    """One piece each way, and its name says that it crosses in the clear."""

    def plain(request: HttpRequest) -> HttpResponse:
        port = request.get_host().partition(":")[2]
        return HttpResponse(f"<img src='http://127.0.0.1:{port}/picture.svg'>")

    _, picture = overhear("yes", view=plain).connections
    assert picture.name == "127.0.0.1, in the clear"
    assert [len(picture.sent), len(picture.received)] == [1, 1]


@pytest.mark.parametrize("answer", ["", "  ", 3])
def test_what_is_no_answer(answer: object) -> None:
    """An answer is a text."""
    with pytest.raises(LabError, match=r'overhear\("yes"\)'):
        overhear(answer)
