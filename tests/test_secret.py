"""The search reads every disguise, and takes nothing else for the secret."""

from __future__ import annotations

import base64
import html
import json
import pprint
import re
import sys
import urllib.parse
from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from django.utils.html import conditional_escape, escapejs
from django.utils.html import json_script as django_json_script
from hypothesis import example, given
from hypothesis import strategies as st

from labapp.errors import LabError
from labapp.secret import SHORTEST, Match, accept, find, literal, plant_secret

SECRET = "Rex's fake café+otter 123"
Encoder = Callable[[str], bytes]


def upper_percent(text: str) -> bytes:
    return urllib.parse.quote(text, safe="").encode()


def lower_percent(text: str) -> bytes:
    return re.sub(rb"%..", lambda found: found[0].lower(), upper_percent(text))


def every_percent(text: str) -> bytes:
    return "".join(f"%{octet:02x}" for octet in text.encode()).encode()


def json_text(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode()


def json_script(text: str) -> bytes:
    """What Django's filter json_script writes between the tags."""
    return str(django_json_script(text)).partition(">")[2].rpartition("<")[0][1:-1].encode()


def numbers(text: str) -> bytes:
    return "".join(f"&#{ord(char)};" for char in text).encode()


def padded_hex_numbers(text: str) -> bytes:
    return "".join(f"&#X00{ord(char):x};" for char in text).encode()


def python_text(text: str) -> bytes:
    return repr(text)[1:-1].encode()


def python_ascii(text: str) -> bytes:
    return ascii(text)[1:-1].encode()


def python_bytes(text: str) -> bytes:
    return repr(text.encode())[2:-1].encode()


def braced_javascript(text: str) -> bytes:
    return "".join(f"\\u{{{ord(char):x}}}" for char in text).encode()


ENCODERS: dict[str, Encoder] = {
    "plain": str.encode,
    "quote": lambda text: urllib.parse.quote(text).encode(),
    "quote, all": upper_percent,
    "quote, lower case": lower_percent,
    "quote_plus": lambda text: urllib.parse.quote_plus(text).encode(),
    "urlencode": lambda text: urllib.parse.urlencode({"": text})[1:].encode(),
    "every octet": every_percent,
    "html.escape": lambda text: html.escape(text).encode(),
    "Django's escape": lambda text: str(conditional_escape(text)).encode(),
    "xmlcharrefreplace": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "numbers": numbers,
    "padded hexadecimal numbers": padded_hex_numbers,
    "json": json_text,
    "json, UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1].encode(),
    "escapejs": lambda text: str(escapejs(text)).encode(),
    "json_script": json_script,
    "repr": python_text,
    "ascii": python_ascii,
    "repr of bytes": python_bytes,
    "braced JavaScript": braced_javascript,
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "UTF-16-LE": lambda text: text.encode("utf-16-le"),
    "UTF-16-BE": lambda text: text.encode("utf-16-be"),
    "UTF-8 twice": lambda text: text.encode().decode("latin-1").encode(),
    "percent twice": lambda text: urllib.parse.quote(upper_percent(text)).encode(),
    "percent three times": lambda text: urllib.parse.quote(
        urllib.parse.quote(upper_percent(text))
    ).encode(),
    "HTML twice": lambda text: html.escape(html.escape(text)).encode(),
    "json twice": lambda text: json_text(json_text(text).decode()),
    "json three times": lambda text: json_text(json_text(json_text(text).decode()).decode()),
    "percent of urlencode": lambda text: upper_percent(urllib.parse.quote_plus(text)),
    "percent of HTML": lambda text: upper_percent(html.escape(text)),
    "percent of json": lambda text: upper_percent(json_text(text).decode()),
    "urlencode of numbers": lambda text: urllib.parse.quote_plus(numbers(text)).encode(),
    "HTML of json": lambda text: html.escape(json_text(text).decode()).encode(),
    "HTML of repr": lambda text: html.escape(python_text(text).decode()).encode(),
    "HTML of urlencode": lambda text: html.escape(urllib.parse.quote_plus(text)).encode(),
    "json of HTML": lambda text: json_text(html.escape(text)),
    "json of urlencode": lambda text: json_text(urllib.parse.quote_plus(text)),
    "escapejs of json": lambda text: str(escapejs(json_text(text).decode())).encode(),
    "json_script of HTML": lambda text: json_script(html.escape(text)),
}

SECRETS = {
    "planted": SECRET,
    "plain words": "Rex sleeps at noon",
    "all that is special": """a'b"c&d<e>f+g%h\\i/j é;#=?""",
    "a percent escape of its own": "100%25 of %41 and %zz%",
    "a reference of its own": "&amp; &lt; &#39; &amp;amp; R&#39;s",
    "escapes of its own": "\\u0041 \\x41 \\\\ \\' \\\" C:\\new",
    "backslashes at both ends": "\\\\share\\x\\",
    "quotes all over": "''\"\"'\"'\"",
    "pluses": "+ + ++ +",
    "Arabic": "ركس ينام ظهرا",
    "Chinese": "雷克斯中午睡觉",
    "emoji": "🐶💤 at 🕛 👩‍👩‍👧",
    "no letter from ASCII": "ééééüßÿñ",
    "signs whose octets begin others": "00\xa0\xa0Ã ÂÃ Ã©",
    "the longest signs": "\U0010ffff\U0010fffe€£¥",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_every_disguise_is_found_in_its_place(encoder: Encoder, secret: str) -> None:
    """Whatever an encoder makes of a secret is found: once, where it stands, in full."""
    written = encoder(secret)

    found = find(secret, b"<p>" + written + b"</p>")

    assert [(3, len(written))] == [(match.offset, match.length) for match in found]


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        (b"Rex's fake caf\xc3\xa9+otter 123", "plain"),
        (b"Rex%27s+fake+caf%C3%A9%2Botter+123", "percent + plus"),
        (b"Rex's+fake+caf\xc3\xa9+otter+123", "plus"),
        (b"Rex%27s%20fake%20caf%C3%A9%2Botter%20123", "percent"),
        (b"Rex&#x27;s fake caf&eacute;+otter 123", "HTML"),
        (b"Rex's fake caf\\u00e9+otter 123", "escape"),
        (b"Rex's fake caf\xe9+otter 123", "latin-1"),
        (b"Rex's fake caf\xc3\x83\xc2\xa9+otter 123", "UTF-8 twice"),
        (b"Rex&#39;s fake caf%C3%A9%2Botter 123", "HTML + percent"),
        (SECRET.encode().hex().encode(), "hex"),
        (SECRET.encode("utf-16-le"), "UTF-16"),
        (base64.b64encode(SECRET.encode())[:34], "base64"),
    ],
)
def test_a_disguise_is_named(written: bytes, encoding: str) -> None:
    """A match names what the secret wore, in the order in which it shows."""
    assert [Match(1, len(written), encoding)] == find(SECRET, b"\n" + written + b"\n")


