"""Chapter 06: answers to "tell yes from no" and "hide the length"."""

from __future__ import annotations

import base64
import hashlib
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.html import escape
from django.views import View

from labapp.lab import overhear
from labapp.lab.laboratory import laboratory
from tests.answers import Answer

TELL, HIDE = "tell yes from no", "hide the length"
ANSWERS = ("yes", "no", "maybe", "not today")
Sent = tuple[int, ...]


# Tell yes from no -------------------------------------------------------------------------


def always_yes(sent: Sent) -> str:
    """Whoever always says yes is right half of the time."""
    return "yes"


def by_chance(sent: Sent) -> str:
    """Ten times right by chance happens once in a thousand; here chance has a seed."""
    return random.Random(7).choice(("yes", "no"))


def the_other_way_round(sent: Sent) -> str:
    """The longer record is the longer word."""
    return "no" if sent == overhear("yes").sent else "yes"


def by_number(sent: Sent) -> str:
    """Both answers have the same number of records."""
    return "yes" if len(sent) % 2 else "no"


def by_parity(sent: Sent) -> str:
    """Odd and even say which is which only if somebody looks which is odd."""
    return "no" if max(sent) % 2 == max(overhear("yes").sent) % 2 else "yes"


def too_high(sent: Sent) -> str:
    """No request of this form is that long."""
    return "yes" if max(sent) > 16_000 else "no"


def true_or_false(sent: Sent) -> Any:
    """The question was which word it is."""
    return sent == overhear("yes").sent


def numbers_for_one(sent: Any) -> str:
    """What is given is a tuple, even of one."""
    return "yes" if sent > 280 else "no"


def endless(sent: Sent) -> str:
    """It does not return."""
    while True:
        pass


def leaving(sent: Sent) -> str:
    """Says goodbye as a program would."""
    sys.exit("no idea")


def equal_to_mine(sent: Sent) -> str:
    """Send a yes, and compare."""
    return "yes" if sent == overhear("yes").sent else "no"


def nearer(sent: Sent) -> str:
    """Send both, and take the nearer one."""
    return min(("yes", "no"), key=lambda word: abs(sum(overhear(word).sent) - sum(sent)))


class Dictionary:
    """Lengths of known words, made when it is first asked; any callable will do."""

    def __call__(self, sent: Sent) -> str:
        return _lengths(id(laboratory()))[sent]


@cache
def _lengths(lab: int) -> Mapping[Sent, str]:
    return {overhear(word).sent: word for word in ("yes", "no")}


# Hide the length --------------------------------------------------------------------------


def radios(values: Sequence[str], words: Sequence[str] = ANSWERS, more: str = "") -> str:
    """Return a form of radio buttons that send *values*."""
    buttons = "".join(
        f'<label><input type="radio" name="sensitive_info" value="{value}"> {word}</label>'
        for value, word in zip(values, words, strict=True)
    )
    return f'<form action="/sensitive" method="post">{buttons}{more}<button>Go</button></form>'


LETTERS = radios("ynmt")
PLAIN = radios(ANSWERS)


def select(options: Sequence[str]) -> str:
    """Return a form with one list to choose from."""
    return (
        '<form action="/sensitive" method="post"><select name="sensitive_info">'
        f"{''.join(options)}</select><button>Go</button></form>"
    )


LISTED = select(
    [f'<option value="{value}">{word}' for value, word in zip("ynmt", ANSWERS, strict=True)]
)
LISTED_PLAIN = select([f"<option>{word}</option>" for word in ANSWERS])
PRESSED = '<form action="/sensitive" method="post">' + "".join(
    f'<button name="sensitive_info" value="{value}">{word}</button>'
    for value, word in zip("ynmt", ANSWERS, strict=True)
)
TYPED = (
    '<form action="/sensitive" method="post"><input name="sensitive_info"><button>Go</button>'
)
WORDS = dict(zip("ynmt", ANSWERS, strict=True))


def page(text: str) -> HttpResponse:
    """Answer with *text*."""
    return HttpResponse(f"<p>You said: {escape(text)}</p>")


