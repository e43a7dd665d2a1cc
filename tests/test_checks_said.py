"""Mistakes, told from evidence made by hand: no view runs here (test_checks_mistakes.py)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.views import View

from labapp.checks import mistakes
from labapp.checks.bounded import Raised
from labapp.evidence import SITE, Answer, Cookie, Crash, Evidence, LogLine, Memory, Step
from labapp.lab.visits import Visit
from labapp.remedy import Remediation, post, session
from labapp.site.application import Own
from tests.evidence_samples import PICTURE, database, signed, talks
from tests.frames import capture

SECRET = "Rex sleeps at noon"
PAGE = Answer("POST", f"http://{SITE}:8000/sensitive", 200, (), b"Thank you.")
SENT = talks(PICTURE)  # some packets
OPEN, SUBMIT = Step("open", SENT, (PAGE,)), Step("submit", SENT, (PAGE,))


def without_request() -> HttpResponse:
    """Take nothing."""
    return HttpResponse()


def visit(
    *steps: Step, applied: tuple[Remediation, ...] = (post,), own: Own | None = None
) -> Visit:
    """Return a visit that made *steps*; the form was opened and sent, if none says other."""
    names = {one.name for one in steps}
    first = tuple(one for one in (OPEN, SUBMIT) if one.name not in names)
    return Visit(
        SECRET, applied, Evidence((*first, *steps), "control"), "by hand", own=own or Own()
    )


def answered(*answers: Answer) -> Visit:
    """Return a visit whose form had these answers."""
    return visit(replace(SUBMIT, answers=answers))


class TestShape:
    """What can be called with a request, and what cannot."""

    NOTHING = "There is nothing to check yet: give your view, by its name."
    STANDS = (
        "A decorator for functions stands on a class, so Django cannot call its methods. "
        "Django has method_decorator for this."
    )

    @staticmethod
    def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap *view* as a decorator for functions does."""

        @functools.wraps(view)
        def wrapper(request: HttpRequest) -> Any:
            return view(request)

        return wrapper

    @pytest.mark.parametrize(
        ("view", "says"),
        [
            (None, NOTHING),
            (..., NOTHING),
            (
                "MyView",
                "Give the view itself: its name without quotes, not 'MyView'.",
            ),
            (View, ""),
            (int, ""),  # a class; whether it is a view is asked elsewhere
            (decorated(View), STANDS),
            (decorated(without_request), ""),  # it is called as the wrapper is
            (
                without_request,
                "Django calls a view with the request: write def my_view(request).",
            ),
            (
                lambda request, name: HttpResponse(),
                "Django calls a view with the request: write def my_view(request).",
            ),
            (lambda request, name="": HttpResponse(), ""),
            (lambda *anything: HttpResponse(), ""),
            (7, ""),  # not to be called at all: Django's own check says so
            (getattr, ""),  # a function of C
        ],
    )
    def test_of_a_view(self, view: object, says: str) -> None:
        """Each is told in a sentence, and what can be called in none."""
        assert mistakes.shape(view) == says

    @pytest.mark.parametrize(
        ("view", "says"),
        [
            (lambda request, number: HttpResponse(), ""),
            (lambda request, **known: HttpResponse(), ""),
            (
                lambda request: HttpResponse(),
                "Django calls a view with the request: write def my_view(request, number).",
            ),
            (
                lambda request, other: HttpResponse(),
                "Django calls a view with the request: write def my_view(request, number).",
            ),
        ],
    )
    def test_with_a_name_from_the_address(self, view: object, says: str) -> None:
        """It is given by its name, beside the request."""
        assert mistakes.shape(view, "number") == says


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("<form><SCRIPT>go()</script>", True),
        ('<form onsubmit="go()">', True),
        ('<a href="javascript:go()">', True),
        ("<form><input name=sensitive_info></form>", False),
        (None, False),
        (7, False),
    ],
)
def test_scripts(form: object, told: bool) -> None:
    """The lab's browser runs none, so a form with one is not graded."""
    says = (
        "Your form has JavaScript. The lab's browser runs none, so nobody can say here "
        "what yours would send. HTML alone is enough."
    )
    assert mistakes.scripted(form) == (says if told else "")