@pytest.mark.parametrize("urlsafe", [False, True], ids=["standard", "URL-safe"])
@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_base64_is_found_in_all_three_alignments(
    secret: str, before: int, urlsafe: bool
) -> None:
    """However many bytes stand before and after: all signs that are the secret's alone."""
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    size = len(secret.encode())
    first, stop = -(-8 * before // 6), 8 * (before + size) // 6

    found = find(secret, encode(b"?" * before + secret.encode() + b"~~"))

    assert [Match(first, stop - first, "base64")] == found


def test_base64_is_found_across_the_line_ends_of_a_mail() -> None:
    """MIME cuts base64 into lines of 76 signs."""
    text = base64.encodebytes(b"x" * 47 + SECRET.encode() + b"." * 90)
    assert b"\n" in text

    assert ["base64"] == [match.encoding for match in find(SECRET, text)]


def test_base64_is_found_in_an_address() -> None:
    """In a query the plus sign and the slash of base64 are percent-encoded."""
    secret = "ÿÿÿ>>>???~~~"
    text = urllib.parse.quote(base64.b64encode(secret.encode()), safe="").encode()
    assert b"%2F" in text

    assert ["base64"] == [match.encoding for match in find(secret, text)]


@pytest.mark.parametrize("secret", ['É\'s "day", 5; ok', "naïve Zoë said so", SECRET])
def test_a_cookie_of_python_is_read(secret: str) -> None:
    """http.cookies, and so Django, writes octal escapes and quotes."""
    cookie = SimpleCookie()
    cookie["value"] = secret
    written = cookie["value"].OutputString().encode("latin-1")
    assert b"\\" in written

    assert 1 == len(find(secret, written))


@pytest.mark.parametrize("escape", [str, html.escape], ids=["text", "HTML"])
def test_a_long_text_is_found_across_the_lines_of_pprint(escape: Callable[[str], str]) -> None:
    """Django's error report shows variables through pprint, which breaks long ones."""
    secret = "Rex's long sentence " * 8 + "ends here"
    printed = pprint.pformat({"sensitive_info": secret})
    assert "\n" in printed

    assert 1 == len(find(secret, escape(printed).encode()))


@pytest.mark.parametrize("escape", [str, html.escape], ids=["text", "HTML"])
def test_long_bytes_are_found_across_the_lines_of_pprint(escape: Callable[[str], str]) -> None:
    """A request's body in a report is cut anywhere, in the middle of a word too."""
    body = b"csrfmiddlewaretoken=" + b"x" * 64 + b"&sensitive_info=" + upper_percent(SECRET)
    printed = pprint.pformat({"body": body})
    assert SECRET not in printed
    assert "\n" in printed

    assert 1 == len(find(SECRET, escape(printed).encode()))


INNOCENT = {
    "nothing": b"",
    "another secret": b"Rex's fake caf\xc3\xa9+otter 124",
    "another case": b"rex's fake caf\xc3\xa9+otter 123",
    "its beginning": b"Rex's fake caf\xc3\xa9+otter 12",
    "its end": b"ex's fake caf\xc3\xa9+otter 123",
    "its words in another order": b"otter 123 Rex's fake caf\xc3\xa9+",
    "without its accent": b"Rex's fake cafe+otter 123",
    "with a sign too many": b"Rex's  fake caf\xc3\xa9+otter 123",
    "a space for its plus": b"Rex's fake caf\xc3\xa9 otter 123",
    "cut by a tag": b"Rex's fake <b>caf\xc3\xa9</b>+otter 123",
    "cut by a line end": b"Rex's fake\ncaf\xc3\xa9+otter 123",
    "starred": b"'sensitive_info': '********************'",
    "another percent escape": b"Rex%28s+fake+caf%C3%A9%2Botter+123",
    "half a percent escape": b"Rex%2s+fake+caf%C3%A9%2Botter+123",
    "another reference": b"Rex&#28;s fake caf\xc3\xa9+otter 123",
    "a reference without its end": b"Rex&#27s fake caf\xc3\xa9+otter 123",
    "a reference out of range": b"Rex&#x7fffffff;s fake caf\xc3\xa9+otter 123",
    "an unknown reference": b"Rex&nothing;s fake caf\xc3\xa9+otter 123",
    "another escape": b"Rex\\u0028s fake caf\\u00e9+otter 123",
    "half of a surrogate pair": b"Rex\\ud83ds fake caf\\u00e9+otter 123",
    "other hexadecimal digits": SECRET.encode().hex().encode()[:-1] + b"4",
    "other base64": base64.b64encode(b"Rex's fake caf\xc3\xa9+otter 923"),
    "base64 in another case": base64.b64encode(SECRET.encode()).swapcase(),
    "UTF-16 with a byte between": b"\0\0".join(bytes([octet]) for octet in SECRET.encode()),
}


@pytest.mark.parametrize("haystack", INNOCENT.values(), ids=INNOCENT)
def test_what_is_almost_the_secret_is_not_taken_for_it(haystack: bytes) -> None:
    """One sign more, less or other, and it is another text. Control: the tests above."""
    assert [] == find(SECRET, haystack)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_secret_is_found_in_the_disguises_of_the_others(secret: str) -> None:
    """What shares no words is never mistaken, whatever it wears."""
    others = [other for other in SECRETS.values() if other != secret]
    haystack = b"\n".join(encoder(other) for other in others for encoder in ENCODERS.values())

    assert [] == find(secret, haystack)
    assert 1 == len(find(secret, haystack + b"\n" + secret.encode()))


def test_matches_come_in_order_and_do_not_overlap() -> None:
    """Three disguises one after the other give three matches, first things first."""
    pieces = [upper_percent(SECRET), SECRET.encode(), SECRET.encode().hex().encode()]

    found = find(SECRET, b" ".join(pieces))

    assert ["percent", "plain", "hex"] == [match.encoding for match in found]
    assert [0, len(pieces[0]) + 1] == [match.offset for match in found[:2]]
    assert [3] == [match.offset for match in find("aaaaaaaa", b"...aaaaaaaaaaaa")]


@pytest.mark.parametrize("shift", range(3))
def test_even_the_shortest_secret_needs_ten_signs_of_base64(shift: int) -> None:
    """60 bits or more have to agree: chance finds nothing, however long one searches."""
    secret = "x" * SHORTEST
    encoded = base64.b64encode(b"-" * shift + secret.encode() + b"----")

    (match,) = find(secret, encoded)

    assert match.length >= 10


# For any secret ---------------------------------------------------------------------

ANYTHING = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=3)
TRICKY = st.text("%25&amp;#39\\u0041x+ '\"/é🐶", min_size=8)