def start(request: HttpRequest) -> HttpResponse:
    """The starting view."""
    return page(request.POST["sensitive_info"])


def padded(request: HttpRequest) -> HttpResponse:
    """Only the page is padded."""
    return page(request.POST["sensitive_info"].ljust(9))


def by_letter(request: HttpRequest) -> HttpResponse:
    """Only the form is padded."""
    return page(WORDS[request.POST["sensitive_info"]])


def by_letter_padded(request: HttpRequest) -> HttpResponse:
    """Both are."""
    return page(WORDS[request.POST["sensitive_info"]].ljust(9))


def too_short(request: HttpRequest) -> HttpResponse:
    """It is padded for yes and no; another answer is longer."""
    return page(WORDS[request.POST["sensitive_info"]].ljust(5))


def at_random(request: HttpRequest) -> HttpResponse:
    """A length by chance averages out over many visits."""
    return page(WORDS[request.POST["sensitive_info"]] + " " * random.randrange(5000))


def silent(request: HttpRequest) -> HttpResponse:
    """A page that says nothing has one length, and the neighbour has no answer."""
    return page("thank you")


def all_at_once(request: HttpRequest) -> HttpResponse:
    """The page says every word, whatever was sent."""
    return page(", ".join(ANSWERS))


def hashed(request: HttpRequest) -> HttpResponse:
    """A hash has one length, but nobody reads it."""
    return page(hashlib.sha256(request.POST["sensitive_info"].encode()).hexdigest())


def in_base64(request: HttpRequest) -> HttpResponse:
    """Base64 rounds up to four: yes and no are equal, the others are not."""
    word = WORDS[request.POST["sensitive_info"]]
    coded = base64.b64encode(word.encode()).decode()
    return HttpResponse(f"<p>You said: {word.ljust(9)}</p><!-- {coded} -->")


def by_address(request: HttpRequest) -> HttpResponse:
    """A redirect brings the word into the next request."""
    if request.method == "POST":
        word = WORDS[request.POST["sensitive_info"]]
        return redirect(f"/sensitive?word={word.replace(' ', '+')}")
    return page(request.GET["word"].ljust(9))


def in_a_header(request: HttpRequest) -> HttpResponse:
    """The page is padded, and a header says the word as it is."""
    response = by_letter_padded(request)
    response["X-Answer"] = WORDS[request.POST["sensitive_info"]]
    return response


def with_a_picture(request: HttpRequest, source: str) -> HttpResponse:
    """The page is padded; who says yes loads a picture as well."""
    word = WORDS[request.POST["sensitive_info"]]
    tag = "img" if word == "yes" else "bdi"
    source = source.format(port=request.get_host().partition(":")[2])
    return HttpResponse(f"<p>You said: {word:9}</p><{tag} src='{source}'>")


def third_party_picture(request: HttpRequest) -> HttpResponse:
    """The picture comes from another site."""
    return with_a_picture(request, "//images.test:{port}/picture.svg")


def refused_picture(request: HttpRequest) -> HttpResponse:
    """The picture comes from where nobody of the lab listens."""
    return with_a_picture(request, "//pictures.example/picture.svg")


def style_sheet(request: HttpRequest) -> HttpResponse:
    """Who says yes loads what a browser loads as well, and the lab's own does not."""
    word = WORDS[request.POST["sensitive_info"]]
    tag = "link" if word == "yes" else "meta"
    return HttpResponse(f"<{tag} rel=stylesheet href='/style.css'><p>You said: {word:9}</p>")


def picture_in_the_clear(request: HttpRequest) -> HttpResponse:
    """The picture comes from a number, for which no browser asks by HTTPS."""
    return with_a_picture(request, "http://127.0.0.1:{port}/picture.svg")


def own_picture(request: HttpRequest) -> HttpResponse:
    """The picture comes from the site itself."""
    return with_a_picture(request, "/")