BOOM = Crash("Boom", "bang", ("line 3, in post: bang()", "line 9, in deep: bang()"))
FIRST = Crash("Early", "first")


class TestExplained:
    """What went wrong when the form was opened and sent."""

    def test_nothing_did(self) -> None:
        """A form that was answered with a page needs no word."""
        assert mistakes.explained(visit()) == ""

    def test_the_form_crashed(self) -> None:
        """The last crash is told, as one of the form, before anything else."""
        made = visit(
            replace(OPEN, crashes=(FIRST, FIRST, BOOM)),
            replace(SUBMIT, crashes=(FIRST,), answers=()),
        )

        assert mistakes.explained(made) == (
            "Your form raised Boom: bang\n  line 3, in post: bang()\n  line 9, in deep: bang()"
        )

    def test_the_view_crashed(self) -> None:
        """The last crash is told, in words for a view."""
        missing = Crash("MultiValueDictKeyError", "'x'")

        assert mistakes.explained(visit(replace(SUBMIT, crashes=(FIRST, FIRST, missing)))) == (
            "The request has no field 'x' where your view looks for it. "
            "The form's field is 'sensitive_info'."
        )

    def test_nothing_was_sent(self) -> None:
        """No answer and no packet: there was nothing to send."""
        made = visit(replace(SUBMIT, answers=(), capture=capture([])))

        assert mistakes.explained(made) == "Nothing was sent: there is no form on the page."

    def test_no_answer_came(self) -> None:
        """Packets, and no answer of the site: it hung."""
        says = (
            "Your view did not answer within three seconds, so it was stopped. "
            "Is there a loop that never ends?"
        )
        picture = replace(PAGE, url="http://images.test:8000/p.png")

        assert mistakes.explained(answered()) == says
        assert mistakes.explained(answered(picture)) == says

    def test_an_answer_without_packets_counts(self) -> None:
        """What the browser had needs no capture."""
        assert mistakes.explained(visit(replace(SUBMIT, capture=capture([])))) == ""

    @pytest.mark.parametrize(
        ("status", "url", "says"),
        [
            (
                403,
                "/sensitive",
                (
                    "The site refused its own visitor (status 403). Does your form carry what "
                    "the check asks for?"
                ),
            ),
            (
                404,
                "/nowhere?a=b",
                (
                    "The visitor was sent to an address that does not exist (status 404): "
                    "/nowhere"
                ),
            ),
            (
                405,
                "/sensitive",
                (
                    "A POST came to /sensitive (status 405). Which method does the form use, "
                    "and which one does your view have?"
                ),
            ),
            (
                405,
                "/secure_page",
                (
                    "A POST came to /secure_page, which does not take it (status 405). A "
                    "browser followed a redirect: which one does a redirect keep, the method "
                    "or the address?"
                ),
            ),
            (400, "/sensitive", "The last answer had status 400."),
            (503, "/sensitive", "The last answer had status 503."),
        ],
    )
    def test_the_last_answer_is_a_refusal(self, status: int, url: str, says: str) -> None:
        """Each status has its own words, whatever was answered before."""
        last = replace(PAGE, status=status, url=f"http://{SITE}:8000{url}")

        assert mistakes.explained(answered(replace(PAGE, status=302), last)) == says
        assert mistakes.explained(answered(last, PAGE)) == ""

    def test_a_form_of_their_own_is_called_theirs(self) -> None:
        """Whoever wrote the form is asked about it."""
        refused = replace(SUBMIT, answers=(replace(PAGE, status=405),))

        assert mistakes.explained(visit(refused, own=Own(form="<form>"))) == (
            "A POST came to /sensitive (status 405). Which method does your form use, and "
            "which one does your view have?"
        )

    @pytest.mark.parametrize(
        "answer",
        [
            replace(PAGE, body=b'<META HTTP-EQUIV="Refresh" content="0">'),
            replace(PAGE, body=b"<script>go()</script>"),
            replace(PAGE, headers=(("Vary", "Cookie"), ("rEFRESH", "0; url=/"))),
        ],
    )
    @pytest.mark.parametrize("place", [0, 1])
    def test_a_browser_that_goes_on_by_itself(self, answer: Answer, place: int) -> None:
        """The lab's does not: whichever of the answers asks for it, that is told."""
        answers = [PAGE, PAGE]
        answers[place] = answer

        assert mistakes.explained(answered(*answers)) == (
            "An answer of yours lets the browser go on by itself (a script, or Refresh). "
            "The lab's browser follows redirects only: use redirect()."
        )

    def test_a_header_of_another_name_is_no_refresh(self) -> None:
        """The control of the test above."""
        assert mistakes.explained(answered(replace(PAGE, headers=(("Vary", "0"),)))) == ""


