"""What an exercise asks beyond the map: on guilty, on innocent and on missing evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect

from labapp import remedy
from labapp.evidence import CONTROL, STRANGER, Answer, Evidence, Report, Step
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.observers import CHECKED
from labapp.site.application import Own
from tests.club_samples import (
    CONTROL_TEXT,
    FORGED,
    OTHER,
    TOLD,
    WORKS,
    answer,
    but,
    profile,
    step,
)

SECRET = "Rex's fake café+otter 4175"
KEPT: dict[str, str] = {}
BASE = (remedy.post, remedy.redirect, remedy.session)
FORM_PAGE = '<form action="/sensitive" method="post">{% csrf_token %}<input name="sensitive_info"></form>'
WORD = '<input type="hidden" name="word" value="kettle">'


def good(request: HttpRequest) -> HttpResponse:
    """Keep the value in the session."""
    request.session["sensitive_info"] = request.POST["sensitive_info"]
    return redirect("/secure_page")


def shared(request: HttpRequest) -> HttpResponse:
    """Keep the value where every visitor shares it."""
    KEPT["value"] = request.POST["sensitive_info"]
    return redirect("/secure_page")


def shared_page(request: HttpRequest) -> HttpResponse:
    """Show it to everybody."""
    return render(request, "secure_page.html", {"sensitive_info": KEPT.get("value")})


def both_methods(request: HttpRequest) -> HttpResponse:
    """Take the value from an address, too."""
    value = request.POST.get("sensitive_info") or request.GET["sensitive_info"]
    request.session["sensitive_info"] = value
    return redirect("/secure_page")


def leads_on(request: HttpRequest) -> HttpResponse:
    """Take the value from the body only; lead everybody on to their page."""
    return good(request) if request.method == "POST" else redirect("/secure_page")


def key_in_address(request: HttpRequest) -> HttpResponse:
    """Keep the value, and put its key into the next address."""
    request.session["sensitive_info"] = request.POST["sensitive_info"]
    request.session.save()
    return redirect(f"/secure_page?id={request.session.session_key}")


def page_by_key(request: HttpRequest) -> HttpResponse:
    """Show what the key in the address opens, to anybody."""
    kept = SessionStore(request.GET.get("id")).get("sensitive_info")
    return render(request, "secure_page.html", {"sensitive_info": kept})


def repeats(request: HttpRequest) -> HttpResponse:
    """Repeat the value in the answer, hidden."""
    value = request.POST["sensitive_info"]
    request.session["sensitive_info"] = value
    return HttpResponse(f'<input type="hidden" value="{value}">')


def talks(request: HttpRequest) -> HttpResponse:
    """Print the request."""
    print(request.POST)
    return good(request)


def by_prefix(request: HttpRequest) -> HttpResponse:
    """Look at the Referer's beginning only."""
    referer = request.headers.get("Referer", "http://site.test")
    return good(request) if referer.startswith("http://site.test") else HttpResponse(status=403)


def by_constant(request: HttpRequest) -> HttpResponse:
    """Ask for a hidden word that is the same for everybody."""
    return good(request) if request.POST.get("word") == "kettle" else HttpResponse(status=403)


guarded = csrf_protect(good)
GUILTY = {
    "answer_to_submit": Own(view=repeats),
    "printed": Own(view=talks),
    "second_visitor": Own(view=shared, secure_page=shared_page),
    "mixed_up": Own(view=shared, secure_page=shared_page),
    "address_replay": Own(view=key_in_address, secure_page=page_by_key),
    "by_address": Own(view=both_methods),
    "forgery_lookalike_1": Own(view=by_prefix),
    "forgery_without_referer": Own(view=by_prefix),
    "forgery_copied": Own(view=by_constant, form=FORM_PAGE.replace("{% csrf_token %}", WORD)),
}
INNOCENT = {key: Own(view=good) for key in GUILTY} | {
    "by_address": Own(view=leads_on),
    "forgery_lookalike_1": Own(view=guarded, form=FORM_PAGE),
    "forgery_without_referer": Own(view=guarded, form=FORM_PAGE),
    "forgery_copied": Own(view=guarded, form=FORM_PAGE),
}


_made: dict[str, Visit] = {}


def visit(own: Own, *, thorough: bool = True) -> Visit:
    """Make a visit, to each site once for all tests, in whatever order they come."""
    name = repr((own, thorough))
    if name not in _made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LABAPP_CAPTURE", "relay")
            with Laboratory() as lab:
                _made[name] = lab.visit(SECRET, *BASE, own=own, thorough=thorough)
    return _made[name]


def ask(key: str, made: Visit) -> bool | None:
    """Return what the place says of a visit."""
    return CHECKED[key].ask(made.evidence, SECRET).seen


@pytest.mark.parametrize("key", GUILTY)
def test_guilty(key: str) -> None:
    """The view that does it is found."""
    assert ask(key, visit(GUILTY[key])) is True


@pytest.mark.parametrize("key", INNOCENT)
def test_innocent(key: str) -> None:
    """The view that does not is not, and that is no lack of looking."""
    assert ask(key, visit(INNOCENT[key])) is False