def acceptable(text: str) -> bool:
    try:
        accept(text)
    except LabError:
        return False
    return True


ACCEPTED = st.one_of(ANYTHING, TRICKY).map(str.strip).filter(acceptable)


ENCODING = st.sampled_from(sorted(ENCODERS)).map(ENCODERS.__getitem__)
SILENCE = st.binary(max_size=40).map(lambda some: bytes(octet % 8 + 1 for octet in some))


@given(secret=ACCEPTED, encoder=ENCODING, before=SILENCE, after=SILENCE)
def test_any_secret_is_found_at_its_offset(
    secret: str, encoder: Encoder, before: bytes, after: bytes
) -> None:
    """Between bytes that are no part of any text, a match is exactly what was written."""
    written = encoder(secret)

    found = find(secret, before + written + after)

    assert (len(before), len(written)) in {(match.offset, match.length) for match in found}


@given(
    secret=ACCEPTED,
    encoder=ENCODING,
    before=st.binary(max_size=40),
    after=st.binary(max_size=40),
)
@example(secret="100% sure", encoder=upper_percent, before=b"%", after=b"25")
@example(secret="é was here", encoder=json_text, before=b"%5", after=b"")
@example(secret="cafés 12", encoder=every_percent, before=b"%2", after=b"%")
@example(secret="é was here", encoder=json_text, before=b"\\" * 99, after=b"")
def test_any_secret_is_found_in_any_surroundings(
    secret: str, encoder: Encoder, before: bytes, after: bytes
) -> None:
    """Neighbours that look like parts of a disguise hide nothing."""
    # A neighbour may stand in for the first sign, but what is found is there.
    written = encoder(secret)
    start, stop = len(before), len(before) + len(written)

    found = find(secret, before + written + after)

    assert any(one.offset < stop and start < one.offset + one.length for one in found)


