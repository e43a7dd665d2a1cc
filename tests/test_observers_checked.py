"""What an exercise asks beyond the map: on guilty, on innocent and on missing evidence."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect

from labapp import remedy
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.observers import CHECKED
from labapp.site.application import Own

SECRET = "Rex's fake café+otter 4175"
KEPT: dict[str, str] = {}
BASE = (remedy.post, remedy.redirect, remedy.session)
FORM = '<form action="/sensitive" method="post">{% csrf_token %}<input name="sensitive_info"></form>'
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
    "forgery_copied": Own(view=by_constant, form=FORM.replace("{% csrf_token %}", WORD)),
}
INNOCENT = {key: Own(view=good) for key in GUILTY} | {
    "by_address": Own(view=leads_on),
    "forgery_lookalike_1": Own(view=guarded, form=FORM),
    "forgery_without_referer": Own(view=guarded, form=FORM),
    "forgery_copied": Own(view=guarded, form=FORM),
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