NONE = "Your view returned None. Each way through it must end with return and an answer."
STRAIGHT = (
    "A decorator for functions stands straight on a method, so it takes self for the "
    "request. Django has method_decorator for this."
)
TEXT = (
    "Your view returned a value of type str. Return an answer: render(...), redirect(...) "
    "or HttpResponse(...)."
)


class TestCrash:
    """What a crash mostly means, and the lines that led to it."""

    @pytest.mark.parametrize(
        ("kind", "message", "says"),
        [
            ("ValueError", "It returned None instead.", NONE),
            ("AttributeError", "'NoneType' object has no attribute 'status_code'", NONE),
            ("AttributeError", "'str' object has no attribute 'headers'", TEXT),
            (
                "ValueError",
                "It returned an unawaited coroutine instead.",
                ("Your view returned a coroutine: write async def, and await what it calls."),
            ),
            ("TypeError", "sensitive() didn't receive an HttpRequest", STRAIGHT),
            ("AttributeError", "'MyView' object has no attribute 'META'", STRAIGHT),
            (
                "AttributeError",
                "'WSGIRequest' object has no attribute 'session'",
                ("There is no request.session here: no middleware provides one in this step."),
            ),
            (
                "MessageFailure",
                "You cannot add messages",
                'You cannot add messages: settings={"MIDDLEWARE": ["..."]} brings it.',
            ),
            (
                "NameError",
                "name 'x' is not defined",
                "Your view raised NameError: name 'x' is not defined",
            ),
        ],
    )
    def test_in_words(self, kind: str, message: str, says: str) -> None:
        """Each kind in its own; any other as Python says it."""
        assert mistakes.crash(Crash(kind, message)) == says

    @pytest.mark.parametrize("message", ["'NoneType'", "'str'"])
    def test_a_line_of_their_own_is_another_mistake(self, message: str) -> None:
        """Where their own code asked None for its status, the view returned nothing yet."""
        said = f"{message} object has no attribute 'status_code'"
        line = "line 3, in post: x.status_code"

        assert mistakes.crash(Crash("AttributeError", said, (line,))) == (
            f"Your view raised AttributeError: {said}\n  {line}"
        )

    @pytest.mark.parametrize(
        ("message", "field", "says"),
        [
            ("'x'", "sensitive_info", "The form's field is 'sensitive_info'."),
            ("'x'", "name", "The form's field is 'name'."),
            ("'name'", "name", "Where does the form put its fields?"),
            ("'x'", "", "Where does the form put its fields?"),
        ],
    )
    def test_a_field_that_is_not_there(self, message: str, field: str, says: str) -> None:
        """It is named, and so is the form's own, if it has one and that is another."""
        told = mistakes.crash(Crash("MultiValueDictKeyError", message), field=field)

        assert told == (
            f"The request has no field {message} where your view looks for it. {says}"
        )

    @pytest.mark.parametrize(
        ("lines", "view", "shown"),
        [
            (("one", "two"), "in MyView.get, from line 3", "\n  one\n  two"),
            ((), "in MyView.get, from line 3", "\n  in MyView.get, from line 3"),
            ((), "", ""),
        ],
    )
    def test_lines(self, lines: tuple[str, ...], view: str, shown: str) -> None:
        """Their own lines, else which view it was, else nothing."""
        assert mistakes.crash(Crash("Boom", "bang", lines, view=view)) == (
            f"Your view raised Boom: bang{shown}"
        )

    def test_of_something_else_than_a_view(self) -> None:
        """There is no guessing at what the words mean."""
        assert mistakes.crash(Crash("Boom", "returned None instead"), "form") == (
            "Your form raised Boom: returned None instead"
        )

    def test_raised(self) -> None:
        """What a function raised is shown; behind `Raised` stands what ended it."""
        leaving = Raised()
        leaving.__cause__ = SystemExit("bye")
        other = KeyError("a")
        other.__cause__ = ValueError("b")

        assert mistakes.raised(leaving) == "Your function raised SystemExit: bye"
        assert mistakes.raised(other) == "Your function raised KeyError: 'a'"
        assert mistakes.raised(Raised("alone")) == "Your function raised Raised: alone"