def in_pieces(request: HttpRequest) -> StreamingHttpResponse:
    """The page has one length, and its pieces have the word's."""
    word = WORDS[request.POST["sensitive_info"]]
    pieces = [f"<p>{word}".encode(), b" " * (9 - len(word)) + b"</p>"]
    return StreamingHttpResponse(pieces)


def hidden(before: str, after: str = "") -> Callable[[HttpRequest], HttpResponse]:
    """Return a view whose padded word no visitor sees, between *before* and *after*."""

    def view(request: HttpRequest) -> HttpResponse:
        word = WORDS[request.POST["sensitive_info"]]
        return HttpResponse(f"<p>Thank you.</p>{before}{word:20}{after}")

    return view


def crashing(request: HttpRequest) -> HttpResponse:
    """The form sends letters, and the view looks for words."""
    return page({"yes": "yes"}[request.POST["sensitive_info"]])


def leaving_view(request: HttpRequest) -> HttpResponse:
    """Says goodbye as a program would."""
    sys.exit("no idea")


def with_a_hidden_filler(request: HttpRequest) -> HttpResponse:
    """What is missing is there, and not shown; what is shown stands after it."""
    word = WORDS[request.POST["sensitive_info"]]
    filler = f"<p hidden>{'.' * (10 - len(word))}<p>"
    return HttpResponse(f"{filler}You said: <b style='display: block'>{word}</b>")


def same_picture(request: HttpRequest) -> HttpResponse:
    """Everybody loads one picture of another site."""
    word = WORDS[request.POST["sensitive_info"]]
    source = f"//images.test:{request.get_host().partition(':')[2]}/picture.svg"
    links = "<link rel=stylesheet href='/style.css'>"
    return HttpResponse(f"{links}<p>You said: {word:9}</p><img src='{source}'>")


def padding_in_a_header(request: HttpRequest) -> HttpResponse:
    """What is missing on the page is in a header of no meaning."""
    word = WORDS[request.POST["sensitive_info"]]
    response = page(word)
    response["X-Padding"] = "." * (10 - len(word))
    return response


def padding_in_a_comment(request: HttpRequest) -> HttpResponse:
    """The same, in a comment of the page."""
    word = WORDS[request.POST["sensitive_info"]]
    return HttpResponse(f"<p>{word}</p><!--{'.' * (10 - len(word))}-->")


class Sliced(View):
    """A class; its page always has 2,000 bytes."""

    def post(self, request: HttpRequest) -> HttpResponse:
        word = request.POST["sensitive_info"].strip(".")
        return HttpResponse(f"<p>{word}</p>".ljust(2000))


async def waiting(request: HttpRequest) -> HttpResponse:
    """An async view."""
    return by_letter_padded(request)


def with_filler(request: HttpRequest) -> HttpResponse:
    """A second field of each form fills up the first one."""
    return page(request.POST["sensitive_info"].split("-")[0].replace("_", " ").ljust(9))


def _tell(look: Callable[..., Any] | Any, name: str, says: str = "") -> Answer:
    return Answer(TELL, name, (look,), says=says)


def _hide(view: Any, form: str, name: str, says: str = "") -> Answer:
    return Answer(HIDE, name, (view,), {"form": form}, says=says)


UNREAD = "does not read it"
FULL = [word.ljust(9, ".") for word in ANSWERS]
FILLED = [word.replace(" ", "_") + "-" * (10 - len(word)) for word in ANSWERS]
SCRIPT = LETTERS + "<script>pad()</script>"

