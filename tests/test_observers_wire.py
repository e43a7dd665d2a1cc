"""The wire: every byte of the site's conversations is searched, and no other's."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from labapp.capture import Capture
from labapp.evidence import STRANGER, THIRD_PARTY, Evidence
from labapp.observers import wire
from labapp.observers.sighting import Sighting
from tests.evidence_samples import (
    FORM,
    HARMLESS,
    INNOCENT,
    NOTE,
    PICTURE,
    SECRET,
    SUBMIT,
    Said,
    changed,
    sealed,
    signed,
    step,
    submission,
    talks,
    with_step,
)
from tests.frames import Talk, capture, chunked

RAW = SECRET.encode()


def seen(evidence: Evidence, part: str, steps: tuple[str, ...] = ("submit",)) -> list[Sighting]:
    return list(wire.look(evidence, SECRET, part, steps))


def crossed(sent: bytes, received: bytes = b"", size: int = 1460) -> Evidence:
    """The innocent visit in whose submit step these bytes crossed."""
    talk = Talk(50000).open().say(sent, size).answer(received, size).close()
    return changed("submit", capture=capture(talk.frames, clients=(50000,)))


ENCODERS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "percent": lambda text: quote(text, safe="").encode(),
    "plus": lambda text: quote_plus(text).encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, shifted by one": lambda text: base64.b64encode(b"v" + text.encode() + b"."),
    "base64, shifted by two": lambda text: base64.b64encode(b"v=" + text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
}


def plain(body: bytes) -> Said:
    return replace(SUBMIT, page=body)


def coded(name: str, data: bytes) -> Said:
    fields = (("Content-Encoding", name), ("Content-Length", str(len(data))))
    return replace(SUBMIT, fields=fields, coded=data)


def in_chunks(body: bytes) -> Said:
    pieces = [body[at : at + 3] for at in range(0, len(body), 3)]
    fields = (("Transfer-Encoding", "chunked"),)
    return replace(SUBMIT, fields=fields, coded=chunked(*pieces))


def in_packed_chunks(body: bytes) -> Said:
    packed = gzip.compress(body)
    pieces = [packed[at : at + 5] for at in range(0, len(packed), 5)]
    fields = (("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    return replace(SUBMIT, fields=fields, coded=chunked(*pieces))


def raw_deflate(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(body) + engine.flush()


WRAPPINGS: dict[str, Callable[[bytes], Said]] = {
    "as it is": plain,
    "gzip": lambda body: coded("gzip", gzip.compress(body)),
    "deflate": lambda body: coded("deflate", zlib.compress(body)),
    "deflate without a header": lambda body: coded("deflate", raw_deflate(body)),
    "chunked": in_chunks,
    "gzip, chunked": in_packed_chunks,
    "gzip twice": lambda body: coded("gzip, gzip", gzip.compress(gzip.compress(body))),
}


@pytest.mark.parametrize("size", [1, 7, 1460], ids=lambda size: f"segments of {size}")
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_every_encoding_in_every_wrapping_is_seen(
    encoder: Callable[[str], bytes], wrap: Callable[[bytes], Said], size: int
) -> None:
    """Split over segments, cut into chunks, packed, and any of the text's disguises."""
    guilty = changed(
        "submit", capture=talks(wrap(b"<p>" + encoder(SECRET) + b"</p>"), size=size)
    )
    innocent = changed(
        "submit", capture=talks(wrap(b"<p>" + encoder(HARMLESS) + b"</p>"), size=size)
    )

    (only,) = seen(guilty, wire.RESPONSE)

    assert "body of the answer" == only.where
    assert [] == seen(innocent, wire.RESPONSE)
    assert "" == wire.gaps(replace(innocent, steps=(innocent.step("open"),)))


