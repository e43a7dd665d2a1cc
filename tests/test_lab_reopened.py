"""A visit's site reopened: asked by hand, over a socket, as its visitor had left it."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.errors import LabError
from labapp.lab import Visit, reopen
from labapp.lab import laboratory as lab_module
from labapp.lab.laboratory import Laboratory
from labapp.lab.visiting import visit as make_visit
from labapp.observers import wire
from labapp.remedy import https, post, redirect, session

SECRET = "Rex's fake café+otter 417"
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]


@pytest.fixture(scope="module", params=BACKENDS)
def visited(request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit whose value waits in a session, in a lab of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as lab:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
            yield make_visit(SECRET, post, redirect, session)


def counter(request: HttpRequest) -> HttpResponse:
    """Count, in the session, how often somebody came."""
    request.session["count"] = request.session.get("count", 0) + 1
    return HttpResponse(f"count {request.session['count']}")


def asking(cookies: dict[str, str], path: str = "/secure_page") -> str:
    """Return a request that brings *cookies*."""
    pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return f"GET {path} HTTP/1.1\nHost: site.test\nCookie: {pairs}\n"


def test_a_cookie_of_the_capture_opens_the_page(visited: Visit) -> None:
    """With it the page shows the secret; with another one, the control, it does not."""
    cookies = wire.cookies(visited.evidence)
    pages = [reopen(visited).ask(asking(one)) for one in (cookies, {"sessionid": "0" * 32})]
    assert [page.splitlines()[0] for page in pages] == ["HTTP/1.1 200 OK"] * 2
    assert [SECRET in unescape(page) for page in pages] == [True, False]


def test_visits_made_meanwhile_change_nothing(visited: Visit) -> None:
    """The site and the database are those of the visit, not of the last one made."""
    site = reopen(visited)
    make_visit("Mia paints at night")
    page = site.ask(asking(wire.cookies(visited.evidence)))
    assert SECRET in unescape(page)


def test_what_it_was_told_it_remembers(visited: Visit) -> None:
    """A question changes the site for the next one, and for nobody who reopens it."""
    visit = make_visit(SECRET, post, session, secure_page=counter)
    request = asking(wire.cookies(visit.evidence))
    site, other = reopen(visit), reopen(visit)
    said = [one.ask(request).splitlines()[-1] for one in (site, site, other)]
    # The visitor came once in read_back.
    assert said == ["count 2", "count 3", "count 2"]


def test_a_request_is_sent_as_it_was_written(visited: Visit) -> None:
    """White space before it goes and its head gets an end; a body stays what it is."""
    form = "\nPOST /sensitive HTTP/1.1\nHost: site.test\nContent-Length: {}\n"
    form += "Content-Type: application/x-www-form-urlencoded\n\n{}"
    told = "sensitive_info=Mia"
    answers = [reopen(visited).ask(form.format(len(body), body)) for body in (told, "")]
    assert [one.splitlines()[0] for one in answers] == [
        "HTTP/1.1 302 Found",
        "HTTP/1.1 500 Internal Server Error",
    ]


def test_a_site_with_tls_is_asked_in_the_clear(visited: Visit) -> None:
    """The lab's port speaks both, and a request by hand is plain HTTP."""
    page = reopen(make_visit(SECRET, https)).ask("GET / HTTP/1.1\nHost: site.test")
    assert page.startswith("HTTP/1.1 200 OK\n")


def test_the_next_visit_is_captured_completely(visited: Visit) -> None:
    """What was asked by hand is in no later capture."""
    reopen(visited).ask("GET /style.css?asked-by-hand HTTP/1.1\nHost: site.test\n")
    after = make_visit(SECRET)
    sent = b"".join(bytes(packet) for packet in after.capture.packets)
    assert after.capture.complete
    assert [text in sent for text in (b"GET /sensitive", b"asked-by-hand")] == [True, False]
    assert [line.text for line in after.log if "asked-by-hand" in line.text] == []


def test_a_request_that_gets_no_answer_says_so(visited: Visit) -> None:
    """No bytes come back, so a word about how requests begin does."""
    with pytest.raises(LabError, match="No answer came"):
        reopen(visited).ask("")


def test_only_a_visit_can_be_reopened() -> None:
    """A secret, say, is refused in one line."""
    with pytest.raises(LabError, match="takes a visit"):
        reopen("Rex sleeps at noon")  # type: ignore[arg-type]