WRONG = [
    _tell(..., "nothing yet", "nothing to check yet"),
    _tell(always_yes, "always yes", "you say yes, it was no"),
    _tell(by_chance, "by chance", "what differs between two visits"),
    _tell(the_other_way_round, "the other way round", "reads 0 of 10"),
    _tell(by_number, "the number of records", "you say yes, it was no"),
    _tell(by_parity, "parity the other way", "you say no, it was yes"),
    _tell(too_high, "a limit too high", "you say no, it was yes"),
    _tell(true_or_false, "true or false", 'return "yes" or "no"'),
    _tell(numbers_for_one, "a tuple is no number", "Your function raised TypeError"),
    _tell(endless, "endless", "did not return"),
    _tell(leaving, "leaving the program", "Your function raised SystemExit: no idea"),
    _hide(start, PLAIN, "as it is", "OPEN     the neighbour's request"),
    _hide(padded, PLAIN, "only the page", "what does the form send"),
    _hide(by_letter, LETTERS, "only the form", "which bytes of the page"),
    _hide(too_short, LETTERS, "too short", "OPEN     the site's page"),
    _hide(at_random, LETTERS, "at random", "listens a hundred times"),
    _hide(silent, LETTERS, "a page that says nothing", "does not work any more"),
    _hide(all_at_once, LETTERS, "a page that says all", "this word alone"),
    _hide(hashed, LETTERS, "a hash", "does not read it"),
    _hide(in_base64, LETTERS, "base64", "OPEN     the site's page"),
    _hide(by_address, LETTERS, "a redirect", "OPEN     the neighbour's request"),
    _hide(in_a_header, LETTERS, "a header", "OPEN     the site's page"),
    _hide(padded, TYPED, "a text field", "OPEN     the neighbour's request"),
    _hide(third_party_picture, LETTERS, "a picture of another site", "images.test"),
    _hide(third_party_picture, LETTERS, "its request", "which other addresses"),
    _hide(refused_picture, LETTERS, "a picture that nobody has", "pictures.example, no answer"),
    _hide(style_sheet, LETTERS, "a style sheet", "loads pictures (<img src>) and nothing else"),
    _hide(picture_in_the_clear, LETTERS, "a picture by number", "in the clear"),
    _hide(own_picture, LETTERS, "a picture of its own", "OPEN     the neighbour's request"),
    _hide(in_pieces, LETTERS, "in pieces", "OPEN     the site's page"),
    _hide(hidden("<p hidden>"), LETTERS, "the hidden attribute", "does not read it"),
    _hide(
        hidden("<div style='DISPLAY : none'><b>", "</b></div>"), LETTERS, "no display", UNREAD
    ),
    _hide(hidden("<p style='visibility:hidden'>"), LETTERS, "no visibility", UNREAD),
    _hide(hidden("<!--", "-->"), LETTERS, "a comment", UNREAD),
    _hide(hidden("<input type='hidden' value='", "'>"), LETTERS, "a hidden field", UNREAD),
    _hide(hidden("<title>", "</title>"), LETTERS, "the title of a tab", UNREAD),
    _hide(hidden("<script>/*", "*/</script>"), LETTERS, "within a script", "by itself"),
    _hide(padded, LISTED_PLAIN, "a list of words", "OPEN     the neighbour's request"),
    _hide(by_letter, LISTED, "a list of letters, a plain page", "OPEN     the site's page"),
    _hide(leaving_view, LETTERS, "leaving the program", "Your view raised SystemExit: no idea"),
    _hide(crashing, LETTERS, "letters for words", "Your view raised KeyError"),
    _hide(by_letter_padded, radios("ynm", ANSWERS[:3]), "one missing", "'not today'"),
    _hide(by_letter_padded, SCRIPT, "a script", "JavaScript"),
    _hide(None, LETTERS, "no view", "nothing to check yet"),
]
RIGHT = [
    _tell(equal_to_mine, "equal to mine"),
    _tell(nearer, "the nearer one"),
    _tell(Dictionary(), "a dictionary"),
    _hide(by_letter_padded, LETTERS, "letters and spaces"),
    _hide(padding_in_a_header, LETTERS, "padding in a header"),
    _hide(padding_in_a_comment, LETTERS, "padding in a comment"),
    _hide(Sliced, radios(FULL), "full words and a large page"),
    _hide(waiting, LETTERS, "async"),
    _hide(by_letter_padded, LISTED, "a list of letters"),
    _hide(by_letter_padded, PRESSED, "a button for each answer"),
    _hide(same_picture, LETTERS, "a picture for everybody"),
    _hide(with_a_hidden_filler, LETTERS, "a hidden filler"),
    _hide(with_filler, radios(FILLED), "a filler behind a dash"),
]