class TestMisspelt:
    """Stars on a name that the form does not have."""

    @pytest.mark.parametrize(
        ("starred", "told"),
        [
            (("sensitve_info",), True),
            (("sensitive_info", "sensitve_info"), True),
            (("sensitive_info",), False),
            (("__ALL__",), False),
            ((), False),
        ],
    )
    def test_a_name(self, starred: tuple[str, ...], told: bool) -> None:
        """The first such name of any crash in the outage is told, beside the right one."""
        says = (
            "Your view asks for stars on 'sensitve_info'. The form's field is 'sensitive_info'."
        )
        crashes = (FIRST, replace(BOOM, starred=starred))
        made = visit(Step("outage", SENT, crashes=crashes))

        assert mistakes.misspelt(made) == (says if told else "")

    def test_without_an_outage(self) -> None:
        """Nobody can say."""
        assert mistakes.misspelt(visit()) == ""


class TestKept:
    """What the visitor's session holds, by name."""

    COOKIES = (
        Cookie(SITE, "sessionid", "k", False, False, "Lax"),
        Cookie("other.test", "sessionid", "theirs", False, False, "Lax"),
    )

    def said(self, *rows: str, cookies: tuple[Cookie, ...] = COOKIES, **of: Any) -> str:
        """Return what is said of a database with these rows of the key "k"."""
        step = replace(SUBMIT, memory=Memory(cookies=cookies), database=database(*rows))
        return mistakes.kept(visit(step, **({"applied": (post, session)} | of)))

    def test_names(self) -> None:
        """Each once, in order, and no value."""
        rows = [signed({"b": SECRET, "a": 1}), signed({"b": 2})]

        assert self.said(*rows) == "The visitor's session holds: 'a', 'b'."

    def test_nothing_was_put_there(self) -> None:
        """An empty session, and none at all."""
        nothing = "Nothing was put into the visitor's session."

        assert self.said(signed({})) == nothing
        assert self.said() == nothing

    @pytest.mark.parametrize(
        "row", ["ZGFtYWdlZA:1tNoon:c2ln", "gASVAA:1tNoon:c2ln", "", signed(["a", "b"])]
    )
    def test_another_serializer(self, row: str) -> None:
        """What is no JSON object is not called nothing, nor is it an error."""
        assert self.said(row) == ""
        assert self.said(signed({"a": 1}), row) == ""

    def test_somebody_elses(self) -> None:
        """Only the row counts whose key the site's own cookie has."""
        nothing = "Nothing was put into the visitor's session."
        theirs = replace(self.COOKIES[0], host="other.test")

        assert self.said(signed({"a": 1}), cookies=(theirs,)) == nothing
        assert self.said(signed({"a": 1}), cookies=self.COOKIES[1:]) == nothing

    def test_without_sessions(self) -> None:
        """Where the site has none there is nothing to say."""
        assert self.said(signed({"a": 1}), applied=(post,)) == ""


class TestPrinted:
    """What the view printed."""

    def test_the_first_line_with_the_secret(self) -> None:
        """Of all steps in their order, and of the site alone."""
        printed = tuple(
            LogLine(host, text)
            for host, text in (
                ("control.test", f"control {SECRET}"),
                (SITE, "hello"),
                (SITE, f"got {SECRET}"),
                (SITE, f"again {SECRET}"),
            )
        )
        made = visit(replace(SUBMIT, output=printed))

        assert mistakes.printed(made) == f"Your view printed: got {SECRET}"

    def test_nothing_of_it(self) -> None:
        """Other words are nobody's business."""
        made = visit(replace(SUBMIT, output=(LogLine(SITE, "hello"),)))

        assert mistakes.printed(made) == ""