@pytest.mark.parametrize(
    ("said", "part", "where"),
    [
        (Said(f"/sensitive?v={quote(SECRET)}"), wire.REQUEST_LINE, "request line"),
        (Said(headers=(("X-Note", quote(SECRET)),)), wire.REQUEST_HEADERS, "request headers"),
        (submission(SECRET), wire.REQUEST_BODY, "request body"),
        (Said(fields=(("X-Note", quote(SECRET)),)), wire.RESPONSE, "head of the answer"),
        (Said(page=RAW), wire.RESPONSE, "body of the answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_part_is_searched_by_itself(said: Said, part: str, where: str) -> None:
    """The secret is seen at its part, and at no other."""
    evidence = with_step(step("submit", said))

    assert {part: [where]} == {
        each: found
        for each in wire.PARTS
        if (found := [one.where for one in seen(evidence, each)])
    }


def test_an_offset_counts_from_the_beginning_of_the_part() -> None:
    """So that a figure can put the block where the bytes are."""
    said = Said(f"/sensitive?v={quote_plus(SECRET)}", fields=(("X-Note", quote(SECRET)),))
    evidence = with_step(step("submit", said))

    (line,) = seen(evidence, wire.REQUEST_LINE)
    (head,) = seen(evidence, wire.RESPONSE)

    assert said.request.index(b"Rex") == line.offset
    assert said.response.index(b"Rex") == head.offset
    assert said.response[head.offset :].startswith(head.found)


def test_a_conversation_with_another_host_does_not_count() -> None:
    """Only site.test counts for the wire; the same bytes at its own host do."""
    for host in (STRANGER, THIRD_PARTY):
        elsewhere = with_step(step("submit", SUBMIT, Said(host=host, page=RAW)))
        assert [] == seen(elsewhere, wire.RESPONSE)
    assert 1 == len(seen(with_step(step("submit", Said(page=RAW))), wire.RESPONSE))
    assert 1 == len(
        seen(with_step(step("submit", Said(host="SITE.test", page=RAW))), wire.RESPONSE)
    )


def test_other_steps_do_not_count() -> None:
    """The main places are read from open to read_back; the rest has places of its own."""
    evidence = with_step(step("reload", submission(SECRET)))

    assert [] == list(wire.look(evidence, SECRET, wire.REQUEST_BODY))
    assert 1 == len(seen(evidence, wire.REQUEST_BODY, ("reload",)))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
GET = SUBMIT.request.replace(b"POST", b"GET", 1)

UNUSUAL = {
    "a host nobody knows": (Said(host="127.0.0.1").request, Said(page=RAW).response),
    "no host": (b"GET / HTTP/1.0\r\n\r\n", Said(page=RAW).response),
    "a header line without a colon": (SUBMIT.request, HEAD[:-2] + RAW + b"\r\n\r\n"),
    "a folded header": (SUBMIT.request, b"HTTP/1.1 200 OK\r\nX: a\r\n " + RAW + b"\r\n\r\n"),
    "a reason phrase": (
        SUBMIT.request,
        b"HTTP/1.1 200 " + RAW + b"\r\nContent-Length: 0\r\n\r\n",
    ),
    "an interim response": (
        SUBMIT.request,
        b"HTTP/1.1 103 Early Hints\r\nLink: " + RAW + b"\r\n\r\n" + HEAD,
    ),
    "a second response": (SUBMIT.request, HEAD + Said(page=RAW).response),
    "a chunk extension": (
        SUBMIT.request,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x="
        + RAW
        + b"\r\na\r\n0\r\n\r\n",
    ),
    "a trailer": (
        SUBMIT.request,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + RAW + b"\r\n\r\n",
    ),
    "a file name in gzip": (
        SUBMIT.request,
        coded(
            "gzip", b"\x1f\x8b\x08\x08" + bytes(6) + RAW + b"\0" + raw_deflate(b"x")
        ).response,
    ),
    "an unknown coding": (SUBMIT.request, coded("br", RAW).response),
    "a body that ends early": (
        SUBMIT.request,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + RAW,
    ),
    "no HTTP at all": (SUBMIT.request, b"\x00\x01\x02 " + RAW),
    "after the end of the body": (SUBMIT.request, HEAD + b"garbage " + RAW),
    "an answer without a request": (b"", Said(page=RAW).response),
}


@pytest.mark.parametrize(("sent", "received"), UNUSUAL.values(), ids=UNUSUAL)
def test_no_byte_of_an_answer_escapes(sent: bytes, received: bytes) -> None:
    """Whatever is wrong with a message, its bytes are searched; another text is not found."""
    assert 1 == len(seen(crossed(sent, received), wire.RESPONSE))
    assert [] == seen(crossed(sent, received.replace(RAW, HARMLESS.encode())), wire.RESPONSE)


def test_what_stands_only_in_the_bytes_as_sent_is_said_so() -> None:
    """Unpacked they would not show it."""
    for name, where in (
        ("a file name in gzip", "body of the answer, as sent"),
        ("a trailer", "body of the answer, as sent"),
        ("a body that ends early", "body of the answer"),
    ):
        (only,) = seen(crossed(*UNUSUAL[name]), wire.RESPONSE)
        assert where == only.where


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        (b"GET /" + RAW + b" HTTP/1.1\r\n\r\n", wire.REQUEST_LINE),
        (b"GET /?" + RAW, wire.REQUEST_LINE),
        (b"GET / HTTP/1.1\r\nHost: site.test\r\n" + RAW, wire.REQUEST_HEADERS),
        (b"\x00 " + RAW, wire.REQUEST_BODY),
        (GET + b"\x00garbage " + RAW, wire.REQUEST_BODY),
        (SUBMIT.request[:-1] + b"\n" + RAW, wire.REQUEST_BODY),
    ],
    ids=["spaces", "cut off", "headers cut off", "no HTTP", "after a request", "too long"],
)
def test_no_byte_of_a_request_escapes(sent: bytes, part: str) -> None:
    """The same for what the visitor sends."""
    found = [each for each in wire.PARTS for _ in seen(crossed(sent), each)]

    assert [part] == found


@pytest.mark.parametrize(
    "received",
    [
        coded("br", b"\x0b\x01\x80x").response,
        coded("gzip", gzip.compress(b"x" * 99)[:-9]).response,
        coded("gzip", b"no gzip").response,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"\x00\x01\x02",
    ],
    ids=["br", "cut gzip", "no gzip", "ends early", "no colon", "no HTTP"],
)
def test_what_cannot_be_read_is_named_as_a_gap(received: bytes) -> None:
    """Where a text may hide, nothing is called absent. A readable answer leaves no gap."""
    assert "submit: a response: " in wire.gaps(crossed(SUBMIT.request, received))
    whole = crossed(SUBMIT.request, SUBMIT.response)
    assert "" == wire.gaps(changed("submit", capture=whole.step("submit").capture, answers=()))


def test_a_text_across_the_end_of_a_message_is_not_called_absent() -> None:
    """Half of it belongs to a body, half to nothing that can be read."""
    sent = SUBMIT.request[:-3] + RAW

    assert [] == seen(crossed(sent, SUBMIT.response), wire.REQUEST_BODY)
    assert "submit: a request: " in wire.gaps(crossed(sent, SUBMIT.response))


def test_what_another_host_cannot_be_read_of_does_not_matter() -> None:
    """A picture in an unknown coding hides nothing of the site's."""
    odd = replace(coded("br", b"\x0b\x01\x80x"), host=THIRD_PARTY)

    assert "" == wire.gaps(with_step(step("submit", SUBMIT, odd)))


def test_a_lost_segment_is_noticed_although_nobody_says_so() -> None:
    """A gap is computed from the sequence numbers, not taken from anybody's word."""
    whole = INNOCENT.step("submit").capture
    carrying = [number for number, one in enumerate(whole.frames) if len(one.data) > 54]
    assert len(carrying) == 4
    for number in carrying:
        frames = whole.frames[:number] + whole.frames[number + 1 :]
        assert "gap of" in wire.gaps(changed("submit", capture=replace(whole, frames=frames)))
    assert "" == wire.gaps(changed("submit", capture=replace(whole, frames=whole.frames)))


def test_every_answer_of_the_browser_must_be_in_the_capture() -> None:
    """A whole conversation that is missing leaves no gap in any other."""
    answers = (SUBMIT.answer(), PICTURE.answer())

    def problem(capture: Capture) -> str:
        return wire.gaps(changed("submit", capture=capture, answers=answers))

    assert "" == problem(talks(SUBMIT, PICTURE))
    assert "submit: POST site.test:8000/sensitive is not in the capture" == problem(
        talks(PICTURE)
    )
    assert "images.test" in problem(talks(SUBMIT))
    bare = replace(FORM.answer(), url="http://site.test:8000")
    assert "" == wire.gaps(changed("submit", capture=talks(FORM), answers=(bare,)))


# TLS --------------------------------------------------------------------------------


def over_tls(capture: Capture) -> Evidence:
    return changed("submit", capture=capture, answers=(SUBMIT.answer("https"),))


def test_what_is_encrypted_is_not_seen_and_leaves_no_doubt() -> None:
    """The records are searched like everything else; there is nothing to read in them."""
    evidence = over_tls(sealed(tail=bytes(range(256))))

    assert [] == [one for part in wire.PARTS for one in seen(evidence, part)]
    assert "" == wire.doubt(evidence)


def test_a_secret_in_the_bytes_of_a_tls_connection_is_seen() -> None:
    """Encryption in name only would be noticed, in both directions."""
    evidence = over_tls(sealed(tail=RAW))

    assert ["encrypted bytes sent"] == [one.where for one in seen(evidence, wire.REQUEST_BODY)]
    assert ["encrypted bytes received"] == [one.where for one in seen(evidence, wire.RESPONSE)]
    assert [] == seen(over_tls(sealed(STRANGER, RAW)), wire.RESPONSE)


def test_encrypted_packets_that_were_not_captured_leave_a_doubt() -> None:
    """The browser had an encrypted answer, so there must have been a connection."""
    assert "encrypted connection" in wire.doubt(over_tls(talks(FORM)))


# Controls and cookies ---------------------------------------------------------------


@pytest.mark.parametrize("part", wire.PARTS)
def test_the_control_is_found_at_each_part(part: str) -> None:
    """By the very search that looks for the secret."""
    assert wire.control(INNOCENT, part)
    assert not wire.control(replace(INNOCENT, control=NOTE + "!"), part)


def test_cookies_that_crossed_in_the_clear_are_read() -> None:
    """From both directions, the later value first; deleted ones and other hosts' left out."""
    old = replace(FORM, fields=(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "gone=1")))
    new = replace(
        SUBMIT,
        headers=(("Cookie", "b=2;c=x=y"),),
        fields=(("Set-Cookie", "a=3"), ("Set-Cookie", "gone=; Max-Age=0")),
    )
    strange = Said(host=STRANGER, headers=(("Cookie", "d=4"),))
    evidence = with_step(step("submit", old, new, strange))

    assert {"a": "3", "b": "2", "c": "x=y"} == wire.cookies(evidence)
    assert {} == wire.cookies(evidence, ("reload",))
    assert {} == wire.cookies(over_tls(sealed()))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("header", "part"), [("Cookie", wire.REQUEST_HEADERS), ("Set-Cookie", wire.RESPONSE)]
)
def test_a_session_in_a_signed_cookie_is_unpacked(header: str, part: str, packed: bool) -> None:
    """A signature hides nothing, and neither does zlib; plain base64 is read where it stands."""

    def carried(text: str) -> Evidence:
        fields = ((header, f"session={signed({'v': text}, packed=packed)}"),)
        said = (
            replace(SUBMIT, headers=fields)
            if header == "Cookie"
            else replace(SUBMIT, fields=fields)
        )
        return with_step(step("submit", said))

    found = [one.where for one in seen(carried(SECRET), part)]
    assert "cookie session, unpacked" == found[-1]
    assert (1 if packed else 2) == len(found)
    assert [] == seen(carried(HARMLESS), part)