@pytest.mark.parametrize("key", sorted({*GUILTY} - {"answer_to_submit", "printed"}))
def test_nobody_came(key: str) -> None:
    """Without the steps of a thorough visit nothing is known."""
    assert ask(key, visit(Own(view=good), thorough=False)) is None


def test_a_second_visitor_who_cannot_read_their_own_is_no_witness() -> None:
    """Where nothing comes back, "they do not see it" would mean nothing."""
    empty = Own(view=good, secure_page=lambda request: HttpResponse("nothing here"))
    finding = CHECKED["second_visitor"].ask(visit(empty).evidence, SECRET)
    assert finding.seen is None
    assert "cannot read their own value back" in finding.reason


def test_a_printed_value_is_unknown_without_its_control() -> None:
    """If the control was not heard, silence proves nothing."""
    made = visit(Own(view=good))
    steps = tuple(step for step in made.evidence if step.name != "control")
    deaf = type(made.evidence)(steps, made.evidence.control)
    assert CHECKED["printed"].ask(deaf, SECRET).seen is None
    assert CHECKED["answer_to_submit"].ask(deaf, SECRET).seen is None


# Evidence made by hand -----------------------------------------------------------------------

TEXT = TOLD.place
HOLDS = f"<p>{TEXT}</p>".encode()
FORM = "/sensitive"
ELSEWHERE = f"http://{STRANGER}:8000"
MAIL = Report(f"Sir, {TEXT}", "")


def stands(key: str, *steps: Step) -> list[tuple[str, str]]:
    """Return where a place finds the text in these steps, or [] if it was not seen."""
    found = CHECKED[key].ask(Evidence(steps, CONTROL_TEXT, FORGED, OTHER), TEXT)
    assert found.place == key
    return [(one.step, one.where) for one in found.sightings]


BODY = ("submit", "body of the answer to the form")
HEAD = ("submit", "head of the answer to the form")
PAGE = "page of a second visitor"
REPLAYED = "page that an address of the history opens"
HERE_IT_STANDS: dict[str, tuple[str, Step, list[tuple[str, str]]]] = {
    "body": ("answer_to_submit", step("submit", answer(FORM, page=HOLDS)), [BODY]),
    "by GET": ("answer_to_submit", step("submit", answer(f"{FORM}?a=/", page=HOLDS)), [BODY]),
    "head": (
        "answer_to_submit",
        step("submit", answer(FORM, headers=(("A", "b"), ("X-Note", TEXT)))),
        [HEAD],
    ),
    "another page": ("answer_to_submit", step("submit", answer("/other", page=HOLDS)), []),
    "another site": (
        "answer_to_submit",
        step("submit", answer(FORM, page=HOLDS, to=ELSEWHERE)),
        [],
    ),
    "another step": ("answer_to_submit", step("reload", answer(FORM, page=HOLDS)), []),
    "printed": ("printed", step("submit", said=TEXT), [("submit", "printed or logged")]),
    "printed later": ("printed", step("reload", said=TEXT), [("reload", "printed or logged")]),
    "printed elsewhere": ("printed", step("submit", said=TEXT, host=STRANGER), []),
    **{
        f"shown in {name}": ("second_visitor", step(name, answer(page=HOLDS)), [(name, PAGE)])
        for name in ("second_visitor", "second_submit", "second_read_back")
    },
    "shown to the first": ("second_visitor", step("own_page_again", answer(page=HOLDS)), []),
    "replayed": (
        "address_replay",
        step("address_replay", answer(page=HOLDS)),
        [("address_replay", REPLAYED)],
    ),
    "mailed as text": ("mailed", step("submit", reports=(MAIL,)), [("submit", "mail")]),
    "mailed as HTML": (
        "mailed",
        step("read_back", reports=(Report("", TEXT), MAIL)),
        [("read_back", "mail"), ("read_back", "mail")],
    ),
    "a crash": ("mailed", step("outage", reports=(MAIL,)), []),
    "another number": (
        "cookie_guessed",
        step("cookie_guess", answer(page=HOLDS)),
        [("cookie_guess", "page for another number")],
    ),
}


@pytest.mark.parametrize(
    ("key", "made", "expected"), HERE_IT_STANDS.values(), ids=HERE_IT_STANDS
)
def test_a_sighting_says_when_and_where(
    key: str, made: Step, expected: list[tuple[str, str]]
) -> None:
    """In the step, and at the part, where it is; nowhere else is it looked for."""
    assert expected == stands(key, step("open"), made)


def test_a_head_is_shown_as_it_came() -> None:
    """Line by line, each with its name."""
    made = step("submit", answer(FORM, headers=(("A", "b"), ("X-Note", TEXT), ("C", "d"))))
    (only,) = CHECKED["answer_to_submit"].ask(but(made), TEXT).sightings
    assert (b"A: b\r\nX-Note: ", b"\r\nC: d\r\n") == (only.before, only.after)


