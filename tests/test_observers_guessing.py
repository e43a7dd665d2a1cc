"""What only looks unreadable is found out; what is unreadable is not."""

from __future__ import annotations

import base64
import codecs
import hashlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote_plus

import pytest

from labapp.evidence import Evidence
from labapp.observers import CHECKED, guessing
from labapp.observers.guessing import guessed, in_disguise
from labapp.observers.sighting import AROUND, Sighting
from tests.evidence_samples import SUBMIT, Said, changed, step, with_step
from tests.frames import capture

SECRET = "Rex's fake café+otter 4175"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What each trick makes of a text is worked out anew, and not taken from another test."""
    guessing._disguises.cache_clear()


def xored(text: str) -> bytes:
    """Mix every byte with the same one."""
    return bytes(byte ^ 42 for byte in text.encode())


def hidden(hide: Callable[[str], str], secret: str = SECRET) -> Evidence:
    """Return a visit whose page showed *secret* hidden."""
    return with_step(step("submit", Said(page=f"<p>{hide(secret)}</p>".encode())))


def found(hide: Callable[[str], str], secret: str = SECRET) -> bool | None:
    """Return whether somebody gets the value out of a page that shows it hidden."""
    return CHECKED["guessed"].ask(hidden(hide, secret), secret).seen


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: hashlib.sha256(text.encode()).hexdigest(),
        lambda text: hashlib.sha1(text.encode()).hexdigest(),
        lambda text: hashlib.md5(text[-4:].encode()).hexdigest(),
        lambda text: codecs.encode(text, "rot13"),
        lambda text: quote_plus(codecs.encode(text, "rot13")),
        lambda text: text[::-1],
        lambda text: xored(text).hex(),
        lambda text: base64.b64encode(xored(text)).decode(),
        lambda text: base64.urlsafe_b64encode(xored(text)).decode(),
    ],
)
def test_guilty(hide: Callable[[str], str]) -> None:
    """A hash of four digits and the toy ciphers fall."""
    assert found(hide) is True


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: "Thank you.",
        lambda text: hashlib.sha256(b"another text 4175").hexdigest(),
        lambda text: hashlib.sha512(text.encode()).hexdigest()[:64],
    ],
)
def test_innocent(hide: Callable[[str], str]) -> None:
    """What has nothing to do with the value is no sighting of it."""
    assert found(hide) is False


def test_a_hash_of_what_nobody_can_guess_stands() -> None:
    """Without four digits at the end there is no list to try."""
    hide = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
    assert found(hide, "Rex sleeps at noon") is False


def test_a_text_that_no_cipher_changes_is_not_guessed() -> None:
    """ROT13 leaves signs that are no Latin letters; they crossed as they are, unhidden."""
    assert found(lambda text: text, "1234 5678 é 8765 43211") is False


def digests() -> dict[str, bytes]:
    """Return each spelling of each hash of the text, and of its last four digits."""
    made: dict[str, bytes] = {}
    for name in ("md5", "sha1", "sha256", "sha512"):
        for said, text in (("all", SECRET), ("4175", SECRET[-4:])):
            digest = hashlib.new(name, text.encode())
            made |= {
                f"{name} of {said}": digest.hexdigest().encode(),
                f"{name} of {said}, large": digest.hexdigest().upper().encode(),
                f"{name} of {said}, base64": base64.b64encode(digest.digest()),
            }
    return made


def mixtures() -> dict[str, bytes]:
    """Return each spelling of the text with every byte mixed, by the first and last keys."""
    made: dict[str, bytes] = {}
    for key in (1, 42, 255):
        mixed = bytes(byte ^ key for byte in SECRET.encode())
        made |= {
            f"{key}": mixed,
            f"{key}, hex": mixed.hex().encode(),
            f"{key}, base64": base64.b64encode(mixed).rstrip(b"="),
            f"{key}, base64 for addresses": base64.urlsafe_b64encode(mixed).rstrip(b"="),
        }
    return made


TURNED = {
    "ROT13": codecs.encode(SECRET, "rot13"),
    "reversed": SECRET[::-1],
    "capitals": SECRET.upper(),
    "slug": "rexs-fake-cafeotter-4175",
}
TRICKS = {
    **{name: ("hash", data) for name, data in digests().items()},
    **{name: (name, text.encode()) for name, text in TURNED.items()},
    **{name: ("XOR with one byte", data) for name, data in mixtures().items()},
}


@pytest.mark.parametrize(("trick", "data"), TRICKS.values(), ids=TRICKS)
@pytest.mark.parametrize("before", [b"", b"<p>", b"x" * 100], ids=["first", "near", "far"])
def test_a_trick_is_named_and_the_bytes_are_shown(
    trick: str, data: bytes, before: bytes
) -> None:
    """Where they stand, with as many around them as a sighting has."""
    after = b"</p>" + b"y" * 100
    (only,) = in_disguise(SECRET, before + data + after, "submit", "a page")
    assert only == Sighting(
        step="submit",
        where="a page",
        offset=len(before),
        encoding=trick,
        before=before[-AROUND:],
        found=data,
        after=after[:AROUND],
    )


@pytest.mark.parametrize(
    "text", [SECRET, f"{SECRET}1", f"{SECRET}12"], ids=["27 bytes", "28 bytes", "29 bytes"]
)
@pytest.mark.parametrize("spell", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_any_mixture_is_found_with_its_padding_or_without(
    spell: Callable[[bytes], bytes], text: str
) -> None:
    """All 255 keys: what is shown are the letters, to the last one."""
    for key in range(1, 256):
        data = spell(bytes(byte ^ key for byte in text.encode()))
        bare = data.rstrip(b"=")
        for written in {data, bare}:
            found = in_disguise(text, b"<p>" + written + b"</p>", "submit", "a page")
            assert [bare] == [one.found for one in found]


@pytest.mark.parametrize("name", ["md5 of 4175", "42, hex"])
def test_of_two_the_first_is_shown(name: str) -> None:
    """One is enough to know."""
    data = TRICKS[name][1]
    (only,) = in_disguise(SECRET, b"<p>" + data + b" " + data, "submit", "a page")
    assert 3 == only.offset


def test_both_directions_of_the_main_steps_are_read() -> None:
    """What the visitor sends, and what they are sent; not what comes later."""
    turned = SECRET[::-1]
    sent, received = replace(SUBMIT, sent=turned.encode()), Said(page=turned.encode())
    later = with_step(step("reload", sent), with_step(step("submit", sent, received)))
    found = [(one.step, one.where) for one in guessed(later, SECRET)]
    assert [("submit", "what crossed"), ("submit", "what crossed")] == found


def test_what_was_not_captured_may_have_given_it_away() -> None:
    """Then nobody knows."""
    finding = CHECKED["guessed"].ask(changed("submit", capture=capture([])), SECRET)
    assert finding.seen is None
    assert "is not in the capture" in finding.reason