@given(secret=ACCEPTED, haystack=st.binary(max_size=400))
def test_no_secret_is_found_in_unrelated_bytes(secret: str, haystack: bytes) -> None:
    """Random bytes hold no secret of at least eight bytes."""
    assert [] == find(secret, haystack)


HOSTILE = [
    b"\\", b"%25", b"&amp;", b"%5C", b"%", b"&", b"&#0", b"%26", b"\\'", b"\\u0026", b"'\n", b"\\x",
]  # fmt: skip


def calls(secret: str, haystack: bytes) -> int:
    """Count the calls that a search makes: a measure of work that no clock blurs."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    find(secret, b"")  # whatever is made once
    sys.setprofile(profile)
    try:
        find(secret, haystack)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("secret", [SECRET, *SECRETS.values()], ids=["usual", *SECRETS])
def test_the_work_grows_with_the_length_and_no_faster(secret: str, unit: bytes) -> None:
    """Runs of what disguises are made of, twice as long, make about twice the work."""
    once, twice = calls(secret, unit * 200), calls(secret, unit * 400)

    assert twice <= 2.1 * once + 100


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_megabyte_of_signs_ends(unit: bytes) -> None:
    """The same at the size of a real answer, where quadratic work would never end."""
    assert [] == find(SECRET, unit * (2**20 // len(unit)))
    assert [] == find("\\\\share\\x", unit * (2**18 // len(unit)))


# What can be a secret ---------------------------------------------------------------


def test_a_planted_secret_wears_every_common_disguise() -> None:
    """It has a space, a quote, a plus, an accent and says that it is fake."""
    for seed in range(50):
        secret = plant_secret(seed)
        assert secret == accept(secret)
        assert {" ", "'", "+", "é"} <= set(secret)
        assert "fake" in secret


def test_a_seed_decides_the_secret() -> None:
    """The same seed gives the same secret, others give others."""
    assert plant_secret("class 4") == plant_secret("class 4")
    assert len({plant_secret(seed) for seed in range(100)}) > 50
    assert len({plant_secret() for _ in range(20)}) > 1


def test_a_name_has_a_secret_of_its_own() -> None:
    """Spaces and large letters do not matter, and a neighbour has another, everywhere."""
    names = [f"{first} {last}" for first in ("Mia", "Ben", "Zoë") for last in range(100)]

    assert len({plant_secret(name) for name in names}) == len(names)
    assert plant_secret("Mia Ortíz") == plant_secret("  mia  ORTI\u0301Z ")
    assert plant_secret("Mia Ortíz") == "Rex's fake café+pigeon 71729"  # as on any machine


@pytest.mark.parametrize("text", [*SECRETS.values(), "12345678", "éééé"])
def test_a_sentence_of_any_language_is_accepted(text: str) -> None:
    """Eight bytes of UTF-8 are enough, in any script."""
    assert text == accept(text)


REFUSED = [
    (None, "not NoneType"),
    (12345678, "not int"),
    (b"Rex sleeps", "not bytes"),
    ("", "0 bytes"),
    ("Rex", "3 bytes"),
    ("1234567", "7 bytes"),
    ("ééé", "6 bytes"),
    ("Rex\nsleeps", "one line"),
    ("Rex\tsleeps", "tabs"),
    ("Rex\0sleeps", "one line"),
    ("Rex\x85sleeps", "one line"),
    ("Rex\u2028sleeps", "one line"),
    (" Rex sleeps", "space"),
    ("Rex sleeps ", "space"),
    ("          ", "space"),
    ("Rex sleeps \ud83d", "surrogate"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_a_secret_is_refused_in_one_line(text: object, reason: str) -> None:
    """The line says what is wrong with it."""
    with pytest.raises(LabError, match=reason) as refusal:
        accept(text)

    assert "\n" not in str(refusal.value)


@given(st.lists(st.sampled_from([SECRET, "x", "Rex", upper_percent(SECRET).decode()])))
def test_literal_finds_what_wears_nothing(pieces: list[str]) -> None:
    """The very places that `find` calls plain, and no others."""
    text = "".join(pieces).encode()
    assert literal(SECRET, text) == [
        one for one in find(SECRET, text) if one.encoding == "plain"
    ]


def test_nothing_is_no_text_to_look_for() -> None:
    """It would stand everywhere."""
    assert literal("", b"anything") == find("", b"anything") == []