CONTROL_PAGE = answer(page=f"<p>{CONTROL_TEXT}".encode(), to=f"http://{CONTROL}:8000")
NO_CONTROL = "the control text was not found either"
ANSWERED = step("submit", answer(FORM))
VISITED = step("second_visitor", answer())
MINE = answer(page=profile(OTHER))
DOUBTS: dict[str, tuple[str, tuple[Step, ...], str]] = {
    "no form": (
        "answer_to_submit",
        (step("submit", answer("/")),),
        "no answer came to the form",
    ),
    "no control": ("answer_to_submit", (ANSWERED,), NO_CONTROL),
    "control on no page": (
        "answer_to_submit",
        (step("control", replace(CONTROL_PAGE, body=b"")), ANSWERED),
        NO_CONTROL,
    ),
    "control of another": (
        "answer_to_submit",
        (step("control", answer(page=CONTROL_PAGE.body)), ANSWERED),
        NO_CONTROL,
    ),
    "control": ("answer_to_submit", (step("control", CONTROL_PAGE), ANSWERED), ""),
    "nothing printed": ("printed", (step("open"),), NO_CONTROL),
    "control not printed": ("printed", (step("control"),), NO_CONTROL),
    "printed for another": ("printed", (step("control", said=CONTROL_TEXT),), NO_CONTROL),
    "control printed": ("printed", (step("control", said=CONTROL_TEXT, host=CONTROL),), ""),
    "no second": ("second_visitor", (ANSWERED,), "this visit has no step 'second_visitor'"),
    "no second form": (
        "second_visitor",
        (VISITED, step("second_read_back", MINE)),
        "this visit has no step 'second_submit'",
    ),
    "not read back": (
        "second_visitor",
        (VISITED, step("second_submit", MINE), step("second_read_back")),
        "no answer came from site.test in step 'second_read_back'",
    ),
    "not their own": (
        "second_visitor",
        (VISITED, step("second_submit", answer()), step("second_read_back", answer())),
        "the second visitor cannot read their own value back",
    ),
    "their own at once": (
        "second_visitor",
        (VISITED, step("second_submit", MINE), step("second_read_back", answer())),
        "",
    ),
    "their own later": (
        "second_visitor",
        (VISITED, step("second_submit", answer()), step("second_read_back", MINE)),
        "",
    ),
    "not opened again": ("mixed_up", (), "this visit has no step 'own_page_again'"),
    "opened again": ("mixed_up", (step("own_page_again", answer()),), ""),
    "no address": ("address_replay", (), "this visit has no step 'address_replay'"),
    "an address": ("address_replay", (step("address_replay", answer()),), ""),
    "no value": ("by_address", (), "this visit has no step 'by_address'"),
    "a value": ("by_address", (step("by_address", answer()),), ""),
    "no mail": ("mailed", (step("outage"),), "no mail came, not even in the outage"),
    "no outage": ("mailed", (ANSWERED,), "no mail came, not even in the outage"),
    "a report": ("mailed", (step("outage", reports=(Report("crash", ""),)),), ""),
    "nobody guessed": ("cookie_guessed", (), "this visit has no step 'second_visitor'"),
    "no number": ("cookie_guessed", (VISITED,), ""),
}


@pytest.mark.parametrize(("key", "steps", "reason"), DOUBTS.values(), ids=DOUBTS)
def test_a_doubt_says_what_was_not_looked_at(
    key: str, steps: tuple[Step, ...], reason: str
) -> None:
    """One sentence; where all was looked at there is none."""
    finding = CHECKED[key].ask(Evidence(steps, CONTROL_TEXT, FORGED, OTHER), TEXT)
    assert (None if reason else False, reason) == (finding.seen, finding.reason)


@pytest.mark.parametrize(
    ("shown", "seen"), [(OTHER, True), (TEXT, False), ("something else", False)]
)
def test_visitors_are_mixed_up_if_the_first_is_shown_what_the_second_told(
    shown: str, seen: bool
) -> None:
    """On the page that was opened again."""
    evidence = but(step("own_page_again", answer(), answer(page=profile(shown))))
    assert seen == CHECKED["mixed_up"].ask(evidence, TEXT).seen
    assert CHECKED["mixed_up"].ask(WORKS, TEXT).seen is False


ADDRESSED = answer(page=profile(WORKS.addressed))


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ((ADDRESSED,), True),
        ((answer(status=302), ADDRESSED), True),
        ((replace(ADDRESSED, status=399),), True),
        ((replace(ADDRESSED, status=400),), False),
        ((answer(status=405), ADDRESSED), False),
        ((answer(), answer(page=profile(OTHER))), False),
        ((replace(ADDRESSED, url=ELSEWHERE), answer()), False),
    ],
)
def test_a_value_is_taken_from_an_address_if_the_view_accepts_and_shows_it(
    answers: tuple[Answer, ...], seen: bool
) -> None:
    """The first answer says whether it was accepted; any page may show it."""
    assert seen == CHECKED["by_address"].ask(but(step("by_address", *answers)), TEXT).seen
