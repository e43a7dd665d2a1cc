"""What only looks unreadable is found out; what is unreadable is not."""

from __future__ import annotations

import base64
import codecs
import hashlib
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest

from labapp.evidence import Evidence
from labapp.observers import CHECKED
from tests.evidence_samples import Said, step, with_step

SECRET = "Rex's fake café+otter 4175"


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
